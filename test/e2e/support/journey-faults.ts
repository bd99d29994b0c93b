import type { SimulatedCluster } from './cluster/cluster.ts';
import { valueAt } from './cluster/operator-rules.ts';
import { calicoPods } from './cluster/watching.ts';
import { ApiError } from './kube-client.ts';

/** How a finding is fixed. */
export interface FixHow {
  readonly args?: readonly string[];
  /** The remedy, where it is not the one that the tool takes by itself. */
  readonly remedy?: string;
  /** How long it is watched; until it is verified unless told. */
  readonly timeout?: string;
  /** How long the way back is watched; an object after which a rollout is waited for is not the last. */
  readonly undoTimeout?: string;
  /** False: what is done is no field of an object, or stays. */
  readonly isUndone?: boolean;
}

/** A fault that comes and goes by objects and facts alone, on a cluster that stays up. */
export interface Fault {
  readonly finding: string;
  readonly fix?: FixHow;
  readonly bringUp: (cluster: SimulatedCluster) => Promise<void>;
  readonly takeAway: (cluster: SimulatedCluster) => Promise<void>;
}

export const calico = '/apis/crd.projectcalico.org/v1';
export const daemonSet = '/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node';
const operator = '/apis/apps/v1/namespaces/tigera-operator/deployments/tigera-operator';
const installation = '/apis/operator.tigera.io/v1/installations/default';
const information = `${calico}/clusterinformations/default`;
const configurations = `${calico}/bgpconfigurations`;
const pool = `${calico}/ippools/default-ipv4-ippool`;

/** Two patches of one object: what is wrong with it, and what puts that right. */
export const patched = (finding: string, path: string, wrong: object, right: object): Fault => ({
  finding,
  bringUp: async ({ client }) => void (await client.patch(path, wrong)),
  takeAway: async ({ client }) => void (await client.patch(path, right)),
});

const nothing = async (): Promise<void> => {};

/** Lets a node's calico-node start anew, if there is one that is not ending already. */
export async function restartOn({ client }: SimulatedCluster, node: string): Promise<void> {
  const pod = (await calicoPods(client)).get(node);
  const [namespace, name] = ['namespace', 'name'].map((key) => valueAt(pod, 'metadata', key));
  const path = `/api/v1/namespaces/${String(namespace)}/pods/${String(name)}`;
  await client.remove(path).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  });
}

/** A start of calico-node could not take the condition back that its end had set. */
const staleCondition: Fault = {
  finding: 'network-unavailable-stale',
  fix: { isUndone: false },
  bringUp: async ({ world }) => {
    const machine = world.machines.get('worker-3');
    if (!machine) throw new Error('there is no worker-3');
    const message = 'Calico is shutting down on this node';
    const since = Date.now() / 1000 - 1200;
    machine.network = { status: 'True', reason: 'CalicoIsDown', message, since };
    machine.isDirty = true;
  },
  takeAway: nothing,
};

const at = (secondsAgo: number): string =>
  new Date(Date.now() - secondsAgo * 1000).toISOString().replace(/\.\d+/, '');
const leftOver = '/api/v1/nodes/worker-2-old';

/** A machine that came back under another name. */
const renamedNode: Fault = {
  finding: 'stale-node-objects',
  fix: { isUndone: false },
  bringUp: async ({ client }) => {
    const labels = { 'kubernetes.io/os': 'linux' };
    await client.create('/api/v1/nodes', { metadata: { name: 'worker-2-old', labels } });
    const { status } = await client.get('/api/v1/nodes/worker-2');
    const ready = {
      type: 'Ready',
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastHeartbeatTime: at(7200),
      lastTransitionTime: at(7200),
    };
    const [addresses, nodeInfo] = ['addresses', 'nodeInfo'].map((key) => valueAt(status, key));
    const own = { addresses, nodeInfo, conditions: [ready] };
    await client.patch(`${leftOver}/status`, { status: own });
  },
  takeAway: async ({ client }) => {
    if (await client.find(leftOver)) await client.remove(leftOver);
  },
};

const mark = 'example.com/journey-network';

const selects = (value: string | null): object => ({
  spec: { template: { spec: { nodeSelector: { [mark]: value } } } },
});

/** Somebody gave calico-node a node selector, and forgot to label one of the nodes. */
const unlabelledNode: Fault = {
  finding: 'daemonset-not-scheduled',
  bringUp: async ({ client, nodes }) => {
    const names = [...nodes.keys()].filter((name) => name !== 'worker-1');
    for (const name of names)
      await client.patch(`/api/v1/nodes/${name}`, { metadata: { labels: { [mark]: 'calico' } } });
    await client.patch(daemonSet, selects('calico'));
  },
  takeAway: async ({ client }) => void (await client.patch(daemonSet, selects(null))),
};

const updates = (type: string, wave: string | null): object => {
  const metadata = { annotations: { 'example.com/wave': wave } };
  return { spec: { updateStrategy: { type, rollingUpdate: null }, template: { metadata } } };
};

const detects = (kubernetes: string | null): object => ({
  spec: { calicoNetwork: { nodeAddressAutodetectionV4: { firstFound: true, kubernetes } } },
});

/** Something else on a machine has the port of Felix’ health, and calico-node starts anew. */
export const takenPort: Fault = {
  finding: 'health-port-in-use',
  bringUp: async (cluster) => {
    for (const node of cluster.nodes.values())
      if (node.name === 'worker-3') node.takenPorts = [9099];
    await restartOn(cluster, 'worker-3');
  },
  takeAway: async ({ nodes }) => {
    for (const node of nodes.values()) node.takenPorts = [];
  },
};

// What has been changed is watched elsewhere; here it is only asked whether it may be.
export const shortly = '20s';
export const briefly = '1s';

/** Faults of a manifest install. */
export const manifestFaults = {
  staleCondition,
  renamedNode,
  lockedDatastore: patched(
    'datastore-locked',
    information,
    { spec: { datastoreReady: false } },
    { spec: { datastoreReady: true } },
  ),
  noMesh: {
    finding: 'node-without-routes',
    bringUp: async ({ client }) => {
      const spec = { nodeToNodeMeshEnabled: false };
      const object = { apiVersion: 'crd.projectcalico.org/v1', kind: 'BGPConfiguration', spec };
      await client.create(configurations, { ...object, metadata: { name: 'default' } });
    },
    takeAway: async ({ client }) => void (await client.remove(`${configurations}/default`)),
  },
  disabledPool: patched(
    'ippool-none-for-node',
    pool,
    { spec: { disabled: true } },
    { spec: { disabled: null } },
  ),
  waitingUpdate: patched(
    'rollout-blocked',
    daemonSet,
    updates('OnDelete', 'second'),
    updates('RollingUpdate', null),
  ),
  unlabelledNode,
} satisfies Readonly<Record<string, Fault>>;

/** Faults of an install by the operator, one after the other; the last takes a while to go. */
export const operatorFaults = {
  stoppedOperator: {
    ...patched(
      'operator-down-or-outdated',
      operator,
      { spec: { replicas: 0 } },
      { spec: { replicas: 1 } },
    ),
    fix: { timeout: shortly },
  },
  takenPort: { ...takenPort, fix: { timeout: shortly } },
  twoMethods: {
    ...patched('operator-degraded-config', installation, detects('NodeInternalIP'), detects(null)),
    // What the operator does not accept it does not render: the DaemonSet stays.
    fix: { timeout: shortly, isUndone: false },
  },
} satisfies Readonly<Record<string, Fault>>;
