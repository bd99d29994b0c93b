import { affectedBy } from '../calico/affected.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { nodeViews, uptimeOf, type NodeView } from '../calico/nodes.ts';
import { conditionOf } from '../calico/pods.ts';
import { settingsOf } from '../calico/settings.ts';
import { newest, secondsBetween } from '../calico/time.ts';
import type { Draft } from '../model/finding.ts';
import type { Condition } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  clearLeftOver,
  clearNetworkUnavailable,
} from '../remediations/clear-network-unavailable.ts';
import { defineCheck } from './define.ts';
import { someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly reason: string;
  /** Who set the condition: calico-node when it was stopped, or the cloud provider for a node without a route. */
  readonly setBy: 'calico-node' | 'cloud-provider';
  /** True if there is no Calico any longer that would take the condition back. */
  readonly isRemoved: boolean;
}

// calico-node clears the condition when it is ready, or after five minutes (node/pkg/lifecycle/startup, v3.31 and newer;
// at once in older releases). Longer than that with a ready pod, nobody is going to clear it.
const longestSeconds = 360;
// A dump takes long where a node does not answer: its list of nodes may be that much older than its pods.
const oldListSeconds = 900;

const conditionIn = ({ node }: NodeView): Condition | undefined =>
  conditionOf(node?.status?.conditions, 'NetworkUnavailable');

const setterOf = (view: NodeView): Facts['setBy'] =>
  conditionIn(view)?.reason?.startsWith('Calico') === true ? 'calico-node' : 'cloud-provider';

/** When the node was read: the snapshot's time, or the last heartbeat if that is much older. */
function seenAt(snapshot: Snapshot, { node }: NodeView): string {
  const heartbeat = newest(
    (node?.status?.conditions ?? []).map(({ lastHeartbeatTime }) => lastHeartbeatTime),
  );
  const age = secondsBetween(heartbeat, snapshot.takenAt) ?? 0;
  return heartbeat !== null && age > oldListSeconds ? heartbeat : snapshot.takenAt;
}

function isStale(snapshot: Snapshot, view: NodeView): boolean {
  const condition = conditionIn(view);
  if (condition?.status !== 'True' || !view.isReady || view.health?.state !== 'ready') return false;
  const now = seenAt(snapshot, view);
  const since = secondsBetween(condition.lastTransitionTime, now) ?? longestSeconds + 1;
  const age = uptimeOf(view, now) ?? secondsBetween(view.pod?.status?.startTime, now) ?? 0;
  return (
    age > longestSeconds &&
    since > longestSeconds &&
    // Without a backend of Calico's own the route controller of the cloud owns the condition.
    settingsOf(snapshot, view.pod?.spec, view.pod).backend !== 'none'
  );
}

/** Nodes that calico-node marked when it was stopped for the last time: neither pods nor a DaemonSet of it are left. */
function abandoned(snapshot: Snapshot): readonly NodeView[] {
  const views = nodeViews(snapshot);
  const isGone =
    snapshot.lists.pods.state === 'read' &&
    snapshot.lists.daemonSets.state === 'read' &&
    installOf(snapshot).renderer === 'none' &&
    views.every(({ pod }) => pod === null);
  if (!isGone) return [];
  return views.filter((view) => {
    const condition = conditionIn(view);
    const since = secondsBetween(condition?.lastTransitionTime, snapshot.takenAt) ?? 0;
    return (
      condition?.status === 'True' && setterOf(view) === 'calico-node' && since > longestSeconds
    );
  });
}

function draftOf(
  snapshot: Snapshot,
  setBy: Facts['setBy'],
  views: readonly NodeView[],
  isRemoved = false,
): Draft<Facts> {
  const reason = views[0] ? (conditionIn(views[0])?.reason ?? '') : '';
  return {
    severity: 'error',
    // A dump may have left Calico's namespace out.
    confidence: isRemoved ? 'likely' : 'confirmed',
    facts: { nodes: views.map(({ name }) => name), reason, setBy, isRemoved },
    affected: affectedBy(views),
    evidence: views.slice(0, 4).flatMap((view) => {
      const { reason: why = '', message = '' } = conditionIn(view) ?? {};
      const field = 'status.conditions[NetworkUnavailable]';
      return [
        ...(view.node ? [fieldEvidence(view.node, field, `True: ${why} ${message}`.trim())] : []),
        ...(view.pod ? [fieldEvidence(view.pod, 'status.conditions[Ready]', 'True')] : []),
      ];
    }),
    isSymptom: true,
    remedies: isRemoved
      ? [clearLeftOver(views.map(({ name }) => name))]
      : clearNetworkUnavailable(
          snapshot,
          views.flatMap(({ pod }) => pod ?? []),
          setBy,
        ),
  };
}

// The preStop hook of calico-node marks its node as without network (v3.20 and newer); the next start takes that back. If that
// write fails it is not tried again, and the node stays closed to new pods although its network works.
export const networkUnavailableStale = defineCheck<Facts>({
  id: 'network-unavailable-stale',
  title: 'no node with a working calico-node is marked as without network',
  needs: [],
  uses: [...installUses],
  run: (snapshot) => {
    const stale = nodeViews(snapshot).filter((view) => isStale(snapshot, view));
    const left = abandoned(snapshot);
    return [
      ...[...Map.groupBy(stale, setterOf)].map(([setBy, views]) => draftOf(snapshot, setBy, views)),
      ...(left.length > 0 ? [draftOf(snapshot, 'calico-node', left, true)] : []),
    ];
  },
  words: {
    en: {
      title: ({ nodes, isRemoved }) =>
        `${someNodes(nodes)} ${nodes.length === 1 ? 'is' : 'are'} marked as without network, ${isRemoved ? 'and the Calico that did it is gone' : 'although calico-node is ready there'}`,
      summary: ({ reason, setBy, isRemoved }) =>
        isRemoved
          ? `calico-node set the condition NetworkUnavailable (${reason}) when it was stopped for the last time. It keeps new pods away, and another network does not take it back.`
          : setBy === 'calico-node'
            ? `The condition NetworkUnavailable (${reason}) is left over from a stop of calico-node: it keeps new pods away from the node, and nothing is going to clear it.`
            : `The condition NetworkUnavailable (${reason}) comes from the cloud provider, which looks for a route of its own: it keeps new pods away from the node.`,
    },
  },
});
