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

// One node that takes part in every missing session is where they meet; else each node of a pair is named.
function meetingNodes(pairs: readonly Pair[]): readonly string[] {
  const ends = pairs.map(({ report, peer }) => [report.view.name, peer.name]);
  const all = [...new Set(ends.flat())];
  const common = all.filter((name) => ends.every((pair) => pair.includes(name)));
  return common.length === 1 ? common : all;
}

function draftOf(snapshot: Snapshot, pairs: readonly Pair[]): Draft<Facts> {
  const nodes = meetingNodes(pairs);
  const involved = [...new Set(pairs.flatMap(({ report, peer }) => [report.view.name, peer.name]))];
  const reporters = new Set(pairs.map(({ report }) => report.view.name));
  const kinds = new Set(pairs.flatMap(({ report }) => report.evidence.map(({ field }) => field)));
  const views = nodeViews(snapshot).filter(({ name }) => involved.includes(name));
  const first = pairs[0];
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
        from: [...reporters],
        to: nodes,
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
      title: ({ nodes, port }) =>
        nodes.length === 1
          ? `${nodes[0]} has no BGP session with its peers: TCP ${port} does not get through`
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

const list = (names: readonly string[]): string =>
  names.length > 4
    ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
    : names.join(' and ');

const count = (pairs: readonly (readonly [string, string])[]): string => {
  const sessions = new Set(pairs.map((pair) => pair.toSorted().join(' '))).size;
  return sessions === 1 ? 'One session is' : `${sessions} sessions are`;
};
