import type { ChangeRecord, RecordedStep } from '../model/record.ts';
import { takeBack } from '../plan/inverse.ts';
import type { ApplyContext } from './context.ts';
import { look } from './objects.ts';
import type { Run } from './run.ts';

const wasSent = ({ state }: RecordedStep): boolean => state === 'sent' || state === 'sending';

async function isBack({ cluster }: ApplyContext, step: RecordedStep): Promise<boolean> {
  if (!step.isUndoable) return true;
  const { ref } = step.change;
  const seen = await look(cluster, ref);
  if (seen.state === 'unread') return false;
  const now = seen.state === 'there' ? seen.object : null;
  return takeBack(step.before, step.after, now, ref).isBack;
}

/** A record of which everything is back. */
export const closed = (record: ChangeRecord): ChangeRecord => ({
  ...record,
  state: 'undone',
  steps: record.steps.map((step) =>
    wasSent(step) && step.isUndoable ? { ...step, state: 'undone' } : step,
  ),
});

/** Marks the record that a run takes back as undone, if everything of it is back. */
export async function closeOriginal({ context, options }: Run): Promise<void> {
  const original = context.journal.list().records.find(({ id }) => id === options.undoes);
  if (!original || original.state === 'undone') return;
  for (const step of original.steps) if (wasSent(step) && !(await isBack(context, step))) return;
  context.journal.write(closed(original));
}
