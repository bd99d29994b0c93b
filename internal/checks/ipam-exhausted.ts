import { podsWithoutAddress } from '../calico/addressless.ts';
import { affectedBy } from '../calico/affected.ts';
import { consequencesOf } from '../calico/consequences.ts';
import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence, nodeRefs, refOf } from '../calico/evidence.ts';
import { installUses } from '../calico/install/install.ts';
import { nodesWithoutRoom, refusals, roomEvidence, type Refusal } from '../calico/ipam-shortage.ts';
import { nodeViews } from '../calico/nodes.ts';
import { poolsIn, type ShortageKind } from '../calico/pool-errors.ts';
import { roomIn, strayAddresses, type PoolRoom } from '../calico/pool-room.ts';
import { workloadPools } from '../calico/pools.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import type { Draft, ObjectRef, Symptom } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { addPool } from '../remediations/add-pool.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly kind: ShortageKind;
  readonly nodes: readonly string[];
  /** Nodes on which calico-node itself gets no address for its tunnel. */
  readonly tunnels: readonly string[];
  /** Pods that wait, `namespace/name`. */
  readonly pods: readonly string[];
  readonly pools: readonly string[];
  /** Addresses that are given out and that no pod of the snapshot has; 0 where that is not known. */
  readonly stray: number;
}

const nameOf = ({ namespace, name }: ObjectRef): string => `${namespace ?? 'default'}/${name}`;

// Some addresses are between two owners at any moment; many are a leak.
function strayIn(snapshot: Snapshot, rooms: readonly PoolRoom[]): number {
  const stray = rooms.reduce((sum, { pool }) => sum + strayAddresses(snapshot, pool), 0);
  const used = rooms.reduce((sum, room) => sum + room.used, 0);
  return stray >= 4 && stray * 5 >= used ? stray : 0;
}

function symptomsOf(
  snapshot: Snapshot,
  tunnels: readonly string[],
  affected: readonly ObjectRef[],
): readonly Symptom[] {
  const views = nodeViews(snapshot).filter(({ name }) => tunnels.includes(name));
  const own = ['pod-not-ready', 'crash-loop', 'slow-startup-liveness-kill', 'bird-not-running'];
  return [
    { id: 'pods-without-network', affected },
    { id: 'cni-install-failed', affected: [...affected, ...affectedBy(views)] },
    ...(views.length > 0
      ? consequencesOf(snapshot, views, [...own, 'node-without-routes', 'rollout-blocked'])
      : []),
  ];
}

/** What is said of one sort of shortage, by calico-node or by the plugin: two objects, as the pod waits meanwhile. */
function refusedDraft(
  snapshot: Snapshot,
  kind: ShortageKind,
  group: readonly Refusal[],
): Draft<Facts> {
  const concerned = new Set(group.map(({ node }) => node));
  const nodes = nodeViews(snapshot).flatMap(({ name }) => (concerned.has(name) ? [name] : []));
  const tunnels = group.flatMap(({ pod, node }) => (pod ? [] : [node]));
  const pods = group.flatMap(({ pod }) => pod ?? []);
  const views = nodeViews(snapshot).filter(({ name }) => tunnels.includes(name));
  const named = new Set(group.flatMap(({ text }) => poolsIn(text)));
  const rooms = workloadPools(itemsOf(snapshot, 'ipPools'))
    .filter(({ spec }) => named.size === 0 || named.has(spec?.cidr ?? ''))
    .flatMap((pool) => roomIn(snapshot, pool) ?? []);
  const full = kind === 'pools' ? rooms.filter(({ free }) => free === 0) : [];
  // Reserved addresses, or a block that was freed a moment ago: the blocks do not bear it out.
  const isDoubtful = kind === 'pools' && rooms.length > 0 && full.length === 0;
  const affected = [
    ...nodeRefs(nodes),
    ...views.flatMap(({ pod }) => (pod ? [refOf(pod)] : [])),
    ...pods,
  ];
  const stray = strayIn(snapshot, full);
  return {
    severity: 'error',
    confidence: isDoubtful ? 'likely' : 'confirmed',
    facts: {
      kind,
      nodes,
      tunnels,
      pods: pods.map(nameOf),
      pools: [...new Set([...named, ...full.map(({ cidr }) => cidr)])],
      stray,
    },
    affected,
    evidence: [
      ...group.slice(0, 3).flatMap(({ evidence }) => evidence),
      ...full.slice(0, 2).map(roomEvidence),
    ],
    explains: symptomsOf(snapshot, tunnels, affected),
    remedies: [addPool(snapshot, { reason: kind, cidr: null, stray })],
  };
}

