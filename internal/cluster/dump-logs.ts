import type { ContainerLog } from '../model/snapshot.ts';
import type { Gathering } from './gathering.ts';
import { isPreviousPath, logPlace, type LogPlace } from './log-paths.ts';
import { failedLog, logRead, type LogRead } from './log-text.ts';
import type { PodIndex } from './pod-index.ts';

export interface FoundLogs {
  readonly logs: readonly ContainerLog[];
  /** Texts that are no container's log, as far as can be told. */
  readonly strangers: readonly string[];
  /** Files whose last log has no end. */
  readonly cut: readonly string[];
}

interface Candidate {
  readonly log: ContainerLog;
  readonly isGuess: boolean;
}

/**
 * The logs of a dump, one for each container and run: of several copies the one that is read,
 * surely its own, and longest.
 */
export function logsOf(gathering: Gathering, pods: PodIndex): FoundLogs {
  const best = new Map<string, Candidate>();
  const strangers: string[] = [];
  const cut = new Set<string>();
  for (const { path, log } of gathering.markedLogs) {
    const namespace = log.namespace ?? pods.get(log.pod)?.[0]?.namespace;
    const previous = log.previous || isPreviousPath(path);
    if (namespace === undefined) strangers.push(path);
    else keep(best, { ...log, namespace, previous, isGuess: false }, log.read);
    if (log.isCut) cut.add(path);
  }
  for (const { path, text } of gathering.texts) {
    const place = logPlace(path, pods);
    if (place) keep(best, place, readOf(path, text, place));
    else if (text.trim() !== '') strangers.push(path);
  }
  const logs = [...best.values()].map(({ log }) => log);
  return { logs, strangers: [...new Set(strangers)], cut: [...cut] };
}

// A support bundle writes the error beside the log; kubectl leaves an empty file where there is no
// run before.
function readOf(path: string, text: string, { previous }: LogPlace): LogRead {
  if (path.endsWith('-logs-errors.log')) return failedLog(text.trim());
  if (!previous || text.trim() !== '') return logRead(text);
  const message = `${path} is empty: there was no earlier run, or it could not be read`;
  return { state: 'failed', error: { kind: 'not-found', message } };
}

function keep(best: Map<string, Candidate>, place: LogPlace, read: LogRead): void {
  const { namespace, pod, container, previous, isGuess } = place;
  const candidate = { log: { namespace, pod, container, previous, read }, isGuess };
  const key = JSON.stringify([namespace, pod, container, previous]);
  const known = best.get(key);
  if (!known || worth(candidate) > worth(known)) best.set(key, candidate);
}

// Longer than any text can be, so that a log that is surely the container's own outweighs every
// other.
const sure = 2 ** 40;

function worth({ log, isGuess }: Candidate): number {
  if (log.read.state === 'failed') return -1;
  return log.read.text.length + (isGuess ? 0 : sure);
}
