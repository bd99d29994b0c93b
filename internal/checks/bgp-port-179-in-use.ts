import { itemsOf } from '../calico/snapshot-lists.ts';
import type { NodeView } from '../calico/nodes.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { outsideCluster } from '../remediations/outside.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly holders: readonly string[];
}

// BIRD says so of each session when it could not bind its port.
const pattern =
  /bird6?: .*(?:No listening socket|bind: Address (?:already )?in use)|bird6?: .*Cannot listen on|bird6?: .*Failed to bind .*179/;

// Programs that speak BGP from the host network, by what their images are called.
const speaksBgp = /metallb|speaker|frr|kube-router|kube-vip|gobgp|bgpd|exabgp|cilium/;

const holdersOn = (snapshot: Snapshot, view: NodeView): readonly Pod[] =>
  itemsOf(snapshot, 'pods').filter(
    (pod) =>
      pod.spec?.nodeName === view.name &&
      pod.spec.hostNetwork === true &&
      pod.metadata.uid !== view.pod?.metadata.uid &&
      (pod.spec.containers ?? []).some(({ image }) => speaksBgp.test(image ?? '')),
  );

const nameOf = ({ metadata }: Pod): string => `${metadata.namespace ?? ''}/${metadata.name}`;

export const bgpPort179InUse = defineSignature<Facts>({
  id: 'bgp-port-179-in-use',
  title: 'BIRD has the BGP port to itself on every node',
  pattern,
  confirms: (snapshot, { view }) =>
    holdersOn(snapshot, view).map((pod) => fieldEvidence(pod, 'spec.hostNetwork', nameOf(pod))),
  facts: (snapshot, sightings) => ({
    nodes: nodesOf(sightings),
    holders: sightings.flatMap(({ view }) => holdersOn(snapshot, view).map(nameOf)),
  }),
  explains: [
    'bgp-port-179-blocked',
    'bgp-peer-down',
    'bgp-as-or-id-mismatch',
    'network-unavailable-stale',
  ],
  remedies: (_snapshot, { nodes }) => [
    outsideCluster(words.stop, [
      ...nodes
        .slice(0, 3)
        .flatMap((node) => [`# on ${node}: who listens there?`, "ss -ltnp 'sport = :179'"]),
      '# stop it, or let it announce through Calico (MetalLB: serviceLoadBalancerIPs in BGPConfiguration)',
    ]),
    outsideCluster(
      words.move,
      [
        `kubectl patch bgpconfiguration default --type merge -p '{"spec":{"listenPort":1790}}'`,
        '# and the port in the configuration of every router that peers with the nodes',
      ],
      [words.mesh],
    ),
  ],
  words: {
    en: {
      title: ({ nodes }) => `another program has the BGP port on ${someNodes(nodes)}`,
      summary: ({ holders }) =>
        `BIRD cannot listen, so no peer reaches it.${holders.length > 0 ? ` On these nodes ${holders.join(', ')} speaks BGP from the host network.` : ''}`,
      ruledOut: () => ['not a firewall: BIRD says itself that it has no socket'],
    },
  },
});

const words = {
  stop: 'Find the program that listens on port 179, and stop or move it',
  move: 'Move BGP of the whole cluster to another port',
  mesh: 'All sessions are made anew; until every node has the new port some are missing.',
};
