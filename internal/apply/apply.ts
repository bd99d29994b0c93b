import type { ApplyOutcome } from '../model/apply.ts';
import type { Plan } from '../model/plan.ts';
import type { ApplyContext, ApplyOptions } from './context.ts';

/**
 * Carries a plan out: asks for rights, looks whether all is as it was planned for, records, sends, waits and verifies. Refusals
 * and failures are told in the outcome; a UserError is thrown where nothing was sent and the cluster cannot be spoken to.
 */
export async function applyPlan(
  plan: Plan,
  context: ApplyContext,
  options: ApplyOptions,
): Promise<ApplyOutcome> {
  void [plan, context, options];
  await Promise.resolve();
  throw new Error('not written yet');
}
