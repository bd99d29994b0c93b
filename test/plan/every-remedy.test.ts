import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../internal/checks/run.ts';
import { readDump } from '../../internal/cluster/dump.ts';
import type { ChangeStep, Plan } from '../../internal/model/plan.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { takeBack } from '../../internal/plan/inverse.ts';
import { applyChange } from '../../internal/plan/patch.ts';
import { type PlannedItem, planOf } from '../../internal/plan/plan.ts';
import { rightsOf } from '../../internal/plan/rights.ts';
import { allScenarios } from '../support/scenarios.ts';

const dumps = path.join(import.meta.dirname, '..', 'dumps');
const drainOptions = drainOptionsOf({ ignoreDaemonSets: true });

/** A plan for each remedy of each finding of a scenario. */
async function plansOf(scenario: string): Promise<readonly Plan[]> {
  const snapshot = await readDump(path.join(dumps, scenario));
  const { findings, install } = diagnose(snapshot, { toolVersion: 'test' });
  const items = findings.flatMap((finding) =>
    finding.remedies.map((remedy): PlannedItem => ({ finding, remedy })),
  );
  return items.map((item) =>
    planOf({ snapshot, install, items: [item], drainFacts: null, drainOptions }),
  );
}

const patches = ({ steps }: Plan): readonly ChangeStep[] =>
  steps.flatMap((step) =>
    step.kind === 'change' && step.change.verb === 'patch' && step.before ? [step] : [],
  );

const scenarios = await allScenarios();

describe.each(scenarios.map(({ name }) => name))('every remedy of %s', (scenario) => {
  it('can be planned and taken back', async () => {
    for (const plan of await plansOf(scenario)) {
      expect(plan.conflicts).toEqual([]);
      expect(rightsOf(plan)).toContainEqual(expect.objectContaining({ name: 'kube-system' }));
      for (const { before, after, change } of patches(plan)) {
        if (!after) throw new Error(`${plan.items[0]?.remedy.id}: the patch was not reckoned`);
        const inverse = takeBack(before, after, after, change.ref);
        expect(inverse).toMatchObject({ isBack: false, conflicts: [] });
        expect(inverse.change && applyChange(after, inverse.change)).toEqual(before);
      }
    }
  });
});

it('sends something in some scenario of each kind', async () => {
  const plans = (await Promise.all(scenarios.map(({ name }) => plansOf(name)))).flat();
  const kinds = new Set(plans.flatMap(patches).map(({ change }) => change.ref.kind));
  expect([...kinds]).toEqual(
    expect.arrayContaining(['DaemonSet', 'Installation', 'FelixConfiguration']),
  );
});
