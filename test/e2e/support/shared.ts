import { afterAll, afterEach, beforeEach } from 'vitest';

/** How to bring something up, how to take it away, and how long the first may take. */
export interface Shareable<T> {
  readonly start: () => Promise<T>;
  readonly stop: (value: T) => Promise<void>;
  readonly startSeconds: number;
}

/**
 * One thing for all tests of a block, from the first that needs it on. A test that fails leaves it as nobody knows: whatever comes
 * next, and be it another try of the same test, gets a new one.
 */
export function shared<T>({ start, stop, startSeconds }: Shareable<T>): () => T {
  const kept: T[] = [];
  const leave = async (): Promise<void> => {
    for (const value of kept.splice(0)) await stop(value);
  };
  beforeEach(async () => {
    if (kept.length === 0) kept.push(await start());
  }, startSeconds * 1000);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await leave();
  });
  afterAll(leave);
  return () => {
    const [value] = kept;
    if (value === undefined) throw new Error('it has not started');
    return value;
  };
}
