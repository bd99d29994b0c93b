import type { Pod } from '../model/kubernetes.ts';
import type { DrainConcern } from '../model/plan.ts';
import type { DisruptionBudget } from './drain-facts.ts';
import { hasEnded } from './drain-judge.ts';
import { fitsSelector } from './drain-selector.ts';
import { blocking, isGoing, isPodReady, type Look, nameOf, namesOf, remark } from './drain-view.ts';

/** The budgets that cover a pod. One without a selector covers none. */
export const budgetsFor = (
  pod: Pod,
  budgets: readonly DisruptionBudget[],
): readonly DisruptionBudget[] =>
  budgets.filter(
    ({ metadata, spec }) =>
      (metadata.namespace ?? 'default') === (pod.metadata.namespace ?? 'default') &&
      fitsSelector(pod.metadata.labels, spec?.selector),
  );

// kubernetes pkg/registry/core/pod/storage/eviction.go, canIgnorePDB.
const isAsked = (pod: Pod): boolean =>
  pod.status?.phase !== 'Pending' && !hasEnded(pod) && !isGoing(pod);

/** Whether a budget counts a pod at all: one that is not ready may be free of it, by the budget's own policy. */
function isHeld(pod: Pod, { spec, status }: DisruptionBudget): boolean {
  if (isPodReady(pod)) return true;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return false;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return !(desiredHealthy > 0 && currentHealthy >= desiredHealthy);
}

const isNothing = (value: number | string | undefined): boolean => value === 0 || value === '0%';

/** Whether a budget lets nobody go even when all of its pods are well. */
export function neverAllows({ spec, status }: DisruptionBudget): boolean {
  if (isNothing(spec?.maxUnavailable) || spec?.minAvailable === '100%') return true;
  const { expectedPods, desiredHealthy, disruptionsAllowed } = status ?? {};
  if (expectedPods === undefined || desiredHealthy === undefined) return false;
  return (disruptionsAllowed ?? 0) === 0 && expectedPods > 0 && desiredHealthy >= expectedPods;
}

const isStale = ({ metadata, status }: DisruptionBudget): boolean =>
  metadata.generation !== undefined && (status?.observedGeneration ?? 0) < metadata.generation;

function concernOf(budget: DisruptionBudget, pods: readonly Pod[]): DrainConcern | null {
  const name = nameOf(budget);
  const held = pods.filter((pod) => isHeld(pod, budget));
  if (held.length === 0) return null;
  const of = namesOf(held, 3);
  const { disruptionsAllowed = 0, currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  if (isStale(budget)) return remark('budget-stale', words.stale(name, of));
  if (neverAllows(budget)) {
    const isSingle = budget.status?.expectedPods === 1;
    return blocking('budget-never-allows', words.never(name, of, isSingle));
  }
  if (disruptionsAllowed === 0) {
    const areSick = held.some((pod) => !isPodReady(pod));
    return remark(
      'budget-holds',
      words.holds(name, of, currentHealthy, desiredHealthy) + (areSick ? words.sick : ''),
    );
  }
  return held.length > disruptionsAllowed
    ? remark('budget-one-by-one', words.turns(name, held.length, disruptionsAllowed))
    : null;
}

/** What disruption budgets say to a drain, as far as it can be known before: they are asked pod by pod, at each moment anew. */
export const budgetConcerns: Look = ({ leaving, facts, options }) => {
  const { budgets } = facts;
  if (budgets === null) return [];
  const covered = leaving
    .filter(isAsked)
    .map((pod) => ({ pod, own: budgetsFor(pod, budgets) }))
    .filter(({ own }) => own.length > 0);
  if (covered.length === 0) return [];
  if (options.disableEviction)
    return [remark('budgets-bypassed', words.bypassed(namesOf(covered.map(({ pod }) => pod))))];
  const several = Map.groupBy(
    covered.filter(({ own }) => own.length > 1),
    ({ own }) => namesOf(own),
  );
  const single = covered.filter(({ own }) => own.length === 1);
  const groups = Map.groupBy(single, ({ own }) => own[0]);
  return [
    ...[...several].map(([names, group]) =>
      blocking('several-budgets', words.several(namesOf(group.map(({ pod }) => pod)), names)),
    ),
    ...[...groups].flatMap(([budget, group]) => {
      const concern =
        budget &&
        concernOf(
          budget,
          group.map(({ pod }) => pod),
        );
      return concern ? [concern] : [];
    }),
  ];
};

const words = {
  several: (pods: string, budgets: string): string =>
    `More than one disruption budget (${budgets}) covers ${pods}, and the API server evicts no such pod. Make the selectors distinct first.`,
  never: (budget: string, pods: string, isSingle: boolean): string =>
    isSingle
      ? `Disruption budget ${budget} wants its only pod to stay (${pods}), so it can never be evicted. Give its workload one replica more, or loosen the budget.`
      : `Disruption budget ${budget} lets no pod go, not even when all are well (${pods}). Give its workload one replica more, or loosen the budget.`,
  holds: (budget: string, pods: string, now: number, wanted: number): string =>
    `Disruption budget ${budget} lets no pod go at the moment: ${now} are well and ${wanted} have to be. The drain waits for it with ${pods}.`,
  sick: ' Pods that are not ready count too unless its unhealthyPodEvictionPolicy is AlwaysAllow.',
  stale: (budget: string, pods: string): string =>
    `Disruption budget ${budget} was changed and not yet reckoned anew, so what it says of ${pods} may be out of date.`,
  turns: (budget: string, pods: number, allowed: number): string =>
    `Disruption budget ${budget} has ${pods} pods on this node and lets ${allowed} go at a time: they leave as their replacements become ready.`,
  bypassed: (pods: string): string =>
    `--disable-eviction deletes pods that disruption budgets protect: ${pods}.`,
};
