import type { ApplyOutcome } from '../model/apply.ts';
import { UserError } from '../model/error.ts';
import type { Plan } from '../model/plan.ts';
import {
  isAlreadySo,
  isHindrance,
  makeReady,
  originOf,
  recordedSteps,
  type Ready,
} from './begin.ts';
import { carryOut } from './carry-out.ts';
import type { ApplyContext, ApplyOptions } from './context.ts';
import { whileAccepted } from './credentials.ts';
import { carryOutDrain, uncordonAll } from './drain-run.ts';
import { follow } from './follow.ts';
import {
  endOfRun,
  interrupted,
  interruptedBefore,
  nothingToDo,
  refusedOutcome,
} from './outcome.ts';
import { planHindrance } from './preconditions.ts';
import { beginRecord } from './recorder.ts';
import { rollBack } from './roll-back.ts';
import { isUndo, secondsLeft, type Run, type StepEnd } from './run.ts';
import { closeOriginal } from './undo-close.ts';
import { curedNodes } from './verify-items.ts';
import { driftedObjects, verify, type Origin } from './verify.ts';

/** The run that is under way, so that what ends it from outside can still be told. */
interface Current {
  run: Run | null;
}

async function carryOutAll(run: Run): Promise<StepEnd> {
  let recorded = 0;
  for (const [index, step] of run.plan.steps.entries()) {
    if (step.kind === 'drain') {
      const end = await carryOutDrain(run, step);
      if (end.kind !== 'done') return end;
      continue;
    }
    const place = recorded;
    recorded += 1;
    const prepared = run.prepared[index];
    if (!prepared) continue;
    const result = await carryOut(run, place, prepared);
    // Waiting may be cut short: what is back already shall be known as such.
    if (isUndo(run)) await closeOriginal(run);
    const end = result.kind === 'end' ? result.end : await follow(run, result.carried);
    if (end.kind !== 'done') return end;
  }
  return { kind: 'done' };
}

async function takenBack(run: Run, reason: string): Promise<ApplyOutcome> {
  const { failure, messages } = await rollBack(run);
  return failure === null
    ? endOfRun(run, 'rolled-back', [reason, words.rolledBack, ...messages])
    : endOfRun(run, 'roll-back-failed', [reason, failure, ...messages]);
}

async function verified(run: Run, origin: Origin): Promise<ApplyOutcome> {
  if (isUndo(run)) {
    const drifted = await driftedObjects(run);
    return endOfRun(run, drifted.length === 0 ? 'verified' : 'not-verified', drifted);
  }
  const { open, news, diagnosis } = await verify(run, origin, secondsLeft(run));
  if (open.length === 0) {
    const left = await uncordonAll(run);
    return endOfRun(run, 'verified', [...left, ...news], diagnosis);
  }
  // A drained node may need a person all the same.
  if (run.cordoned.size > 0) run.hints.push(...run.plan.manual);
  return endOfRun(run, 'not-verified', [...open, ...news], diagnosis);
}

async function carryOn(run: Run, origin: Origin): Promise<ApplyOutcome> {
  const end = await carryOutAll(run);
  if (isUndo(run)) await closeOriginal(run);
  switch (end.kind) {
    case 'worse':
      return takenBack(run, end.reason);
    case 'stopped':
      return endOfRun(run, 'not-verified', [end.reason]);
    case 'done':
      return verified(run, origin);
  }
}

function begin(
  plan: Plan,
  ready: Ready,
  origin: Origin,
  { context, options }: { readonly context: ApplyContext; readonly options: ApplyOptions },
): Run {
  context.onEvent({ kind: 'phase', phase: 'record', expectedSeconds: null, limitSeconds: null });
  const steps = recordedSteps(plan, ready);
  const recorder = beginRecord({ plan, clusterUid: ready.clusterUid, steps }, context, options);
  context.onEvent({ kind: 'recorded', id: recorder.id });
  context.onEvent({ kind: 'phase', phase: 'send', expectedSeconds: null, limitSeconds: null });
  const { timeoutSeconds } = options;
  return {
    plan,
    context,
    options,
    recorder,
    prepared: ready.prepared,
    cured: curedNodes(plan, origin.podNodes),
    deadlineMs: timeoutSeconds === null ? null : context.clock.now() + timeoutSeconds * 1000,
    sent: [],
    rendered: new Set(),
    reverted: new Set(),
    sickBefore: new Set(),
    gonePods: [],
    cordoned: new Map(),
    notes: [],
    hints: [],
  };
}

async function application(
  plan: Plan,
  context: ApplyContext,
  options: ApplyOptions,
  current: Current,
): Promise<ApplyOutcome> {
  const ready = await makeReady(plan, context, options);
  if (isHindrance(ready)) return refusedOutcome(ready);
  if (isAlreadySo(plan, ready)) return nothingToDo(words.alreadySo);
  const origin = await originOf(plan, context, options);
  context.signal.throwIfAborted();
  current.run = begin(plan, ready, origin, { context, options });
  return carryOn(current.run, origin);
}

/**
 * Carries a plan out: asks for rights, looks whether all is as it was planned for, records, sends, waits and verifies; what got worse
 * is taken back. Refusals and failures are told in the outcome. Throws a UserError where nothing was sent: the cluster takes no
 * credentials, or the disk no record.
 */
export async function applyPlan(
  plan: Plan,
  given: ApplyContext,
  options: ApplyOptions,
): Promise<ApplyOutcome> {
  const context = { ...given, cluster: whileAccepted(given.cluster, given.clock) };
  const hindrance = planHindrance(plan, context.cluster);
  if (hindrance) return refusedOutcome(hindrance);
  if (plan.steps.length === 0)
    return plan.items.length === 0
      ? nothingToDo(words.nothing)
      : refusedOutcome({ reason: words.byHand, missingRole: null }, plan.manual);
  const current: Current = { run: null };
  try {
    return await application(plan, context, options, current);
  } catch (error) {
    const { run } = current;
    if (context.signal.aborted) return run ? interrupted(run) : interruptedBefore();
    if (run === null || !(error instanceof UserError)) throw error;
    const hint = error.hint === '' ? [] : [error.hint];
    return endOfRun(run, 'not-verified', [error.message, ...hint]);
  }
}

const words = {
  nothing: 'There is nothing to change.',
  byHand: 'Nothing of this can be done through the API server.',
  alreadySo: 'All is as planned already: nothing was sent.',
  rolledBack: 'It was taken back.',
};
