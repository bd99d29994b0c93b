import { describe, expect, test } from 'vitest';
import { sleep } from '../../internal/cluster/clock.ts';
import { limiter } from '../../internal/cluster/limit.ts';
import {
  delayAfter,
  isPassingCode,
  isPassingStatus,
  mayTryAgain,
  retryAfterMs,
} from '../../internal/cluster/retry.ts';
import { fakeClock } from '../support/fake-clock.ts';

const now = Date.UTC(2026, 2, 1, 12);

test.each([
  [undefined, null],
  ['', null],
  ['soon', null],
  ['0', 0],
  ['7', 7000],
  ['Sun, 01 Mar 2026 12:00:05 GMT', 5000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
])('Retry-After: %s is %s ms', (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms);
});

describe('the delay', () => {
  test.each([
    [1, 0, 200],
    [1, 1, 400],
    [2, 1, 800],
    [4, 0, 1600],
    [20, 1, 10_000],
  ])('after attempt %i, with luck %d, is %i ms', (attempt, chance, ms) => {
    expect(delayAfter(attempt, null, chance)).toBe(ms);
  });

  test('is never shorter than what the server asks for', () => {
    expect(delayAfter(1, 3000, 0)).toBe(3000);
    expect(delayAfter(1, 3000, 1)).toBeGreaterThan(3000);
  });
});

test.each([
  [429, true, true],
  [500, true, false],
  [502, true, false],
  [503, true, false],
  [504, true, false],
  [501, false, false],
  [404, false, false],
  [403, false, false],
])('%i passes: %s, of a node: %s', (status, normal, ofNode) => {
  expect(isPassingStatus(status, 'normal')).toBe(normal);
  expect(isPassingStatus(status, 'brief')).toBe(normal);
  expect(isPassingStatus(status, 'little')).toBe(ofNode);
});

test('a wrong certificate does not pass', () => {
  expect(isPassingCode('ECONNRESET')).toBe(true);
  expect(isPassingCode('DEPTH_ZERO_SELF_SIGNED_CERT')).toBe(false);
});

test('tries are counted', () => {
  expect([1, 2, 3, 4, 5].filter((attempt) => mayTryAgain(attempt, 'normal'))).toEqual([1, 2, 3, 4]);
  expect([1, 2, 3].filter((attempt) => mayTryAgain(attempt, 'brief'))).toEqual([1, 2]);
});

describe('sleep', () => {
  test('waits by the clock', async () => {
    const clock = fakeClock();
    await sleep(clock, 250);
    expect(clock.waits).toEqual([250]);
  });

  test('ends when it is interrupted', async () => {
    const never = { now: () => 0, after: () => () => undefined };
    const controller = new AbortController();
    const sleeping = sleep(never, 250, controller.signal);
    controller.abort();
    await expect(sleeping).resolves.toBeUndefined();
    await expect(sleep(never, 250, controller.signal)).resolves.toBeUndefined();
  });
});

test('a task that fails makes room for the next', async () => {
  const limit = limiter(1);
  const first = limit(() => Promise.reject(new Error('no')));
  const second = limit(() => Promise.resolve('yes'));
  await expect(first).rejects.toThrow('no');
  await expect(second).resolves.toBe('yes');
});
