import { hasOwnAddress, isShared, missingPeers, ownersOf, type PeerReport } from '../calico/bgp.ts';
import { nodeRefs, refOf } from '../calico/evidence.ts';
import { installUses } from '../calico/install/install.ts';
import { nodeViews, uptimeOf, type NodeView } from '../calico/nodes.ts';
import { probeFailures } from '../calico/probes.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import { wrongAddresses } from '../calico/wrong-addresses.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { openPassage } from '../remediations/outside.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  /** The nodes at which the missing sessions meet. */
  readonly nodes: readonly string[];
  /** Pairs `[who says so, the peer's node]`. */
  readonly pairs: readonly (readonly [string, string])[];
  readonly port: number;
  /** Nodes that are established with one another. */
  readonly others: number;
  readonly allReady: boolean;
  /** True if the sessions are missing among these nodes, false if between them and others. */
  readonly isAmong: boolean;
}

interface Pair {
  readonly report: PeerReport;
  readonly peer: NodeView;
}

// A peer that was started a moment ago has not come so far, and one that is sick of something else has that to cure first.
const settleSeconds = 90;

function runsBird(snapshot: Snapshot, view: NodeView): boolean {
  const { pod, health, isReady } = view;
  const uptime = uptimeOf(view, snapshot.takenAt);
  if (!pod || !isReady || uptime === null || uptime < settleSeconds) return false;
  if (health?.state === 'ready') return true;
  const last = probeFailures(snapshot, pod).findLast(({ probe }) => probe === 'readiness');
  return (
    health?.state === 'sick' &&
    health.trouble === 'not-ready' &&
    (last === undefined || last.cause.kind === 'bgp-not-established')
  );
}

// An address in a network that the method asks for is right, though Kubernetes knows the node by another one.
const hasRightAddress = (snapshot: Snapshot, view: NodeView): boolean =>
  hasOwnAddress(view) ||
  ([4, 6] as const).every((family) =>
    wrongAddresses(snapshot, family).every(({ claim }) => claim.view.name !== view.name),
  );

function pairsOf(snapshot: Snapshot): readonly Pair[] {
  return missingPeers(snapshot).flatMap((report) => {
    const [peer, another] = ownersOf(snapshot, report.peer);
    if (!peer || another || peer.name === report.view.name || isShared(snapshot, report.peer))
      return [];
    const isRight = hasRightAddress(snapshot, peer) && hasRightAddress(snapshot, report.view);
    return isRight && runsBird(snapshot, peer) && report.view.isReady ? [{ report, peer }] : [];
  });
}

// A few new machines behind a firewall miss all the others, and each of the many misses only them.
const fewOf = 4;

/** The few nodes that take part in every missing session, each of them cut off from most others; empty if there are none such. */
function fewNodes(ends: readonly (readonly string[])[], count: number): readonly string[] {
  const missed = new Map<string, Set<string>>();
  for (const [one = '', other = ''] of ends) {
    missed.set(one, (missed.get(one) ?? new Set()).add(other));
    missed.set(other, (missed.get(other) ?? new Set()).add(one));
  }
  const few = [...missed].flatMap(([name, others]) => (others.size * 2 > count - 1 ? [name] : []));
  const areAll = ends.every((pair) => pair.some((name) => few.includes(name)));
  return areAll && few.length * fewOf <= count ? few : [];
}

// One node that takes part in every missing session is where they meet; else each node of a pair is named.
function meetingNodes(pairs: readonly Pair[], count: number): readonly string[] {
  const ends = pairs.map(({ report, peer }) => [report.view.name, peer.name]);
  const all = [...new Set(ends.flat())];
  const common = all.filter((name) => ends.every((pair) => pair.includes(name)));
  if (common.length === 1) return common;
  const few = fewNodes(ends, count);
  return few.length > 0 ? few : all;
}

