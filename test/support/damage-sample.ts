import fc from 'fast-check';
import { admit } from '../../internal/cluster/shape.ts';
import type { ContainerLog, ListName, Snapshot } from '../../internal/model/snapshot.ts';
import type { Sample } from './sample.ts';
import { snapshotOf, type SnapshotParts } from './snapshot.ts';

/** One change of a sample: where, by a number at each level, and what stands there afterwards. */
export interface Damage {
  readonly place: readonly number[];
  readonly value: unknown;
}

const junk = fc.oneof(
  fc.constantFrom<unknown[]>(
    null,
    undefined,
    '',
    {},
    [],
    [null],
    [{}],
    -1,
    0,
    1e21,
    Number.NaN,
    true,
    false,
    '2026-13-45T99:99:99Z',
    '0001-01-01T00:00:00Z',
    '10.0.0.1/999',
    '::ffff:10.0.0.1/0',
    'fe80::1%eth0',
    '999.1.1.1',
    'all() && (',
    '[a-z(',
    '__proto__',
    'v3.x.y',
    ':latest@sha256:',
    '"',
    '$(NODENAME)',
  ),
  fc.string(),
  fc.integer(),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
);

/** A change at random. */
export const damages: fc.Arbitrary<Damage> = fc.record({
  place: fc.array(fc.nat({ max: 999 }), { minLength: 1, maxLength: 9 }),
  value: junk,
});

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Changes a value in place: walks down as far as the numbers and the value go. */
export function damage(root: unknown, { place, value }: Damage): void {
  let at = root;
  for (const [level, number] of place.entries()) {
    if (!isContainer(at)) return;
    const keys = Object.keys(at);
    const key = keys[number % Math.max(keys.length, 1)];
    if (key === undefined) return;
    if (level === place.length - 1 || !isContainer(at[key])) {
      at[key] = structuredClone(value);
      return;
    }
    at = at[key];
  }
}

const asText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

// A line is replaced, and the log may end in the middle of one.
function damageLog(log: ContainerLog, { place, value }: Damage): ContainerLog {
  if (log.read.state !== 'read') return log;
  const lines = log.read.text.split('\n');
  const [line = 0, cut = 0] = place;
  const index = line % lines.length;
  const before = lines[index] ?? '';
  lines[index] = `${before.slice(0, cut % (before.length + 1))}${asText(value)}`;
  const text = lines.join('\n').slice(0, place.length > 6 ? -(cut % 40) - 1 : undefined);
  return { ...log, read: { state: 'read', text } };
}

const isListName = (name: string, lists: object): name is ListName => Object.hasOwn(lists, name);

/** The snapshot that a reader would make of a sample with such changes in its objects and logs. */
export function damagedSnapshot(sample: Sample, changes: readonly Damage[]): Snapshot {
  const lists: Record<string, unknown> = structuredClone(sample.lists);
  for (const change of changes) damage(lists, change);
  const admitted: Record<string, unknown> = {};
  for (const [name, raw] of Object.entries(lists))
    if (isListName(name, sample.lists)) admitted[name] = admit(name, raw).items;
  const logs = sample.logs.map((log, index) => {
    const change = changes.find(({ place }) => (place[0] ?? 0) % sample.logs.length === index);
    return change ? damageLog(log, change) : log;
  });
  // Every list went through the reader's own check of types.
  const parts = { takenAt: sample.takenAt, lists: admitted, logs } as SnapshotParts;
  return snapshotOf(parts);
}
