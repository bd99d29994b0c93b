import { fileJournal } from '../../internal/apply/journal.ts';
import { stateFolder } from '../../internal/apply/state-folder.ts';
import type { ChangeRecord, RecordedStep } from '../../internal/model/record.ts';

/** The records in a state folder, the newest first; throws where one is damaged. */
export function readRecords(env: Readonly<Record<string, string>>): readonly ChangeRecord[] {
  const { records, damaged } = fileJournal(stateFolder(env, process.platform)).list();
  const [bad] = damaged;
  if (bad) throw new Error(`damaged record ${bad.file}: ${bad.reason}`);
  return records;
}

const pluralOf = (kind: string): string => {
  const word = kind.toLowerCase();
  if (word.endsWith('y')) return `${word.slice(0, -1)}ies`;
  return word.endsWith('s') ? `${word}es` : `${word}s`;
};

/** Whether a request to a path is one of this step's: to its object, a subresource of it, or its collection. */
export function isStepAt({ change: { ref, verb } }: RecordedStep, path: string): boolean {
  const space = ref.namespace === undefined ? '' : `/namespaces/${ref.namespace}`;
  const collection = `${space}/${pluralOf(ref.kind)}`;
  if (verb === 'create' && path.endsWith(collection)) return true;
  const own = `${collection}/${ref.name}`;
  return path.endsWith(own) || path.endsWith(`${own}/eviction`);
}

/** Whether a record stands for a request to a path that is sent right now: one that has no end yet, as older ones say nothing of it. */
export const isAnnounced = (records: readonly ChangeRecord[], path: string): boolean =>
  records.some(
    ({ state, steps }) =>
      state === 'begun' &&
      steps.some(
        (step) => isStepAt(step, path) && (step.state === 'sending' || step.state === 'sent'),
      ),
  );
