import type { SimulatedCluster } from '../e2e/support/cluster/cluster.ts';
import type { NodeFacts } from '../e2e/support/cluster/facts.ts';
import { givenAddresses } from '../e2e/support/cluster/watching.ts';
import { addBridge, byManifest, byOperator, machines } from '../e2e/support/scenarios/parts.ts';
import { nodeAt } from '../e2e/support/scenarios/scenario.ts';
import {
  anyTimeout,
  isNewest,
  onDelete,
  rollAtOnce,
  unreadyNodes,
  usual,
  withoutBgp,
  type Incident,
} from './incident.ts';
import { otherMethod, otherMethodOfOperator } from './rivals.ts';

const finding = 'wrong-ip-autodetected';
const sick = 'worker-2';

// Without BGP a calico-node is ready some seconds after its start, also where its peers have wrong addresses.
function nodesWithBridge(): readonly NodeFacts[] {
  const nodes = machines({}, 3);
  addBridge(nodeAt(nodes, 1));
  return nodes;
}

const hasWrongAddress = async (cluster: SimulatedCluster): Promise<boolean> =>
  (await givenAddresses(cluster))[sick] !== cluster.nodes.get(sick)?.internalIp;

const wrongAddress = (namespace: string) => ({
  namespace,
  timeouts: anyTimeout,
  fixes: [
    [],
    [],
    [],
    [finding],
    [finding, '--node', sick],
    ['--method', 'kubernetes-internal-ip'],
    ['--method', 'cidr=10.64.8.0/24'],
    ['--method', 'interface=ens3'],
  ],
  isSick: hasWrongAddress,
  isWell: async (cluster: SimulatedCluster): Promise<boolean> => !(await hasWrongAddress(cluster)),
  isStanding: async (cluster: SimulatedCluster): Promise<boolean> =>
    (await unreadyNodes(cluster)).length === 0 &&
    (await hasWrongAddress(cluster)) &&
    (await isNewest(cluster, namespace)),
});

const quick = { isQuick: true };

/** A node gives out the address of a bridge. */
export const addressIncidents: readonly Incident[] = [
  {
    ...wrongAddress('kube-system'),
    id: 'address',
    mayWrite: /\/kube-system\/daemonsets\/calico-node$/,
    rival: otherMethod,
    build: () => byManifest(nodesWithBridge(), { backend: 'vxlan' }, quick),
    circumstances: [onDelete, onDelete, usual],
    bringBack: rollAtOnce,
  },
  {
    ...wrongAddress('calico-system'),
    id: 'address-operator',
    mayWrite: /\/installations\/default$/,
    rival: otherMethodOfOperator,
    build: () => byOperator(nodesWithBridge(), { spec: withoutBgp }, quick),
    circumstances: [usual],
    bringBack: () => Promise.resolve(),
  },
];