function draftOf(snapshot: Snapshot, pairs: readonly Pair[]): Draft<Facts> {
  const nodes = meetingNodes(pairs, nodeViews(snapshot).length);
  const involved = [...new Set(pairs.flatMap(({ report, peer }) => [report.view.name, peer.name]))];
  const reporters = new Set(pairs.map(({ report }) => report.view.name));
  const kinds = new Set(pairs.flatMap(({ report }) => report.evidence.map(({ field }) => field)));
  const views = nodeViews(snapshot).filter(({ name }) => involved.includes(name));
  const first = pairs[0];
  const isAmong = pairs.every(({ report, peer }) =>
    [report.view.name, peer.name].every((name) => nodes.includes(name)),
  );
  const listen = itemsOf(snapshot, 'bgpConfigurations').find(
    ({ metadata }) => metadata.name === 'default',
  );
  const port = listen?.spec?.listenPort ?? 179;
  const pods = views.flatMap(({ pod }) => (pod ? [refOf(pod)] : []));
  return {
    severity: 'error',
    confidence: reporters.size > 1 || kinds.size > 1 ? 'confirmed' : 'likely',
    facts: {
      nodes,
      pairs: pairs.map(({ report, peer }) => [report.view.name, peer.name] as const),
      port,
      others: nodeViews(snapshot).length - involved.length,
      allReady: views.every(({ health }) => health?.state === 'ready'),
      isAmong,
    },
    affected: [
      ...nodeRefs(nodes),
      ...views.flatMap(({ name, pod }) => (pod && nodes.includes(name) ? [refOf(pod)] : [])),
    ],
    evidence: pairs.slice(0, 6).flatMap(({ report }) => report.evidence.slice(0, 2)),
    explains: [
      { id: 'bgp-not-established', affected: [...nodeRefs(involved), ...pods] },
      { id: 'network-unavailable-stale', affected: [...nodeRefs(involved), ...pods] },
    ],
    remedies: [
      openPassage({
        protocol: 'TCP',
        port,
        from: isAmong || nodes.length === 1 ? [...reporters] : nodes,
        to: isAmong || nodes.length === 1 ? nodes : [words.others],
        target: first?.report.peer ?? null,
      }),
    ],
  };
}

// Both ends run BIRD and know each other's right address, yet have no session: what lies between them drops TCP 179.
// The probe asks for all peers during the first 30 s only, so a pod with one dead peer is 1/1 (node/pkg/health/bird).
export const bgpPort179Blocked = defineCheck<Facts>({
  id: 'bgp-port-179-blocked',
  title: 'every node has a BGP session with each of its peers',
  needs: ['events', 'logs'],
  uses: ['bgpConfigurations', 'ipPools', 'bgpPeers', 'calicoNodes', ...installUses],
  run: (snapshot) => {
    const pairs = pairsOf(snapshot);
    return pairs.length === 0 ? [] : [draftOf(snapshot, pairs)];
  },
  words: {
    en: {
      title: ({ nodes, port, isAmong }) =>
        nodes.length === 1 || !isAmong
          ? `${list(nodes)} ${nodes.length === 1 ? 'has' : 'have'} no BGP session with ${nodes.length === 1 ? 'its' : 'their'} peers: TCP ${port} does not get through`
          : `no BGP session between ${list(nodes)}: TCP ${port} does not get through`,
      summary: ({ pairs, allReady }) =>
        `${count(pairs)} missing, although calico-node runs at both ends and the addresses are right. ` +
        `Routes to the pods behind a missing session are not there.${
          allReady ? ' The pods are ready all the same: the probe is content with one session.' : ''
        }`,
      ruledOut: ({ others }) => [
        'not a wrong address: each missing peer has its own address stored',
        ...(others > 1
          ? [`not the cluster as a whole: the other ${others} nodes miss no peer`]
          : []),
      ],
    },
  },
});

const words = { others: 'the other nodes' };

const list = (names: readonly string[]): string =>
  names.length > 4
    ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
    : names.join(' and ');

const count = (pairs: readonly (readonly [string, string])[]): string => {
  const sessions = new Set(pairs.map((pair) => pair.toSorted().join(' '))).size;
  return sessions === 1 ? 'One session is' : `${sessions} sessions are`;
};
