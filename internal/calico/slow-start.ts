import type { Evidence } from '../model/finding.ts';
import type { Pod, Probe } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { calicoEnding, type Ending } from './endings.ts';
import { eventsAbout, type SeenEvent } from './events.ts';
import { eventEvidence, fieldEvidence, logEvidence } from './evidence.ts';
import { uptimeOf, type NodeView } from './nodes.ts';
import { killBudget, probeFailures } from './probes.ts';
import { runtimeComplaint } from './runtime.ts';
import { calicoContainer } from './settings.ts';
import { hasReached, runsOf, startSteps, type Run, type StartStep } from './start-up.ts';

/** A calico-node that is killed by a probe before its start is through. */
export interface SlowStart {
  readonly view: NodeView;
  readonly pod: Pod;
  readonly probe: { readonly kind: 'liveness' | 'startup'; readonly spec: Probe };
  /** Seconds that the last run had; null where the status does not tell. */
  readonly lived: number | null;
  readonly restarts: number;
  /** How far the start came; null where no log tells. */
  readonly step: StartStep | null;
  readonly datastoreSeconds: number | null;
  readonly confidence: 'confirmed' | 'likely' | 'possible';
  readonly evidence: readonly Evidence[];
}

function killEvent(snapshot: Snapshot, pod: Pod): SeenEvent | null {
  const killed = /failed (?:liveness|startup) probe/;
  return (
    eventsAbout(snapshot, pod).findLast(
      ({ reason, message }) => reason === 'Killing' && killed.test(message),
    ) ?? null
  );
}

function probeOf(pod: Pod, event: SeenEvent | null): SlowStart['probe'] | null {
  const container = calicoContainer(pod.spec);
  const kind =
    event === null
      ? container?.startupProbe
        ? 'startup'
        : 'liveness'
      : event.message.includes('startup probe')
        ? 'startup'
        : 'liveness';
  const spec = kind === 'startup' ? container?.startupProbe : container?.livenessProbe;
  return spec ? { kind, spec } : null;
}

/** True if a run lasted as long as the kubelet gives a container whose probe never succeeds. The grace period comes on top. */
export function hasBudgetLength(pod: Pod, probe: Probe, lived: number | null): boolean {
  if (lived === null) return false;
  const { from, to } = killBudget(probe);
  const grace = pod.spec?.terminationGracePeriodSeconds ?? 30;
  return lived >= from * 0.9 - 2 && lived <= to * 1.1 + grace + 5;
}

const isInStart = ({ start, lines }: Run): boolean =>
  start.step !== null &&
  !hasReached(start, 'serving') &&
  !start.hasGivenUp &&
  !start.isRetrying &&
  !lines.some(({ level }) => level === 'FATAL' || level === 'PANIC');

const isConnected = ({ start }: Run): boolean => hasReached(start, 'connected');

// A start takes some seconds (measured: 1 to 5 s to a Felix that serves), its first answer some hundredths of one.
const slowSeconds = 10;
const slowAnswer = 0.5;

/** What the logs say: killed within its start, slow at it now, something else, or nothing. */
interface LogVerdict {
  readonly run: Run | null;
  readonly verdict: 'killed' | 'slow' | 'other' | null;
}

function logVerdict(snapshot: Snapshot, view: NodeView, pod: Pod): LogVerdict {
  const { ended, present } = runsOf(snapshot, pod);
  if (ended) {
    if (!isInStart(ended)) return { run: ended, verdict: 'other' };
    return { run: ended, verdict: isConnected(ended) ? 'killed' : null };
  }
  if (!present) return { run: null, verdict: null };
  if (!isInStart(present)) return { run: present, verdict: 'other' };
  const { seconds, datastoreSeconds } = present.start;
  const underWay = Math.max(seconds ?? 0, uptimeOf(view, snapshot.takenAt) ?? 0);
  const isSlow = underWay >= slowSeconds || (datastoreSeconds ?? 0) >= slowAnswer;
  return { run: present, verdict: isConnected(present) && isSlow ? 'slow' : null };
}

