import type { ObjectRef } from '../model/finding.ts';
import type { Plan } from '../model/plan.ts';
import type { ChangeRecord } from '../model/record.ts';
import type { ApplyContext } from './context.ts';

/** A field that somebody changed since: it is not taken back over their head. */
export interface UndoConflict {
  readonly ref: ObjectRef;
  readonly field: string;
  readonly before: unknown;
  readonly ours: unknown;
  readonly now: unknown;
}

export type UndoPlan =
  /** What brings the objects back, for `applyPlan(plan, context, {undoes: record.id})`; notes say what cannot be brought back. */
  | { readonly kind: 'plan'; readonly plan: Plan; readonly notes: readonly string[] }
  | { readonly kind: 'conflicts'; readonly conflicts: readonly UndoConflict[] }
  /** All is back already, or there is nothing that could be taken back. */
  | { readonly kind: 'nothing'; readonly reason: string }
  /** Another cluster, or an object that cannot be read. */
  | { readonly kind: 'refused'; readonly reason: string };

/** What would take a recorded change back, by the objects as they are now. Reads only. */
export async function undoPlan(
  record: ChangeRecord,
  context: Pick<ApplyContext, 'cluster' | 'diagnose' | 'signal'>,
): Promise<UndoPlan> {
  void [record, context];
  await Promise.resolve();
  return { kind: 'nothing', reason: 'not written yet' };
}
