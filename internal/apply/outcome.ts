import type { ApplyOutcome, ApplyResult } from '../model/apply.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { UserError } from '../model/error.ts';
import type { RecordState } from '../model/record.ts';
import { tellCordoned } from './drain-run.ts';
import { nameOf } from './objects.ts';
import type { Hindrance } from './preconditions.ts';
import type { Run } from './run.ts';

const stateOf: Readonly<Record<ApplyResult, RecordState>> = {
  verified: 'verified',
  'nothing-to-do': 'verified',
  'not-verified': 'not-verified',
  'rolled-back': 'rolled-back',
  'roll-back-failed': 'not-verified',
  refused: 'refused',
  interrupted: 'interrupted',
};

const empty: Omit<ApplyOutcome, 'result'> = {
  recordId: null,
  messages: [],
  hints: [],
  missingRole: null,
  diagnosis: null,
};

/** The outcome of a plan that was not begun. */
export const refusedOutcome = (
  { reason, missingRole }: Hindrance,
  hints: readonly string[] = [],
): ApplyOutcome => ({ ...empty, result: 'refused', messages: [reason], missingRole, hints });

/** The outcome of a plan that changes nothing. */
export const nothingToDo = (message: string): ApplyOutcome => ({
  ...empty,
  result: 'nothing-to-do',
  messages: [message],
});

/** The outcome of a plan that was interrupted before its first request. */
export const interruptedBefore = (): ApplyOutcome => ({
  ...empty,
  result: 'interrupted',
  messages: [words.nothingSent],
});

/** Whether a request was sent that may have been carried out. */
export const hasSent = ({ recorder }: Run): boolean =>
  recorder.record().steps.some(({ state }) => state !== 'planned' && state !== 'refused');

// The record is on disk as it was before: good for undo, only the last word is missing.
function close(run: Run, result: ApplyResult): readonly string[] {
  try {
    run.recorder.end(stateOf[result]);
    return [];
  } catch (error) {
    if (error instanceof UserError) return [words.notClosed(error.message)];
    throw error;
  }
}

const isUndoable = ({ recorder }: Run): boolean =>
  recorder
    .record()
    .steps.some((step) => step.isUndoable && (step.state === 'sent' || step.state === 'sending'));

/** `kubectl calico-fix undo ID`. */
const undoCommand = ({ recorder }: Run): string => `kubectl calico-fix undo ${recorder.id}`;

function whatStands(run: Run): readonly string[] {
  const changed = run.recorder
    .record()
    .steps.filter(
      (step, index) => step.isUndoable && step.state === 'sent' && !run.reverted.has(index),
    );
  const names = [...new Set(changed.map(({ change }) => nameOf(change.ref)))];
  return [
    ...(names.length > 0 ? [words.changed(names)] : []),
    ...(run.gonePods.length > 0 ? [words.gone(run.gonePods)] : []),
  ];
}

// The steps for a person are a text: a line may stand there twice, and is not told besides.
function hintsOf({ hints, plan: { manual } }: Run): readonly string[] {
  const steps = manual.every((line) => hints.includes(line)) ? manual : [];
  return [...steps, ...new Set(hints.filter((hint) => !steps.includes(hint)))];
}

/** The end of a run: closes its record and says what stands. */
export function endOfRun(
  run: Run,
  ending: ApplyResult,
  messages: readonly string[],
  diagnosis: Diagnosis | null = null,
): ApplyOutcome {
  const isSent = hasSent(run);
  const result = ending === 'not-verified' && !isSent ? 'refused' : ending;
  tellCordoned(run);
  const isOpen = result !== 'verified' && result !== 'rolled-back' && result !== 'refused';
  const unclosed = close(run, result);
  const offersUndo = isUndoable(run) && result !== 'rolled-back';
  return {
    result,
    recordId: isSent ? run.recorder.id : null,
    messages: [...messages, ...run.notes, ...(isOpen ? whatStands(run) : []), ...unclosed],
    hints: [...hintsOf(run), ...(offersUndo && isOpen ? [undoCommand(run)] : [])],
    missingRole: null,
    diagnosis,
  };
}

/** The end of a run that Ctrl-C stopped. */
export const interrupted = (run: Run): ApplyOutcome =>
  endOfRun(run, 'interrupted', [hasSent(run) ? words.interrupted : words.nothingSent]);

const list = (names: readonly string[]): string =>
  names.length > 5
    ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`
    : names.join(', ');

const words = {
  nothingSent: 'Interrupted before anything was sent: nothing was changed.',
  interrupted: 'Interrupted: nothing more is sent. What was begun goes on by itself.',
  notClosed: (reason: string): string => `The end could not be written to the record: ${reason}`,
  changed: (names: readonly string[]): string => `Changed and left so: ${list(names)}.`,
  gone: (names: readonly string[]): string => `Deleted or evicted: ${list(names)}.`,
};
