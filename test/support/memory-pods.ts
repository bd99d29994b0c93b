import type { Refused } from '../../internal/model/cluster.ts';
import type { Condition, KubeObject, Node, Pod } from '../../internal/model/kubernetes.ts';
import { cause, refusal } from './memory-answers.ts';
import { fitsSelector, type ObjectSelector } from './memory-selectors.ts';
import { refOf, type MemoryStore } from './memory-store.ts';
import type { SimulatedClock } from './simulated-clock.ts';

/** A PodDisruptionBudget, as far as evictions look at it. */
export interface Budget extends KubeObject {
  readonly spec?: {
    readonly selector?: ObjectSelector;
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
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

const conditionIs = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  (conditions ?? []).some((condition) => condition.type === type && condition.status === 'True');

export const isReady = (pod: Pod): boolean => conditionIs(pod.status?.conditions, 'Ready');
export const isNodeReady = (node: Node): boolean => conditionIs(node.status?.conditions, 'Ready');
export const isGoing = ({ metadata }: KubeObject): boolean =>
  metadata.deletionTimestamp !== undefined;

const hasEnded = ({ status }: Pod): boolean =>
  status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** The pods of a namespace that fit a selector. */
export const podsOf = (
  store: MemoryStore,
  namespace: string | undefined,
  selector: ObjectSelector,
): readonly Pod[] =>
  (store.list('Pod', namespace) as readonly Pod[]).filter((pod) =>
    fitsSelector(pod.metadata.labels ?? {}, selector),
  );

const budgetsOf = (store: MemoryStore, pod: Pod): readonly Budget[] =>
  (store.list('PodDisruptionBudget', pod.metadata.namespace) as readonly Budget[]).filter(
    ({ spec }) => spec?.selector && fitsSelector(pod.metadata.labels ?? {}, spec.selector),
  );

// A share of the pods, rounded up, as the disruption controller reckons it.
const shareOf = (value: number | string, total: number): number =>
  typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) / 100) * total);

/** How many pods a controller wants to have; those that are there where it cannot be told. */
function expectedOf(store: MemoryStore, pods: readonly Pod[]): number {
  const owners = new Map<string, number>();
  for (const { metadata } of pods) {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller);
    const { kind = '', name = '' } = owner ?? {};
    const object = owner
      ? store.list(kind, metadata.namespace).find((item) => item.metadata.name === name)
      : null;
    const spec: unknown = object && Reflect.get(object, 'spec');
    const replicas = spec && typeof spec === 'object' ? Reflect.get(spec, 'replicas') : undefined;
    const key = owner ? `${kind}/${name}` : metadata.name;
    if (typeof replicas === 'number') owners.set(key, replicas);
    else owners.set(key, (owners.get(key) ?? 0) + 1);
  }
  return [...owners.values()].reduce((sum, count) => sum + count, 0);
}

/** Reckons a budget's status anew, as the disruption controller does. */
export function settleBudget(store: MemoryStore, budget: Budget): void {
  const pods = podsOf(store, budget.metadata.namespace, budget.spec?.selector ?? {}).filter(
    (pod) => !hasEnded(pod),
  );
  const healthy = pods.filter((pod) => isReady(pod) && !isGoing(pod)).length;
  const expected = expectedOf(store, pods);
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  const desired =
    minAvailable === undefined
      ? Math.max(0, expected - shareOf(maxUnavailable ?? 1, expected))
      : shareOf(minAvailable, expected);
  store.edit<Budget>(refOf(budget), (draft) => {
    draft.status = {
      ...draft.status,
      observedGeneration: draft.metadata.generation ?? 1,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      disruptionsAllowed: Math.max(0, healthy - desired),
    };
  });
}

function budgetRefusal(pod: Pod, budget: Budget): Refused | 'free' | 'counted' {
  const { name, generation = 1 } = budget.metadata;
  const { disruptionsAllowed = 0, currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  const refused = (told: string, retryAfterSeconds: number | null): Refused =>
    refusal(429, "Cannot evict pod as it would violate the pod's disruption budget.", {
      causes: [cause('DisruptionBudget', '', told)],
      retryAfterSeconds,
    });
  if (!isReady(pod)) {
    const policy = budget.spec?.unhealthyPodEvictionPolicy ?? 'IfHealthyBudget';
    const isFree = currentHealthy >= desiredHealthy && desiredHealthy > 0;
    if (policy === 'AlwaysAllow' || isFree) return 'free';
  }
  if ((budget.status?.observedGeneration ?? 0) < generation)
    return refused(`The disruption budget ${name} is still being processed by the server.`, 10);
  if (disruptionsAllowed > 0) return 'counted';
  const needs = `needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  return refused(`The disruption budget ${name} ${needs}`, null);
}

/** Whether the budgets let a pod be evicted now; the one that it is counted against, if there is one. */
export function judgeEviction(store: MemoryStore, pod: Pod): Refused | { budget: Budget | null } {
  if (pod.status?.phase === 'Pending' || hasEnded(pod) || isGoing(pod)) return { budget: null };
  const [budget, ...others] = budgetsOf(store, pod);
  if (!budget) return { budget: null };
  if (others.length > 0)
    return refusal(
      500,
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      { reason: '' },
    );
  const verdict = budgetRefusal(pod, budget);
  if (typeof verdict === 'object') return verdict;
  return { budget: verdict === 'counted' ? budget : null };
}

/** Seconds from the deletion of a pod to its end; `never`: it hangs. */
export type Ending = (pod: Pod, graceSeconds: number) => number | 'never';

export interface PodWorld {
  readonly store: MemoryStore;
  readonly clock: SimulatedClock;
  readonly ending: Ending;
}

/** True if a pod's kubelet does what it is told: without it, a pod that is deleted stays. */
const hasKubelet = (store: MemoryStore, pod: Pod): boolean => {
  const name = pod.spec?.nodeName;
  if (name === undefined) return true;
  const node = store.get({ kind: 'Node', name });
  return node === null || isNodeReady(node);
};

/** Deletes a pod as the API server and its kubelet do: at once with a grace period of 0, else Terminating until it ended. */
export function deletePod(
  { store, clock, ending }: PodWorld,
  pod: Pod,
  asked: number | null,
): KubeObject {
  const own = pod.spec?.terminationGracePeriodSeconds ?? 30;
  const isUnbound = pod.spec?.nodeName === undefined || hasEnded(pod);
  const grace = isUnbound ? 0 : (asked ?? own);
  const ref = refOf(pod);
  if (grace === 0) {
    store.remove(ref);
    const last = { deletionTimestamp: clock.time(), deletionGracePeriodSeconds: 0 };
    return { ...pod, metadata: { ...pod.metadata, ...last } };
  }
  const seconds = hasKubelet(store, pod) ? ending(pod, grace) : 'never';
  const end = new Date(clock.now() + grace * 1000).toISOString();
  const going = store.edit<Pod>(ref, (draft) => {
    draft.metadata.deletionTimestamp ??= `${end.slice(0, 19)}Z`;
    Object.assign(draft.metadata, { deletionGracePeriodSeconds: grace });
  });
  const { uid } = pod.metadata;
  if (!isGoing(pod) && seconds !== 'never')
    clock.schedule(seconds * 1000, () => {
      if (store.get(ref)?.metadata.uid === uid) store.remove(ref);
    });
  return going;
}
