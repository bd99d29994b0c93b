import type { Pod } from '../model/kubernetes.ts';
import type { ContainerLog, Snapshot } from '../model/snapshot.ts';
import { parseLog, type LogLine } from './log.ts';

const parsed = new WeakMap<ContainerLog, readonly LogLine[]>();
const indexes = new WeakMap<readonly ContainerLog[], ReadonlyMap<string, ContainerLog>>();

const keyOf = (namespace: string, pod: string, container: string, previous: boolean): string =>
  `${namespace}/${pod}/${container}/${previous ? 'previous' : 'current'}`;

function indexOf(logs: readonly ContainerLog[]): ReadonlyMap<string, ContainerLog> {
  const known = indexes.get(logs);
  if (known) return known;
  const index = new Map(
    logs.map((log) => [keyOf(log.namespace, log.pod, log.container, log.previous), log]),
  );
  indexes.set(logs, index);
  return index;
}

/** The log of a container as it was read, or as it failed; undefined where nobody tried. */
export const containerLog = (
  snapshot: Snapshot,
  pod: Pod,
  container: string,
  previous = false,
): ContainerLog | undefined =>
  indexOf(snapshot.logs).get(
    keyOf(pod.metadata.namespace ?? '', pod.metadata.name, container, previous),
  );

/** The lines of a container's log, parsed once; empty where it was not read. */
export function logLines(
  snapshot: Snapshot,
  pod: Pod,
  container: string,
  previous = false,
): readonly LogLine[] {
  const log = containerLog(snapshot, pod, container, previous);
  if (log?.read.state !== 'read') return [];
  const known = parsed.get(log);
  if (known) return known;
  const lines = parseLog(log.read.text);
  parsed.set(log, lines);
  return lines;
}

/** A line with the log that it stands in. */
export interface FoundLine {
  readonly line: LogLine;
  readonly container: string;
  readonly previous: boolean;
}

/**
 * The last line that matches, in the container's present log, else in the one before.
 * A line of the previous run says why that run ended, not what is so now: check `previous` where that matters.
 */
export function lastLine(
  snapshot: Snapshot,
  pod: Pod,
  container: string,
  pattern: RegExp,
): FoundLine | null {
  for (const previous of [false, true]) {
    const line = logLines(snapshot, pod, container, previous).findLast(({ text }) =>
      pattern.test(text),
    );
    if (line) return { line, container, previous };
  }
  return null;
}
