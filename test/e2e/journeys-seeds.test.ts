import { describe, inject, it } from 'vitest';
import { errorsOf } from './support/cluster/ask.ts';
import {
  ask,
  type Journey,
  journeyOn,
  leave,
  objectsIn,
  patience,
  recordsOf,
} from './support/journey.ts';
import { objectsOf } from './support/journey-objects.ts';
import { scenarioOf } from './support/scenarios/scenarios.ts';

// From sick to verified to undone, as a person would go, by the built binary through the real kubectl.

const { go } = inject('programs');
const { bin } = inject('release');

interface Case {
  readonly id: string;
  /** What is given to `fix` beside the form of output. */
  readonly args?: readonly string[];
  /** What is changed. */
  readonly target: string;
  readonly remedy: string;
}

const cases: readonly Case[] = [
  { id: 'bridge-address', target: 'Installation', remedy: 'autodetection-method' },
  { id: 'bridge-address-manifest', target: 'DaemonSet', remedy: 'autodetection-method' },
  { id: 'docker-network', target: 'DaemonSet', remedy: 'autodetection-method' },
  { id: 'slow-start', target: 'DaemonSet', remedy: 'probe-limits' },
  { id: 'slow-start-operator', target: 'Installation', remedy: 'probe-limits' },
];

const limit = 900_000;

const targetsOf = (plan: unknown): readonly string[] =>
  objectsIn(plan).map(({ change }) => JSON.stringify(change).match(/"kind":"(\w+)"/)?.[1] ?? '');

describe.skipIf(go === null).concurrent('from sick to verified to undone', () => {
  it.for(cases)(
    '$id',
    { timeout: limit },
    async ({ id, args = [], target, remedy }, { expect }) => {
      const journey: Journey = await journeyOn(id, bin);
      const { cluster, user } = journey;
      const diagnosed = async () => {
        const { code, diagnosis } = await user.diagnose();
        return { code, errors: errorsOf(diagnosis) };
      };
      try {
        const { finds } = scenarioOf(id);
        const before = await objectsOf(cluster);
        expect(await diagnosed()).toEqual({ code: 1, errors: finds });

        for (const mode of ['client', 'server']) {
          const { code, data, stderr } = await ask(user, 'fix', ...args, `--dry-run=${mode}`);
          expect({ code, stderr }).toMatchObject({ code: 1 });
          expect(data).toMatchObject({ kind: 'Plan', dryRun: mode, refusal: null });
          expect(targetsOf(data['steps'])).toEqual([target]);
          expect(objectsIn(data['items']).map((item) => item['remedy'])).toMatchObject([
            { id: remedy },
          ]);
        }
        expect(await objectsOf(cluster)).toEqual(before);

        const fixed = await ask(user, 'fix', ...args, '--yes');
        expect({
          code: fixed.code,
          result: fixed.data['result'],
          messages: fixed.data['messages'],
        }).toMatchObject({
          code: 0,
          result: 'verified',
        });
        expect(await objectsOf(cluster)).not.toEqual(before);
        expect(await diagnosed()).toEqual({ code: 0, errors: [] });
        const id1 = String(fixed.data['recordId']);
        expect(await recordsOf(user)).toEqual([{ id: id1, state: 'verified', undoes: null }]);

        const undone = await ask(user, 'undo', '--yes');
        expect({ code: undone.code, result: undone.data['result'] }).toEqual({
          code: 0,
          result: 'verified',
        });
        expect(await objectsOf(cluster)).toEqual(before);
        expect(await recordsOf(user)).toMatchObject([
          { state: 'verified', undoes: id1 },
          { id: id1, state: 'undone' },
        ]);
        // The fault is back, as was asked for.
        await expect.poll(async () => (await diagnosed()).errors, patience).toEqual(finds);
        expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 2 });
      } finally {
        await leave(journey);
      }
    },
  );
});
