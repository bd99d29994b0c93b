import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isObject } from '../support/json.ts';
import {
  readJson,
  tallyDetections,
  type DetectionFile,
  type Tally,
} from '../support/detection-vectors.ts';
import { tallyRuns, tallyStarts, type StartFile } from '../support/start-vectors.ts';

// AUTODETECTION_VECTORS and AUTODETECTION_STARTUP_VECTORS name other files of the same forms, to be held against instead.
const named = [process.env['AUTODETECTION_VECTORS'], process.env['AUTODETECTION_STARTUP_VECTORS']];
const shipped = ['autodetection.json', 'startup.json'].map((name) =>
  join(import.meta.dirname, '../vectors', name),
);
const given = named.flatMap((value) => (value ?? '').split(delimiter)).filter(Boolean);
const paths = given.length > 0 ? given : shipped;

/** Answers that the simulation cannot agree with, each with its reason. Empty for detections and for the start routine. */
const exceptions: readonly { readonly id: RegExp; readonly reason: string }[] = [
  {
    id: /^b-v[\d.]+-node-object-missing:/,
    reason:
      'the program ends when it reads the Kubernetes node, before the routine or at the write after it',
  },
];

const isExcepted = (difference: string): boolean =>
  exceptions.some(({ id }) => id.test(difference));

function hasOuts(file: unknown, isOut: (out: unknown) => boolean): boolean {
  const vectors = isObject(file) ? file['vectors'] : undefined;
  return (
    Array.isArray(vectors) && vectors.every((one: unknown) => isObject(one) && isOut(one['out']))
  );
}

const isStartFile = (file: unknown): file is StartFile => hasOuts(file, isObject);
const isDetectionFile = (file: unknown): file is DetectionFile => hasOuts(file, Array.isArray);

interface Holding {
  readonly what: string;
  readonly tally: () => ReadonlyMap<string, Tally>;
}

function holdings(path: string): readonly Holding[] {
  const file = readJson(path);
  if (isDetectionFile(file)) return [{ what: 'autodetection', tally: () => tallyDetections(file) }];
  if (!isStartFile(file)) throw new TypeError(`${path} has not the form of the vectors`);
  const starts = { what: 'autodetection, start', tally: () => tallyStarts(file) };
  const runs = { what: 'autodetection, whole program', tally: () => tallyRuns(file) };
  return file.binaryRuns === undefined ? [starts] : [starts, runs];
}

function show(what: string, tallies: ReadonlyMap<string, Tally>): void {
  const line = (name: string, read: number, wrong: number): string =>
    `${name}: ${read} read, ${read - wrong} agree`;
  const all = [...tallies.values()];
  const read = all.reduce((sum, tally) => sum + tally.read, 0);
  const wrong = all.reduce((sum, { differences }) => sum + differences.length, 0);
  const lines = [...tallies].map(([release, tally]) =>
    line(`  ${release}`, tally.read, tally.differences.length),
  );
  const known = exceptions
    .map(({ id, reason }) => ({
      reason,
      count: all.flatMap(({ differences }) => differences).filter((one) => id.test(one)).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ reason, count }) => `  ${count} excepted: ${reason}`);
  process.stdout.write(`${[line(what, read, wrong), ...lines, ...known].join('\n')}\n`);
}

describe.each(paths.flatMap(holdings))('$what', ({ what, tally }) => {
  it('agrees with every answer', { timeout: 120_000 }, () => {
    const tallies = tally();
    show(what, tallies);
    expect(tallies.size).toBeGreaterThan(0);
    const differences = [...tallies.values()].flatMap((one) => one.differences);
    expect(differences.filter((text) => !isExcepted(text)).slice(0, 10)).toEqual([]);
  });
});
