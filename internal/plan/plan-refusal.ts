import type { Install, InstallState } from '../model/install.ts';
import type { Conflict } from '../model/plan.ts';
import type { Remedy } from '../model/remedy.ts';

export interface RefusalInput {
  readonly install: Install;
  readonly remedies: readonly Remedy[];
  readonly conflicts: readonly Conflict[];
}

// Two renderers are at work, or one gives way to another: what one change does, the other may undo or double.
const unsettled: readonly InstallState[] = ['migrating', 'migration-blocked', 'two-installations'];

/** Why nothing of a plan may be sent, as a sentence; null if it may. */
export function refusalOf({ install, remedies, conflicts }: RefusalInput): string | null {
  const [conflict] = conflicts;
  if (conflict) return words.conflict(conflict);
  const because = install.reasons.join(' ');
  if (remedies.some(({ action }) => action === 'refuse')) return words.refused(because);
  const isSent = remedies.some(({ action }) => action === 'apply' || action === 'apply-temporary');
  if (isSent) return unsettled.includes(install.state) ? words.unsettled(because) : null;
  if (remedies.some(({ action }) => action === 'emit')) return words.emit(because);
  return remedies.length > 0 ? words.manual : null;
}

const words = {
  conflict: ({ ref, field, remedies }: Conflict): string =>
    `${remedies.join(' and ')} want different things of ${ref.kind}/${ref.name}, ${field}: name one finding.`,
  refused: (because: string): string => `This is not changed here. ${because}`.trim(),
  unsettled: (because: string): string =>
    `Nothing is changed while the installation is in this state. ${because}`.trim(),
  emit: (because: string): string =>
    `A change in the cluster would be taken back: make it at its source. ${because}`.trim(),
  manual: 'This can only be done by hand.',
};