/** Nobody says so, but by its blocks every pool of a node is full: the next pod there waits, if none does yet. */
function fullDrafts(snapshot: Snapshot): readonly Draft<Facts>[] {
  const short = nodesWithoutRoom(snapshot);
  const rooms = [...new Map(short.flatMap((item) => item.rooms).map((room) => [room.cidr, room]))];
  if (rooms.length === 0) return [];
  const full = rooms.map(([, room]) => room);
  const waiting = short.flatMap(({ view }) => podsWithoutAddress(snapshot, view.name));
  const nodes = [...new Set(waiting.flatMap(({ spec }) => spec?.nodeName ?? []))];
  const pods = waiting.map(refOf);
  const stray = strayIn(snapshot, full);
  const affected =
    pods.length > 0 ? [...nodeRefs(nodes), ...pods] : full.map(({ pool }) => refOf(pool));
  return [
    {
      severity: pods.length > 0 ? 'error' : 'warning',
      confidence: pods.length > 0 ? 'likely' : 'confirmed',
      facts: {
        kind: 'pools',
        nodes,
        tunnels: [],
        pods: pods.map(nameOf),
        pools: full.map(({ cidr }) => cidr),
        stray,
      },
      affected,
      evidence: [
        ...full.slice(0, 2).map(roomEvidence),
        ...waiting.slice(0, 2).map((pod) => fieldEvidence(pod, 'status.podIP', 'none')),
      ],
      explains: [{ id: 'pods-without-network', affected }],
      remedies: [addPool(snapshot, { reason: 'pools', cidr: null, stray })],
    },
  ];
}

// Addresses come from blocks, blocks from pools. With the last one gone no pod starts, and calico-node that needs a tunnel address
// of its own does not start either.
export const ipamExhausted = defineCheck<Facts>({
  id: 'ipam-exhausted',
  title: 'there are free pod addresses',
  needs: ['events', 'logs'],
  uses: ['ipPools', 'ipamBlocks', ...installUses],
  run: (snapshot) => {
    const groups = Map.groupBy(refusals(snapshot), ({ kind }) => kind);
    return groups.size > 0
      ? [...groups].map(([kind, group]) => refusedDraft(snapshot, kind, group))
      : fullDrafts(snapshot);
  },
  words: {
    en: {
      title: ({ kind, pools, nodes }) => titles[kind](pools, nodes),
      summary: ({ tunnels, pods, stray }) =>
        [
          ...(pods.length > 0
            ? [
                pods.length === 1
                  ? `Pod ${pods[0]} waits for an address.`
                  : `${pods.length} pods wait for an address.`,
              ]
            : []),
          ...(tunnels.length > 0
            ? [
                `calico-node needs one for its tunnel, and does not start without it (${enumerate(tunnels)}).`,
              ]
            : []),
          ...(pods.length + tunnels.length === 0
            ? ['Running pods keep theirs; the next one to start gets none.']
            : []),
          ...(stray > 0
            ? [`${stray} of the addresses given out belong to no pod that was seen.`]
            : []),
        ].join(' '),
    },
  },
});

const titles: Readonly<
  Record<ShortageKind, (pools: readonly string[], nodes: readonly string[]) => string>
> = {
  pools: (pools) =>
    `no free addresses are left${pools.length > 0 ? ` in ${enumerate(pools)}` : ''}`,
  'strict-affinity': (_pools, nodes) =>
    `${enumerate(nodes)}: no block is left to take, and strict affinity forbids to borrow`,
  'block-limit': (_pools, nodes) =>
    `${enumerate(nodes)}: as many blocks as a node may have, and all are full`,
};