// Exit 137: PID 1 of a start is a shell, which does not end on SIGTERM; once started it is runsvdir, which ends with 0. Another code
// is a kill only where the kubelet says so and the log agrees.
const isKilled = (
  { exitCode, reason }: Ending,
  event: SeenEvent | null,
  { verdict }: LogVerdict,
): boolean =>
  reason !== 'OOMKilled' &&
  (exitCode === 137 ||
    exitCode === 143 ||
    (exitCode !== 1 && event !== null && verdict === 'killed'));

// Quick up to its last line and silent from there on: it may be slow, and it may be stuck.
const isStuck = ({ start }: Run): boolean =>
  hasReached(start, 'named') && (start.seconds ?? slowSeconds) < 2;

function confidenceOf(
  { verdict, run }: LogVerdict,
  isTimely: boolean,
  event: SeenEvent | null,
): SlowStart['confidence'] | null {
  if (verdict === 'killed') {
    if (!isTimely && !event) return null;
    return run && isStuck(run) ? 'likely' : 'confirmed';
  }
  if (verdict === 'other') return null;
  if (verdict === 'slow') return isTimely || event ? 'confirmed' : 'likely';
  // The next start is under way and has its datastore: so that is not what held up the one before.
  if (run && isConnected(run) && event) return 'likely';
  return isTimely ? 'possible' : null;
}

function evidenceOf(
  snapshot: Snapshot,
  pod: Pod,
  ending: Ending,
  run: Run | null,
): readonly Evidence[] {
  const last = run?.lines.findLast((line) => line.time !== null) ?? run?.start.last;
  const failure = probeFailures(snapshot, pod).findLast(({ probe }) => probe !== 'readiness');
  const event = killEvent(snapshot, pod) ?? failure?.event ?? null;
  return [
    fieldEvidence(
      pod,
      'status.containerStatuses[calico-node].lastState.terminated',
      `exit ${ending.exitCode ?? 'unknown'} ${ending.reason} after ${ending.lived === null ? 'unknown time' : `${Math.round(ending.lived)} s`}`,
    ),
    ...(run && last ? [logEvidence(pod, 'calico-node', last, run.previous)] : []),
    ...(event ? [eventEvidence(event)] : []),
  ];
}

const isLooping = ({ health }: NodeView): boolean =>
  health?.state === 'sick' && ['crash-loop', 'restarting', 'not-ready'].includes(health.trouble);

/** Reads from status, events and logs whether calico-node on a node is killed while it starts; null if not. */
export function slowStartOf(snapshot: Snapshot, view: NodeView): SlowStart | null {
  const { pod } = view;
  const ending = pod && calicoEnding(pod);
  if (!pod || !ending || !isLooping(view) || ending.restarts < 1) return null;
  if (view.isLost || runtimeComplaint(view.node) !== null) return null;
  const event = killEvent(snapshot, pod);
  const probe = probeOf(pod, event);
  const log = logVerdict(snapshot, view, pod);
  if (!probe || !isKilled(ending, event, log)) return null;
  const isTimely = hasBudgetLength(pod, probe.spec, ending.lived);
  const confidence = confidenceOf(log, isTimely, event);
  if (confidence === null) return null;
  return {
    view,
    pod,
    probe,
    lived: ending.lived,
    restarts: ending.restarts,
    step: log.run?.start.step ?? null,
    datastoreSeconds: log.run?.start.datastoreSeconds ?? null,
    confidence,
    evidence: evidenceOf(snapshot, pod, ending, log.run),
  };
}

/** How much of a start is behind a step, from 0 to 1: an estimate by the order of the steps, as their lengths vary. */
export function progressOf(step: StartStep | null): number {
  if (step === null) return 0;
  return (startSteps.indexOf(step) + 1) / (startSteps.indexOf('serving') + 1);
}
