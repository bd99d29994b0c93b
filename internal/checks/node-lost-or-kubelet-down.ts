import { consequencesOf } from '../calico/consequences.ts';
import { enumerate } from '../calico/enumerate.ts';
import { affectedBy } from '../calico/affected.ts';
import { silentNodes, type SilentNode } from '../calico/silent-nodes.ts';
import { isBefore } from '../calico/time.ts';
import { bringKubeletBack, removeNode } from '../remediations/kubelet-back.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  /** Since when the control plane has not heard of the kubelet that is silent longest. */
  readonly since: string | null;
  /** Nodes whose calico-node is still shown as ready: the last word of a kubelet that is silent. */
  readonly shownReady: readonly string[];
}

// What is reported about a silent node alone is what its kubelet said last.
const stale = [
  'runtime-broken-init-stuck',
  'rollout-blocked',
  'network-unavailable-stale',
  'stale-node-objects',
  'node-overload-liveness-refused',
  'evicted-disk-pressure',
];

const factsOf = (silent: readonly SilentNode[]): Facts => ({
  nodes: silent.map(({ view }) => view.name),
  since: silent.reduce<string | null>(
    (first, { since }) => (first === null || isBefore(since, first) ? since : first),
    null,
  ),
  shownReady: silent
    .filter(({ view }) => view.health?.state === 'ready')
    .map(({ view }) => view.name),
});

/** A machine is off, cut off, or its kubelet does not run: the API shows what was so before. Not Calico's fault. */
export const nodeLostOrKubeletDown = defineCheck<Facts>({
  id: 'node-lost-or-kubelet-down',
  title: "every node's kubelet reports to the API server",
  needs: ['nodes'],
  uses: ['leases', 'events', 'logs'],
  run: (snapshot) => {
    const silent = silentNodes(snapshot);
    if (silent.length === 0) return [];
    const views = silent.map(({ view }) => view);
    return [
      {
        severity: 'error',
        confidence: silent.every(({ isSure }) => isSure) ? 'confirmed' : 'likely',
        facts: factsOf(silent),
        affected: affectedBy(views),
        evidence: silent.slice(0, 4).flatMap(({ evidence }) => evidence),
        explains: consequencesOf(snapshot, views, stale),
        remedies: [
          bringKubeletBack(
            views.map(({ name, node, internalIPs }) => ({
              name,
              node,
              address: internalIPs[0] ?? null,
            })),
          ),
          removeNode(views.map(({ name }) => name)),
        ],
      },
    ];
  },
  words: {
    en: {
      title: ({ nodes }) =>
        nodes.length === 1
          ? `${nodes[0]} is gone: its kubelet no longer reports`
          : `${enumerate(nodes)} are gone: their kubelets no longer report`,
      summary: ({ nodes, shownReady }) =>
        [
          `The machine is off or cut off, or its kubelet does not run; calico-node cannot be seen or repaired there before it is back.`,
          ...(shownReady.length > 0
            ? [`That calico-node is shown as ready on ${enumerate(shownReady)} is old news.`]
            : []),
          ...(nodes.length > 1 ? ['Several at once: look for what they share first.'] : []),
        ].join(' '),
    },
  },
});
