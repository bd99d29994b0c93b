import type { SimulatedCluster } from './cluster/cluster.ts';
import { annotate } from './cluster/world.ts';
import {
  briefly,
  daemonSet,
  type Fault,
  manifestFaults,
  restartOn,
  shortly,
} from './journey-faults.ts';
import type { KubeClient } from './kube-client.ts';

// Faults that keep calico-node away from a node, by the real admission and the real controllers.

const space = '/api/v1/namespaces/kube-system';
const account = `${space}/serviceaccounts/calico-node`;
const level = 'pod-security.kubernetes.io/enforce';
const node = '/api/v1/nodes/worker-3';

// A controller that was refused waits longer each time, and looks at once where the object changes.
const wake = async (client: KubeClient): Promise<void> => {
  const annotations = { 'example.com/woken-at': new Date().toISOString() };
  await client.patch(daemonSet, { metadata: { annotations } });
};

const enforced = async (client: KubeClient, value: string | null): Promise<void> => {
  await client.patch(space, { metadata: { labels: { [level]: value } } });
};

/** Somebody wants no privileged pods in Calico's namespace. */
const unprivilegedNamespace: Fault = {
  finding: 'daemonset-not-scheduled',
  fix: { timeout: shortly },
  bringUp: async (cluster) => {
    await enforced(cluster.client, 'restricted');
    await restartOn(cluster, 'worker-3');
  },
  takeAway: async ({ client }) => {
    await enforced(client, null);
    await wake(client);
  },
};

/** calico-node's service account was deleted. */
const lostAccount: Fault = {
  finding: 'daemonset-not-scheduled',
  fix: { timeout: shortly },
  bringUp: async (cluster) => {
    await cluster.client.remove(account);
    await restartOn(cluster, 'worker-3');
  },
  takeAway: async ({ client }) => {
    if (!(await client.find(account)))
      await client.create(`${space}/serviceaccounts`, { metadata: { name: 'calico-node' } });
    await wake(client);
  },
};

const templateOf = async (client: KubeClient, spec: object): Promise<void> => {
  await client.patch(daemonSet, { spec: { template: { spec } } });
};

const tolerated = [{ key: 'CriticalAddonsOnly', operator: 'Exists' }];
const usual = [
  { effect: 'NoSchedule', operator: 'Exists' },
  ...tolerated,
  { effect: 'NoExecute', operator: 'Exists' },
];

/** A node with a taint that calico-node no longer tolerates. */
const taintedNode: Fault = {
  finding: 'daemonset-not-scheduled',
  bringUp: async ({ client }) => {
    const taints = [{ key: 'example.com/for', value: 'data', effect: 'NoSchedule' }];
    await client.patch(node, { spec: { taints } });
    await templateOf(client, { tolerations: tolerated });
  },
  takeAway: async ({ client }) => {
    await client.patch(node, { spec: { taints: null } });
    await templateOf(client, { tolerations: usual });
  },
};

const rack = 'example.com/journey-rack';

/** calico-node is kept to nodes with a label, and one has none. */
const rackless: Fault = {
  finding: 'daemonset-not-scheduled',
  fix: { timeout: briefly },
  bringUp: async (cluster) => {
    const { client, nodes } = cluster;
    for (const name of nodes.keys())
      if (name !== 'worker-2')
        await client.patch(`/api/v1/nodes/${name}`, { metadata: { labels: { [rack]: 'a' } } });
    const term = { matchExpressions: [{ key: rack, operator: 'Exists' }] };
    const required = { nodeSelectorTerms: [term] };
    const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: required };
    await templateOf(client, { affinity: { nodeAffinity } });
  },
  takeAway: async ({ client }) => templateOf(client, { affinity: null }),
};

/** As with the label that a node lacks, and the selector goes. */
const narrowSelector: Fault = {
  ...manifestFaults.unlabelledNode,
  fix: { remedy: 'change-nodeselector', timeout: briefly },
};

const addressKey = 'projectcalico.org/IPv4Address';

function machineOf({ world }: SimulatedCluster, name: string) {
  const machine = world.machines.get(name);
  if (!machine) throw new Error(`there is no ${name}`);
  return machine;
}

/** Somebody took the tunnel address away that a calico-node had stored; it takes one at its start alone. */
export const lostTunnel: Fault = {
  finding: 'node-without-routes',
  fix: { isUndone: false },
  bringUp: async (cluster) =>
    annotate(machineOf(cluster, 'worker-1'), 'projectcalico.org/IPv4VXLANTunnelAddr', null),
  takeAway: async () => {},
};

/** What a node stores as its address is none, and its calico-node starts anew. */
const unreadableAddress: Fault = {
  finding: 'ip-autodetect-invalid-method',
  fix: { timeout: briefly, isUndone: false },
  bringUp: async (cluster) => {
    annotate(machineOf(cluster, 'worker-2'), addressKey, 'ten-dot-something');
    await restartOn(cluster, 'worker-2');
  },
  takeAway: async (cluster) => {
    annotate(machineOf(cluster, 'worker-2'), addressKey, null);
    await restartOn(cluster, 'worker-2');
  },
};

/** Faults of a manifest install. */
export const placingFaults = {
  unprivilegedNamespace,
  lostAccount,
  taintedNode,
  rackless,
  narrowSelector,
  unreadableAddress,
} satisfies Readonly<Record<string, Fault>>;
