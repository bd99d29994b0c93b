import type { ObjectRef } from '../model/finding.ts';
import type { ChangeStep, DrainStep, Plan, Step } from '../model/plan.ts';
import type { Right } from '../model/cluster.ts';
import { drainRefusals } from '../plan/drain-step.ts';
import { roleYaml } from '../plan/rights.ts';
import { prepareSteps } from './begin.ts';
import type { ApplyContext } from './context.ts';
import { plainRef, reasonOf } from './objects.ts';
import { missingRights } from './preconditions.ts';
import type { Prepared } from './prepare.ts';

/** What the API server answered to a step that it was only to try. */
export interface StepAnswer {
  readonly ref: ObjectRef;
  /** `gone`: what was to be deleted is not there any more. `not-tried`: the server could not be asked without doing it. */
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

type Reader = Pick<ApplyContext, 'cluster' | 'signal'>;

function answerOf(step: ChangeStep, prepared: Prepared | undefined | null): StepAnswer {
  const ref = plainRef(step.change.ref);
  const bare = { ref, warnings: [], reason: null };
  switch (prepared?.state) {
    case 'changes':
    case 'unchanged':
    case 'not-tried':
      return {
        ref,
        state: prepared.state,
        warnings: prepared.warnings,
        reason: prepared.reason === '' ? null : prepared.reason,
      };
    case 'refused':
      return { ...bare, state: 'refused', reason: prepared.reason };
    case 'gone':
    case undefined:
      return { ...bare, state: 'gone' };
  }
}

// Evictions that a budget holds up now may get through later: they warn, and refuse nothing.
async function evictions(step: DrainStep, { cluster, signal }: Reader): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const { namespace, name, uid, verdict } of step.pods) {
    if (verdict !== 'evict') continue;
    signal.throwIfAborted();
    const reply = await cluster.send(
      {
        ref: { apiVersion: 'v1', kind: 'Pod', namespace, name },
        verb: step.options.disableEviction ? 'delete' : 'evict',
        body: null,
        ...(uid === null ? {} : { guard: { uid } }),
      },
      { isDryRun: true },
    );
    if (reply.state === 'refused' && reply.status !== 404)
      warnings.push(words.held(`${namespace}/${name}`, reasonOf(reply)));
  }
  return warnings;
}

async function answerTo(
  step: Step,
  prepared: Prepared | undefined | null,
  context: Reader,
): Promise<StepAnswer> {
  if (step.kind === 'change') return answerOf(step, prepared);
  const held = await evictions(step, context);
  const ref = { kind: 'Node', name: step.node };
  const cordon: StepAnswer = step.cordon
    ? answerOf(step.cordon, prepared)
    : { ref, state: 'changes', warnings: [], reason: null };
  const reason = [cordon.reason ?? [], drainRefusals(step)].flat().join(' ');
  const isRefused = cordon.state === 'refused' || reason !== '';
  return {
    ref,
    state: isRefused ? 'refused' : 'changes',
    warnings: [...cordon.warnings, ...held],
    reason: isRefused ? reason : null,
  };
}

function asTried(step: ChangeStep, prepared: Prepared | undefined | null): ChangeStep {
  if (!prepared || !('sendable' in prepared)) return step;
  const { before, after } = prepared.sendable;
  return { ...step, before, after };
}

function stepAsTried(step: Step, prepared: Prepared | undefined | null): Step {
  if (step.kind === 'change') return asTried(step, prepared);
  return step.cordon === null ? step : { ...step, cordon: asTried(step.cordon, prepared) };
}

const rightIn = (prepared: readonly (Prepared | null)[]): Right | undefined =>
  prepared.flatMap((one) => (one?.state === 'refused' ? (one.refused?.right ?? []) : []))[0];

/**
 * Sends every request of a plan with `dryRun=All`, after the rights were asked for and the objects read anew. Changes nothing. Throws
 * the signal's reason, and a UserError where the cluster takes no credentials.
 */
export async function dryRunPlan(plan: Plan, context: Reader): Promise<DryRun> {
  const missing = await missingRights(plan, context.cluster);
  if (missing)
    return { plan, answers: [], refusal: missing.reason, missingRole: missing.missingRole };
  const prepared = await prepareSteps(plan.steps, context);
  const answers: StepAnswer[] = [];
  for (const [index, step] of plan.steps.entries())
    answers.push(await answerTo(step, prepared[index], context));
  const refused = answers.find(({ state }) => state === 'refused');
  const right = rightIn(prepared);
  return {
    plan: { ...plan, steps: plan.steps.map((step, index) => stepAsTried(step, prepared[index])) },
    answers,
    refusal: plan.refusal ?? refused?.reason ?? null,
    missingRole: right ? roleYaml([right]) : null,
  };
}

const words = {
  held: (pod: string, reason: string): string => `Pod ${pod} cannot be evicted now: ${reason}`,
};
