import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { eventsAbout } from './events.ts';
import { eventEvidence, fieldEvidence } from './evidence.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { conditionOf } from './pods.ts';
import { findObject, itemsOf } from './snapshot-lists.ts';
import { newest, secondsBetween } from './time.ts';

/** A node whose kubelet the control plane has lost sight of. */
export interface SilentNode {
  readonly view: NodeView;
  /** When the control plane gave it up; null if that is not told. */
  readonly since: string | null;
  /** A second object says the same. */
  readonly isSure: boolean;
  readonly evidence: readonly Evidence[];
}

// kube-controller-manager gives a node up 40 to 50 s after its last lease renewal (--node-monitor-grace-period).
const graceSeconds = 40;

function staleLease(snapshot: Snapshot, { name, node }: NodeView): Evidence | null {
  const lease = findObject(snapshot, 'leases', name, 'kube-node-lease');
  const others = itemsOf(snapshot, 'leases').map(({ spec }) => spec?.renewTime);
  const behind = secondsBetween(lease?.spec?.renewTime, newest(others));
  return node && behind !== null && behind > graceSeconds
    ? fieldEvidence(node, 'lease spec.renewTime', lease?.spec?.renewTime ?? '')
    : null;
}

function staleHeartbeat(snapshot: Snapshot, { name, node }: NodeView): Evidence | null {
  const beat = (from: NodeView['node']): string | undefined =>
    conditionOf(from?.status?.conditions, 'Ready')?.lastHeartbeatTime;
  const others = nodeViews(snapshot).flatMap((view) =>
    view.name === name ? [] : [beat(view.node)],
  );
  const behind = secondsBetween(beat(node), newest(others) ?? snapshot.takenAt);
  return node && behind !== null && behind > graceSeconds
    ? fieldEvidence(node, 'status.conditions[Ready].lastHeartbeatTime', beat(node) ?? '')
    : null;
}

function taint({ node }: NodeView): Evidence | null {
  const found = node?.spec?.taints?.find(({ key }) => key === 'node.kubernetes.io/unreachable');
  return node && found
    ? fieldEvidence(node, 'spec.taints', `${found.key}:${found.effect ?? ''}`)
    : null;
}

function notReadyEvent(snapshot: Snapshot, { node }: NodeView): Evidence | null {
  const event =
    node && eventsAbout(snapshot, node).findLast(({ reason }) => reason === 'NodeNotReady');
  return event ? eventEvidence(event) : null;
}

/** True if a living node has this one's address: the machine came back under another name, and this object is left over. */
export const isReplaced = (snapshot: Snapshot, view: NodeView): boolean =>
  nodeViews(snapshot).some(
    (other) =>
      other.name !== view.name &&
      other.isReady &&
      other.internalIPs.some((ip) => view.internalIPs.includes(ip)),
  );

/** All nodes that the control plane has not heard of, objects left over from renamed machines excepted. */
export function silentNodes(snapshot: Snapshot): readonly SilentNode[] {
  return nodeViews(snapshot).flatMap((view) => {
    const ready = conditionOf(view.node?.status?.conditions, 'Ready');
    if (!view.node || !view.isLost || isReplaced(snapshot, view)) return [];
    const second = [
      staleLease(snapshot, view),
      staleHeartbeat(snapshot, view),
      taint(view),
      notReadyEvent(snapshot, view),
    ].filter((evidence) => evidence !== null);
    const told = `${ready?.status}: ${ready?.reason ?? ''} ${ready?.message ?? ''}`.trim();
    return [
      {
        view,
        since: ready?.lastTransitionTime ?? null,
        isSure: second.length > 0,
        evidence: [
          fieldEvidence(view.node, 'status.conditions[Ready]', told),
          ...second.slice(0, 2),
        ],
      },
    ];
  });
}
