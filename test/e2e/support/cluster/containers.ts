import type { Ending, Program } from './container-log.ts';
import { timeText } from './container-log.ts';
import type { Prober } from './probers.ts';

export type Raw = Readonly<Record<string, unknown>>;

/** A container as its kubelet knows it. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly spec: Raw;
  readonly isInit: boolean;
  program: Program | null;
  startedAt: number;
  /** The runtime's number of this run. */
  run: number;
  ended: (Ending & { readonly startedAt: number; readonly finishedAt: number }) | null;
  previous: Program | null;
  last: Container['ended'];
  restarts: number;
  backoff: number;
  nextStart: number;
  isReady: boolean;
  probers: readonly Prober[];
}

/** A container that has never run. */
export const containerOf = (spec: Raw, isInit: boolean): Container => ({
  name: String(spec['name']),
  image: String(spec['image']),
  spec,
  isInit,
  program: null,
  startedAt: 0,
  run: 0,
  ended: null,
  previous: null,
  last: null,
  restarts: 0,
  backoff: 0,
  nextStart: 0,
  isReady: false,
  probers: [],
});

const firstBackoff = 10;
const mostBackoff = 300;
const forgetsAfter = 600;

/**
 * Marks a container as ended, and when it may start again: at once after the first end, later 10 s, 20 s … 5 min behind the end,
 * and at once again after ten quiet minutes (kubelet, doBackOff).
 */
export function endContainer(container: Container, ending: Ending, now: number): void {
  const { startedAt } = container;
  const isForgotten = now - startedAt > forgetsAfter;
  const delay = isForgotten ? 0 : container.backoff;
  container.ended = { ...ending, startedAt, finishedAt: now };
  container.nextStart = now + delay;
  container.backoff = delay === 0 ? firstBackoff : Math.min(delay * 2, mostBackoff);
  container.isReady = false;
  container.probers = [];
}

/** Makes room for the next run. */
export function clearContainer(container: Container): void {
  container.previous = container.program;
  container.last = container.ended;
  container.program = null;
  container.ended = null;
  container.restarts += 1;
}

const idOf = (podUid: string, { name, run }: Container): string =>
  `containerd://${Buffer.from(`${podUid} ${name} ${run}`).toString('hex').padEnd(64, '0').slice(-64)}`;

function terminated(
  uid: string,
  container: Container,
  ended: NonNullable<Container['ended']>,
): object {
  return {
    terminated: {
      exitCode: ended.exitCode,
      reason: ended.reason,
      startedAt: timeText(ended.startedAt),
      finishedAt: timeText(ended.finishedAt),
      containerID: idOf(uid, container),
    },
  };
}

function stateOf(uid: string, podName: string, container: Container, now: number): object {
  const { ended, program, startedAt, nextStart, name, isInit } = container;
  if (program && !ended) return { running: { startedAt: timeText(startedAt) } };
  if (ended && (now < nextStart || (isInit && ended.exitCode === 0))) {
    if (isInit && ended.exitCode === 0) return terminated(uid, container, ended);
    const seconds = Math.round(nextStart - ended.finishedAt);
    const time = seconds >= 60 ? `${Math.floor(seconds / 60)}m${seconds % 60}s` : `${seconds}s`;
    const message = `back-off ${time} restarting failed container=${name} pod=${podName}(${uid})`;
    return { waiting: { reason: 'CrashLoopBackOff', message } };
  }
  return ended ? terminated(uid, container, ended) : { waiting: { reason: 'PodInitializing' } };
}

/** The entry of a pod's status for a container. */
export function containerStatus(
  uid: string,
  podName: string,
  container: Container,
  now: number,
): object {
  const { name, image, restarts, last, ended, program, isInit, isReady } = container;
  const isRunning = program !== null && ended === null;
  const isInBackoff = ended !== null && now < container.nextStart;
  const lastEnd = isInBackoff ? ended : last;
  return {
    name,
    image,
    imageID: program === null ? '' : `${image.replace(/:[^:/]+$/, '')}@sha256:${'0'.repeat(64)}`,
    containerID: program === null ? '' : idOf(uid, container),
    ready: isInit ? ended?.exitCode === 0 : isReady,
    started: isInit
      ? isRunning
      : isRunning &&
        container.probers.every(
          ({ spec, hasSucceeded }) => spec.kind !== 'startup' || hasSucceeded,
        ),
    restartCount: restarts,
    state: stateOf(uid, podName, container, now),
    lastState: lastEnd ? terminated(uid, container, lastEnd) : {},
  };
}

/** A text that changes whenever the status of a container does. */
export function signatureOf(container: Container, now: number): string {
  const { run, ended, isReady, nextStart, probers } = container;
  const isStarted = probers.every(
    ({ spec, hasSucceeded }) => spec.kind !== 'startup' || hasSucceeded,
  );
  return [run, ended?.finishedAt, isReady, ended !== null && now < nextStart, isStarted].join();
}
