import { describe, type ExpectStatic, inject, it } from 'vitest';
import { valueAt } from './support/cluster/operator-rules.ts';
import {
  ask,
  diagnosed,
  type Journey,
  objectsIn,
  onJourney,
  patience,
  recordsOf,
  well,
} from './support/journey.ts';
import { objectsOf } from './support/journey-objects.ts';
import { commandsIn, doingBy } from './support/journey-runbook.ts';
import { byHand, type Case, changes, drains } from './support/journey-seeds.ts';
import { scenarioOf } from './support/scenarios/scenarios.ts';

// From sick to verified to undone, as a person would go, by the built binary through the real kubectl.

const { go } = inject('programs');
const { bin } = inject('release');

const limit = 900_000;

/** The kind of what each step changes, or the node that it empties. */
const targetsOf = (steps: unknown): readonly unknown[] =>
  objectsIn(steps).map((step) => step['node'] ?? valueAt(step, 'change', 'ref', 'kind'));

const remediesOf = (items: unknown): readonly unknown[] =>
  objectsIn(items).map((item) => valueAt(item, 'remedy', 'id'));

/** Finds the fault, and sees by both dry runs what would be done. */
async function expectPlanned(
  journey: Journey,
  { id, args, target, remedy }: Case,
  expect: ExpectStatic,
): Promise<void> {
  const { cluster, user } = journey;
  const before = await objectsOf(cluster);
  expect(await diagnosed(journey)).toEqual({ code: 1, errors: scenarioOf(id).finds });
  for (const mode of ['client', 'server']) {
    const { code, data, stderr } = await ask(user, 'fix', ...args, `--dry-run=${mode}`);
    expect({ code, stderr }).toMatchObject({ code: 1 });
    expect(data).toMatchObject({ kind: 'Plan', dryRun: mode, refusal: null });
    expect(targetsOf(data['steps'])).toEqual([target]);
    expect(remediesOf(data['items'])).toEqual([remedy]);
  }
  expect(await objectsOf(cluster)).toEqual(before);
}

/** Fixes it, which is verified, and returns the id of its record. */
async function expectFixed(
  journey: Journey,
  { args }: Case,
  expect: ExpectStatic,
): Promise<string> {
  const { code, data } = await ask(journey.user, 'fix', ...args, '--yes');
  const told = JSON.stringify([data['messages'], data['refusal']]);
  expect({ code, result: data['result'] }, told).toEqual({ code: 0, result: 'verified' });
  return String(data['recordId']);
}

describe.skipIf(go === null).concurrent('from sick to verified', () => {
  it.for(changes)('to undone: $id', { timeout: limit }, async (one, { expect }) => {
    await onJourney(one.id, bin, async (journey) => {
      const { cluster, user } = journey;
      const before = await objectsOf(cluster);
      await expectPlanned(journey, one, expect);
      const id = await expectFixed(journey, one, expect);
      expect(await objectsOf(cluster)).not.toEqual(before);
      expect(await diagnosed(journey)).toEqual(well);
      expect(await recordsOf(user)).toEqual([{ id, state: 'verified', undoes: null }]);

      const undone = await ask(user, 'undo', '--yes');
      expect({ code: undone.code, result: undone.data['result'] }).toEqual({
        code: 0,
        result: 'verified',
      });
      expect(await objectsOf(cluster)).toEqual(before);
      expect(await recordsOf(user)).toMatchObject([
        { state: 'verified', undoes: id },
        { id, state: 'undone' },
      ]);
      // The fault is back, as was asked for.
      const { finds } = scenarioOf(one.id);
      await expect.poll(async () => (await diagnosed(journey)).errors, patience).toEqual(finds);
      expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 2 });
    });
  });

  it.for(drains)('to emptied and given back: $id', { timeout: limit }, async (one, { expect }) => {
    await onJourney(one.id, bin, async (journey) => {
      const { cluster, user } = journey;
      const before = await objectsOf(cluster);
      await expectPlanned(journey, one, expect);
      // Without its name nothing is emptied.
      expect(await ask(user, 'fix', '--yes')).toMatchObject({ code: 2 });
      const id = await expectFixed(journey, one, expect);
      expect(await objectsOf(cluster)).toEqual(before);
      expect(await diagnosed(journey)).toEqual(well);
      expect((await recordsOf(user))[0]).toEqual({ id, state: 'verified', undoes: null });
      const { items } = await cluster.client.list('/api/v1/namespaces/default/pods');
      expect(items.map((pod) => valueAt(pod, 'spec', 'nodeName'))).not.toContain(one.target);
      // The node was given back at once: nothing of it is left to be taken back.
      expect(await ask(user, 'undo', '--yes')).toMatchObject({ code: 2 });
    });
  });

  it.for(byHand)('by hand: %s', { timeout: limit }, async ([id, remedy], { expect }) => {
    await onJourney(id, bin, async (journey) => {
      const { cluster, user } = journey;
      const scenario = scenarioOf(id);
      const [finding = ''] = scenario.finds;
      const before = await objectsOf(cluster);
      expect(await diagnosed(journey)).toEqual({ code: 1, errors: scenario.finds });
      expect(await ask(user, 'fix', '--yes')).toMatchObject({ code: 2 });
      const { code, data } = await ask(user, 'fix', finding, '--yes');
      expect({ code, steps: data['steps'] }).toEqual({ code: 2, steps: [] });
      expect(remediesOf(data['items'])).toEqual([remedy]);
      const manual = Array.isArray(data['manual']) ? data['manual'].map(String) : [];
      const commands = commandsIn(manual);
      expect(commands.length).toBeGreaterThan(3);
      const { stdout } = await user.kubectl('calico-fix', 'fix', finding, '--yes');
      for (const command of commands) expect(stdout).toContain(command);
      expect(await recordsOf(user)).toEqual([]);
      expect(await objectsOf(cluster)).toEqual(before);

      const perform = doingBy(journey, scenario);
      for (const command of commands) await perform(command);
      await expect.poll(() => diagnosed(journey), patience).toEqual(well);
      expect(await objectsOf(cluster)).toEqual(before);
    });
  });
});
