import { affectedBy } from '../calico/affected.ts';
import { missingPeers, ownersOf } from '../calico/bgp.ts';
import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence, nodeRefs, refOf } from '../calico/evidence.ts';
import type { NodeView } from '../calico/nodes.ts';
import { conditionOf } from '../calico/pods.ts';
import { missingRouters, type RouterPeer } from '../calico/router-peers.ts';
import type { Confidence, Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { restorePeer } from '../remediations/restore-peer.ts';
import { restoreRouter } from '../remediations/restore-router.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly peer: string;
  readonly address: string;
  readonly state: 'node-lost' | 'node-not-ready' | 'no-pod' | 'pod-sick' | 'router';
  readonly reporters: readonly string[];
  /** Peers outside the cluster; empty where the peer is a node. */
  readonly routers: readonly string[];
}

function stateOf({ pod, health, isLost, isReady, node }: NodeView): Facts['state'] | null {
  if (node && isLost) return 'node-lost';
  if (node && !isReady) return 'node-not-ready';
  if (!pod) return 'no-pod';
  // Unready for want of BGP alone is the other end of the same missing session, not a peer that is down.
  const isDown =
    health?.state === 'sick' && health.trouble !== 'not-ready' && health.trouble !== 'restarting';
  return isDown ? 'pod-sick' : null;
}

function peerEvidence(view: NodeView): Evidence[] {
  const ready = conditionOf(view.node?.status?.conditions, 'Ready');
  const { node, pod, health } = view;
  return [
    ...(node && ready?.status !== 'True'
      ? [
          fieldEvidence(
            node,
            'status.conditions[Ready]',
            `${ready?.status}: ${ready?.reason ?? ''} ${ready?.message ?? ''}`.trim(),
          ),
        ]
      : []),
    ...(pod && health?.state === 'sick' ? [fieldEvidence(pod, 'status', health.trouble)] : []),
  ];
}

function draftsOf(snapshot: Snapshot): readonly Draft<Facts>[] {
  const byPeer = Map.groupBy(missingPeers(snapshot), ({ peer }) => peer);
  return [...byPeer].flatMap(([address, reports]) => {
    const [view, another] = ownersOf(snapshot, address);
    const state = view && !another ? stateOf(view) : null;
    const others = reports.filter((report) => report.view.name !== view?.name);
    if (!view || !state || others.length === 0) return [];
    const names = others.map((report) => report.view.name);
    const pods = others.flatMap((report) => (report.view.pod ? [refOf(report.view.pod)] : []));
    return [
      {
        severity: 'error' as const,
        confidence: 'confirmed' as const,
        facts: { peer: view.name, address, state, reporters: names, routers: [] },
        affected: [...nodeRefs([view.name]), ...(view.pod ? [refOf(view.pod)] : [])],
        evidence: [
          ...peerEvidence(view),
          ...others.slice(0, 3).flatMap(({ evidence }) => evidence.slice(0, 1)),
        ],
        explains: [
          { id: 'bgp-not-established', affected: [...nodeRefs(names), ...pods] },
          { id: 'network-unavailable-stale', affected: [...nodeRefs(names), ...pods] },
        ],
        isSymptom: true,
        remedies: [restorePeer({ node: view.name, isGone: state === 'node-lost' })],
      },
    ];
  });
}

function routerConfidence(routers: readonly RouterPeer[]): Confidence {
  const reports = routers.flatMap((router) => router.reports);
  const witnesses = new Set(
    reports.flatMap(({ evidence }) => evidence.map(({ from }) => from.name)),
  );
  return routers.some(({ isTold }) => isTold) && witnesses.size > 1 ? 'confirmed' : 'likely';
}

// Routers that the same nodes miss have gone together, as far as the cluster can tell.
function routerDrafts(snapshot: Snapshot): readonly Draft<Facts>[] {
  const namesOf = ({ reports }: RouterPeer): readonly string[] => [
    ...new Set(reports.map(({ view }) => view.name)),
  ];
  const groups = Map.groupBy(missingRouters(snapshot), (router) => namesOf(router).join());
  return [...groups.values()].flatMap((routers) => {
    const views = [...new Set(routers.flatMap(({ reports }) => reports.map(({ view }) => view)))];
    const reporters = views.map(({ name }) => name);
    const addresses = routers.map(({ address }) => address);
    const affected = affectedBy(views);
    return {
      severity: views.some(({ health }) => health?.state !== 'ready') ? 'error' : 'warning',
      confidence: routerConfidence(routers),
      facts: {
        peer: enumerate(addresses),
        address: addresses[0] ?? '',
        state: 'router',
        reporters,
        routers: addresses,
      },
      affected,
      evidence: routers
        .flatMap(({ reports }) => reports)
        .slice(0, 4)
        .flatMap(({ evidence }) => evidence.slice(0, 1)),
      explains: ['bgp-not-established', 'network-unavailable-stale', 'rollout-blocked'].map(
        (id) => ({ id, affected }),
      ),
      isSymptom: true,
      remedies: [
        restoreRouter({
          addresses,
          nodes: reporters,
          askedBy: [...new Set(routers.flatMap(({ askedBy }) => askedBy))],
        }),
      ],
    };
  });
}

// While a peer is down, calico-node that starts elsewhere waits for it: unready for half a minute, and from v3.31 on with the
// node closed to new pods for up to five minutes. It is the peer that needs help, not the pods that name it.
export const bgpPeerDown = defineCheck<Facts>({
  id: 'bgp-peer-down',
  title: 'every BGP peer that is named is a node whose calico-node runs',
  needs: ['events', 'logs'],
  uses: ['bgpPeers', 'calicoNodes'],
  run: (snapshot) => [...draftsOf(snapshot), ...routerDrafts(snapshot)],
  words: {
    en: {
      title: ({ peer, reporters, routers }) =>
        routers.length > 0
          ? routerTitle(routers, reporters)
          : `${peer} is down as a BGP peer, and ${reporters.length === 1 ? reporters[0] : `${reporters.length} nodes`} waits for it`.replace(
              'nodes waits',
              'nodes wait',
            ),
      summary: ({ peer, address, state, routers }) =>
        routers.length > 0
          ? routerSummary(routers)
          : `${peer} (${address}) ${states[state]}. The nodes that name it are well themselves.`,
      ruledOut: ({ routers }) =>
        routers.length > 0
          ? ['not a node of the cluster: none has the address']
          : ['not a blocked port: there is nothing at the other end that could answer'],
    },
  },
});

const routerTitle = (routers: readonly string[], reporters: readonly string[]): string =>
  `${reporters.length > 3 ? `${reporters.length} nodes have` : `${enumerate(reporters)} ${reporters.length === 1 ? 'has' : 'have'}`} no BGP session with ${enumerate(routers)}, outside the cluster`;

const routerSummary = (routers: readonly string[]): string =>
  `No node has ${routers.length === 1 ? 'this address' : 'these addresses'}: the BGP peers there are routers or route reflectors of the network. ` +
  'They are down, do not know the nodes, or TCP 179 to them is blocked; the cluster cannot tell which.';

const states: Readonly<Record<Facts['state'], string>> = {
  'node-lost': 'has not been heard of by the control plane',
  'node-not-ready': 'is not ready',
  'no-pod': 'has no calico-node pod',
  router: 'is no node',
  'pod-sick': 'has a calico-node pod that does not run',
};
