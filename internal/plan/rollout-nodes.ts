import type { ContainerStatus, KubeObject, Node, Pod } from '../model/kubernetes.ts';
import { fieldAt } from './fields.ts';

/** How a node was before a change: what may be worse afterwards is measured against it. */
export interface NodeBaseline {
  readonly node: string;
  /** Its pod of the DaemonSet was Ready. */
  readonly isPodReady: boolean;
  /** The kubelet answered: Node condition Ready. Pods of other nodes are not replaced. */
  readonly isNodeReady: boolean;
  /** What its pod waited for (`CrashLoopBackOff`, …); empty if nothing. */
  readonly trouble: string;
  /** Which pod that was; null if there was none. */
  readonly podUid: string | null;
  /** How often that pod had restarted. */
  readonly restarts: number;
}

/** What is seen of a node while a template rolls out. */
export interface NodeSight {
  readonly node: string;
  readonly pod: Pod | null;
  /** The pod is of the newest template. */
  readonly isUpdated: boolean;
  readonly isReady: boolean;
  readonly isTerminating: boolean;
  readonly restarts: number;
  /** What a container waits for, if it is an error; empty if nothing. */
  readonly trouble: string;
  /** True once calico-node or its init containers run: images are there. */
  readonly isStarted: boolean;
}

/** Reasons of a waiting container that no waiting cures as a rule. */
const troubles: ReadonlySet<string> = new Set([
  'CrashLoopBackOff',
  'CreateContainerError',
  'CreateContainerConfigError',
  'RunContainerError',
  'StartError',
  'ContainerCannotRun',
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
]);

const statuses = (pod: Pod): readonly ContainerStatus[] => [
  ...(pod.status?.initContainerStatuses ?? []),
  ...(pod.status?.containerStatuses ?? []),
];

/** Why a container of a pod does not start; empty where none says so. */
export function troubleOf(pod: Pod): string {
  for (const { state } of statuses(pod)) {
    const reason = state?.waiting?.reason ?? '';
    if (troubles.has(reason)) return reason;
  }
  return pod.status?.phase === 'Failed' ? (pod.status.reason ?? 'Failed') : '';
}

const isTrue = (object: Pod | Node, type: string): boolean =>
  object.status?.conditions?.find((condition) => condition.type === type)?.status === 'True';

/** True for a pod that is Ready and not about to go. */
export const isPodReady = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined && isTrue(pod, 'Ready');

/** True for a node whose kubelet reports that it is ready. */
export const isNodeReady = (node: Node): boolean => isTrue(node, 'Ready');

/** Restarts of all containers of a pod, init containers left out. */
const restartsOf = (pod: Pod): number =>
  (pod.status?.containerStatuses ?? []).reduce((sum, one) => sum + (one.restartCount ?? 0), 0);

/** The hash of the template that a pod was made from. */
export const hashOf = (pod: Pod): string => pod.metadata.labels?.['controller-revision-hash'] ?? '';

/** The pods that a DaemonSet made. */
export const ownedBy = (pods: readonly Pod[], uid: string | undefined): readonly Pod[] =>
  pods.filter(
    ({ metadata }) =>
      uid !== undefined && (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid),
  );

/**
 * The hash of a DaemonSet's newest ControllerRevision, as its pods carry it in `controller-revision-hash`; null where none was read.
 */
export function newestHash(
  revisions: readonly KubeObject[],
  uid: string | undefined,
): string | null {
  const numberOf = (object: KubeObject): number => {
    const value = fieldAt(object, ['revision']);
    return typeof value === 'number' ? value : -1;
  };
  const own = revisions.filter(({ metadata }) =>
    (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid),
  );
  const newest = own.toSorted((a, b) => numberOf(b) - numberOf(a))[0];
  return newest?.metadata.labels?.['controller-revision-hash'] ?? null;
}

// While a pod is replaced, the old one and the new one may stand side by side: the one that stays counts.
function currentPod(pods: readonly Pod[]): Pod | null {
  const isGoing = ({ metadata }: Pod): number => (metadata.deletionTimestamp === undefined ? 0 : 1);
  const born = ({ metadata }: Pod): string => metadata.creationTimestamp ?? '';
  return (
    pods.toSorted((a, b) => isGoing(a) - isGoing(b) || born(b).localeCompare(born(a)))[0] ?? null
  );
}

const isStarted = (pod: Pod): boolean =>
  statuses(pod).some(
    ({ state }) => state?.running !== undefined || state?.terminated !== undefined,
  );

function sightOf(node: string, pod: Pod | null, isNew: IsNew): NodeSight {
  return {
    node,
    pod,
    isUpdated: pod !== null && isNew(pod),
    isReady: pod !== null && isPodReady(pod),
    isTerminating: pod?.metadata.deletionTimestamp !== undefined,
    restarts: pod ? restartsOf(pod) : 0,
    trouble: pod ? troubleOf(pod) : '',
    isStarted: pod !== null && isStarted(pod),
  };
}

/** Whether a pod is of the newest template. */
export type IsNew = (pod: Pod) => boolean;

/** Groups the pods of a DaemonSet by node; `nodes` names those that had one before, so that a missing one is seen. */
export function nodeSights(
  pods: readonly Pod[],
  isNew: IsNew,
  nodes: readonly string[] = [],
): readonly NodeSight[] {
  const byNode = Map.groupBy(pods, ({ spec }) => spec?.nodeName ?? '');
  const names = new Set([...nodes, ...byNode.keys()]);
  names.delete('');
  return [...names]
    .toSorted((a, b) => a.localeCompare(b))
    .map((node) => sightOf(node, currentPod(byNode.get(node) ?? []), isNew));
}

/** How the nodes of a DaemonSet are before a change. A node that was not read counts as reachable. */
export function baselines(
  pods: readonly Pod[],
  nodes: readonly Node[],
): ReadonlyMap<string, NodeBaseline> {
  const unreachable = new Set(
    nodes.filter((node) => !isNodeReady(node)).map(({ metadata }) => metadata.name),
  );
  return new Map(
    nodeSights(pods, () => false).map(({ node, pod, isReady, trouble, restarts }) => [
      node,
      {
        node,
        isPodReady: isReady,
        isNodeReady: !unreachable.has(node),
        trouble,
        podUid: pod?.metadata.uid ?? null,
        restarts,
      },
    ]),
  );
}
