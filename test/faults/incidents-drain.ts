import type { SimulatedCluster } from '../e2e/support/cluster/cluster.ts';
import { demandAfterKey } from '../e2e/support/cluster/kubelets.ts';
import { collections } from '../e2e/support/cluster/manifest.ts';
import { valueAt } from '../e2e/support/cluster/operator-rules.ts';
import { deployment, disruptionBudget } from '../e2e/support/cluster/workloads.ts';
import type { Json } from '../e2e/support/kube-client.ts';
import { byManifest, machines } from '../e2e/support/scenarios/parts.ts';
import { nodeAt } from '../e2e/support/scenarios/scenario.ts';
import { isObject } from '../support/json.ts';
import { unreadyNodes, usual, within, type Circumstance, type Incident } from './incident.ts';

const finding = 'node-overload-liveness-refused';
const sick = 'worker-2';
const podsThere = 7;
const name = 'reports';

const replicaSets = '/apis/apps/v1/namespaces/default/replicasets';
const podsPath = '/api/v1/namespaces/default/pods';
const nodePath = `/api/v1/nodes/${sick}`;
const budgetPath = `${collections.budgets}/${name}`;
const metricsPath = `/apis/metrics.k8s.io/v1beta1/nodes/${sick}`;
const never = 10 ** 9;

// Without a Deployment: its template may be changed while its pods stay as they are.
function busySet(cpus: number): object {
  const options = { replicas: podsThere, demand: cpus, demandAfter: 0, node: sick };
  return { ...deployment(name, options), kind: 'ReplicaSet' };
}

// Felix is asked often and has too little time while the machine is busy; nobody kills it for that, so that it is well soon behind.
const probes = {
  liveness: { periodSeconds: 10, timeoutSeconds: 4, failureThreshold: 1000 },
  readiness: { periodSeconds: 1, timeoutSeconds: 4, failureThreshold: 1 },
};

const asksAtOnce = (object: Json, ...way: readonly string[]): boolean =>
  valueAt(object, ...way, 'metadata', 'annotations', demandAfterKey) === '0';

async function busyPods({ client }: SimulatedCluster): Promise<readonly Json[]> {
  return (await client.list(`${podsPath}?labelSelector=app%3D${name}`)).items;
}

const isBusyThere = (pod: Json): boolean =>
  valueAt(pod, 'spec', 'nodeName') === sick &&
  valueAt(pod, 'metadata', 'deletionTimestamp') === undefined &&
  asksAtOnce(pod);

const podPath = (pod: Json): string => `${podsPath}/${String(valueAt(pod, 'metadata', 'name'))}`;

const areAllThere = (pods: readonly Json[]): boolean =>
  pods.length === podsThere && pods.every(isBusyThere);

const ask = async ({ client }: SimulatedCluster, demandAfter: number): Promise<void> => {
  const annotations = { [demandAfterKey]: String(demandAfter) };
  await client.patch(`${replicaSets}/${name}`, {
    spec: { template: { metadata: { annotations } } },
  });
};

const usedCpu = (cpus: number): string => `${cpus * 1000}m`;

// metrics-server looks each quarter of a minute.
async function measure({ client }: SimulatedCluster, cpus: number): Promise<void> {
  const usage = { cpu: usedCpu(cpus), memory: '5Gi' };
  await client.patch(metricsPath, { usage, timestamp: new Date().toISOString() });
}

async function letGo({ client }: SimulatedCluster, pods: readonly Json[]): Promise<void> {
  for (const pod of pods)
    if (Array.isArray(valueAt(pod, 'metadata', 'finalizers')))
      await client.patch(podPath(pod), { metadata: { finalizers: null } });
}

async function sendBack(cluster: SimulatedCluster, pods: readonly Json[]): Promise<void> {
  await ask(cluster, 0);
  for (const pod of pods)
    if (!isBusyThere(pod))
      await cluster.client.remove(podPath(pod), { gracePeriodSeconds: 0 }).catch(() => {}); // gone
}

const bringBack: Incident['bringBack'] = async (cluster) => {
  const { client } = cluster;
  if (valueAt(await client.get(nodePath), 'spec', 'unschedulable') === true)
    await client.patch(nodePath, { spec: { unschedulable: null } });
  if (await client.find(budgetPath)) await client.remove(budgetPath);
  const pods = await busyPods(cluster);
  await letGo(cluster, pods);
  if (!areAllThere(pods)) return await sendBack(cluster, pods);
  // Whatever is moved away from now on is modest where it starts.
  await ask(cluster, never);
  await measure(cluster, cluster.nodes.get(sick)?.cpus ?? 0);
};

const isUnready = async (cluster: SimulatedCluster): Promise<boolean> =>
  (await unreadyNodes(cluster)).includes(sick);

async function isStanding(cluster: SimulatedCluster): Promise<boolean> {
  const { client, nodes } = cluster;
  const node = await client.get(nodePath);
  const isFree = valueAt(node, 'spec', 'unschedulable') !== true;
  if (!isFree || (await client.find(budgetPath)) || !areAllThere(await busyPods(cluster)))
    return false;
  if (asksAtOnce(await client.get(`${replicaSets}/${name}`), 'spec', 'template')) return false;
  const used = valueAt(await client.get(metricsPath), 'usage', 'cpu');
  if (used !== usedCpu(nodes.get(sick)?.cpus ?? 0)) return false;
  return (await unreadyNodes(cluster)).join() === sick;
}

const withBudget = (maxUnavailable: number): Circumstance => ({
  id: `a budget of ${maxUnavailable}`,
  begin: async ({ client }) => {
    await client.create(collections.budgets, disruptionBudget(name, { maxUnavailable }));
    await within(
      5000,
      async () => valueAt(await client.get(budgetPath), 'status', 'expectedPods') === podsThere,
    );
  },
});

const cordonedBefore: Circumstance = {
  id: 'cordoned by somebody else',
  begin: async ({ client }) => {
    await client.patch(nodePath, { spec: { unschedulable: true } });
  },
};

const endlessPod: Circumstance = {
  id: 'a pod that never ends',
  begin: async (cluster) => {
    const pod = (await busyPods(cluster)).find(isObject);
    if (pod)
      await cluster.client.patch(podPath(pod), { metadata: { finalizers: ['example.com/hold'] } });
  },
};

/** A node has far more work than it can do. */
export const drainIncidents: readonly Incident[] = [
  {
    id: 'drain',
    namespace: 'kube-system',
    // Which of the node's pods may go is told in rules-drain.ts.
    mayWrite: /\/nodes\/worker-2$|\/pods\//,
    rival: null,
    build: () => {
      const nodes = machines({}, 3);
      const objects = [[replicaSets, busySet(nodeAt(nodes, 1).cpus)] as const];
      const rest = { objects, morePods: podsThere, history: 300 };
      return byManifest(nodes, { backend: 'vxlan', probes }, {}, rest);
    },
    fixes: [
      ['--ignore-daemonsets'],
      [finding, '--ignore-daemonsets'],
      [finding, '--ignore-daemonsets'],
      [finding, '--ignore-daemonsets', '--node', sick],
      [finding, '--ignore-daemonsets', '--grace-period=1', '--force'],
      [finding, '--ignore-daemonsets', '--disable-eviction'],
      [finding],
    ],
    circumstances: [usual, usual, withBudget(1), withBudget(0), cordonedBefore, endlessPod],
    // To a drain 0 is no limit.
    timeouts: [20, 100, 240],
    isSick: isUnready,
    isWell: async (cluster) => !(await isUnready(cluster)),
    isStanding,
    bringBack,
  },
];
