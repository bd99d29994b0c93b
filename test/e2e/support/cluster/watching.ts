import { isObject } from '../../../support/json.ts';
import type { Json, KubeClient } from '../kube-client.ts';
import type { SimulatedCluster } from './cluster.ts';
import { valueAt } from './operator-rules.ts';

/** What a test looks at while it waits. */

const selector = 'labelSelector=k8s-app%3Dcalico-node';
const addressKey = 'projectcalico.org/IPv4Address';

/** The calico-node pods, by node; the newest where a node has two for a moment. */
export async function calicoPods(client: KubeClient): Promise<ReadonlyMap<string, Json>> {
  const { items } = await client.list(`/api/v1/pods?${selector}`);
  const made = (pod: Json): string => String(valueAt(pod, 'metadata', 'creationTimestamp'));
  const sorted = items.toSorted((a, b) => made(a).localeCompare(made(b)));
  return new Map(sorted.map((pod) => [String(valueAt(pod, 'spec', 'nodeName')), pod]));
}

/** Whether a pod is ready. */
export function isReadyPod(pod: Json | undefined): boolean {
  const conditions = valueAt(pod, 'status', 'conditions');
  return (
    valueAt(pod, 'metadata', 'deletionTimestamp') === undefined &&
    Array.isArray(conditions) &&
    conditions.some((one) => isObject(one) && one['type'] === 'Ready' && one['status'] === 'True')
  );
}

/** Which nodes have a calico-node that is ready, in the order of their names. */
export async function readyNodes({ client }: SimulatedCluster): Promise<readonly string[]> {
  const pods = await calicoPods(client);
  return [...pods]
    .filter(([, pod]) => isReadyPod(pod))
    .map(([name]) => name)
    .toSorted((a, b) => a.localeCompare(b));
}

/** The addresses that the nodes have given out, by name; bare. */
export async function givenAddresses({
  client,
}: SimulatedCluster): Promise<Readonly<Record<string, string>>> {
  const { items } = await client.list('/api/v1/nodes');
  return Object.fromEntries(
    items.map((node) => {
      const stored = valueAt(node, 'metadata', 'annotations', addressKey);
      const address = typeof stored === 'string' ? (stored.split('/')[0] ?? '') : '';
      return [String(valueAt(node, 'metadata', 'name')), address];
    }),
  );
}

/** True once all pods of the DaemonSet have its newest template and are ready. */
export async function isRolledOut(
  { client }: SimulatedCluster,
  namespace = 'kube-system',
): Promise<boolean> {
  const daemonSet = await client.get(
    `/apis/apps/v1/namespaces/${namespace}/daemonsets/calico-node`,
  );
  const status = (key: string): unknown => valueAt(daemonSet, 'status', key);
  const wanted = status('desiredNumberScheduled');
  return (
    status('observedGeneration') === valueAt(daemonSet, 'metadata', 'generation') &&
    status('updatedNumberScheduled') === wanted &&
    status('numberAvailable') === wanted
  );
}

/** Restarts of calico-node on a node. */
export async function restartsOn({ client }: SimulatedCluster, node: string): Promise<number> {
  const pod = (await calicoPods(client)).get(node);
  const statuses = valueAt(pod, 'status', 'containerStatuses');
  return Array.isArray(statuses) ? Number(valueAt(statuses[0], 'restartCount') ?? 0) : 0;
}
