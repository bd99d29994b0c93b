import { affectedBy } from '../calico/affected.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import { installUses } from '../calico/install/install.ts';
import { nodeViews, uptimeOf, type NodeView } from '../calico/nodes.ts';
import { conditionOf } from '../calico/pods.ts';
import { settingsOf } from '../calico/settings.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { restartPods } from '../remediations/restart-pods.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly reason: string;
}

// calico-node clears the condition when it is ready, or after five minutes (node/pkg/lifecycle/startup, v3.31 and newer;
// at once in older releases). Longer than that with a ready pod, nobody is going to clear it.
const longestSeconds = 360;

function isStale(snapshot: Snapshot, view: NodeView): boolean {
  const condition = conditionOf(view.node?.status?.conditions, 'NetworkUnavailable');
  const uptime = uptimeOf(view, snapshot.takenAt) ?? 0;
  const backend = settingsOf(snapshot, view.pod?.spec, view.pod).backend;
  return (
    condition?.status === 'True' &&
    view.isReady &&
    view.health?.state === 'ready' &&
    uptime > longestSeconds &&
    // Without a backend of Calico's own the route controller of the cloud owns the condition.
    backend !== 'none'
  );
}

function draftOf(views: readonly NodeView[]): Draft<Facts> {
  const conditions = views.map(({ node }) =>
    conditionOf(node?.status?.conditions, 'NetworkUnavailable'),
  );
  const pods = views.flatMap(({ pod }) => (pod ? [pod] : []));
  const restart = restartPods(pods);
  return {
    severity: 'error',
    confidence: 'confirmed',
    facts: { nodes: views.map(({ name }) => name), reason: conditions[0]?.reason ?? '' },
    affected: affectedBy(views),
    evidence: views
      .slice(0, 4)
      .flatMap(({ node, pod }, index) => [
        ...(node
          ? [
              fieldEvidence(
                node,
                'status.conditions[NetworkUnavailable]',
                `True: ${conditions[index]?.reason ?? ''} ${conditions[index]?.message ?? ''}`.trim(),
              ),
            ]
          : []),
        ...(pod ? [fieldEvidence(pod, 'status.conditions[Ready]', 'True')] : []),
      ]),
    isSymptom: true,
    remedies: restart ? [restart] : [],
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
    const views = nodeViews(snapshot).filter((view) => isStale(snapshot, view));
    return views.length === 0 ? [] : [draftOf(views)];
  },
  words: {
    en: {
      title: ({ nodes }) =>
        `${nodes.length > 2 ? `${nodes.length} nodes` : nodes.join(' and ')} marked as without network, although calico-node is ready there`,
      summary: ({ reason }) =>
        `The condition NetworkUnavailable (${reason}) is left over: it keeps new pods away from the node, and nothing is going to clear it.`,
    },
  },
});
