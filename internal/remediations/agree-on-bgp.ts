import { installOf } from '../calico/install/install.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { outsideCluster } from './outside.ts';

export interface BgpDisagreement {
  readonly nodes: readonly string[];
  readonly kind: 'as-number' | 'router-id' | 'password' | 'environment';
}

type Look = (place: { readonly client: string; readonly workload: string }) => readonly string[];

const numbers: Look = ({ client }) => [
  `${client} get bgpconfiguration default -o yaml | grep -iE 'asNumber|nodeToNodeMesh'`,
  `${client} get bgppeers -o yaml | grep -iE 'name:|asNumber|peerIP|nodeSelector'`,
  `kubectl get nodes -o custom-columns='NODE:.metadata.name,AS:.metadata.annotations.projectcalico\\.org/ASNumber,IP:.metadata.annotations.projectcalico\\.org/IPv4Address'`,
];

const looks: Readonly<Record<BgpDisagreement['kind'], Look>> = {
  'as-number': (place) => [...numbers(place), `# ${words.sameNumbers}`],
  'router-id': (place) => [
    ...numbers(place),
    `kubectl ${place.workload} -o yaml | grep -A1 CALICO_ROUTER_ID`,
    `# ${words.ownIdentifier}`,
  ],
  password: ({ client }) => [
    `${client} get bgppeers,bgpconfigurations -o yaml | grep -iA4 password`,
    `# ${words.secret}`,
  ],
  environment: ({ workload }) => [
    `kubectl ${workload} -o yaml | grep -A2 'name: AS$'`,
    `# ${words.variable}`,
  ],
};

/** Shows what each side is told, and says what has to be made equal; a router outside the cluster is changed there. */
export function agreeOnBgp(snapshot: Snapshot, { kind }: BgpDisagreement): Remedy {
  const { datastore, namespace, daemonSet } = installOf(snapshot);
  const place = {
    client: datastore === 'etcd' ? 'calicoctl' : 'kubectl',
    workload: `-n ${namespace ?? 'kube-system'} get daemonset ${daemonSet ?? 'calico-node'}`,
  };
  return { ...outsideCluster(words.title[kind], looks[kind](place)), id: 'agree-on-bgp' };
}

const words = {
  title: {
    'as-number': 'Give both sides the same AS numbers',
    'router-id': 'Give each node a router ID of its own',
    password: 'Give both sides the same password, and calico-node the right to read it',
    environment: 'Give calico-node an AS number that is one, or none',
  },
  sameNumbers: 'set the same numbers on both sides; a router outside the cluster is changed there',
  ownIdentifier:
    'two nodes with one address, or CALICO_ROUTER_ID=hash with an unlucky pair of names: give one of them another',
  secret:
    'the Secret has to be in the namespace of calico-node, with a Role that lets its ServiceAccount get, list and watch it',
  variable:
    'a number from 1 to 4294967295, or no variable: the default comes from BGPConfiguration',
};
