import type { Clock } from '../../internal/model/clock.ts';

export interface FakeClock extends Clock {
  /** What was waited for, in milliseconds, in order. */
  readonly waits: readonly number[];
  /** Lets the time limits that are running end now. */
  readonly expire: () => void;
}

// Pauses between tries are shorter than this, limits of requests longer.
const shortestLimitMs = 15_000;

/** A clock that waits for nobody: pauses pass at once and move the time on, limits end when the test says so. */
export function fakeClock(startMs = Date.UTC(2026, 2, 1, 12)): FakeClock {
  let now = startMs;
  const waits: number[] = [];
  const limits = new Set<{ readonly at: number; readonly run: () => void }>();
  return {
    waits,
    now: () => now,
    after: (ms, run) => {
      if (ms < shortestLimitMs) {
        waits.push(ms);
        now += ms;
        queueMicrotask(run);
        return () => undefined;
      }
      const limit = { at: now + ms, run };
      limits.add(limit);
      return () => limits.delete(limit);
    },
    expire: () => {
      const next = Math.min(...[...limits].map(({ at }) => at));
      now = Math.max(now, next);
      for (const limit of limits) {
        if (limit.at > now) continue;
        limits.delete(limit);
        limit.run();
      }
    },
  };
}
