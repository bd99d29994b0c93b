import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { calicoEnding } from './endings.ts';
import { fieldEvidence, logEvidence } from './evidence.ts';
import type { LogLine } from './log.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { hasReached, runsOf, type Run } from './start-up.ts';

/** A start that gave up because the API server answered too slowly. */
export interface SlowApi {
  readonly view: NodeView;
  /** Seconds that the first question to the datastore took; null where the log does not tell. */
  readonly seconds: number | null;
  readonly confidence: 'confirmed' | 'likely';
  readonly evidence: readonly Evidence[];
}

// client-go with a time limit of its own (startup.go asks for kubeadm's ConfigMap with `timeout=2s`). A connection that could
// not be made at all is another fault, also where the same limit ends the wait for it.
const tooLate =
  /Client\.Timeout exceeded while awaiting headers|context deadline exceeded|net\/http: request canceled/;
const notConnected =
  /dial tcp|while waiting for connection|TLS handshake timeout|connection refused|no route to host|etcdserver|:2379/;

const isTooLate = ({ text }: LogLine): boolean => tooLate.test(text) && !notConnected.test(text);

const slowAnswer = 2;

/** The evidence of one run; null if it did not give up, or for another reason. */
function inRun(
  { start, lines, previous }: Run,
  view: NodeView,
): Omit<SlowApi, 'confidence'> | null {
  const { pod } = view;
  const late = lines.findLast(isTooLate);
  const verified = lines.find(({ message }) => message.startsWith('Datastore connection verified'));
  const seconds = start.datastoreSeconds;
  const isSlow = (seconds ?? 0) >= slowAnswer;
  // That a start skipped the test of its datastore proves no connection.
  const wasReached = verified !== undefined;
  if (!pod || !start.hasGivenUp || hasReached(start, 'serving') || start.isRetrying) return null;
  if (late ? !wasReached && !late.text.includes('awaiting headers') : !isSlow) return null;
  const checking = lines.find(({ message }) => message.startsWith('Checking datastore connection'));
  const told = [...(isSlow ? [checking, verified] : []), late];
  return {
    view,
    seconds,
    evidence: told.flatMap((line) =>
      line ? [logEvidence(pod, 'calico-node', line, previous)] : [],
    ),
  };
}

// Between two restarts a plain dump holds the beginning of the next try, and of the last one only how it ended.
function underWay(
  { start, lines, previous }: Run,
  view: NodeView,
): Omit<SlowApi, 'confidence'> | null {
  const { pod } = view;
  const seconds = start.datastoreSeconds;
  if (!pod || seconds === null || seconds < slowAnswer || hasReached(start, 'serving')) return null;
  const verified = lines.find(({ message }) => message.startsWith('Datastore connection verified'));
  return {
    view,
    seconds,
    evidence: verified ? [logEvidence(pod, 'calico-node', verified, previous)] : [],
  };
}

/** Finds a start that gives up on a slow API server, from the log of the last run or of the one under way; null if there is none. */
export function slowApiOf(snapshot: Snapshot, view: NodeView): SlowApi | null {
  const { pod, health } = view;
  if (!pod || health?.state !== 'sick' || view.isLost) return null;
  const { ended, present } = runsOf(snapshot, pod);
  if (present && hasReached(present.start, 'serving')) return null;
  const ending = calicoEnding(pod);
  const failed = ending?.exitCode === 1;
  const gaveUp = (ended && inRun(ended, view)) ?? (present && inRun(present, view));
  const found = gaveUp ?? (failed && !ended && present ? underWay(present, view) : null);
  if (!found) return null;
  const status = ending
    ? [
        fieldEvidence(
          pod,
          'status.containerStatuses[calico-node].lastState.terminated',
          `exit ${ending.exitCode ?? 'unknown'}, ${ending.restarts} restarts`,
        ),
      ]
    : [];
  return {
    ...found,
    confidence: gaveUp && failed ? 'confirmed' : 'likely',
    evidence: [...found.evidence, ...status],
  };
}

/** What the same question took on nodes that are well: the least of it, in seconds; null if no log tells. */
export function usualAnswer(snapshot: Snapshot): number | null {
  const times = nodeViews(snapshot).flatMap(({ pod, health }) => {
    const run = pod && health?.state === 'ready' ? runsOf(snapshot, pod).present : null;
    return run?.start.datastoreSeconds ?? [];
  });
  return times.length === 0 ? null : Math.min(...times);
}
