import { randomInt } from 'node:crypto';
import { applyPlan } from '../internal/apply/apply.ts';
import { readDrainFacts } from '../internal/apply/drain-facts.ts';
import { dryRunPlan } from '../internal/apply/dry-run.ts';
import { fileJournal } from '../internal/apply/journal.ts';
import { stateFolder } from '../internal/apply/state-folder.ts';
import { undoPlan } from '../internal/apply/undo.ts';
import { systemClock } from '../internal/cluster/clock.ts';
import type { Engine, Shell } from './shell.ts';

const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';

/** What carries plans out on this machine: its clock, and its records in the state folder. */
export function engineFor({ env }: Pick<Shell, 'env'>): Engine {
  return {
    applyPlan,
    dryRunPlan,
    readDrainFacts,
    undoPlan,
    journal: () => fileJournal(stateFolder(env, process.platform)),
    clock: systemClock,
    newSuffix: () =>
      Array.from({ length: 3 }, () => alphabet[randomInt(alphabet.length)] ?? '').join(''),
  };
}
