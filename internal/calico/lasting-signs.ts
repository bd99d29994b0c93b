import type { Snapshot } from '../model/snapshot.ts';
import type { LogLine } from './log.ts';
import { logLines } from './logs.ts';
import type { NodeView } from './nodes.ts';
import { secondsBetween } from './time.ts';

/** What a lasting fault looks like in calico-node's log. */
export interface LoggedFault {
  readonly pattern: RegExp;
  /** Lines of it that alone may be trouble that passes: they count at the end of a log only. */
  readonly passing?: RegExp;
  /** What is logged when it is over; Felix' report that it is live and ready, unless something else is given. */
  readonly cured?: RegExp;
  /** Where the fault is said once at each start of a component: the line of that start. It then holds until the next one. */
  readonly saidAfter?: RegExp;
}

/** A fault that goes on, with all that the log says of it, oldest line first. */
export interface LastingSign {
  readonly lines: readonly LogLine[];
  /** The newest of the lines. */
  readonly line: LogLine;
  readonly previous: boolean;
}

// libcalico-go/lib/health; the second form is that of v3.23 and older.
const isHealthy =
  /Overall health status changed.*(?:live=true ready=true|Live:true, Ready:true)|Succeeded after retry\./;

// A fault that goes on is logged again and again: in a log whose end it does not reach, it is over.
const stillSeconds = 60;
// Felix may report ready between two of its deaths: so many lines within so many seconds are more than a memory.
const recurringLines = 3;
const recurringSeconds = 300;

const newestTime = (lines: readonly LogLine[]): string | null =>
  lines.findLast(({ time }) => time !== null)?.time ?? null;

const isWithin = (line: LogLine, end: string | null, seconds: number): boolean =>
  (secondsBetween(line.time, end) ?? 0) <= seconds;

const cureOf = ({ cured, saidAfter }: LoggedFault): RegExp => saidAfter ?? cured ?? isHealthy;

const isPassing = ({ passing }: LoggedFault, { message }: LogLine): boolean =>
  passing?.test(message) === true;

/** The lines of a fault in one log, if the log does not say that it is over. */
function lastingLines(lines: readonly LogLine[], fault: LoggedFault): readonly LogLine[] {
  const matching = lines.filter(({ message }) => fault.pattern.test(message));
  if (matching.length === 0) return [];
  const cure = lines.findLastIndex(({ message }) => cureOf(fault).test(message));
  const after = new Set(lines.slice(cure + 1));
  const uncured = matching.filter((line) => after.has(line));
  if (uncured.length > 0 || fault.saidAfter || fault.cured) return uncured;
  const end = newestTime(lines);
  const recent = matching.filter(
    (line) =>
      line.time !== null && !isPassing(fault, line) && isWithin(line, end, recurringSeconds),
  );
  return recent.length >= recurringLines ? recent : [];
}

function signIn(
  lines: readonly LogLine[],
  fault: LoggedFault,
  mustReachEnd: boolean,
): Pick<LastingSign, 'line' | 'lines'> | null {
  const found = lastingLines(lines, fault);
  const line = found.at(-1);
  if (!line) return null;
  const mayPass = found.every((item) => isPassing(fault, item));
  if ((mustReachEnd || mayPass) && !isWithin(line, newestTime(lines), stillSeconds)) return null;
  return { line, lines: found };
}

/**
 * What a calico-node log says of a fault that is there now: in the log of this run, or, for a pod that is not well and does not
 * speak of its recovery, in that of the run before. For a pod that is well only where the log ends with it.
 */
export function lastingSign(
  snapshot: Snapshot,
  { pod, health }: NodeView,
  fault: LoggedFault,
): LastingSign | null {
  if (!pod) return null;
  const isSick = health?.state === 'sick';
  const now = logLines(snapshot, pod, 'calico-node');
  const sign = signIn(now, fault, !isSick && !fault.saidAfter);
  if (sign) return { ...sign, previous: false };
  const hasSpoken = now.some(
    ({ message }) => fault.pattern.test(message) || cureOf(fault).test(message),
  );
  if (!isSick || hasSpoken) return null;
  const before = signIn(logLines(snapshot, pod, 'calico-node', true), fault, false);
  return before ? { ...before, previous: true } : null;
}
