import type { Distribution, Renderer } from '../../model/install.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { calicoContainer } from '../settings.ts';
import { findObject, itemsOf } from '../snapshot-lists.ts';
import { labelOf, nameOf } from './objects.ts';
import type { OwnerMark } from './owner-mark.ts';
import { ownerMark } from './owner-marks.ts';
import type { InstallView } from './view.ts';
import { words } from './words.ts';

const says = words.en;
const chartLabel = 'helmcharts.helm.cattle.io/chart';

// The released objects look like Helm's own: only the chart object, or the pod of the job that
// installs it, tells.
function chartMark(snapshot: Snapshot, release: string): string | null {
  const chart = findObject(snapshot, 'helmCharts', release);
  if (chart) return says.exists(nameOf(chart));
  const pod = itemsOf(snapshot, 'pods').find(
    (candidate) =>
      labelOf(candidate, chartLabel) === release ||
      candidate.metadata.name.startsWith(`helm-install-${release}-`),
  );
  return pod ? says.exists(nameOf(pod)) : null;
}

// RKE2 (rancher/rke2-charts): the charts rke2-calico, with the operator, and rke2-canal.
function bundledChart(
  view: InstallView,
  renderer: Renderer,
  distribution: Distribution | null,
): string | null {
  if (distribution !== 'rke2') return null;
  if (renderer === 'canal') return view.workload?.name === 'rke2-canal' ? 'rke2-canal' : null;
  return renderer === 'operator' && !view.installation ? 'rke2-calico' : null;
}

function imageMark({ workload }: InstallView): string | null {
  const image = calicoContainer(workload?.spec)?.image ?? '';
  return workload && /(?:^|\/)rancher\/(?:mirrored|hardened)-calico/.test(image)
    ? says.image(nameOf(workload.object), image)
    : null;
}

function releaseOf(
  view: InstallView,
  renderer: Renderer,
  distribution: Distribution | null,
  own: OwnerMark | null,
): { readonly name: string; readonly reason: string } | null {
  if (own?.owner === 'helm' && own.ownerName !== null) {
    const isBundled = distribution === 'rke2' && own.ownerName.startsWith('rke2-');
    const reason = chartMark(view.snapshot, own.ownerName) ?? (isBundled ? own.reason : null);
    return reason === null ? null : { name: own.ownerName, reason };
  }
  const bundled = own === null ? bundledChart(view, renderer, distribution) : null;
  if (bundled === null) return null;
  const reason = chartMark(view.snapshot, bundled) ?? imageMark(view);
  return reason === null ? null : { name: bundled, reason };
}

/**
 * The owner where a HelmChart of RKE2 or K3s makes the objects (k3s-io/helm-controller): its values
 * go into a HelmChartConfig, which may itself belong to Rancher or to a GitOps tool. Null where
 * Helm was not run by that controller.
 */
export function throughHelmController(
  view: InstallView,
  renderer: Renderer,
  distribution: Distribution | null,
  own: OwnerMark | null,
): OwnerMark | null {
  const release = releaseOf(view, renderer, distribution, own);
  if (!release) return null;
  const config = findObject(view.snapshot, 'helmChartConfigs', release.name);
  const above = config ? ownerMark(config, view.snapshot) : null;
  // A file in the server's manifests folder is still the place for a person's own values.
  if (above?.action === 'emit') return above;
  return {
    owner: 'helm-controller',
    ownerName: release.name,
    action: 'emit',
    reason: release.reason,
  };
}
