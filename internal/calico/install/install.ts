import type { Install, InstallState } from '../../model/install.ts';
import type { Action } from '../../model/remedy.ts';
import type { ListName, Snapshot } from '../../model/snapshot.ts';
import { memoised } from '../memo.ts';
import { distributionOf } from './distribution.ts';
import { overlayInstallation } from './objects.ts';
import { ownerOf } from './owner.ts';
import { renderingOf } from './renderer.ts';
import { skewReasons } from './skew-reasons.ts';
import { stateOf } from './state.ts';
import { traitsOf } from './traits.ts';
import { calicoVersionOf, kubernetesVersionOf, operatorVersionOf } from './versions.ts';
import { viewOf, type InstallView } from './view.ts';
import { words } from './words.ts';

/**
 * The lists that an installation is told by, besides nodes, pods and DaemonSets: for the `uses` of
 * a check that calls `installOf`. None is necessary; what is missing makes the answer less sure and
 * is named in the reasons.
 */
export const installUses = [
  'deployments',
  'services',
  'configMaps',
  'namespaces',
  'installations',
  'tigeraStatuses',
  'clusterInformations',
  'helmCharts',
  'helmChartConfigs',
  'argoApplications',
  'fluxObjects',
] as const satisfies readonly ListName[];

// In these states a write would hit a moving target, or something that is about to go.
const untouchable: ReadonlySet<InstallState> = new Set([
  'migrating',
  'two-installations',
  'uninstalling',
  'datastore-locked',
]);

/** What may be done in a state with what a writer alone would let be done. */
export function actionIn(state: InstallState, action: Action): Action {
  if (untouchable.has(state)) return 'refuse';
  // The DaemonSet takes a change now, and loses it when the operator looks after it again.
  return state === 'ignored-by-operator' && action === 'apply' ? 'apply-temporary' : action;
}

/** The Installation whose address method counts, and the remark if it is the overlay. */
function methodSource({ snapshot, installation, workload }: InstallView): {
  readonly name: string;
  readonly reasons: readonly string[];
} {
  const network = overlayInstallation(snapshot)?.spec?.calicoNetwork;
  if (network?.nodeAddressAutodetectionV4 ?? network?.nodeAddressAutodetectionV6) {
    return { name: 'overlay', reasons: [words.en.overlay] };
  }
  const owners = workload?.daemonSet?.metadata.ownerReferences ?? [];
  const owner = owners.find(({ kind }) => kind === 'Installation')?.name;
  return { name: installation?.metadata.name ?? owner ?? 'default', reasons: [] };
}

// One marker may tell two things, as kubespray's template tells the tool and the cluster.
const unique = (reasons: readonly string[]): readonly string[] => [...new Set(reasons)];

function compute(snapshot: Snapshot): Install {
  const view = viewOf(snapshot);
  const { workload } = view;
  const { renderer, reasons: rendering } = renderingOf(view);
  const distribution = distributionOf(view);
  const { reasons: owning, ...owner } = ownerOf(view, renderer, distribution?.distribution ?? null);
  const { state, reasons: stated } = stateOf(view, renderer);
  const { reasons: shown, ...traits } = traitsOf(view, renderer);
  const source = renderer === 'operator' ? methodSource(view) : null;
  const calico = calicoVersionOf(view);
  const kubernetes = kubernetesVersionOf(snapshot);
  return {
    renderer,
    ...owner,
    distribution: distribution?.distribution ?? null,
    state,
    ...traits,
    namespace: workload?.namespace ?? null,
    daemonSet: workload?.name ?? null,
    installation: source?.name ?? null,
    calicoVersion: calico.version,
    operatorVersion: operatorVersionOf(snapshot),
    kubernetesVersion: kubernetes.version,
    action: actionIn(state, owner.action),
    reasons: unique([
      ...rendering,
      ...(source?.reasons ?? []),
      ...owning,
      ...stated,
      ...(distribution ? [distribution.reason] : []),
      ...shown,
      ...calico.reasons,
      ...kubernetes.reasons,
      ...skewReasons(snapshot),
    ]),
  };
}

/**
 * What renders calico-node, who owns the renderer's input, in which state that is, and what may be
 * done with a change; each with the markers that told it. Computed once for a snapshot. Works on a
 * plain `kubectl cluster-info dump`, where the Installation, ConfigMaps and custom resources are
 * missing, and on pods alone.
 */
export const installOf: (snapshot: Snapshot) => Install = memoised(compute);
