import { missingPeers, ownersOf } from '../calico/bgp.ts';
import { fieldEvidence, nodeRefs, refOf } from '../calico/evidence.ts';
import type { NodeView } from '../calico/nodes.ts';
import { conditionOf } from '../calico/pods.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { restorePeer } from '../remediations/restore-peer.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly peer: string;
  readonly address: string;
  readonly state: 'node-lost' | 'node-not-ready' | 'no-pod' | 'pod-sick';
  readonly reporters: readonly string[];
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
        facts: { peer: view.name, address, state, reporters: names },
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

// While a peer is down, calico-node that starts elsewhere waits for it: unready for half a minute, and from v3.31 on with the
// node closed to new pods for up to five minutes. It is the peer that needs help, not the pods that name it.
export const bgpPeerDown = defineCheck<Facts>({
  id: 'bgp-peer-down',
  title: 'every BGP peer that is named is a node whose calico-node runs',
  needs: ['events', 'logs'],
  run: draftsOf,
  words: {
    en: {
      title: ({ peer, reporters }) =>
        `${peer} is down as a BGP peer, and ${reporters.length === 1 ? reporters[0] : `${reporters.length} nodes`} waits for it`.replace(
          'nodes waits',
          'nodes wait',
        ),
      summary: ({ peer, address, state }) =>
        `${peer} (${address}) ${states[state]}. The nodes that name it are well themselves.`,
      ruledOut: () => ['not a blocked port: there is nothing at the other end that could answer'],
    },
  },
});

const states: Readonly<Record<Facts['state'], string>> = {
  'node-lost': 'has not been heard of by the control plane',
  'node-not-ready': 'is not ready',
  'no-pod': 'has no calico-node pod',
  'pod-sick': 'has a calico-node pod that does not run',
};
