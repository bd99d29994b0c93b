import type { Evidence } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { eventsAbout, isRecent } from './events.ts';
import { eventEvidence, fieldEvidence } from './evidence.ts';
import { nodeNameOf, type NodeView } from './nodes.ts';
import { conditionOf, isCalicoNodePod } from './pods.ts';
import { itemsOf } from './snapshot-lists.ts';

/** A node without room: what it lacks, and what that did to calico-node. */
export interface Eviction {
  readonly view: NodeView;
  /** `ephemeral-storage`, `memory`, `pids`, …: as the kubelet names it. */
  readonly resource: string;
  /** The kubelet reports DiskPressure now. */
  readonly hasPressure: boolean;
  /** calico-node is not working there, for it. */
  readonly isFailing: boolean;
  /** calico-node pods that were evicted and are still listed. */
  readonly evicted: readonly Pod[];
  readonly evidence: readonly Evidence[];
}

// kubelet, pkg/kubelet/eviction/helpers.go: "The node was low on resource: ephemeral-storage. …", "The node had condition: [DiskPressure]. ".
function resourceIn(message: string): string | null {
  const low = /low on resource: \[?([\w-]+)/.exec(message)?.[1];
  if (low) return low;
  const condition = /had condition: \[?(\w+)Pressure/.exec(message)?.[1];
  return condition === 'Disk' ? 'ephemeral-storage' : (condition?.toLowerCase() ?? null);
}

const memo = new WeakMap<readonly Pod[], ReadonlyMap<string, readonly Pod[]>>();

/** calico-node pods that were evicted from a node and are still listed. */
function evictedOn(snapshot: Snapshot, node: string): readonly Pod[] {
  const pods = itemsOf(snapshot, 'pods');
  const isEvicted = (pod: Pod): boolean =>
    pod.status?.phase === 'Failed' && pod.status.reason === 'Evicted' && isCalicoNodePod(pod);
  const index =
    memo.get(pods) ?? Map.groupBy(pods.filter(isEvicted), (pod) => nodeNameOf(pod) ?? '');
  memo.set(pods, index);
  return index.get(node) ?? [];
}

const full = /no space left on device|disk quota exceeded/;
const diskReasons = new Set(['EvictionThresholdMet', 'FreeDiskSpaceFailed', 'ImageGCFailed']);

function spaceEvents(snapshot: Snapshot, { pod, node }: NodeView): readonly Evidence[] {
  const own = pod
    ? eventsAbout(snapshot, pod)
        .filter(({ message }) => full.test(message))
        .slice(-1)
    : [];
  const nodes = node
    ? eventsAbout(snapshot, node)
        .filter((event) => diskReasons.has(event.reason) && isRecent(snapshot, event, 3600))
        .slice(-1)
    : [];
  return [...own, ...nodes].map(eventEvidence);
}

/** Whether calico-node was evicted from a node, or the node lacks disk space; null if neither. */
export function evictionOf(snapshot: Snapshot, view: NodeView): Eviction | null {
  const { node, health, pod } = view;
  const condition = conditionOf(node?.status?.conditions, 'DiskPressure');
  const hasPressure = condition?.status === 'True' && !view.isLost;
  const evicted = evictedOn(snapshot, view.name);
  const isSick = health?.state === 'sick' || (node !== null && !pod);
  const events = spaceEvents(snapshot, view);
  const isFull =
    pod !== null && eventsAbout(snapshot, pod).some(({ message }) => full.test(message));
  // A pod that runs is not kept away by the pressure: what ails it is something else.
  const hasStarted = pod?.status?.phase === 'Running';
  const isFailing = isSick && (evicted.length > 0 || isFull || (hasPressure && !hasStarted));
  if (!hasPressure && !isFailing) return null;
  const message = evicted[0]?.status?.message ?? '';
  return {
    view,
    resource: resourceIn(message) ?? 'ephemeral-storage',
    hasPressure,
    isFailing,
    evicted,
    evidence: [
      ...evicted
        .slice(0, 1)
        .map((one) => fieldEvidence(one, 'status.message', one.status?.message ?? 'Evicted')),
      ...(node && hasPressure
        ? [
            fieldEvidence(
              node,
              'status.conditions[DiskPressure]',
              `True: ${condition?.message ?? ''}`,
            ),
          ]
        : []),
      ...events,
    ],
  };
}
