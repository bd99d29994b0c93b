import fc from 'fast-check';
import { expect, it } from 'vitest';
import { diagnose } from '../../internal/checks/run.ts';
import { damagedSnapshot, damages } from '../support/damage-sample.ts';
import { allScenarios } from '../support/scenarios.ts';

const samples = (await allScenarios()).map(({ build }) => build());

it('diagnoses whatever the readers let through', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: samples.length - 1 }),
      fc.array(damages, { minLength: 1, maxLength: 40 }),
      (index, changes) => {
        const sample = samples[index];
        if (!sample) return;
        const { checks } = diagnose(damagedSnapshot(sample, changes), { toolVersion: 'test' });
        const bugs = checks.filter(({ reason }) => reason.startsWith('internal error'));
        expect(bugs).toEqual([]);
      },
    ),
    // The same run each time; another seed looks elsewhere.
    { seed: 20_260_301, numRuns: 200, interruptAfterTimeLimit: 3000 },
  );
}, 10_000);
