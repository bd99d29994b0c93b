import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileJournal } from '../../internal/apply/journal.ts';
import { stateFolder } from '../../internal/apply/state-folder.ts';
import type { ChangeRecord, RecordedStep } from '../../internal/model/record.ts';

/** The name of a record that is put there damaged. */
export const damagedRecord = '20250101-000000-torn.json';

const journalFolder = (env: Readonly<Record<string, string>>): string =>
  stateFolder(env, process.platform);

/** Puts a record there of which only half was ever written, for the cluster of this UID. */
export function plantDamage(env: Readonly<Record<string, string>>, uid: string): void {
  const folder = path.join(journalFolder(env), uid);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(folder, damagedRecord), '{"version": 1, "id": "2025', { mode: 0o600 });
}

/** The records in a state folder, the newest first; throws where one is damaged that was not put there so. */
export function readRecords(env: Readonly<Record<string, string>>): readonly ChangeRecord[] {
  const { records, damaged } = fileJournal(journalFolder(env)).list();
  const bad = damaged.find(({ file }) => path.basename(file) !== damagedRecord);
  if (bad) throw new Error(`damaged record ${bad.file}: ${bad.reason}`);
  return records;
}

const pluralOf = (kind: string): string => {
  const word = kind.toLowerCase();
  if (word.endsWith('y')) return `${word.slice(0, -1)}ies`;
  return word.endsWith('s') ? `${word}es` : `${word}s`;
};

/** Whether a request to a path is one of this step's: to its object, a subresource of it, or its collection. */
export function isStepAt({ change: { ref, verb } }: RecordedStep, place: string): boolean {
  const space = ref.namespace === undefined ? '' : `/namespaces/${ref.namespace}`;
  const collection = `${space}/${pluralOf(ref.kind)}`;
  if (verb === 'create' && place.endsWith(collection)) return true;
  const own = `${collection}/${ref.name}`;
  return place.endsWith(own) || place.endsWith(`${own}/eviction`);
}

/** Whether a record stands for a request to a path that is sent right now: one that has no end yet, as older ones say nothing of it. */
export const isAnnounced = (records: readonly ChangeRecord[], place: string): boolean =>
  records.some(
    ({ state, steps }) =>
      state === 'begun' &&
      steps.some(
        (step) => isStepAt(step, place) && (step.state === 'sending' || step.state === 'sent'),
      ),
  );
