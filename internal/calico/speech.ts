import type { Evidence } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { logEvidence } from './evidence.ts';
import type { LogLine } from './log.ts';
import { logLines } from './logs.ts';
import { pendingInit } from './pods.ts';
import { secondsBetween } from './time.ts';

/** What a pod's log says about one matter. */
export interface Said<T> {
  readonly value: T;
  readonly line: LogLine;
  readonly container: string;
  readonly previous: boolean;
}

// `install-cni` is the first that must get an answer from the API server; if it ended well, what was before is over.
const answered = 'install-cni';

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
  const done = upTo.indexOf(answered);
  return done === -1 || done === upTo.length - 1 ? upTo : upTo.slice(done + 1);
}

interface Options {
  /** A line after which what was said before no longer counts. */
  readonly cured?: RegExp;
  /** What is not said again although the log goes on for so many seconds is over; without limit if not given. */
  readonly quiet?: number;
}

function isOver(lines: readonly LogLine[], line: LogLine, quiet: number | undefined): boolean {
  if (quiet === undefined) return false;
  const last = lines.findLast(({ time }) => time !== null);
  return (secondsBetween(line.time, last?.time) ?? 0) > quiet;
}

/**
 * What a pod's containers say about a matter, oldest first, as far as it still stands: not followed by a line that shows the
 * matter cured, in this run or the one before. The logs of containers that were through long ago are left out.
 */
export function standing<T>(
  snapshot: Snapshot,
  pod: Pod,
  read: (line: LogLine) => T | null,
  { cured, quiet }: Options = {},
): readonly Said<T>[] {
  let said: Said<T>[] = [];
  for (const container of speakers(pod)) {
    for (const previous of [true, false]) {
      const lines = logLines(snapshot, pod, container, previous);
      for (const line of lines) {
        const value = read(line);
        if (value !== null) said.push({ value, line, container, previous });
        else if (cured?.test(line.message)) said = [];
      }
      said = said.filter(
        (one) =>
          one.container !== container ||
          one.previous !== previous ||
          !isOver(lines, one.line, quiet),
      );
    }
  }
  return said;
}

/** A pod's words as evidence. */
export const saidEvidence = <T>(pod: Pod, { line, container, previous }: Said<T>): Evidence =>
  logEvidence(pod, container, line, previous);
