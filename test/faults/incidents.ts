import { setTimeout as wait } from 'node:timers/promises';
import type { NodeFacts } from '../e2e/support/cluster/facts.ts';
import {
  startCluster,
  type ClusterSpec,
  type SimulatedCluster,
} from '../e2e/support/cluster/cluster.ts';
import { valueAt } from '../e2e/support/cluster/operator-rules.ts';
import { givenAddresses, readyNodes } from '../e2e/support/cluster/watching.ts';
import type { Json } from '../e2e/support/kube-client.ts';
import { addBridge, byManifest, byOperator, machines } from '../e2e/support/scenarios/parts.ts';
import { nodeAt } from '../e2e/support/scenarios/scenario.ts';

/** A cluster in which something is wrong that the tool can put right. */
export interface Incident {
  readonly id: string;
  readonly build: () => ClusterSpec;
  readonly namespace: string;
  /** The node that gives out the address of a bridge. */
  readonly sick: string;
  /** What fix may be asked for besides its own choice. */
  readonly fixes: readonly (readonly string[])[];
  /** Lets changed pods be replaced all at once, so that a rollout takes seconds. */
  readonly roll: (cluster: SimulatedCluster) => Promise<void>;
  /** Lets nothing be replaced, so that nothing has to be waited for; null where that cannot be said. */
  readonly hold: ((cluster: SimulatedCluster) => Promise<void>) | null;
}

const manifestDaemonSet = '/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node';

const allAtOnce = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } };
const onDelete = { type: 'OnDelete', rollingUpdate: null };

const finding = 'wrong-ip-autodetected';
const addressFixes: Incident['fixes'] = [
  [],
  [],
  [],
  [finding],
  [finding, '--node', 'worker-2'],
  ['--method', 'kubernetes-internal-ip'],
  ['--method', 'cidr=10.64.8.0/24'],
  ['--method', 'interface=ens3'],
];

// Without BGP a calico-node is ready some seconds after its start, also where its peers have wrong addresses.
function nodesWithBridge(): readonly NodeFacts[] {
  const nodes = machines({}, 3);
  addBridge(nodeAt(nodes, 1));
  return nodes;
}

const withoutBgp = {
  calicoNetwork: { bgp: 'Disabled', ipPools: [{ cidr: '10.244.0.0/14', encapsulation: 'VXLAN' }] },
  nodeUpdateStrategy: allAtOnce,
};
const quick = { isQuick: true };

export const incidents: readonly Incident[] = [
  {
    id: 'manifest',
    build: () => byManifest(nodesWithBridge(), { backend: 'vxlan' }, quick),
    namespace: 'kube-system',
    sick: 'worker-2',
    fixes: addressFixes,
    roll: async ({ client }) => {
      await client.patch(manifestDaemonSet, { spec: { updateStrategy: allAtOnce } });
    },
    hold: async ({ client }) => {
      await client.patch(manifestDaemonSet, { spec: { updateStrategy: onDelete } });
    },
  },
  {
    id: 'operator',
    build: () => byOperator(nodesWithBridge(), { spec: withoutBgp }, quick),
    namespace: 'calico-system',
    sick: 'worker-2',
    fixes: addressFixes,
    roll: () => Promise.resolve(),
    hold: null,
  },
];

const numbersOf = (daemonSet: Json): boolean => {
  const status = (key: string): unknown => valueAt(daemonSet, 'status', key);
  return (
    status('observedGeneration') === valueAt(daemonSet, 'metadata', 'generation') &&
    status('updatedNumberScheduled') === status('desiredNumberScheduled')
  );
};

const daemonSetOf = (namespace: string): string =>
  `/apis/apps/v1/namespaces/${namespace}/daemonsets/calico-node`;

/** Whether the node still gives out the wrong address. */
export async function isSick(cluster: SimulatedCluster, { sick }: Incident): Promise<boolean> {
  return (await givenAddresses(cluster))[sick] !== cluster.nodes.get(sick)?.internalIp;
}

/** Whether the incident stands and nothing moves: all pods are ready and of the newest template. */
export async function isStanding(cluster: SimulatedCluster, incident: Incident): Promise<boolean> {
  const ready = await readyNodes(cluster);
  if (ready.length !== cluster.nodes.size || !(await isSick(cluster, incident))) return false;
  return numbersOf(await cluster.client.get(daemonSetOf(incident.namespace)));
}

/** Looks again and again until something is so, for at most so many milliseconds; says whether it was. */
export async function within(ms: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + ms;
  while (!(await isSo())) {
    if (Date.now() > end) return false;
    await wait(200);
  }
  return true;
}

/** Brings the cluster of an incident up, quick where the real one takes minutes. */
export const startIncident = async ({ id, build }: Incident): Promise<SimulatedCluster> =>
  await startCluster({ ...build(), context: `faults-${id}` });
