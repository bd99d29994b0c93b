import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { templateLimit } from '../calico/limits.ts';
import { memoryKills, type MemoryKill } from '../calico/memory-kills.ts';
import { isControlPlane } from '../calico/node-roles.ts';
import { nodeViews } from '../calico/nodes.ts';
import { canOverrideResources, overriddenInstallation } from '../calico/operator-fields.ts';
import { quantityOf } from '../calico/quantity.ts';
import type { Draft } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { resourceLimit } from '../remediations/container-resources.ts';
import { drainNode } from '../remediations/drain-node.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly {
    readonly name: string;
    readonly restarts: number;
    readonly seenBy: MemoryKill['seenBy'];
  }[];
  readonly container: string;
  readonly limit: string | null;
  readonly allReady: boolean;
}

const enoughBytes = 2 ** 30;

// Calico's own manifests set no limit; a small one is better taken away or made a gibibyte than doubled.
const wantedLimit = (limit: string): string =>
  (quantityOf(limit) ?? 0) * 2 <= enoughBytes
    ? '1Gi'
    : `${Math.ceil(((quantityOf(limit) ?? 0) * 2) / 2 ** 30)}Gi`;

function remedyFor(snapshot: Snapshot, kills: readonly MemoryKill[], first: MemoryKill): Remedy {
  const { limit, container, view } = first;
  const views = kills.map((kill) => kill.view);
  if (limit === null) {
    const others = nodeViews(snapshot).filter((one) => one.isReady && !views.includes(one));
    return drainNode({
      nodes: views.map(({ name, node }) => ({ name, isControlPlane: isControlPlane(node) })),
      others: others.length,
      title: words.drain,
    });
  }
  const install = installOf(snapshot);
  return resourceLimit({
    install,
    installation: overriddenInstallation(snapshot),
    snapshot,
    canOverride: canOverrideResources(snapshot),
    container,
    resource: 'memory',
    now: limit,
    wanted: wantedLimit(limit),
    isInjected: templateLimit(snapshot, view, container, 'memory') === 'none',
  });
}

function draftOf(
  snapshot: Snapshot,
  kills: readonly MemoryKill[],
  first: MemoryKill,
): Draft<Facts> {
  const views = [...new Set(kills.map(({ view }) => view))];
  const isSick = views.some(({ health }) => health?.state === 'sick');
  return {
    severity: isSick ? 'error' : 'warning',
    confidence: kills.every(({ isSure }) => isSure) ? 'confirmed' : 'likely',
    facts: {
      nodes: kills.map(({ view, restarts, seenBy }) => ({ name: view.name, restarts, seenBy })),
      container: first.container,
      limit: first.limit,
      allReady: !isSick,
    },
    affected: affectedBy(views),
    evidence: kills.slice(0, 3).flatMap(({ evidence }) => evidence),
    explains: [
      'probe-timeout-too-short',
      'bird-not-running',
      'bgp-peer-down',
      'slow-startup-liveness-kill',
      'node-overload-liveness-refused',
    ].map((id) => ({ id, affected: affectedBy(views) })),
    remedies: [remedyFor(snapshot, kills, first)],
  };
}

// With a limit the kernel often kills a process inside the container and not its first one: Felix or a probe vanishes without a
// word, runit starts it again, and when a probe ends the container at last its exit code may be 0.
export const oomKilled = defineCheck<Facts>({
  id: 'oom-killed',
  title: 'calico-node has the memory it needs',
  needs: ['events', 'logs'],
  uses: ['customResourceDefinitions', ...installUses],
  run: (snapshot) => {
    const all = nodeViews(snapshot).flatMap((view) => memoryKills(snapshot, view));
    const groups = Map.groupBy(all, ({ container, limit }) => `${container} ${limit ?? ''}`);
    return [...groups.values()].flatMap((kills) =>
      kills[0] ? [draftOf(snapshot, kills, kills[0])] : [],
    );
  },
  words: {
    en: {
      title: ({ nodes, container, limit }) =>
        limit === null
          ? `${container} is killed for lack of memory on ${enumerate(nodes.map(({ name }) => name))}`
          : `${container} on ${enumerate(nodes.map(({ name }) => name))} has too little memory with its limit of ${limit}`,
      summary: ({ nodes, limit, allReady }) =>
        [
          limit === null
            ? 'The container has no limit of its own: the machine itself ran out of memory.'
            : 'The kernel kills its processes as soon as they need more.',
          ...(nodes.some(({ seenBy }) => seenBy === 'processes')
            ? [
                'Felix starts again and again inside one run of the container and never says why it ended.',
              ]
            : []),
          ...(allReady ? ['It is ready at the moment.'] : []),
        ].join(' '),
    },
  },
});

const words = { drain: 'Find what takes the memory of the node, and take it off' };
