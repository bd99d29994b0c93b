import { expect, test } from 'vitest';
import type { MemoryCluster } from '../support/memory-cluster.ts';
import { apply, fixRun, itemOf, planWith, undo } from '../support/fix-run.ts';
import { methodIn, methodOf, wellNodes } from '../support/fix-samples.ts';
import { refusal } from '../support/memory-answers.ts';
import { simulatedCluster } from '../support/simulated-cluster.ts';

const unauthorized = refusal(401, 'Unauthorized');

/** A token that expires with the first change, for so many seconds. */
async function expiring(seconds: number) {
  const cluster = await simulatedCluster({ install: 'manifest', nodes: wellNodes });
  let until = 0;
  const isOut = (): boolean => cluster.clock.now() < until;
  const behindToken: MemoryCluster = {
    ...cluster,
    get: (ref) => (isOut() ? Promise.resolve(unauthorized) : cluster.get(ref)),
    list: (query) => (isOut() ? Promise.resolve(unauthorized) : cluster.list(query)),
    send: async (change, options) => {
      const reply = await cluster.send(change, options);
      if (options?.isDryRun !== true) until = cluster.clock.now() + seconds * 1000;
      return reply;
    },
  };
  const plan = await planWith(cluster, [itemOf([methodOf('interface=ens3')])]);
  const run = fixRun(behindToken);
  const begun = cluster.clock.now();
  const outcome = await apply(run, plan);
  return { cluster, run, outcome, seconds: (cluster.clock.now() - begun) / 1000 };
}

test('a token that expires while it waits is told at once, and undo is still there', async () => {
  const { cluster, run, outcome, seconds } = await expiring(3600);
  expect(outcome.result).toBe('not-verified');
  expect(outcome.messages.join()).toContain('Unauthorized');
  expect(outcome.hints.join()).toContain('calico-fix undo');
  expect(seconds).toBeLessThan(60);
  expect((await undo(fixRun(cluster, { journal: run.journal }))).result).toBe('verified');
  expect(methodIn(cluster)).toBeUndefined();
});

test('an API server that does not know anybody for a moment, at its start, is waited for', async () => {
  expect((await expiring(20)).outcome.result).toBe('verified');
});
