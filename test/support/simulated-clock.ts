import type { Clock } from '../../internal/model/clock.ts';

/**
 * A clock without waiting: as soon as nothing is left to do but wait, it jumps to the next timer. Only what waits with `after`
 * makes the time pass; what is planned with `schedule` happens on the way, as the world goes on while somebody waits.
 */
export interface SimulatedClock extends Clock {
  /** Now, RFC 3339 in whole seconds. */
  readonly time: () => string;
  readonly elapsedSeconds: () => number;
  /** Something of the simulated world, so many milliseconds from now; the function returned cancels it. */
  readonly schedule: (ms: number, run: () => void) => () => void;
  /** Lets so many milliseconds pass although nobody waits. */
  readonly advance: (ms: number) => Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  readonly isWaiting: boolean;
}

// Whoever waits longer than this waits for what will never come.
const longestMs = 30 * 86_400_000;

// Promises settle within one turn of the event loop; a few more are for what is handed on by streams and imports.
const turnsToSettle = 3;

const isBefore = (one: Timer, other: Timer): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

function earliest(timers: ReadonlySet<Timer>): Timer | null {
  let first: Timer | null = null;
  for (const timer of timers) if (!first || isBefore(timer, first)) first = timer;
  return first;
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < turnsToSettle; turn += 1)
    await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A clock whose time jumps to the next timer when all promises that can settle have settled. */
export function simulatedClock(startMs = Date.UTC(2026, 2, 1, 12)): SimulatedClock {
  let now = startMs;
  let order = 0;
  let isRunning = false;
  const timers = new Set<Timer>();
  const waiting = (): boolean => [...timers].some(({ isWaiting }) => isWaiting);
  const run = async (): Promise<void> => {
    await settled();
    while (waiting()) {
      const next = earliest(timers);
      if (!next) break;
      timers.delete(next);
      now = Math.max(now, next.at);
      if (now - startMs > longestMs) throw new Error('somebody waits for what never happens');
      next.run();
      await settled();
    }
    isRunning = false;
  };
  const add = (ms: number, action: () => void, isWaiting: boolean): (() => void) => {
    order += 1;
    const timer = { at: now + Math.max(0, ms), order, run: action, isWaiting };
    timers.add(timer);
    if (isWaiting && !isRunning) {
      isRunning = true;
      void run();
    }
    return () => void timers.delete(timer);
  };
  return {
    now: () => now,
    time: () => `${new Date(now).toISOString().slice(0, 19)}Z`,
    elapsedSeconds: () => (now - startMs) / 1000,
    after: (ms, action) => add(ms, action, true),
    schedule: (ms, action) => add(ms, action, false),
    advance: async (ms) => {
      await new Promise<void>((resolve) => add(ms, resolve, true));
      await settled();
    },
  };
}
