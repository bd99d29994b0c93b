import type { ChangeRecord, RecordedStep, RecordState } from '../model/record.ts';

type Raw = Readonly<Record<string, unknown>>;

const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === 'string';

const recordStates: ReadonlySet<unknown> = new Set<RecordState>([
  'begun',
  'verified',
  'not-verified',
  'rolled-back',
  'refused',
  'interrupted',
  'undone',
]);
const stepStates: ReadonlySet<unknown> = new Set<RecordedStep['state']>([
  'planned',
  'sending',
  'sent',
  'refused',
  'undone',
]);
const verbs: ReadonlySet<unknown> = new Set(['patch', 'evict', 'delete', 'create']);

const isObject = (value: unknown): boolean =>
  value === null ||
  (isRaw(value) &&
    isText(value['kind']) &&
    isRaw(value['metadata']) &&
    isText(value['metadata']['name']));

function isChange(value: unknown): boolean {
  if (!isRaw(value) || !verbs.has(value['verb'])) return false;
  const ref = value['ref'];
  return isRaw(ref) && isText(ref['apiVersion']) && isText(ref['kind']) && isText(ref['name']);
}

const isStep = (value: unknown): boolean =>
  isRaw(value) &&
  isChange(value['change']) &&
  stepStates.has(value['state']) &&
  isObject(value['before']) &&
  isObject(value['after']) &&
  typeof value['isUndoable'] === 'boolean';

const isItem = (value: unknown): boolean =>
  isRaw(value) &&
  (value['finding'] === null || isRaw(value['finding'])) &&
  isRaw(value['remedy']) &&
  isText(value['remedy']['id']);

const isListOf = (value: unknown, test: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(test);

function hasForm(value: Raw): boolean {
  const { cluster } = value;
  return (
    [value['id'], value['at'], value['toolVersion']].every(isText) &&
    isRaw(cluster) &&
    [cluster['uid'], cluster['context'], cluster['server']].every(isText) &&
    recordStates.has(value['state']) &&
    isListOf(value['items'], isItem) &&
    isListOf(value['steps'], isStep) &&
    (value['undoes'] === undefined || isText(value['undoes']))
  );
}

const isRecord = (value: Raw): value is Raw & ChangeRecord => hasForm(value);

/** Reads a record from the text of its file; a sentence that says why it is none. */
export function parseRecord(text: string): ChangeRecord | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not whole: not JSON';
  }
  if (!isRaw(value)) return 'it is not a record of a change';
  const version = value['version'];
  if (typeof version === 'number' && version > 1)
    return `it was written by a newer release (version ${version})`;
  if (version !== 1) return 'it is not a record of a change';
  return isRecord(value) ? value : 'fields of a record are missing or wrong';
}

/** True if a Secret is among the objects of a record: such a record must not be written. */
export const holdsSecret = ({ steps }: ChangeRecord): boolean =>
  steps.some(({ change, before, after }) =>
    [change.ref, change.body, before, after].some(
      (object) => isRaw(object) && object['kind'] === 'Secret',
    ),
  );
