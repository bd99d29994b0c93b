import { describe, expect, it } from 'vitest';
import { diagnose } from '../internal/checks/run.ts';
import type { Finding } from '../internal/model/finding.ts';
import type { Snapshot } from '../internal/model/snapshot.ts';
import { snapshotFrom } from './support/sample.ts';
import { allScenarios } from './support/scenarios.ts';

// Noise is no finding of any severity, and less to look at must not make one of it.
const healthy = (await allScenarios()).filter(({ name }) => name.startsWith('healthy-'));

const found = (snapshot: Snapshot): readonly string[] =>
  diagnose(snapshot, { toolVersion: 'test' }).findings.map(
    ({ severity, id, title }: Finding) => `${severity} ${id}: ${title}`,
  );

const unread = { state: 'not-asked', reason: 'not in the dump' } as const;

const without = (snapshot: Snapshot, ...names: readonly (keyof Snapshot['lists'])[]): Snapshot => ({
  ...snapshot,
  lists: { ...snapshot.lists, ...Object.fromEntries(names.map((name) => [name, unread])) },
});

/** The logs of this run once more, as those of the run before. */
const withPrevious = (snapshot: Snapshot): Snapshot => ({
  ...snapshot,
  logs: snapshot.logs.flatMap((log) => [log, { ...log, previous: true }]),
});

describe.each(healthy)('$name', ({ build }) => {
  const snapshot = snapshotFrom(build());

  it.each<[string, (whole: Snapshot) => Snapshot]>([
    ['all of it', (whole) => whole],
    ['no logs', (whole) => ({ ...whole, logs: [] })],
    ['no events', (whole) => without(whole, 'events')],
    ['no DaemonSet', (whole) => without(whole, 'daemonSets')],
    ['a plain dump', (whole) => without(whole, 'ipPools', 'installations', 'tigeraStatuses')],
    ['logs of the run before', withPrevious],
  ])('has no finding: %s', (_name, part) => {
    expect(found(part(snapshot))).toEqual([]);
  });
});
