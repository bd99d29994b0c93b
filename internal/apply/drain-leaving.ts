import type { Refused } from '../model/cluster.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { DrainOptions } from '../model/plan.ts';
import type { Change } from '../model/remedy.ts';
import type { ApplyContext } from './context.ts';
import { nextStep, removalOf } from './drain-answer.ts';
import type { DrainHooks } from './drain-hooks.ts';
import { drainTexts } from './drain-texts.ts';
import { look, reasonOf } from './objects.ts';

export type LeavingState =
  | 'to-evict'
  /** Asked, but not let go: it is asked again. */
  | 'held'
  | 'terminating'
  | 'gone'
  /** No longer waited for (`--skip-wait-for-delete-timeout`). */
  | 'given-up'
  | 'failed';

/** A pod on its way off the node. */
export interface Leaving {
  readonly pod: Pod;
  readonly change: Change;
  state: LeavingState;
  /** The server took the eviction or deletion. */
  isTaken: boolean;
  /** It was sent, and how that ended is not known. */
  isOpen: boolean;
  /** What the server said last; empty if nothing against it. */
  reason: string;
  nextMs: number;
  tries: number;
}

/** What pods are taken off, and who is told of it. */
export interface Removal {
  readonly node: string;
  readonly context: Pick<ApplyContext, 'cluster' | 'clock' | 'onEvent' | 'signal'>;
  readonly hooks: DrainHooks;
}

export const leavingOf = (pod: Pod, options: DrainOptions): Leaving => ({
  pod,
  change: removalOf(pod, options),
  state: 'to-evict',
  isTaken: false,
  isOpen: false,
  reason: '',
  nextMs: 0,
  tries: 0,
});

/** kubectl's fixed pause between evictions of a pod that is held (pkg/cmd/drain/drain.go, EvictErrorRetryDelay). */
const retrySeconds = 5;
const openTries = 12;

const finalStates: ReadonlySet<LeavingState> = new Set(['gone', 'given-up', 'failed']);
export const isOver = ({ state }: Leaving): boolean => finalStates.has(state);

const eventStates = {
  'to-evict': 'evicting',
  held: 'blocked',
  terminating: 'terminating',
  gone: 'gone',
  'given-up': 'skipped',
  failed: 'failed',
} as const;

function told(run: Removal, leaving: Leaving): void {
  const { name, namespace = 'default' } = leaving.pod.metadata;
  const isDeletion = leaving.change.verb === 'delete' && leaving.state === 'to-evict';
  run.context.onEvent({
    kind: 'pod',
    node: run.node,
    namespace,
    name,
    state: isDeletion ? 'deleting' : eventStates[leaving.state],
    reason: leaving.reason,
  });
}

export function enter(run: Removal, leaving: Leaving, state: LeavingState, reason = ''): void {
  const isNews = leaving.state !== state || leaving.reason !== reason;
  Object.assign(leaving, { state, reason });
  if (isNews) told(run, leaving);
}

function taken(run: Removal, leaving: Leaving): void {
  if (!leaving.isTaken) run.hooks.sent(leaving.change, null);
  Object.assign(leaving, { isTaken: true, isOpen: false });
}

// It has left without us, unless a request of ours was open.
export function leave(run: Removal, leaving: Leaving): void {
  if (leaving.isOpen) taken(run, leaving);
  enter(run, leaving, 'gone');
}

function again(run: Removal, leaving: Leaving, reason: string, seconds: number): void {
  leaving.nextMs = run.context.clock.now() + seconds * 1000;
  enter(run, leaving, 'held', reason);
}

async function lookAgain(run: Removal, leaving: Leaving, refused: Refused): Promise<void> {
  const seen = await look(run.context.cluster, leaving.change.ref);
  const now = seen.state === 'there' ? seen.object : null;
  const { uid } = leaving.pod.metadata;
  if (seen.state === 'gone' || (now && uid !== undefined && now.metadata.uid !== uid))
    return leave(run, leaving);
  if (now?.metadata.deletionTimestamp !== undefined) {
    if (leaving.isOpen) taken(run, leaving);
    return enter(run, leaving, 'terminating');
  }
  if (now) leaving.isOpen = false;
  leaving.tries += 1;
  const { name, namespace = 'default' } = leaving.pod.metadata;
  if (leaving.tries >= openTries)
    return enter(run, leaving, 'failed', drainTexts.failed(name, namespace, reasonOf(refused)));
  again(run, leaving, drainTexts.retry(name, namespace, reasonOf(refused)), retrySeconds);
}

// An error from behind the handler may have come after the pod was marked.
const isUnclear = ({ isOpen, status }: Refused): boolean => isOpen || (status ?? 0) >= 500;

/** Sends one eviction or deletion, and takes in what came back. */
export async function remove(run: Removal, leaving: Leaving): Promise<void> {
  const { context, hooks } = run;
  const { name, namespace = 'default' } = leaving.pod.metadata;
  // What was aborted is not begun; the loop sees it next.
  if (context.signal.aborted) return;
  if (leaving.tries === 0 && leaving.state === 'to-evict') {
    told(run, leaving);
    hooks.sending(leaving.change, leaving.pod);
  }
  const wasOpen = leaving.isOpen;
  leaving.isOpen = true;
  const reply = await context.cluster.send(leaving.change);
  if (reply.state === 'done') {
    taken(run, leaving);
    return enter(run, leaving, 'terminating');
  }
  const next = nextStep(reply);
  leaving.isOpen = wasOpen || (next === 'look' && isUnclear(reply));
  if (next === 'look') return lookAgain(run, leaving, reply);
  const reason = reasonOf(reply);
  switch (next) {
    case 'gone':
      return leave(run, leaving);
    case 'blocked':
      return again(run, leaving, drainTexts.retry(name, namespace, reason), retrySeconds);
    case 'busy': {
      const seconds = reply.retryAfterSeconds ?? retrySeconds;
      return again(run, leaving, drainTexts.busy(seconds), seconds);
    }
    case 'hopeless':
      return enter(run, leaving, 'failed', drainTexts.failed(name, namespace, reason));
  }
}
