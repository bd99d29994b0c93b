import type { Fault } from './fault.ts';
import type { Random } from './random.ts';

const statuses = [500, 502, 503, 504] as const;

/** What befalls any request. */
export const common = (random: Random): Fault =>
  random.pick<() => Fault>([
    () => ({ kind: 'late', ms: 5 + random.below(120) }),
    () => ({ kind: 'reset', isPassedOn: random.chance(0.5) }),
    () => ({ kind: 'half', isPassedOn: random.chance(0.8) }),
    () => ({ kind: 'no-json', isPassedOn: random.chance(0.3) }),
    () => ({ kind: 'status', status: random.pick(statuses), isPassedOn: random.chance(0.4) }),
    () => ({ kind: 'throttled', retryAfter: random.pick([null, '0', '1', '2']) }),
    () => ({ kind: 'starting' }),
    () => ({ kind: 'unauthorized' }),
  ])();

/** How reading can fail for as long as a command takes: each way as often as any other. */
export const lastingly = (random: Random): Fault =>
  random.pick<() => Fault>([
    () => ({ kind: 'forbidden' }),
    () => ({ kind: 'unserved' }),
    () => ({ kind: 'gone' }),
    () => ({ kind: 'silence', isPassedOn: false }),
    () => ({ kind: 'reset', isPassedOn: false }),
    () => ({ kind: 'half', isPassedOn: true }),
    () => ({ kind: 'no-json', isPassedOn: false }),
    () => ({ kind: 'status', status: random.pick(statuses), isPassedOn: false }),
    () => ({ kind: 'throttled', retryAfter: random.pick([null, '1']) }),
    () => ({ kind: 'starting' }),
  ])();

/** What befalls a request that only reads. */
export const ofReads = (random: Random): Fault =>
  random.chance(0.1) ? { kind: 'gone' } : common(random);

/** What befalls a request that changes something. */
export const ofWrites = (random: Random): Fault =>
  random.chance(0.25)
    ? { kind: random.pick(['overtaken', 'overtaken', 'meddled'] as const) }
    : random.chance(0.15)
      ? { kind: 'silence', isPassedOn: random.chance(0.5) }
      : common(random);
