import type { Evidence } from '../model/finding.ts';
import type { ContainerStatus, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { eventsAbout } from './events.ts';
import { eventEvidence, fieldEvidence, logEvidence } from './evidence.ts';
import { containerLog, logLines } from './logs.ts';
import { neighboursOf } from './neighbours.ts';
import type { NodeView } from './nodes.ts';
import { pendingInit } from './pods.ts';
import { runtimeComplaint, runtimeEvents } from './runtime.ts';
import { secondsBetween } from './time.ts';

/** A calico-node pod that does not get on, though nothing in its own containers holds it. */
export interface StuckPod {
  readonly kind: 'init-running' | 'no-containers';
  /** The init container that is shown as running; null where there is none. */
  readonly container: string | null;
  readonly seconds: number;
  /** What its log says: through, empty, not to be had, or that nobody looked. */
  readonly log: 'finished' | 'empty' | 'unreadable' | 'unread';
  readonly evidence: readonly Evidence[];
}

// An init container of calico-node works for a second or two; at most 30 s where the API server does not answer.
const longSeconds = 120;
const quietSeconds = 60;

// What an init container that waits for somebody else says: then it is not the runtime that holds it.
const waits =
  /i\/o timeout|retrying|connection refused|no route to host|deadline exceeded|Client\.Timeout|x509|[Uu]nauthorized|forbidden|TLS handshake|no such host/;

function logOf(
  snapshot: Snapshot,
  pod: Pod,
  container: string,
): { readonly log: StuckPod['log'] | 'waiting'; readonly evidence: readonly Evidence[] } {
  const read = containerLog(snapshot, pod, container)?.read;
  if (!read) return { log: 'unread', evidence: [] };
  if (read.state === 'failed') return { log: 'unreadable', evidence: [] };
  const lines = logLines(snapshot, pod, container);
  const last = lines.at(-1);
  if (!last) return { log: 'empty', evidence: [] };
  const newest = lines.findLast(({ time }) => time !== null)?.time;
  const isWriting = (secondsBetween(newest, snapshot.takenAt) ?? Infinity) < quietSeconds;
  return lines.some(({ text }) => waits.test(text)) || isWriting
    ? { log: 'waiting', evidence: [] }
    : { log: 'finished', evidence: [logEvidence(pod, container, last)] };
}

function stuckInit(snapshot: Snapshot, pod: Pod, init: ContainerStatus): StuckPod | null {
  const seconds = secondsBetween(init.state?.running?.startedAt, snapshot.takenAt);
  const { log, evidence } = logOf(snapshot, pod, init.name ?? '');
  if (seconds === null || seconds < longSeconds || log === 'waiting') return null;
  const field = `status.initContainerStatuses[${init.name ?? ''}].state.running.startedAt`;
  return {
    kind: 'init-running',
    container: init.name ?? null,
    seconds,
    log,
    evidence: [fieldEvidence(pod, field, init.state?.running?.startedAt ?? ''), ...evidence],
  };
}

// A mount or an image that is waited for is told by the kubelet; then it is not the runtime that holds the pod.
function hasOwnReason(snapshot: Snapshot, pod: Pod): boolean {
  const events = eventsAbout(snapshot, pod);
  const warnings = events.filter(({ type }) => type === 'Warning');
  const isPulling =
    events.some(({ reason }) => reason === 'Pulling') &&
    !events.some(({ reason }) => reason === 'Pulled');
  return isPulling || warnings.length > runtimeEvents(snapshot, pod).length;
}

// Reasons that the kubelet gives only after it has had a container, or has asked for its image: the runtime answers it.
const answeredFor =
  /^(?:CrashLoopBackOff|ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|CreateContainerConfigError)$/;

const hasRun = ({ state, lastState, restartCount }: ContainerStatus): boolean =>
  state?.running !== undefined ||
  state?.terminated !== undefined ||
  lastState?.terminated !== undefined ||
  (restartCount ?? 0) > 0 ||
  answeredFor.test(state?.waiting?.reason ?? '');

// Scheduled, and nothing since: neither a container nor a word of the kubelet about it.
function untouched(snapshot: Snapshot, pod: Pod): StuckPod | null {
  const statuses = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ];
  const isTouched = statuses.some(hasRun);
  const seconds = secondsBetween(pod.metadata.creationTimestamp, snapshot.takenAt);
  if (isTouched || hasOwnReason(snapshot, pod) || pod.spec?.nodeName === undefined) return null;
  if (pod.status?.phase !== 'Pending' || seconds === null || seconds < longSeconds) return null;
  return {
    kind: 'no-containers',
    container: null,
    seconds,
    log: 'unread',
    evidence: [
      fieldEvidence(
        pod,
        'status.containerStatuses',
        statuses.length === 0 ? 'none' : 'all waiting',
      ),
    ],
  };
}

