import type { ApplyContext } from './context.ts';

type Waiting = Pick<ApplyContext, 'clock' | 'signal'>;

/** Waits so many milliseconds; throws the signal's reason where it is aborted before or meanwhile. */
export async function pause({ clock, signal }: Waiting, ms: number): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(ms, finish);
    signal.addEventListener('abort', finish, { once: true });
  });
  signal.throwIfAborted();
}

/** Milliseconds between two looks, by the seconds that have passed. */
export type Pace = (elapsedSeconds: number) => number;

const ofObjects: Pace = (elapsedSeconds) => (elapsedSeconds < 30 ? 2000 : 5000);

/** Seconds since a time of the context's clock. */
export const secondsSince = ({ clock }: Pick<ApplyContext, 'clock'>, startMs: number): number =>
  (clock.now() - startMs) / 1000;

/**
 * Looks again and again until `see` gives something, or until the time has passed (null then). The last look is at the limit, so that
 * a limit of 0 still looks once. Throws what `see` throws, and the signal's reason.
 */
export async function waitFor<T extends object>(
  context: Waiting,
  limitSeconds: number,
  see: (elapsedSeconds: number) => Promise<T | null>,
  pace: Pace = ofObjects,
): Promise<T | null> {
  const start = context.clock.now();
  for (;;) {
    context.signal.throwIfAborted();
    const seen = await see(secondsSince(context, start));
    if (seen !== null) return seen;
    const elapsed = secondsSince(context, start);
    const left = limitSeconds - elapsed;
    if (left <= 0) return null;
    await pause(context, Math.min(pace(elapsed), left * 1000));
  }
}
