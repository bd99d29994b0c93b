import { describe, expect, test } from 'vitest';
import { undoPlan } from '../../internal/apply/undo.ts';
import type { KubeObject } from '../../internal/model/kubernetes.ts';
import {
  apply,
  essence,
  fixRun,
  memoryJournal,
  planNow,
  type FixRun,
  type MemoryJournal,
} from '../support/fix-run.ts';
import { daemonSetRef, installationRef, wrongAddress } from '../support/fix-samples.ts';

// All requests up to the send, then each thirteenth of the many that only look.
const worthTrying = (count: number): boolean => count <= 26 || count % 13 === 0;
const manyRequests = 200;

const cases = [
  { install: 'operator' as const, ref: installationRef() },
  { install: 'manifest' as const, ref: daemonSetRef() },
];

type Ref = (typeof cases)[number]['ref'];

interface Trial {
  readonly run: FixRun;
  readonly before: unknown;
  readonly object: () => unknown;
  /** Runs something at the n-th request of the application. */
  readonly at: (count: number, action: () => void) => () => void;
}

async function trial(
  install: 'operator' | 'manifest',
  ref: Ref,
  journal?: MemoryJournal,
): Promise<Trial> {
  const cluster = await wrongAddress({ install, age: 60 });
  const run = fixRun(cluster, journal ? { journal } : {});
  const object = (): unknown => essence(cluster.stored(ref) satisfies KubeObject);
  return {
    run,
    before: object(),
    object,
    at: (count, action) => {
      let seen = 0;
      return cluster.before({}, () => {
        seen += 1;
        if (seen === count) action();
      });
    },
  };
}

/** Takes the newest record back as a later start of the program does; what came of it. */
async function undoLater({ run }: Trial): Promise<string> {
  const later = fixRun(run.cluster, { journal: run.journal, newSuffix: () => 'later' });
  const [record] = run.journal.list().records;
  if (!record) return 'no record';
  const made = await undoPlan(record, later.context);
  if (made.kind !== 'plan') return made.kind;
  return (await apply(later, made.plan, { undoes: record.id })).result;
}

describe.each(cases)('with $install', ({ install, ref }) => {
  test('Ctrl-C at any request leaves what can be undone, and begins nothing more', async () => {
    let ends = 0;
    for (let count = 1; count < manyRequests && ends === 0; count += 1) {
      if (!worthTrying(count)) continue;
      const one = await trial(install, ref);
      const plan = await planNow(one.run);
      let writesAtAbort = -1;
      const stop = one.at(count, () => {
        writesAtAbort = one.run.cluster.writes().length;
        one.run.abort();
      });
      const outcome = await apply(one.run, plan);
      stop();
      if (outcome.result === 'verified') {
        ends = count;
        continue;
      }
      expect(outcome.result, `request ${count}`).toBe('interrupted');
      expect(one.run.cluster.writes().length, `request ${count}`).toBe(writesAtAbort);
      const isSent = writesAtAbort > 0;
      expect(outcome.recordId !== null, `request ${count}`).toBe(isSent);
      const offersUndo = outcome.hints.some((hint) => hint.includes(outcome.recordId ?? '?'));
      expect(offersUndo, `request ${count}`).toBe(isSent);
      expect(await undoLater(one), `request ${count}`).toMatch(
        isSent ? /^verified$/ : /^(nothing|no record)$/,
      );
      expect(one.object(), `request ${count}`).toEqual(one.before);
    }
    expect(ends).toBeGreaterThan(20);
  }, 120_000);

  test('a machine that goes down at any request leaves what can be undone', async () => {
    let ends = 0;
    for (let count = 1; count < manyRequests && ends === 0; count += 1) {
      if (!worthTrying(count)) continue;
      const one = await trial(install, ref);
      const plan = await planNow(one.run);
      const stop = one.at(count, () => {
        throw new Error('the machine went down');
      });
      const result = await apply(one.run, plan).then(
        (outcome) => outcome.result,
        () => 'down',
      );
      stop();
      if (result === 'verified') ends = count;
      expect(await undoLater(one), `request ${count}`).toMatch(/^(verified|nothing|no record)$/);
      expect(one.object(), `request ${count}`).toEqual(one.before);
    }
    expect(ends).toBeGreaterThan(20);
  }, 120_000);

  test.each([1, 2, 3, 4])('and so does one at write %i of the record', async (write) => {
    let isDown = false;
    const journal = memoryJournal((count) => {
      if (count !== write || isDown) return;
      isDown = true;
      throw new Error('the machine went down');
    });
    const one = await trial(install, ref, journal);
    await expect(apply(one.run, await planNow(one.run))).rejects.toThrow('went down');
    const sent = one.run.cluster.writes().length;
    expect(sent).toBe(write <= 2 ? 0 : 1);
    expect(await undoLater(one)).toBe(['no record', 'nothing', 'verified', 'verified'][write - 1]);
    expect(one.object()).toEqual(one.before);
  });
});
