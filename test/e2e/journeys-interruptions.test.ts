import { isDeepStrictEqual } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import type { User } from './support/cluster/ask.ts';
import { isRolledOut } from './support/cluster/watching.ts';
import { allAtOnce, ask, patience, recordsOf } from './support/journey.ts';
import { interruptAt, type Moment, moments } from './support/journey-moments.ts';
import { objectsOf } from './support/journey-objects.ts';
import { proxiedJourneyFor } from './support/journey-proxied.ts';

// Whenever the tool is stopped, its history is right, and undo gets back to where it began.

const { go } = inject('programs');
const { bin } = inject('release');
const limit = 600_000;
const change = ['fix', '--method', 'kubernetes-internal-ip', '--yes'];
const endOf = { SIGKILL: { signal: 'SIGKILL' }, SIGINT: { code: 130 } } as const;

describe.skipIf(go === null)('the tool is stopped', () => {
  let before: Awaited<ReturnType<typeof objectsOf>> = {};
  const { journey, proxy, newUser } = proxiedJourneyFor(
    'healthy-manifest',
    bin,
    async ({ cluster }) => {
      await allAtOnce(cluster);
      before = await objectsOf(cluster);
    },
  );

  const expectUndone = async (user: User, id: string | undefined): Promise<void> => {
    const { cluster } = journey();
    expect(await objectsOf(cluster)).toEqual(before);
    expect((await recordsOf(user)).find((one) => one.id === id)?.state).toBe('undone');
    expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 2 });
    await expect.poll(() => isRolledOut(cluster), patience).toBe(true);
  };
  const stop = (user: User, moment: Moment, signal: 'SIGINT' | 'SIGKILL', args = change) =>
    interruptAt(moment, signal, proxy(), () => user.begin('calico-fix', ...args));

  const early = [moments.reading, moments.rights, moments.firstTrial, moments.lastTrial];
  const late = [moments.sending, moments.sent, moments.rolling, moments.verifying];
  const signals = ['SIGKILL', 'SIGINT'] as const;
  const both = (list: readonly Moment[]) =>
    list.flatMap((moment) => signals.map((signal) => [signal, moment.name, moment] as const));

  it.each(both(early))(
    '%s %s: nothing has happened',
    { timeout: limit },
    async (signal, _, moment) => {
      const user = newUser();
      expect(await stop(user, moment, signal)).toMatchObject(endOf[signal]);
      expect(await recordsOf(user)).toEqual([]);
      expect(await objectsOf(journey().cluster)).toEqual(before);
      expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 2 });
    },
  );

  it.each(both(late))(
    '%s %s: undo takes it back',
    { timeout: limit },
    async (signal, _, moment) => {
      const user = newUser();
      const { cluster } = journey();
      const ran = await stop(user, moment, signal);
      expect(ran).toMatchObject(endOf[signal]);
      const [record, ...more] = await recordsOf(user);
      expect(more).toEqual([]);
      expect(record).toMatchObject({ state: signal === 'SIGKILL' ? 'begun' : 'interrupted' });
      expect(ran.stdout.includes(`undo ${record?.id}`)).toBe(signal === 'SIGINT');
      // A request that is on its way when Ctrl-C comes is not given up.
      const isChanged = !isDeepStrictEqual(await objectsOf(cluster), before);
      expect(isChanged).toBe(signal === 'SIGINT' || moment !== moments.sending);
      expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 0 });
      await expectUndone(user, record?.id);
    },
  );

  const ofUndo = [
    ['SIGINT', moments.lastTrial],
    ['SIGKILL', moments.sending],
    ['SIGKILL', moments.sent],
    ['SIGINT', moments.sent],
    ['SIGKILL', moments.rolling],
  ] as const;
  it.each(ofUndo.map(([signal, moment]) => [signal, moment.name, moment] as const))(
    'in undo, %s %s: another one ends it',
    { timeout: limit },
    async (signal, _, moment) => {
      const user = newUser();
      const fixed = await ask(user, ...change);
      expect(fixed).toMatchObject({ code: 0, data: { result: 'verified' } });
      expect(await stop(user, moment, signal, ['undo', '--yes'])).toMatchObject(endOf[signal]);
      const id = String(fixed.data['recordId']);
      const stateNow = (await recordsOf(user)).find((one) => one.id === id)?.state;
      // What is told may be behind what is true, and never ahead of it.
      const isBack = isDeepStrictEqual(await objectsOf(journey().cluster), before);
      expect(stateNow === 'undone' && !isBack).toBe(false);
      expect(await ask(user, 'undo', '--yes')).toMatchObject({
        code: stateNow === 'undone' ? 2 : 0,
      });
      await expectUndone(user, id);
    },
  );
});
