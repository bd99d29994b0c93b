import type { Clock } from '../model/clock.ts';
import type { Cluster, ListQuery, Refused } from '../model/cluster.ts';
import type { KubeObject, Node, NodeMetrics, Pod } from '../model/kubernetes.ts';
import type { DrainConcern } from '../model/plan.ts';
import {
  type DaemonSetSight,
  daemonSetsOf,
  type DisruptionBudget,
  type DrainFacts,
} from '../plan/drain-facts.ts';
import { canReplace } from '../plan/drain-nodes.ts';
import { readVolumes } from './drain-volumes.ts';
import { isGone, isNode, isPod, reasonOf } from './objects.ts';
import { inParallel } from './parallel.ts';
import { timeText } from './recorder.ts';

const atATime = 8;

/** Above so many nodes the pods of the whole cluster are not read, only those that matter and some for the room. */
const mostNodesInFull = 150;
const nodesToSample = 30;

const isBudget = (object: KubeObject): object is DisruptionBudget =>
  object.kind === 'PodDisruptionBudget';
const isMetrics = (object: KubeObject): object is NodeMetrics => object.kind === 'NodeMetrics';

type Listed =
  | { readonly state: 'read'; readonly items: readonly KubeObject[] }
  | { readonly state: 'failed'; readonly refused: Refused };

async function listOf(cluster: Cluster, query: ListQuery): Promise<Listed> {
  const reply = await cluster.list(query);
  return reply.state === 'done'
    ? { state: 'read', items: reply.value }
    : { state: 'failed', refused: reply };
}

const podsWhere = (query: Partial<ListQuery>): ListQuery => ({
  apiVersion: 'v1',
  kind: 'Pod',
  ...query,
});

const calicoApps =
  'calico-node,canal,calico-typha,calico-kube-controllers,calico-apiserver,tigera-operator';

// kubectl lists a node's pods so, in pages of 500.
const onNode = (name: string): ListQuery => podsWhere({ fieldSelector: `spec.nodeName=${name}` });

/** What to ask for: the drained nodes' pods always; those of all nodes, or of some and of the parts of Calico and etcd. */
function podQueries(
  drained: readonly string[],
  nodes: readonly Node[],
): { readonly queries: readonly ListQuery[]; readonly complete: readonly string[] | null } {
  const ended = 'status.phase!=Succeeded,status.phase!=Failed';
  const own = drained.map(onNode);
  if (nodes.length <= mostNodesInFull)
    return { queries: [...own, podsWhere({ fieldSelector: ended })], complete: null };
  const emptied = nodes.filter(({ metadata }) => drained.includes(metadata.name));
  const sample = nodes
    .filter((other) => !emptied.includes(other) && emptied.some((one) => canReplace(one, other)))
    .slice(0, nodesToSample)
    .map(({ metadata }) => metadata.name);
  return {
    queries: [
      ...own,
      ...sample.map(onNode),
      podsWhere({ labelSelector: `k8s-app in (${calicoApps})` }),
      podsWhere({ namespace: 'kube-system', labelSelector: 'component=etcd' }),
    ],
    complete: [...drained, ...sample],
  };
}

function distinct(pods: readonly Pod[]): readonly Pod[] {
  const known = new Map<string, Pod>();
  for (const pod of pods) {
    const { uid, namespace = '', name } = pod.metadata;
    known.set(uid ?? `${namespace}/${name}`, pod);
  }
  return [...known.values()];
}

interface PodsRead {
  readonly pods: readonly Pod[];
  readonly complete: readonly string[] | null;
  readonly gaps: readonly DrainConcern[];
}

async function readPods(
  cluster: Cluster,
  drained: readonly string[],
  nodes: readonly Node[],
): Promise<PodsRead> {
  const { queries, complete } = podQueries(drained, nodes);
  const lists = await inParallel(queries, atATime, (query) => listOf(cluster, query));
  const own = lists.slice(0, drained.length).find(({ state }) => state === 'failed');
  const other = lists.slice(drained.length).find(({ state }) => state === 'failed');
  const pods = lists.flatMap((list) => (list.state === 'read' ? list.items.filter(isPod) : []));
  return {
    pods: distinct(pods),
    complete: other ? drained : complete,
    gaps: [
      ...(own?.state === 'failed'
        ? [{ id: 'pods-unread', text: words.pods(reasonOf(own.refused)), isBlocking: true }]
        : []),
      ...(other?.state === 'failed' && !own
        ? [gap('pods-unknown', words.otherPods(reasonOf(other.refused)))]
        : []),
    ],
  };
}

