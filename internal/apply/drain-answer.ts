import type { Refused } from '../model/cluster.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { DrainOptions } from '../model/plan.ts';
import type { Change } from '../model/remedy.ts';
import { isGone } from './objects.ts';

/** What is to be done after the server did not take an eviction or deletion. */
export type NextStep =
  /** The pod is not there any more. */
  | 'gone'
  /** A disruption budget, or a namespace that is going: it may be taken later. */
  | 'blocked'
  /** The server has too much to do at the moment. */
  | 'busy'
  /** Whether it was carried out is seen by reading the pod. */
  | 'look'
  /** It will not be taken another time either. */
  | 'hopeless';

const hasCause = ({ causes }: Refused, reason: string): boolean =>
  causes.some((cause) => cause.reason === reason);

export const isNamespaceGoing = (refused: Refused): boolean =>
  refused.status === 403 && hasCause(refused, 'NamespaceTerminating');

/** A 429 of a disruption budget; priority and fairness answers 429 as well, without that cause. */
export const isBudgetRefusal = (refused: Refused): boolean =>
  refused.status === 429 &&
  (hasCause(refused, 'DisruptionBudget') || refused.message.includes('disruption budget'));

// kubernetes pkg/registry/core/pod/storage/eviction.go: no waiting makes one of two budgets.
const isOfSeveralBudgets = ({ status, message }: Refused): boolean =>
  status === 500 && message.includes('more than one PodDisruptionBudget');

/** How it goes on after a refusal, by kubectl pkg/drain/drain.go, and more patient where an answer was lost. */
export function nextStep(refused: Refused): NextStep {
  const { status, isOpen } = refused;
  if (isGone(refused)) return 'gone';
  if (isOfSeveralBudgets(refused)) return 'hopeless';
  if (isBudgetRefusal(refused) || isNamespaceGoing(refused)) return 'blocked';
  if (status === 429) return 'busy';
  return isOpen || status === null || status === 409 || status >= 500 ? 'look' : 'hopeless';
}

/** The request that removes a pod, for this very pod and no other of its name. */
export function removalOf(pod: Pod, { disableEviction, gracePeriodSeconds }: DrainOptions): Change {
  const { name, namespace = 'default', uid } = pod.metadata;
  return {
    ref: { apiVersion: 'v1', kind: 'Pod', namespace, name },
    verb: disableEviction ? 'delete' : 'evict',
    body: gracePeriodSeconds >= 0 ? { gracePeriodSeconds } : null,
    ...(uid === undefined ? {} : { guard: { uid } }),
  };
}
