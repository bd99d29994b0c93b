import type { Evidence } from '../model/finding.ts';
import type { Node, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { eventEvidence, fieldEvidence } from './evidence.ts';
import { eventsAbout, isRecent } from './events.ts';
import { nodeWorkloads, type NodeWorkload } from './install/workload.ts';
import { nodeNameOf, nodeViews, type NodeView } from './nodes.ts';
import { hindrances, taintText, type Hindrance } from './placement.ts';
import { conditionOf, healthOf, isCalicoNodePod } from './pods.ts';
import { itemsOf } from './snapshot-lists.ts';
import { secondsBetween } from './time.ts';

export type AbsenceReason = Hindrance['kind'] | 'refused' | 'unscheduled' | 'controller';

/** A node without a running calico-node, and why. */
export interface Absence {
  readonly view: NodeView;
  readonly reason: AbsenceReason;
  /** The label (`key=value`), the taint, or the message that tells it. */
  readonly detail: string;
  /** False for a node that gets on without Calico, and may be left out on purpose. */
  readonly isCut: boolean;
  readonly isSure: boolean;
  readonly evidence: readonly Evidence[];
}

// A node that joined a moment ago has no pod yet, and between two pods of a node there is none for a second.
const joinSeconds = 60;
const settleSeconds = 300;

// Machines that are no machines, or have a network of their own: no pod of the host's network runs there, and the operator leaves
// them out (tigera/operator, pkg/render/node.go).
const virtualLabels: readonly (readonly [string, RegExp])[] = [
  ['type', /^virtual-kubelet$/],
  ['kubernetes.io/role', /^virtual-kubelet$/],
  ['eks.amazonaws.com/compute-type', /^(?:fargate|auto)$/],
  ['alibabacloud.com/virtual-node', /./],
];
const isVirtual = ({ metadata, spec }: Node): boolean =>
  virtualLabels.some(([key, value]) => value.test(metadata.labels?.[key] ?? '')) ||
  (spec?.taints ?? []).some(({ key }) => key?.startsWith('virtual-kubelet.io/') === true);

// Nodes are moved one by one between two DaemonSets by these (tigera/operator, pkg/controller/migration; flannel-migration).
const isMigration = (key: string): boolean =>
  /^projectcalico\.org\/(?:operator-node-migration|node-network-during-migration|ds-ready)$/.test(
    key,
  );

/** True if Calico has been on the node, or the node does not get on without it. */
function isCut({ node, isReady }: NodeView): boolean {
  const reason = conditionOf(node?.status?.conditions, 'NetworkUnavailable')?.reason ?? '';
  const keys = Object.keys(node?.metadata.annotations ?? {});
  return (
    !isReady ||
    reason.startsWith('Calico') ||
    keys.some((key) => key.startsWith('projectcalico.org/'))
  );
}

const readyEvidence = ({ node }: NodeView): readonly Evidence[] => {
  const ready = conditionOf(node?.status?.conditions, 'Ready');
  return node && ready?.status === 'False'
    ? [
        fieldEvidence(
          node,
          'status.conditions[Ready]',
          `False: ${ready.message ?? ready.reason ?? ''}`,
        ),
      ]
    : [];
};

const absence = (
  view: NodeView,
  reason: AbsenceReason,
  detail: string,
  evidence: readonly Evidence[],
  isSure = true,
): Absence => ({
  view,
  reason,
  detail,
  isCut: isCut(view),
  isSure,
  evidence: [...evidence, ...readyEvidence(view)],
});

function hindered(view: NodeView, node: Node, first: Hindrance): Absence | null {
  switch (first.kind) {
    case 'node-selector': {
      const { key, wanted, found } = first;
      if (isMigration(key)) return null;
      const text = found === null ? 'none' : found;
      return absence(view, first.kind, `${key}=${wanted}`, [
        fieldEvidence(node, `metadata.labels[${key}]`, text),
      ]);
    }
    case 'taint': {
      const text = taintText(first.taint);
      return absence(view, first.kind, text, [fieldEvidence(node, 'spec.taints', text)]);
    }
    case 'affinity':
      // An exclusion that somebody wrote down, of a node that gets on without Calico.
      return isCut(view) ? absence(view, first.kind, '', []) : null;
  }
}

const waitsForNetwork = ({ node }: NodeView): boolean =>
  /NetworkPluginNotReady|cni (?:plugin not|config un)initialized/.test(
    conditionOf(node?.status?.conditions, 'Ready')?.message ?? '',
  );

// Only what the controller itself counted tells that it made no pod; a list of pods may lack some.
function forgotten(snapshot: Snapshot, workload: NodeWorkload, view: NodeView): Absence | null {
  const { daemonSet } = workload;
  const age = secondsBetween(view.node?.metadata.creationTimestamp, snapshot.takenAt) ?? Infinity;
  if (age < settleSeconds) return null;
  if (!daemonSet) return waitsForNetwork(view) ? absence(view, 'controller', '', [], false) : null;
  const events = eventsAbout(snapshot, daemonSet).filter((event) =>
    isRecent(snapshot, event, 1800),
  );
  const refusal = events.findLast(({ reason }) => reason === 'FailedCreate');
  if (refusal) return absence(view, 'refused', refusal.message, [eventEvidence(refusal)]);
  const isBusy = events.some(
    (event) =>
      /^Successful(?:Create|Delete)$/.test(event.reason) &&
      isRecent(snapshot, event, settleSeconds),
  );
  const { generation = 0 } = daemonSet.metadata;
  const {
    observedGeneration = generation,
    currentNumberScheduled,
    desiredNumberScheduled,
  } = daemonSet.status ?? {};
  const total = nodeViews(snapshot).length;
  const isBehind = observedGeneration < generation;
  const isShort =
    currentNumberScheduled !== undefined &&
    currentNumberScheduled < Math.max(desiredNumberScheduled ?? 0, total);
  if (isBusy || !(isBehind || isShort)) return null;
  const counted = `${currentNumberScheduled ?? '?'} of ${desiredNumberScheduled ?? '?'}, generation ${observedGeneration} of ${generation}`;
  return absence(
    view,
    'controller',
    '',
    [fieldEvidence(daemonSet, 'status.currentNumberScheduled', counted)],
    isBehind,
  );
}

function podless(
  snapshot: Snapshot,
  workloads: readonly NodeWorkload[],
  view: NodeView,
  node: Node,
): Absence | null {
  const age = secondsBetween(node.metadata.creationTimestamp, snapshot.takenAt) ?? Infinity;
  if (age < joinSeconds || view.isLost) return null;
  const tried = workloads.map((workload) => ({
    workload,
    found: hindrances(workload.spec ?? {}, node),
  }));
  const [best] = tried.toSorted((a, b) => a.found.length - b.found.length);
  const [first] = best?.found ?? [];
  if (!best) return null;
  if (first) {
    const found = hindered(view, node, first);
    // The controller that wants a pod on every node sees it otherwise, or has not looked since.
    const wanted = best.workload.daemonSet?.status?.desiredNumberScheduled ?? 0;
    return found && { ...found, isSure: wanted < nodeViews(snapshot).length };
  }
  const stray = strayPod(snapshot);
  return stray ? unscheduledAs(snapshot, view, stray) : forgotten(snapshot, best.workload, view);
}

function unscheduledAs(snapshot: Snapshot, view: NodeView, pod: Pod): Absence {
  const condition = conditionOf(pod.status?.conditions, 'PodScheduled');
  const event = eventsAbout(snapshot, pod).findLast(({ reason }) => reason === 'FailedScheduling');
  const text = condition?.message ?? event?.message ?? '';
  return absence(view, 'unscheduled', text, [
    fieldEvidence(
      pod,
      'status.conditions[PodScheduled]',
      `False: ${condition?.message ?? condition?.reason ?? ''}`,
    ),
    ...(event ? [eventEvidence(event)] : []),
  ]);
}

// A pod that the scheduler finds no place for: the DaemonSet made it for this node by name.
const unscheduled = (snapshot: Snapshot, view: NodeView): Absence | null =>
  view.pod && view.health?.state === 'sick' && view.health.trouble === 'unscheduled'
    ? unscheduledAs(snapshot, view, view.pod)
    : null;

// Some dumps lack the affinity that tells which node a waiting pod was made for; then it is one of those that have none.
function strayPod(snapshot: Snapshot): Pod | undefined {
  return itemsOf(snapshot, 'pods').find(
    (pod) =>
      isCalicoNodePod(pod) &&
      nodeNameOf(pod) === null &&
      conditionOf(pod.status?.conditions, 'PodScheduled')?.status === 'False' &&
      healthOf(pod, snapshot.takenAt).state === 'sick',
  );
}

/** Every Linux machine that has no calico-node pod, or one that is not scheduled, though it should have one. */
export function absences(snapshot: Snapshot): readonly Absence[] {
  const workloads = nodeWorkloads(snapshot).filter(
    ({ spec }) => spec !== undefined && !Object.keys(spec.nodeSelector ?? {}).some(isMigration),
  );
  const isComplete = snapshot.lists.pods.state === 'read';
  return nodeViews(snapshot).flatMap((view) => {
    const { node, pod } = view;
    if (!node || isVirtual(node) || node.metadata.deletionTimestamp !== undefined) return [];
    if (pod) return unscheduled(snapshot, view) ?? [];
    return isComplete ? (podless(snapshot, workloads, view, node) ?? []) : [];
  });
}