/** Whether the calico-node pod of a node stands still below its own containers; null if it does not. */
export function stuckPod(snapshot: Snapshot, { pod }: NodeView): StuckPod | null {
  if (!pod || pod.metadata.deletionTimestamp !== undefined) return null;
  const init = pendingInit(pod);
  return init?.state?.running ? stuckInit(snapshot, pod, init) : untouched(snapshot, pod);
}

// Between "Created" and "Started" the runtime does its work, in less than a second as a rule.
function slowCreation(snapshot: Snapshot, pod: Pod): readonly Evidence[] {
  const events = eventsAbout(snapshot, pod);
  const created = events.find(({ reason }) => reason === 'Created');
  const started = events.findLast(({ reason }) => reason === 'Started');
  const gap = secondsBetween(created?.at, started?.at ?? snapshot.takenAt);
  return created && gap !== null && gap > 30
    ? [created, ...(started ? [started] : [])].map(eventEvidence)
    : [];
}

// The kubelet noted the pod at once and had its first container only minutes later, without an image to pull. A pod that was
// started anew, after a reboot say, keeps its first start time: there it means nothing.
function slowFirstContainer(snapshot: Snapshot, pod: Pod): readonly Evidence[] {
  const statuses = pod.status?.initContainerStatuses ?? [];
  const gap = secondsBetween(pod.status?.startTime, statuses[0]?.state?.running?.startedAt);
  const isPulling = eventsAbout(snapshot, pod).some(({ reason }) => reason === 'Pulling');
  const isFirst = [...statuses, ...(pod.status?.containerStatuses ?? [])].every(
    ({ restartCount, lastState }) => (restartCount ?? 0) === 0 && !lastState?.terminated,
  );
  return isFirst && gap !== null && gap > longSeconds && gap < 1800 && !isPulling
    ? [fieldEvidence(pod, 'status.startTime', pod.status?.startTime ?? '')]
    : [];
}

const isOverdue = (pod: Pod, takenAt: string): boolean =>
  (secondsBetween(pod.metadata.deletionTimestamp, takenAt) ?? 0) > longSeconds;

// Pods with an address of their own may wait for Calico; those on the host's network, and those that will not end, do not.
function stuckOthers(snapshot: Snapshot, view: NodeView): readonly Evidence[] {
  return neighboursOf(snapshot, view).flatMap((pod) => {
    const isWaiting = pod.spec?.hostNetwork === true && untouched(snapshot, pod) !== null;
    if (isWaiting) return [fieldEvidence(pod, 'status.phase', 'Pending, without containers')];
    return isOverdue(pod, snapshot.takenAt)
      ? [fieldEvidence(pod, 'metadata.deletionTimestamp', pod.metadata.deletionTimestamp ?? '')]
      : [];
  });
}

/** Evidence besides the stuck pod itself that a node's container runtime does not answer. */
export function runtimeEvidence(snapshot: Snapshot, view: NodeView): readonly Evidence[] {
  const { node, pod } = view;
  const complaint = runtimeComplaint(node);
  const events = [...(pod ? [pod] : []), ...neighboursOf(snapshot, view)].flatMap((one) =>
    runtimeEvents(snapshot, one).slice(-1),
  );
  return [
    ...(node && complaint !== null
      ? [fieldEvidence(node, 'status.conditions[Ready]', `False: ${complaint}`)]
      : []),
    ...events.slice(0, 2).map(eventEvidence),
    ...(pod ? [...slowCreation(snapshot, pod), ...slowFirstContainer(snapshot, pod)] : []),
    ...stuckOthers(snapshot, view).slice(0, 2),
  ];
}
