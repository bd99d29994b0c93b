import { expect, test } from 'vitest';
import { simulatedClock } from '../support/simulated-clock.ts';

const wait = (clock: ReturnType<typeof simulatedClock>, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });

test('jumps to what is waited for', async () => {
  const clock = simulatedClock();
  const start = clock.now();
  await wait(clock, 86_400_000);
  expect(clock.now() - start).toBe(86_400_000);
});

test('lets the world go on only while somebody waits', async () => {
  const clock = simulatedClock();
  const happened: number[] = [];
  const tick = (): void => {
    happened.push(clock.elapsedSeconds());
    clock.schedule(1000, tick);
  };
  clock.schedule(1000, tick);
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(happened).toEqual([]);
  await wait(clock, 3500);
  expect(happened).toEqual([1, 2, 3]);
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(happened).toEqual([1, 2, 3]);
});

test('runs timers of one time in their order, and none that was cancelled', async () => {
  const clock = simulatedClock();
  const order: string[] = [];
  clock.schedule(10, () => order.push('first'));
  const cancel = clock.schedule(10, () => order.push('cancelled'));
  clock.schedule(10, () => order.push('second'));
  clock.schedule(5, () => order.push('before'));
  cancel();
  await clock.advance(10);
  expect(order).toEqual(['before', 'first', 'second']);
});

test('lets everything settle before the next jump', async () => {
  const clock = simulatedClock();
  const seen: number[] = [];
  const worker = async (): Promise<void> => {
    for (let round = 0; round < 3; round += 1) {
      await wait(clock, 1000);
      for (let hop = 0; hop < 50; hop += 1) await Promise.resolve();
      seen.push(clock.elapsedSeconds());
    }
  };
  await Promise.all([worker(), clock.advance(60_000)]);
  expect(seen).toEqual([1, 2, 3]);
});

test('a cancelled wait does not hold the time', async () => {
  const clock = simulatedClock();
  const cancel = clock.after(5000, () => undefined);
  cancel();
  await clock.advance(1000);
  expect(clock.elapsedSeconds()).toBe(1);
});
