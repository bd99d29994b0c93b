import { setTimeout as wait } from 'node:timers/promises';
import type { Gate, JourneyProxy, Passing, Side, Verdict } from './journey-proxy.ts';
import type { Ran, Running } from './run.ts';

/** A moment in what the tool does, told by its requests. */
export interface Moment {
  readonly name: string;
  /** Made anew for each journey, as it may count. */
  readonly isIt: () => (request: Passing, side: Side) => boolean;
}

const isReview = ({ path }: Passing): boolean => path.includes('selfsubjectaccessreviews');
const isChange = ({ method, path }: Passing): boolean =>
  method !== 'GET' && !path.includes('/selfsubject') && !path.includes('/tokenreviews');

export const isTrial = (request: Passing): boolean => isChange(request) && request.isDryRun;
export const isSending = (request: Passing): boolean => isChange(request) && !request.isDryRun;

type Matches = (request: Passing) => boolean;

/** The nth request of a kind. */
const nth = (name: string, count: number, side: Side, matches: Matches): Moment => ({
  name,
  isIt: () => {
    let seen = 0;
    return (request, at) => {
      if (at !== side || !matches(request)) return false;
      seen += 1;
      return seen === count;
    };
  },
});

/** The nth request of a kind after the first change was sent. */
const nthAfterSending = (name: string, count: number, matches: Matches): Moment => ({
  name,
  isIt: () => {
    let isSent = false;
    let seen = 0;
    return (request, side) => {
      if (isSending(request) && side === 'after') isSent = true;
      if (side !== 'before' || !isSent || isSending(request) || !matches(request)) return false;
      seen += 1;
      return seen === count;
    };
  },
});

export const moments = {
  reading: nth('while it reads', 10, 'before', () => true),
  rights: nth('while it asks for rights', 3, 'before', isReview),
  firstTrial: nth('while the server tries it', 1, 'after', isTrial),
  lastTrial: nth('when the server has tried it again', 2, 'after', isTrial),
  sending: nth('before the server has got it', 1, 'before', isSending),
  sent: nth('before the answer has come', 1, 'after', isSending),
  rolling: nthAfterSending('while it rolls out', 4, () => true),
  verifying: nthAfterSending('while it looks again', 1, ({ path }) =>
    path.includes('/customresourcedefinitions'),
  ),
  /** The eviction of so many pods, of which the server has or has not heard. */
  evicting: (count: number, side: Side): Moment =>
    nth(
      `${side} eviction ${count}`,
      count,
      side,
      (request) => isSending(request) && request.path.includes('/eviction'),
    ),
} as const;

const heardWithinMs = 3000;

async function untilHeard({ printed, done }: Running): Promise<void> {
  const { length } = printed();
  const deadline = Date.now() + heardWithinMs;
  const isOver = (): Promise<boolean> =>
    Promise.race([done.then(() => true), wait(20).then(() => false)]);
  while (!(await isOver())) if (printed().length > length || Date.now() > deadline) return;
}

/**
 * Sends a signal to a program at a moment. With SIGKILL the request of that moment is lost with it, or its answer. Throws where
 * that moment never came.
 */
export async function interruptAt(
  { name, isIt }: Moment,
  signal: 'SIGINT' | 'SIGKILL',
  proxy: JourneyProxy,
  begin: () => Running,
): Promise<Ran> {
  const isNow = isIt();
  let hasCome = false;
  let running: Running | null = null;
  const gate: Gate = async (request, side) => {
    // Nothing of a program that is gone may still get through.
    if (hasCome && signal === 'SIGKILL') return 'cut';
    if (hasCome || !isNow(request, side)) return 'pass';
    hasCome = true;
    running?.interrupt(signal);
    if (signal === 'SIGKILL') return 'cut';
    // The answer must not overtake the signal: the program ends, or says that it stops.
    if (running) await untilHeard(running);
    return 'pass';
  };
  proxy.setGate(gate);
  running = begin();
  const ran = await running.done;
  proxy.setGate(null);
  if (!hasCome) throw new Error(`"${name}" never came: ${ran.stdout}${ran.stderr}`);
  return ran;
}

/**
 * Does something at a moment of what the tool does, which waits for it, and runs the tool to its end; `then` is what becomes of
 * each request from that moment on. Throws where that moment never came.
 */
export async function doAt<T>(
  { name, isIt }: Moment,
  proxy: JourneyProxy,
  does: () => Promise<unknown>,
  run: () => Promise<T>,
  then: Verdict = 'pass',
): Promise<T> {
  const isNow = isIt();
  let hasCome = false;
  proxy.setGate(async (request, side) => {
    if (hasCome) return then;
    if (!isNow(request, side)) return 'pass';
    hasCome = true;
    await does();
    return then;
  });
  try {
    const result = await run();
    if (!hasCome) throw new Error(`"${name}" never came: ${JSON.stringify(result)}`);
    return result;
  } finally {
    proxy.setGate(null);
  }
}