const gap = (id: string, text: string): DrainConcern => ({ id, text, isBlocking: false });

/** Looks a pod's DaemonSet up as kubectl does (pkg/drain/filters.go, daemonSetFilter). */
export const readDaemonSets = (
  cluster: Cluster,
  pods: readonly Pod[],
): Promise<readonly DaemonSetSight[]> =>
  inParallel(daemonSetsOf(pods), atATime, async ({ namespace, name }) => {
    const reply = await cluster.get({ apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name });
    if (reply.state === 'done') return { namespace, name, state: 'there', message: '' } as const;
    const state = isGone(reply) ? 'missing' : 'unread';
    return { namespace, name, state, message: reply.message } as const;
  });

// policy/v1 came with Kubernetes 1.21.
async function readBudgets(cluster: Cluster): Promise<Listed> {
  const query = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' };
  const newer = await listOf(cluster, query);
  if (newer.state === 'read' || newer.refused.status !== 404) return newer;
  return listOf(cluster, { ...query, apiVersion: 'policy/v1beta1' });
}

/**
 * Reads what the drains of these nodes are judged by: nodes, pods, their DaemonSets, disruption budgets, volumes and the use of nodes.
 * What cannot be read is said in `gaps`; throws what the cluster throws.
 */
export async function readDrainFacts(
  cluster: Cluster,
  drained: readonly string[],
  clock: Clock,
): Promise<DrainFacts> {
  const listed = await listOf(cluster, { apiVersion: 'v1', kind: 'Node' });
  const nodes = listed.state === 'read' ? listed.items.filter(isNode) : [];
  const [{ pods, complete, gaps }, budgets, metrics] = await Promise.all([
    readPods(cluster, drained, nodes),
    readBudgets(cluster),
    listOf(cluster, { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'NodeMetrics' }),
  ]);
  const here = pods.filter(({ spec }) => drained.includes(spec?.nodeName ?? ''));
  const [daemonSets, volumes] = await Promise.all([
    readDaemonSets(cluster, here),
    readVolumes(cluster, here),
  ]);
  const unread = daemonSets.find(({ state }) => state === 'unread');
  return {
    now: timeText(clock.now()),
    nodes,
    pods,
    completeNodes: complete,
    daemonSets,
    budgets: budgets.state === 'read' ? budgets.items.filter(isBudget) : null,
    claims: volumes.claims,
    volumes: volumes.volumes,
    metrics: metrics.state === 'read' ? metrics.items.filter(isMetrics) : null,
    gaps: [
      ...(listed.state === 'read'
        ? []
        : [{ id: 'nodes-unread', text: words.nodes(reasonOf(listed.refused)), isBlocking: true }]),
      ...gaps,
      ...(unread ? [gap('daemonsets-unknown', words.daemonSets(unread.message))] : []),
      ...(budgets.state === 'read'
        ? []
        : [gap('budgets-unknown', words.budgets(reasonOf(budgets.refused)))]),
      ...(volumes.reason === null ? [] : [gap('volumes-unknown', words.volumes(volumes.reason))]),
    ],
  };
}

const words = {
  nodes: (reason: string): string => `The nodes cannot be read: ${reason}.`,
  pods: (reason: string): string => `The pods of the node cannot be read: ${reason}.`,
  otherPods: (reason: string): string =>
    `The pods of the other nodes cannot be read, so whether those have room is not known: ${reason}.`,
  daemonSets: (reason: string): string =>
    `Not all DaemonSets can be read; pods that name one are taken to belong to it: ${reason}.`,
  budgets: (reason: string): string =>
    `Disruption budgets cannot be read; the API server keeps them all the same: ${reason}.`,
  volumes: (reason: string): string =>
    `Volumes cannot be read, so whether data stays on this machine is not known: ${reason}.`,
};
