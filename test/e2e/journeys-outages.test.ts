import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import { isRolledOut } from './support/cluster/watching.ts';
import { allAtOnce, ask, patience, recordsOf } from './support/journey.ts';
import { doAt, moments } from './support/journey-moments.ts';
import { objectsOf } from './support/journey-objects.ts';
import { proxiedJourneyFor } from './support/journey-proxied.ts';

// The API server goes away in the midst of a fix, or takes the token no more.

const { go } = inject('programs');
const { bin } = inject('release');
const limit = 600_000;
const awayMs = 20_000;
const change = ['fix', '--method', 'kubernetes-internal-ip', '--yes'];

describe.skipIf(go === null)('in the midst of a fix', () => {
  let before: Awaited<ReturnType<typeof objectsOf>> = {};
  const { journey, proxy, newUser } = proxiedJourneyFor(
    'healthy-manifest',
    bin,
    async ({ cluster }) => {
      await allAtOnce(cluster);
      before = await objectsOf(cluster);
    },
  );

  it.each([moments.sending, moments.rolling])(
    'the API server is away for 20 seconds, $name: the fix goes on',
    { timeout: limit },
    async (moment) => {
      const { cluster } = journey();
      const { stopApiServer, startApiServer } = cluster.controlPlane;
      const user = newUser();
      let isBack: Promise<void> = Promise.resolve();
      const leave = async (): Promise<void> => {
        await stopApiServer();
        isBack = wait(awayMs).then(startApiServer);
      };
      const fixed = await doAt(moment, proxy(), leave, () => ask(user, ...change));
      await isBack;
      expect({ code: fixed.code, data: fixed.data }).toMatchObject({
        code: 0,
        data: { result: 'verified' },
      });
      expect(await recordsOf(user)).toMatchObject([{ state: 'verified' }]);
      expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 0 });
      expect(await objectsOf(cluster)).toEqual(before);
      await expect.poll(() => isRolledOut(cluster), patience).toBe(true);
    },
  );

  it(
    'the token expires before anything is sent: nothing is changed',
    { timeout: limit },
    async () => {
      const user = newUser();
      const run = () => ask(user, ...change);
      const fixed = await doAt(moments.sending, proxy(), async () => {}, run, 'expire');
      expect({ code: fixed.code, stderr: fixed.stderr }).toMatchObject({ code: 2 });
      expect(await objectsOf(journey().cluster)).toEqual(before);
      const states = (await recordsOf(user)).map(({ state }) => state);
      expect(states.filter((state) => state !== 'refused')).toEqual([]);
      expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 2 });
    },
  );

  it(
    'the token expires while it waits: it says so, and undo gets back',
    { timeout: limit },
    async () => {
      const { cluster } = journey();
      const user = newUser();
      const run = () => ask(user, ...change);
      const fixed = await doAt(moments.rolling, proxy(), async () => {}, run, 'expire');
      expect({ code: fixed.code, stderr: fixed.stderr }).toMatchObject({ code: 1 });
      expect(fixed.data).toMatchObject({ result: 'not-verified' });
      expect(JSON.stringify(fixed.data['messages'])).toMatch(/401|credentials|Unauthorized/);
      expect(await recordsOf(user)).toMatchObject([{ state: 'not-verified' }]);
      expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 0 });
      expect(await objectsOf(cluster)).toEqual(before);
    },
  );
});
