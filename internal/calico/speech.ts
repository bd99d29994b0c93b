import type { Evidence } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { logEvidence } from './evidence.ts';
import type { LogLine } from './log.ts';
import { logLines } from './logs.ts';
import { sickViews, type NodeView } from './nodes.ts';
import { pendingInit } from './pods.ts';
import { secondsBetween } from './time.ts';

/** What a pod's log says about one matter. */
export interface Said<T> {
  readonly value: T;
  readonly line: LogLine;
  readonly container: string;
  readonly previous: boolean;
}

/** Lines that a client of the API server (or of Typha) writes only after an answer; texts of v3.8 to v3.32. */
export const answered =
  /^(?:Datastore connection verified|Datastore is ready|Calico node started successfully|Created \/host\/etc\/cni|Wrote updated CNI kubeconfig|Sending synced update|Datastore now in sync|Tier \S+ is now available|Successfully connected to Typha|Status update from Typha)|Received InSync event|live=true ready=true/;

// The first container that must get an answer from the API server; if it ended well, what was said before it is over.
const firstAnswered = 'install-cni';

/**
 * The containers whose words still count: the init containers up to the one that is not through, or the containers
 * themselves once all init containers are.
 */
function speakers(pod: Pod): readonly string[] {
  const main = (pod.spec?.containers ?? []).flatMap(({ name }) => name ?? []);
  const pending = pendingInit(pod)?.name;
  if (pending === undefined) return main.length > 0 ? main : ['calico-node'];
  const statuses = pod.status?.initContainerStatuses ?? [];
  const names = statuses.map(({ name }) => name ?? '');
  const upTo = names.slice(0, names.indexOf(pending) + 1);
  const done = upTo.indexOf(firstAnswered);
  return done === -1 || done === upTo.length - 1 ? upTo : upTo.slice(done + 1);
}

export interface SpeechOptions {
  /** A line after which what was said before no longer counts. */
  readonly cured?: RegExp;
  /** Seconds after which something that was not said again, although the log goes on, is over; null: never. */
  readonly quiet?: (line: LogLine) => number | null;
}

// klog lines and BIRD's have no date: the last line before them that has one stands for theirs.
function timeAt(lines: readonly LogLine[], index: number): string | null {
  for (let place = index; place >= 0; place -= 1) {
    const time = lines[place]?.time;
    if (time) return time;
  }
  return null;
}

function isOver(lines: readonly LogLine[], index: number, { quiet }: SpeechOptions): boolean {
  const line = lines[index];
  const seconds = line ? (quiet?.(line) ?? null) : null;
  if (seconds === null) return false;
  const since = secondsBetween(timeAt(lines, index), timeAt(lines, lines.length - 1));
  return (since ?? 0) > seconds;
}

interface InLog<T> {
  readonly said: readonly { readonly value: T; readonly line: LogLine }[];
  /** True if the log takes back what was said before it, too. */
  readonly isCured: boolean;
}

function inLog<T>(
  lines: readonly LogLine[],
  read: (line: LogLine) => T | null,
  options: SpeechOptions,
): InLog<T> {
  const { cured } = options;
  const cure = cured ? lines.findLastIndex(({ message }) => cured.test(message)) : -1;
  const said = lines.flatMap((line, index) => {
    const value = index > cure ? read(line) : null;
    return value === null || isOver(lines, index, options) ? [] : [{ value, line }];
  });
  return { said, isCured: cure !== -1 };
}

// A run that has gone on for so long without saying it again is past what ended the run before.
const longRunSeconds = 90;

const lastedOf = (lines: readonly LogLine[]): number =>
  secondsBetween(lines.find(({ time }) => time !== null)?.time, timeAt(lines, lines.length - 1)) ??
  0;

function inContainer<T>(
  snapshot: Snapshot,
  pod: Pod,
  container: string,
  read: (line: LogLine) => T | null,
  options: SpeechOptions,
): { readonly said: readonly Said<T>[]; readonly isCured: boolean } {
  const lines = logLines(snapshot, pod, container);
  const now = inLog(lines, read, options);
  const before = inLog(logLines(snapshot, pod, container, true), read, options);
  const isPast = now.isCured || (now.said.length === 0 && lastedOf(lines) > longRunSeconds);
  const where = { container };
  return {
    said: [
      ...(isPast ? [] : before.said.map((one) => ({ ...one, ...where, previous: true }))),
      ...now.said.map((one) => ({ ...one, ...where, previous: false })),
    ],
    isCured: now.isCured || before.isCured,
  };
}

/**
 * What a pod's containers say about a matter, oldest first, as far as it still stands: not followed by a line that shows the
 * matter cured, in this run or the one before. The logs of containers that were through long ago are left out.
 */
export function standing<T>(
  snapshot: Snapshot,
  pod: Pod,
  read: (line: LogLine) => T | null,
  options: SpeechOptions = {},
): readonly Said<T>[] {
  let all: readonly Said<T>[] = [];
  for (const container of speakers(pod)) {
    const { said, isCured } = inContainer(snapshot, pod, container, read, options);
    all = isCured ? said : [...all, ...said];
  }
  return all;
}

/** A sick calico-node and what it says. */
export interface Telling<T> {
  readonly view: NodeView;
  readonly pod: Pod;
  readonly said: readonly Said<T>[];
  readonly last: Said<T>;
}

/** The nodes whose calico-node is sick and says something about a matter that still stands. */
export const sickTelling = <T>(
  snapshot: Snapshot,
  read: (line: LogLine) => T | null,
  options: SpeechOptions = {},
): readonly Telling<T>[] =>
  sickViews(snapshot).flatMap((view) => {
    const { pod } = view;
    if (!pod) return [];
    const said = standing(snapshot, pod, read, options);
    const last = said.at(-1);
    return last ? [{ view, pod, said, last }] : [];
  });

/** A pod's words as evidence. */
export const saidEvidence = <T>(pod: Pod, { line, container, previous }: Said<T>): Evidence =>
  logEvidence(pod, container, line, previous);

/** True if any log of the calico-node pod was read: what it does not say then says something too. */
export const hasSpoken = (snapshot: Snapshot, pod: Pod): boolean =>
  speakers(pod).some((container) =>
    [true, false].some((previous) => logLines(snapshot, pod, container, previous).length > 0),
  );

const youngSeconds = 15;

/**
 * True if a pod's logs are silent about why it is sick: none was read, or the present run has only just begun and the run before
 * was not read. What holds for the whole cluster holds for such a pod too.
 */
export const isTooYoungToTell = (snapshot: Snapshot, pod: Pod): boolean =>
  speakers(pod).every((container) => {
    const lines = logLines(snapshot, pod, container);
    return (
      logLines(snapshot, pod, container, true).length === 0 &&
      lastedOf(lines) < youngSeconds &&
      !lines.some(({ level, message }) => isComplaint(level) || message === 'Terminating')
    );
  });

const isComplaint = (level: LogLine['level']): boolean =>
  level === 'ERROR' || level === 'FATAL' || level === 'PANIC';
