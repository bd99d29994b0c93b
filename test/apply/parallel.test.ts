import { expect, it } from 'vitest';
import { inParallel } from '../../internal/apply/parallel.ts';

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

it('keeps the order of the items and the bound', async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel([3, 1, 2, 5, 4], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    for (let turns = 0; turns < item; turns += 1) await turn();
    running -= 1;
    return item * 10;
  });
  expect(results).toEqual([30, 10, 20, 50, 40]);
  expect(most).toBe(2);
});

it('begins no more after an error, and throws it when the rest has ended', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const all = inParallel([1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    await turn();
    if (item === 1) throw new Error('first');
    await turn();
    ended.push(item);
  });
  await expect(all).rejects.toThrow('first');
  expect(begun).toEqual([1, 2]);
  expect(ended).toEqual([2]);
});

it('has nothing to do for nothing', async () => {
  expect(await inParallel([], 4, turn)).toEqual([]);
});
