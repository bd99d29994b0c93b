import type { KubeObject, Node, NodeMetrics, Pod } from '../model/kubernetes.ts';
import type { DrainConcern } from '../model/plan.ts';
import type { ListName, Lists, Read, Snapshot } from '../model/snapshot.ts';
import type { ObjectSelector } from './drain-selector.ts';

/** A PodDisruptionBudget, as far as evictions look at it. */
export interface DisruptionBudget extends KubeObject {
  readonly spec?: {
    readonly selector?: ObjectSelector | null;
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
    /** `IfHealthyBudget` (the default) or `AlwaysAllow`. */
    readonly unhealthyPodEvictionPolicy?: string;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly disruptionsAllowed?: number;
    readonly currentHealthy?: number;
    readonly desiredHealthy?: number;
    readonly expectedPods?: number;
  };
}

export interface VolumeClaim extends KubeObject {
  readonly spec?: { readonly volumeName?: string };
}

/** A PersistentVolume. Its node affinity is that of a pod (`nodeSelectorTerms`). */
export interface Volume extends KubeObject {
  readonly spec?: {
    readonly local?: { readonly path?: string };
    readonly hostPath?: { readonly path?: string };
    readonly nodeAffinity?: { readonly required?: unknown };
  };
}

/** A DaemonSet that pods name as their controller, as `kubectl drain` looks it up. */
export interface DaemonSetSight {
  readonly namespace: string;
  readonly name: string;
  readonly state: 'there' | 'missing' | 'unread';
  /** The server's words, where it is not there or could not be read. */
  readonly message: string;
}

/** What a drain is judged by. A null list could not be read: then `gaps` says so. */
export interface DrainFacts {
  /** RFC 3339, when it was read. */
  readonly now: string;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  /** The nodes of which every pod is in `pods`; null: all of them. */
  readonly completeNodes: readonly string[] | null;
  readonly daemonSets: readonly DaemonSetSight[];
  readonly budgets: readonly DisruptionBudget[] | null;
  readonly claims: readonly VolumeClaim[] | null;
  readonly volumes: readonly Volume[] | null;
  readonly metrics: readonly NodeMetrics[] | null;
  readonly gaps: readonly DrainConcern[];
}

const itemsOf = <Name extends ListName>(snapshot: Snapshot, name: Name): readonly Lists[Name][] => {
  const read: Read<Lists[Name]> = snapshot.lists[name];
  return read.state === 'not-asked' ? [] : (read.items ?? []);
};

const gap = (id: string, text: string): DrainConcern => ({ id, text, isBlocking: false });

// A DaemonSet that a pod names and a list that was read whole does not hold is gone; with a list in part nothing is known.
function daemonSetSights(snapshot: Snapshot, pods: readonly Pod[]): readonly DaemonSetSight[] {
  const isRead = snapshot.lists.daemonSets.state === 'read';
  const isWhole = isRead && !(snapshot.partial ?? []).includes('daemonSets');
  const known = itemsOf(snapshot, 'daemonSets');
  return daemonSetsOf(pods).map(({ namespace, name }) => {
    const isThere = known.some(
      ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
    );
    const state = isThere ? 'there' : isWhole ? 'missing' : 'unread';
    return { namespace, name, state, message: isThere ? '' : notFound(name) };
  });
}

/** The API server's words for a DaemonSet that is not there. */
const notFound = (name: string): string => `daemonsets.apps "${name}" not found`;

/** The DaemonSets that pods name as their controller, each once. */
export function daemonSetsOf(
  pods: readonly Pod[],
): readonly { readonly namespace: string; readonly name: string }[] {
  const found = new Map<string, { readonly namespace: string; readonly name: string }>();
  for (const { metadata } of pods) {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (owner?.kind !== 'DaemonSet' || owner.apiVersion !== 'apps/v1' || !owner.name) continue;
    const namespace = metadata.namespace ?? 'default';
    found.set(`${namespace}/${owner.name}`, { namespace, name: owner.name });
  }
  return [...found.values()];
}

function gapsOf(snapshot: Snapshot): readonly DrainConcern[] {
  const { nodes, pods, daemonSets } = snapshot.lists;
  const isPart = pods.state !== 'read' || (snapshot.partial ?? []).includes('pods');
  return [
    gap('budgets-unknown', words.budgets),
    gap('volumes-unknown', words.volumes),
    ...(isPart || snapshot.source.kind === 'dump' ? [gap('pods-unknown', words.pods)] : []),
    ...(nodes.state === 'read' ? [] : [gap('nodes-unknown', words.nodes)]),
    ...(daemonSets.state === 'read' ? [] : [gap('daemonsets-unknown', words.daemonSets)]),
  ];
}

/**
 * What a snapshot tells about a drain: for a preview from a dump. Budgets and volumes stand in no snapshot, and perhaps not all
 * pods: each of that is said as a concern. A drain that is carried out is judged by `readDrainFacts` anew.
 */
export function drainFactsOf(snapshot: Snapshot): DrainFacts {
  const pods = itemsOf(snapshot, 'pods');
  const isPart = snapshot.lists.pods.state !== 'read' || (snapshot.partial ?? []).includes('pods');
  return {
    now: snapshot.takenAt,
    nodes: itemsOf(snapshot, 'nodes'),
    pods,
    completeNodes: isPart ? [] : null,
    daemonSets: daemonSetSights(snapshot, pods),
    budgets: null,
    claims: null,
    volumes: null,
    metrics: snapshot.lists.nodeMetrics.state === 'read' ? snapshot.lists.nodeMetrics.items : null,
    gaps: gapsOf(snapshot),
  };
}

const words = {
  budgets:
    'Disruption budgets were not read: whether they let the pods go is seen when the drain is made.',
  volumes:
    'Persistent volumes were not read: whether pods keep data on this machine in them is not known.',
  pods: 'Only the pods that were read are listed: there may be more on the node, in other namespaces.',
  nodes: 'The nodes were not read: whether others can take the pods is not known.',
  daemonSets: 'The DaemonSets were not read: pods that name one are taken to belong to it.',
};
