import type { Deployment, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { isPodReady, podAge, typhaPods } from './components.ts';
import { conditionOf } from './pods.ts';
import { findObject, itemsOf } from './snapshot-lists.ts';

/** How a Typha pod is. `starting`: too young to be judged. */
export type TyphaState = 'ready' | 'starting' | 'unscheduled' | 'image' | 'failing' | 'not-ready';

export interface TyphaPod {
  readonly pod: Pod;
  readonly state: TyphaState;
}

/** Typha as its Deployment, pods and endpoints show it. */
export interface Typha {
  readonly namespace: string;
  readonly name: string;
  readonly deployment: Deployment | null;
  /** Replicas asked for; null if the Deployment was not read. */
  readonly desired: number | null;
  readonly pods: readonly TyphaPod[];
  readonly ready: number;
  /** Addresses behind the service; null where neither Endpoints nor EndpointSlices were read. */
  readonly endpoints: readonly string[] | null;
}

const startSeconds = 60;
const pullReasons = /^(?:ImagePullBackOff|ErrImagePull|InvalidImageName|ErrImageNeverPull)$/;

function stateOf(snapshot: Snapshot, pod: Pod): TyphaState {
  if (isPodReady(pod)) return 'ready';
  const status = pod.status?.containerStatuses?.[0];
  const waiting = status?.state?.waiting?.reason ?? '';
  if (pullReasons.test(waiting)) return 'image';
  if (waiting === 'CrashLoopBackOff' || (status?.restartCount ?? 0) > 1) return 'failing';
  if (podAge(snapshot, pod) < startSeconds) return 'starting';
  const scheduled = conditionOf(pod.status?.conditions, 'PodScheduled');
  return scheduled?.status === 'False' ? 'unscheduled' : 'not-ready';
}

function endpointsOf(
  snapshot: Snapshot,
  namespace: string,
  name: string,
): readonly string[] | null {
  const { endpoints, endpointSlices } = snapshot.lists;
  if (endpoints.state !== 'read' && endpointSlices.state !== 'read') return null;
  const own = findObject(snapshot, 'endpoints', name, namespace);
  const slices = itemsOf(snapshot, 'endpointSlices').filter(
    ({ metadata }) =>
      metadata.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === name,
  );
  return [
    ...(own?.subsets ?? [])
      .flatMap(({ addresses }) => addresses ?? [])
      .flatMap(({ ip }) => ip ?? []),
    ...slices
      .flatMap((slice) => slice.endpoints ?? [])
      .flatMap(({ addresses, conditions }) =>
        conditions?.ready === false ? [] : (addresses ?? []),
      ),
  ];
}

const isTypha = ({ metadata }: Deployment): boolean => metadata.name === 'calico-typha';

/** Typha of this cluster; null if there is neither its Deployment nor a pod of it. */
export function typhaOf(snapshot: Snapshot): Typha | null {
  const pods = typhaPods(snapshot);
  const deployment = itemsOf(snapshot, 'deployments').find(isTypha) ?? null;
  const namespace = deployment?.metadata.namespace ?? pods[0]?.metadata.namespace;
  if (namespace === undefined) return null;
  const name = deployment?.metadata.name ?? 'calico-typha';
  const own = pods
    .filter(({ metadata }) => metadata.namespace === namespace)
    .map((pod) => ({ pod, state: stateOf(snapshot, pod) }));
  return {
    namespace,
    name,
    deployment,
    desired: deployment ? (deployment.spec?.replicas ?? 1) : null,
    pods: own,
    ready: own.filter(({ state }) => state === 'ready').length,
    endpoints: endpointsOf(snapshot, namespace, name),
  };
}

/** What the scheduler lacks for a pod, in terms of what can be done about it. */
export type PlaceReason = 'taints' | 'ports' | 'resources' | 'selector' | 'other';

const placeReasons: readonly (readonly [PlaceReason, RegExp])[] = [
  ['ports', /didn't have free ports|didn't match pod anti-affinity|host port/],
  [
    'taints',
    /untolerated taint|had taints? (?:that the pod didn't tolerate|\{)|were unschedulable/,
  ],
  ['resources', /Insufficient \w+|Too many pods/],
  ['selector', /didn't match Pod's node (?:affinity|selector)|didn't match node selector/],
];

/** Why the scheduler does not place a pod, by its condition (kube-scheduler, texts of 1.18 to 1.36). */
export function placeReasonsOf(pod: Pod): readonly PlaceReason[] {
  const text = conditionOf(pod.status?.conditions, 'PodScheduled')?.message ?? '';
  const found = placeReasons.flatMap(([reason, pattern]) => (pattern.test(text) ? [reason] : []));
  return found.length > 0 ? found : ['other'];
}

/** Replicas that the operator runs for so many nodes (tigera/operator pkg/common/autoscale.go); a fair rule for manifests too. */
export function typhaReplicasFor(nodes: number): number {
  if (nodes <= 2) return 1;
  return nodes <= 4 ? 2 : Math.max(3, Math.floor(nodes / 200) + 2);
}
