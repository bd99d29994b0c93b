import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { operatorPods } from './install/objects.ts';
import type { LogLine } from './log.ts';
import { logLines } from './logs.ts';
import { timeOf } from './time.ts';

/** A line of tigera-operator's log in which it complains. */
export interface OperatorLine {
  readonly pod: Pod;
  readonly container: string;
  readonly line: LogLine;
  /** RFC 3339. */
  readonly at: string | null;
  /** `InvalidConfigurationError`, …; empty where the line is no change of its status. */
  readonly reason: string;
  /** What it was doing, and the error: the form that TigeraStatus has too (`<message>: <error>`). */
  readonly message: string;
  readonly logger: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function parsed(line: LogLine): Readonly<Record<string, unknown>> | null {
  const start = line.message.startsWith('{') ? line.message : null;
  if (start === null || !start.includes('"error"')) return null;
  try {
    const value: unknown = JSON.parse(start);
    return isRecord(value) ? value : null;
  } catch {
    return null; // a line cut off in the middle is no complaint that could be read
  }
}

// Up to operator 1.28 the reason is the message, and what was being done stands in a field of its name (v1.25 to v1.28:
// pkg/controller/status SetDegraded).
function said(fields: Readonly<Record<string, unknown>>): { reason: string; what: string } {
  const message = text(fields['msg']);
  const under = /^[A-Z]\w+$/.test(message) ? text(fields[message]) : '';
  return under === ''
    ? { reason: text(fields['reason']), what: message }
    : { reason: message, what: under };
}

// Seconds since 1970 up to operator 1.28, RFC 3339 since.
const timeIn = (ts: unknown): string | null =>
  typeof ts === 'number' ? timeOf(ts) : text(ts) || null;

function complaint(pod: Pod, container: string, line: LogLine): OperatorLine | null {
  const fields = parsed(line);
  if (fields?.['level'] !== 'error') return null;
  const error = text(fields['error']);
  const { reason, what } = said(fields);
  return {
    pod,
    container,
    line,
    at: timeIn(fields['ts']) ?? line.time,
    reason,
    message: error === '' ? what : `${what}: ${error}`,
    logger: text(fields['logger']) || text(fields['controller']),
  };
}

/** The complaints in the operator's present log, oldest first (zap's JSON lines; tigera/operator pkg/controller/status). */
export const operatorLines = (snapshot: Snapshot): readonly OperatorLine[] =>
  operatorPods(snapshot).flatMap((pod) => {
    const container = pod.spec?.containers?.[0]?.name ?? 'tigera-operator';
    return logLines(snapshot, pod, container).flatMap(
      (line) => complaint(pod, container, line) ?? [],
    );
  });
