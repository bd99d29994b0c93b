import type { ContainerLog, Snapshot } from '../model/snapshot.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { LogLine } from './log.ts';
import { logLines } from './logs.ts';
import { calicoStatus } from './pods.ts';
import { secondsBetween } from './time.ts';

/** How far a start of calico-node came, in the order of the steps (node/filesystem/sbin/start_runit, node/pkg/lifecycle/startup). */
export const startSteps = [
  'begun',
  'datastore',
  'connected',
  'address',
  'defaults',
  'named',
  'tunnel',
  'started',
  'felix',
  'serving',
  'healthy',
] as const;

export type StartStep = (typeof startSteps)[number];

// Texts of v3.8 to v3.32; the later steps first, as one line can only prove the step that it belongs to.
const signs: readonly (readonly [StartStep, (line: LogLine) => boolean])[] = [
  ['healthy', (line) => isHealthy(line)],
  [
    'serving',
    ({ message }) => /^Health enabled\. +(?:Starting server|Server is already)/.test(message),
  ],
  [
    'felix',
    ({ component, message }) => component === 'felix' || message.startsWith('Felix starting up'),
  ],
  ['started', ({ message }) => message.startsWith('Calico node started successfully')],
  [
    'tunnel',
    ({ component, file }) => component === 'tunnel-ip-allocator' || file === 'allocateip.go',
  ],
  ['named', ({ message }) => message.startsWith('Using node name: ')],
  [
    'defaults',
    ({ message }) =>
      /^(?:CALICO_IPV[46]POOL|Ensure default IPv|Created default IPv|FELIX_IPV6SUPPORT is|Tier \S+ is now|Setting NetworkUnavailable)/.test(
        message,
      ),
  ],
  [
    'address',
    ({ message }) =>
      /^(?:Using (?:auto-?detected )?IPv[46] address|IPv[46] address \S+ discovered|Node IPv[46] changed|No AS number configured)/i.test(
        message,
      ),
  ],
  [
    'connected',
    ({ message }) =>
      /^(?:Datastore (?:connection verified|is ready)|Skipping datastore connection|Building new node resource|Initiali[sz]e BGP data)/.test(
        message,
      ),
  ],
  ['datastore', ({ message }) => message.startsWith('Checking datastore connection')],
  [
    'begun',
    ({ message }) =>
      /^(?:Early log level|Using NODENAME|NODENAME environment|Determined node name|Starting node |Loading config from environment|Using stored node name)/.test(
        message,
      ),
  ],
];

/** Overall health as Felix logs it, in the forms of v3.8 to v3.32; null if the line says nothing of it. */
export function overallHealth(
  line: LogLine,
): { readonly live: boolean; readonly ready: boolean } | null {
  if (!line.message.includes('Overall health status changed')) return null;
  const now = /newStatus=(.*)$|newSummary=(.*)$/s.exec(line.message);
  const text = now?.[1] ?? now?.[2] ?? line.message;
  const live = /\blive[=:]\s*(true|false)/i.exec(text)?.[1];
  const ready = /\bready[=:]\s*(true|false)/i.exec(text)?.[1];
  return live && ready ? { live: live === 'true', ready: ready === 'true' } : null;
}

function isHealthy(line: LogLine): boolean {
  const health = overallHealth(line);
  return health !== null && health.live && health.ready;
}

/** What one run's log tells about its start. */
export interface StartUp {
  /** The furthest step that was reached; null if no line belongs to any. */
  readonly step: StartStep | null;
  /** It ended by itself: `Terminating`, `Calico node failed to start`. */
  readonly hasGivenUp: boolean;
  /** It waits for a datastore that it cannot reach, and was not through by the end of the log. */
  readonly isRetrying: boolean;
  /**
   * Seconds for a first question to the datastore (from v3.32 on also that for the API groups); null where the lines or their
   * times are missing.
   */
  readonly datastoreSeconds: number | null;
  /** Seconds from the first to the last line with a time. */
  readonly seconds: number | null;
  readonly last: LogLine | null;
}

const stepOf = (line: LogLine): StartStep | null =>
  signs.find(([, isSign]) => isSign(line))?.[0] ?? null;

const hasEnded = ({ message }: LogLine): boolean =>
  /^Terminating$|^Calico node failed to start|nodename does not exist, exiting/.test(message);

const questions = [
  ['Checking datastore connection', 'Datastore connection verified'],
  ['No explicit Calico API group configured', 'Auto-discovered Calico API groups'],
] as const;

function firstAnswer(lines: readonly LogLine[]): number | null {
  const timeOf = (text: string): string | null =>
    lines.find(({ message }) => message.startsWith(text))?.time ?? null;
  const answered = questions.find(([, answer]) => timeOf(answer) !== null);
  return answered ? secondsBetween(timeOf(answered[0]), timeOf(answered[1])) : null;
}

const toMillis = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds * 1000) / 1000;

const memo = new WeakMap<readonly LogLine[], StartUp>();

/** Reads how far a start came from the log of one run; once for each log. */
export function startUpOf(lines: readonly LogLine[]): StartUp {
  const known = memo.get(lines);
  if (known) return known;
  const start = readStart(lines);
  memo.set(lines, start);
  return start;
}

function readStart(lines: readonly LogLine[]): StartUp {
  const steps = new Set(lines.map(stepOf));
  const timed = lines.filter(({ time }) => time !== null);
  const retry = lines.findLastIndex(({ message }) =>
    message.startsWith('Hit error connecting to datastore'),
  );
  return {
    step: startSteps.findLast((step) => steps.has(step)) ?? null,
    hasGivenUp: lines.some(hasEnded),
    isRetrying:
      retry !== -1 &&
      !lines
        .slice(retry)
        .some(({ message }) => message.startsWith('Datastore connection verified')),
    datastoreSeconds: toMillis(firstAnswer(lines)),
    seconds: toMillis(secondsBetween(timed[0]?.time, timed.at(-1)?.time)),
    last: lines.at(-1) ?? null,
  };
}

/** True if the start came at least as far as `bound`. */
export const hasReached = ({ step }: StartUp, bound: StartStep): boolean =>
  step !== null && startSteps.indexOf(step) >= startSteps.indexOf(bound);

/** A run of the calico-node container with its log. */
export interface Run {
  readonly lines: readonly LogLine[];
  readonly previous: ContainerLog['previous'];
  readonly start: StartUp;
}

const runOf = (snapshot: Snapshot, pod: Pod, previous: boolean): Run | null => {
  const lines = logLines(snapshot, pod, 'calico-node', previous);
  return lines.length === 0 ? null : { lines, previous, start: startUpOf(lines) };
};

/**
 * The run that goes on and the one that ended last, each null if its log was not read. While a container waits for its next
 * start, `kubectl logs` gives the log of the run that ended: that log is then the ended run's.
 */
export function runsOf(
  snapshot: Snapshot,
  pod: Pod,
): { readonly present: Run | null; readonly ended: Run | null } {
  const current = runOf(snapshot, pod, false);
  const before = runOf(snapshot, pod, true);
  const isRunning = calicoStatus(pod)?.state?.running !== undefined;
  return isRunning
    ? { present: current, ended: before }
    : { present: null, ended: current ?? before };
}
