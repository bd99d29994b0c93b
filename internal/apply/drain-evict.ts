import type { Pod } from '../model/kubernetes.ts';
import type { DrainOptions } from '../model/plan.ts';
import { isGivenUp } from '../plan/drain-judge.ts';
import type { DrainHooks } from './drain-hooks.ts';
import {
  enter,
  isOver,
  type Leaving,
  leavingOf,
  leave,
  type Removal,
  remove,
} from './drain-leaving.ts';
import { drainTexts } from './drain-texts.ts';
import { isPod } from './objects.ts';
import { inParallel } from './parallel.ts';
import { timeText } from './recorder.ts';
import { pause } from './wait.ts';

/** How the emptying of a node ended. */
export type Emptied = 'empty' | 'failed' | 'timed-out' | 'lost' | 'blind' | 'interrupted';

export interface Emptying {
  readonly node: string;
  readonly pods: readonly Pod[];
  readonly options: DrainOptions;
  /** The kubelet does not answer: pods that were taken are not waited for. */
  readonly isNodeLost: boolean;
  /** In milliseconds by the clock; null is without end. */
  readonly deadlineMs: number | null;
}

type Run = Emptying & Removal & { readonly leavings: readonly Leaving[] };

const atATime = 10;
const firstLookMs = 1000;
const laterLookMs = 3000;
const firstLooks = 20;
const lostSeconds = 30;
const blindSeconds = 300;

// Deletions go one after the other, and the first that fails ends them, as with kubectl.
async function sendDue(run: Run): Promise<void> {
  const now = run.context.clock.now();
  const due = run.leavings.filter(
    ({ state, nextMs }) => (state === 'to-evict' || state === 'held') && nextMs <= now,
  );
  if (!run.options.disableEviction) {
    await inParallel(due, atATime, (leaving) => remove(run, leaving));
    return;
  }
  for (const leaving of due) {
    await remove(run, leaving);
    if (leaving.state === 'failed') return;
  }
}

/** Looks which pods are still there, in one request; false if that could not be read. */
async function lookAtNode(run: Run): Promise<boolean> {
  const { cluster, clock } = run.context;
  const fieldSelector = `spec.nodeName=${run.node}`;
  const reply = await cluster.list({ apiVersion: 'v1', kind: 'Pod', fieldSelector });
  if (reply.state === 'refused') return false;
  const present = new Map(reply.value.filter(isPod).map((pod) => [pod.metadata.uid, pod]));
  const now = timeText(clock.now());
  for (const leaving of run.leavings) {
    if (isOver(leaving)) continue;
    const pod = present.get(leaving.pod.metadata.uid);
    if (!pod) leave(run, leaving);
    else if (isGivenUp(pod, now, run.options)) enter(run, leaving, 'given-up', drainTexts.givenUp);
    else if (pod.metadata.deletionTimestamp !== undefined) enter(run, leaving, 'terminating');
  }
  return true;
}

/** How it ended, if it did. */
function ended(run: Run, seenMs: number, movedMs: number): Emptied | null {
  const now = run.context.clock.now();
  const { leavings, deadlineMs, isNodeLost } = run;
  if (leavings.every(isOver)) {
    return leavings.some(({ state }) => state === 'failed') ? 'failed' : 'empty';
  }
  const isStopped = run.options.disableEviction && leavings.some(({ state }) => state === 'failed');
  if (isStopped) return 'failed';
  if (deadlineMs !== null && now >= deadlineMs) return 'timed-out';
  const onlyEnding = leavings.every((one) => isOver(one) || one.state === 'terminating');
  if (isNodeLost && onlyEnding && now - movedMs >= lostSeconds * 1000) return 'lost';
  return now - seenMs >= blindSeconds * 1000 ? 'blind' : null;
}

async function loop(run: Run): Promise<Emptied> {
  const { clock, signal, onEvent } = run.context;
  let seenMs = clock.now();
  let movedMs = clock.now();
  let wasBlind = false;
  for (let round = 0; ; round += 1) {
    signal.throwIfAborted();
    const states = run.leavings.map(({ state }) => state).join();
    await sendDue(run);
    const isSeen = run.leavings.every(isOver) || (await lookAtNode(run));
    if (isSeen) seenMs = clock.now();
    else if (!wasBlind) onEvent({ kind: 'note', text: drainTexts.blind(run.node) });
    wasBlind = !isSeen;
    if (run.leavings.map(({ state }) => state).join() !== states) movedMs = clock.now();
    const end = ended(run, seenMs, movedMs);
    if (end !== null) return end;
    const left = run.deadlineMs === null ? Infinity : run.deadlineMs - clock.now();
    await pause(run.context, Math.min(round < firstLooks ? firstLookMs : laterLookMs, left));
  }
}

/**
 * Evicts (or deletes) pods and waits until they are gone: all at once but for a bound, each held one asked again every 5 seconds, the
 * wait by looking at the node's pods. Throws what the hooks throw and what the cluster throws without being interrupted.
 */
export async function emptyNode(
  emptying: Emptying,
  context: Removal['context'],
  hooks: DrainHooks,
): Promise<{ readonly ended: Emptied; readonly leavings: readonly Leaving[] }> {
  const leavings = emptying.pods.map((pod) => leavingOf(pod, emptying.options));
  const run: Run = { ...emptying, context, hooks, leavings };
  const end = await loop(run).catch((error: unknown): Emptied => {
    if (context.signal.aborted) return 'interrupted';
    throw error;
  });
  for (const leaving of leavings)
    if (!leaving.isTaken && !leaving.isOpen && leaving.state !== 'to-evict')
      hooks.refused(leaving.change, leaving.reason || drainTexts.leftAlone);
  return { ended: end, leavings };
}
