import { randomUUID } from 'node:crypto';
import { calicoCrds } from '../test/e2e/support/cluster/calico-objects.ts';
import { inParallel } from '../test/e2e/support/cluster/in-parallel.ts';
import { manifestInstall } from '../test/e2e/support/cluster/manifest.ts';
import { createAll } from '../test/e2e/support/cluster/cluster.ts';
import { type ControlPlane, startControlPlane } from '../test/e2e/support/control-plane.ts';
import type { KubeClient } from '../test/e2e/support/kube-client.ts';
import { isObject } from '../test/support/json.ts';
import {
  type BenchNode,
  benchNodes,
  calicoVersion,
  leaseOf,
  leaseTime,
  nodeParts,
  router,
} from './bench-cluster-nodes.ts';
import {
  namespaces,
  podKinds,
  podName,
  podObject,
  podStatus,
  sickEvent,
} from './bench-cluster-pods.ts';
import { type BenchLogs, serveBenchLogs } from './bench-cluster-logs.ts';

/** An API server full of objects that nobody works on, growing from size to size. */
export interface BenchCluster {
  readonly controlPlane: ControlPlane;
  /** Adds nodes with all that belongs to them until there are so many. */
  readonly growTo: (count: number) => Promise<void>;
  /** Renews the leases of all nodes at one time, as their kubelets do every 10 s. */
  readonly renewLeases: () => Promise<void>;
  /** Ends everything and removes all files. */
  readonly stop: () => Promise<void>;
}

const width = 24;
const systemSets = '/apis/apps/v1/namespaces/kube-system/daemonsets';
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
const crd = '/apis/crd.projectcalico.org/v1';
const secondsNow = (): number => Math.floor(Date.now() / 1000);

const account = (namespace: string, name: string): readonly [string, object] => [
  `/api/v1/namespaces/${namespace}/serviceaccounts`,
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } },
];

async function prepare(controlPlane: ControlPlane, client: KubeClient): Promise<void> {
  // Nobody is to make, move or take away pods, or call silent kubelets lost: all is put there as it would be.
  for (const name of ['kube-controller-manager', 'kube-scheduler'])
    await controlPlane.programs.stop(name);
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await createAll(
    client,
    calicoCrds.map((one) => [definitions, one] as const),
  );
  const own = namespaces.map((name): readonly [string, object] => [
    '/api/v1/namespaces',
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
  ]);
  await createAll(client, own);
  const accounts = ['kube-system', ...namespaces].map((namespace) => account(namespace, 'default'));
  await createAll(client, accounts);
  await manifestInstall({ version: calicoVersion }).begin(client, controlPlane, () => {});
  await createAll(client, [
    [
      `${crd}/bgpconfigurations`,
      {
        apiVersion: 'crd.projectcalico.org/v1',
        kind: 'BGPConfiguration',
        metadata: { name: 'default' },
        spec: { nodeToNodeMeshEnabled: false, asNumber: 64_512 },
      },
    ],
    [
      `${crd}/bgppeers`,
      {
        apiVersion: 'crd.projectcalico.org/v1',
        kind: 'BGPPeer',
        metadata: { name: 'router' },
        spec: { peerIP: router, asNumber: 64_500 },
      },
    ],
  ]);
}

// Who writes what decides how much the server notes down about it.
interface Writers {
  readonly controller: KubeClient;
  readonly kubelet: KubeClient;
  readonly calico: KubeClient;
}

async function addNode(
  { kubelet, calico }: Writers,
  one: BenchNode,
  logPort: number,
): Promise<void> {
  const { name } = one.facts;
  const parts = nodeParts(one, logPort, secondsNow());
  await kubelet.create('/api/v1/nodes', parts.node);
  await calico.patch(`/api/v1/nodes/${name}`, parts.byCalico);
  await kubelet.patch(`/api/v1/nodes/${name}/status`, parts.status, 'strategic');
  await kubelet.create(leases, leaseOf(name, secondsNow()));
}

async function addPods(
  { controller, kubelet }: Writers,
  one: BenchNode,
  place: number,
  uids: ReadonlyMap<string, string>,
  logs: BenchLogs,
): Promise<void> {
  for (const kind of podKinds) {
    const uid = uids.get(kind.name) ?? randomUUID();
    const path = `/api/v1/namespaces/${kind.namespace}/pods`;
    await controller.create(path, podObject(kind, one, place, uid));
    const status = podStatus(kind, one, place, secondsNow());
    await kubelet.patch(`${path}/${podName(kind, place)}/status`, status, 'strategic');
  }
  logs.add(one, place, secondsNow());
  if (one.isSick) {
    const event = sickEvent(one, place, secondsNow());
    await kubelet.create('/api/v1/namespaces/kube-system/events', event);
  }
}

async function tellDaemonSets({ controller }: Writers, nodes: readonly BenchNode[]) {
  const all = nodes.length;
  const sick = nodes.filter(({ isSick }) => isSick).length;
  for (const [name, ready] of [
    ['calico-node', all - sick],
    ['kube-proxy', all],
  ] as const) {
    const status = {
      observedGeneration: 1,
      desiredNumberScheduled: all,
      currentNumberScheduled: all,
      updatedNumberScheduled: all,
      numberMisscheduled: 0,
      numberReady: ready,
      numberAvailable: ready,
      ...(ready === all ? {} : { numberUnavailable: all - ready }),
    };
    await controller.patch(`${systemSets}/${name}/status`, { status });
  }
}

async function uidsOf(client: KubeClient): Promise<ReadonlyMap<string, string>> {
  const { items } = await client.list(systemSets);
  return new Map(
    items.map(({ metadata }) =>
      isObject(metadata) ? [String(metadata['name']), String(metadata['uid'])] : ['', ''],
    ),
  );
}

/** Brings an API server up, with Calico by manifest and room for `most` nodes. It ends with `stop`, or with this process. */
export async function startBenchCluster(most: number): Promise<BenchCluster> {
  const controlPlane = await startControlPlane({ context: 'bench' });
  const clients = {
    controller: controlPlane.client('kube-controller-manager'),
    kubelet: controlPlane.client('kubelet'),
    calico: controlPlane.client('calico-node'),
  };
  const logs = await serveBenchLogs(controlPlane.authority.issue('127.0.0.1'));
  const nodes = benchNodes(most).map((node, place) => ({ node, place }));
  let there = 0;
  try {
    await prepare(controlPlane, clients.controller);
  } catch (error) {
    await Promise.all([logs.close(), controlPlane.stop()]);
    throw error;
  }
  return {
    controlPlane,
    growTo: async (count) => {
      const more = nodes.slice(there, count);
      const uids = await uidsOf(clients.controller);
      await inParallel(more, width, async ({ node, place }) => {
        await addNode(clients, node, logs.port);
        await addPods(clients, node, place, uids, logs);
      });
      there = Math.max(there, count);
      await tellDaemonSets(
        clients,
        nodes.slice(0, there).map(({ node }) => node),
      );
    },
    renewLeases: async () => {
      const spec = { renewTime: leaseTime(secondsNow()) };
      await inParallel(nodes.slice(0, there), width, ({ node }) =>
        clients.kubelet.patch(`${leases}/${node.facts.name}`, { spec }),
      );
    },
    stop: async () => {
      for (const client of Object.values(clients)) client.close();
      await Promise.all([logs.close(), controlPlane.stop()]);
    },
  };
}
