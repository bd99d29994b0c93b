import type { ChangeRecord, RecordedStep } from '../../internal/model/record.ts';
import { isObject } from '../support/json.ts';
import type { Json } from '../e2e/support/kube-client.ts';
import { type Deed, freshRecords, isDone, pathOf } from './deed.ts';
import { essence } from './objects.ts';
import type { Seen } from './proxy.ts';
import { isStepAt } from './records.ts';
import { drainFaults } from './rules-drain.ts';
import { mannerFaults } from './rules-manners.ts';
import { readingFaults } from './rules-reading.ts';
import { askingFaults, codeFaults, endFaults } from './rules-speech.ts';

const bodyOf = ({ answer }: Seen): Json => {
  const value: unknown = JSON.parse(answer?.body.toString() ?? 'null');
  return isObject(value) ? value : {};
};

const textOf = (object: object | null): string | null =>
  object === null ? null : essence(JSON.parse(JSON.stringify(object)) as Json);

function stepFaults(step: RecordedStep, deed: Deed): readonly string[] {
  const { seen, before, after, ran, meddledWith } = deed;
  const done = seen.filter((one) => isDone(one) && isStepAt(step, pathOf(one)));
  const [first] = done;
  const name = `${step.change.ref.kind}/${step.change.ref.name}`;
  const path = [...before.keys()].find((one) => isStepAt(step, one));
  // What is different after somebody else's change says nothing of ours.
  const isOurs = path !== undefined && path !== meddledWith;
  const hasChanged = isOurs && before.get(path) !== after.get(path);
  switch (step.state) {
    case 'planned':
    case 'refused':
      return first && (hasChanged || path === undefined)
        ? [`${name} is recorded as ${step.state}, and was changed`]
        : [];
    case 'sending':
      return ran.code === 0 ? [`${name} is recorded as being sent, and the exit code is 0`] : [];
    case 'undone':
      return hasChanged ? [`${name} is recorded as taken back, and is not as before`] : [];
    case 'sent': {
      if (!first) return [`${name} is recorded as sent, and no such write was carried out`];
      if (!step.isUndoable || path === undefined) return [];
      const isBefore = !isOurs || textOf(step.before) === before.get(path);
      const isAfter = textOf(step.after) === essence(bodyOf(first));
      return [
        ...(isBefore ? [] : [`what is recorded of ${name} as before was not so`]),
        ...(isAfter
          ? []
          : [`what is recorded of ${name} as after is not what the server answered`]),
      ];
    }
  }
}

// Whatever is said to be back has to be: by an undo that ended well, or by a record that counts as undone from now on.
function backFaults(deed: Deed): readonly string[] {
  const { ran, records, recordsBefore, after, meddledWith } = deed;
  const wasUndone = new Set(
    recordsBefore.filter(({ state }) => state === 'undone').map(({ id }) => id),
  );
  const verified = freshRecords(deed)
    .filter(() => ran.code === 0)
    .map(({ undoes }) => undoes);
  const steps = records
    .filter(({ id, state }) => verified.includes(id) || (state === 'undone' && !wasUndone.has(id)))
    .flatMap((record) => record.steps);
  return steps.flatMap((step) => {
    const path = [...after.keys()].find((place) => isStepAt(step, place));
    const isTold = path !== undefined && path !== meddledWith && step.isUndoable;
    return isTold && textOf(step.before) !== after.get(path)
      ? [`taken back, as it is said, and ${path} is not as before`]
      : [];
  });
}

function rolledBackFaults(
  { steps }: ChangeRecord,
  { before, after, meddledWith }: Deed,
): readonly string[] {
  return [...after]
    .filter(([path, text]) => path !== meddledWith && before.get(path) !== text)
    .filter(([path]) => steps.some((step) => isStepAt(step, path)))
    .map(([path]) => `rolled back, and ${path} is not as before`);
}

function recordFaults(record: ChangeRecord, deed: Deed): readonly string[] {
  const { state, steps } = record;
  const { code } = deed.ran;
  return [
    ...steps.flatMap((step) => stepFaults(step, deed)),
    ...(state === 'begun' ? ['the record has no end'] : []),
    ...((state === 'verified') === (code === 0) && (state === 'interrupted') === (code === 130)
      ? []
      : [`record ${state}, exit code ${code}`]),
    ...(state === 'rolled-back' ? rolledBackFaults(record, deed) : []),
  ];
}

function recorded(deed: Deed): readonly string[] {
  const fresh = freshRecords(deed);
  const steps = fresh.flatMap((record) => record.steps);
  const unknown = deed.seen
    .filter(isDone)
    .filter((one) => !steps.some((step) => isStepAt(step, pathOf(one))))
    .map((one) => `no record of ${one.method} ${pathOf(one)}`);
  return [
    ...fresh.flatMap((record) => recordFaults(record, deed)),
    ...unknown,
    ...backFaults(deed),
    ...(fresh.length > 1 ? [`one command left ${fresh.length} records`] : []),
  ];
}

/** What of the rules that always hold a command has broken, as sentences; empty: none. */
export const brokenRules = (deed: Deed): readonly string[] => [
  ...endFaults(deed),
  ...askingFaults(deed),
  ...codeFaults(deed),
  ...readingFaults(deed),
  ...recorded(deed),
  ...drainFaults(deed),
  ...mannerFaults(deed),
];
