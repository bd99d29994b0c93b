import type { Distribution, Renderer } from '../../model/install.ts';
import type { KubeObject } from '../../model/kubernetes.ts';
import { calicoContainer } from '../settings.ts';
import { occasionalTool } from './distribution.ts';
import { copiedTracking } from './gitops-marks.ts';
import { throughHelmController } from './helm-controller.ts';
import { annotationOf, labelOf, nameOf, operatorDeployment } from './objects.ts';
import type { OwnerMark } from './owner-mark.ts';
import { ownerMark } from './owner-marks.ts';
import type { InstallView } from './view.ts';
import { words } from './words.ts';

const says = words.en;
const addonMode = 'addonmanager.kubernetes.io/mode';

/** What an owner means, with every marker that led to it. */
export interface OwnerOf extends Omit<OwnerMark, 'reason'> {
  readonly reasons: readonly string[];
}

interface Subject {
  /** What the owner's marks are read from; undefined where there is nothing. */
  readonly object: KubeObject | undefined;
  /** True where that is not what a change would go to: the Installation itself was not read. */
  readonly isStandIn: boolean;
}

// The operator writes the DaemonSet itself, so that one's marks say nothing of who writes the
// Installation.
function subjectOf(view: InstallView, renderer: Renderer): Subject {
  if (renderer !== 'operator') return { object: view.workload?.object, isStandIn: false };
  if (view.installation) return { object: view.installation, isStandIn: false };
  return { object: operatorDeployment(view.snapshot), isStandIn: true };
}

const managed = (reason: string): OwnerMark => ({
  owner: 'provider',
  ownerName: null,
  action: 'refuse',
  reason,
});

function byLabel(object: KubeObject | undefined, key: string, value: string): string | null {
  return object && labelOf(object, key) === value ? says.label(nameOf(object), key, value) : null;
}

function byImage(view: InstallView, pattern: RegExp): string | null {
  const image = calicoContainer(view.workload?.spec)?.image ?? '';
  return view.workload && pattern.test(image)
    ? says.image(nameOf(view.workload.object), image)
    : null;
}

// AKS' own Calico: its add-on writes the Installation (before the operator's time: the DaemonSet)
// and labels the operator.
function aksMark(view: InstallView, renderer: Renderer): string | null {
  const ownLabel = 'kubernetes.azure.com/managedby';
  if (renderer !== 'operator') return byLabel(view.workload?.object, addonMode, 'Reconcile');
  return (
    byLabel(view.installation, addonMode, 'Reconcile') ??
    byLabel(operatorDeployment(view.snapshot), ownLabel, 'aks') ??
    (view.installation ? null : byImage(view, /(?:^|\/)mcr\.microsoft\.com\/oss\//))
  );
}

// GKE's network policy add-on: written by Google's addon-manager, run only on nodes marked ready
// for it.
function gkeMark(view: InstallView, renderer: Renderer): string | null {
  const { workload } = view;
  if (renderer === 'operator' || !workload) return null;
  const key = 'projectcalico.org/ds-ready';
  const isSelecting = workload.spec?.nodeSelector?.[key] !== undefined;
  return (
    byLabel(workload.object, addonMode, 'Reconcile') ??
    (isSelecting ? says.selects(nameOf(workload.object), key) : null) ??
    byImage(view, /(?:^|\/)(?:gke\.gcr\.io|gke-release)\//)
  );
}

function providerMark(
  view: InstallView,
  renderer: Renderer,
  distribution: Distribution | null,
): OwnerMark | null {
  const reason =
    distribution === 'aks'
      ? aksMark(view, renderer)
      : distribution === 'gke'
        ? gkeMark(view, renderer)
        : null;
  return reason === null ? null : managed(reason);
}

function ofPerson(
  view: InstallView,
  renderer: Renderer,
  distribution: Distribution | null,
): OwnerOf {
  const { object, isStandIn } = subjectOf(view, renderer);
  const tool = renderer === 'operator' ? null : occasionalTool(view, distribution);
  const base = { owner: 'user', ownerName: null } as const;
  if (tool !== null) return { ...base, action: 'apply-temporary', reasons: [tool] };
  if (renderer === 'none') return { ...base, action: 'refuse', reasons: [] };
  if (!object) return { ...base, action: 'apply', reasons: [] };
  const isApplied =
    annotationOf(object, 'kubectl.kubernetes.io/last-applied-configuration') !== undefined;
  const name = nameOf(object);
  const reason = isApplied ? says.appliedByHand(name) : says.noMark(name);
  return { ...base, action: 'apply', reasons: isStandIn ? [] : [reason] };
}

/**
 * Who writes what the calico-node template is made of, and what may be done with a change: the
 * marks on the Installation (its operator's Deployment where it was not read), else on the
 * DaemonSet. A cloud's own Calico is left alone; a tool that runs now and then lets a change stand
 * until it does.
 */
export function ownerOf(
  view: InstallView,
  renderer: Renderer,
  distribution: Distribution | null,
): OwnerOf {
  const { object, isStandIn } = subjectOf(view, renderer);
  const own = object ? ownerMark(object, view.snapshot) : null;
  const mark =
    providerMark(view, renderer, distribution) ??
    throughHelmController(view, renderer, distribution, own) ??
    own;
  const copied = object ? copiedTracking(object) : null;
  const remarks = [
    ...(isStandIn ? [object ? says.installationUnread(nameOf(object)) : says.ownerUnknown] : []),
    ...(copied === null ? [] : [copied]),
  ];
  if (!mark) {
    const person = ofPerson(view, renderer, distribution);
    return { ...person, reasons: [...person.reasons, ...remarks] };
  }
  const { reason, ...rest } = mark;
  return { ...rest, reasons: [reason, ...remarks] };
}
