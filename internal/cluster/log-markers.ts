import { logRead, type LogRead } from './log-text.ts';

/** One container's log in a file of several. */
export interface MarkedLog {
  /** Null where the file does not say: `kubectl logs --prefix` names the pod only. */
  readonly namespace: string | null;
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
  readonly read: LogRead;
  /** The mark of its end is missing: the file was cut. */
  readonly isCut: boolean;
}

export interface MarkedFile {
  readonly logs: readonly MarkedLog[];
  /** What stands outside of the logs. */
  readonly rest: string;
}

// kubectl, pkg/cmd/clusterinfo/clusterinfo_dump.go, unchanged since 2016; scripts that write
// "previous" logs say so here.
const startMark =
  /^==== START (previous )?logs for (?:init )?container (\S+) of pod ([^\s/]+)\/(\S+)( \(previous\))? ====\r?$/gm;

/** True if `kubectl cluster-info dump` wrote logs into the text. */
export const hasMarks = (text: string): boolean => text.includes('==== START ');

/**
 * Takes the logs out of a text by their marks. The mark of the end may follow the last text on the
 * same line.
 */
export function markedLogs(text: string): MarkedFile {
  const logs: MarkedLog[] = [];
  const rest: string[] = [];
  let position = 0;
  const starts = [...text.matchAll(startMark)];
  for (const [index, start] of starts.entries()) {
    if (start.index < position) continue;
    rest.push(text.slice(position, start.index));
    const { log, end } = markedLog(text, start, starts[index + 1]?.index ?? text.length);
    logs.push(log);
    position = end;
  }
  return { logs, rest: [...rest, text.slice(position)].join('') };
}

function markedLog(
  text: string,
  start: RegExpExecArray,
  next: number,
): { readonly log: MarkedLog; readonly end: number } {
  const [mark, before, container = '', namespace = '', pod = '', after] = start;
  const from = start.index + mark.length + 1;
  const endMark = mark.trimEnd().replace('START', 'END');
  const found = text.indexOf(endMark, from);
  const isCut = found < 0 || found > next;
  const to = isCut ? next : found;
  const read = logRead(text.slice(Math.min(from, to), to));
  const previous = before !== undefined || after !== undefined;
  const end = isCut ? next : found + endMark.length;
  return { log: { namespace, pod, container, previous, read, isCut }, end };
}

const prefixed = /^\[pod\/([^/\]]+)\/([^\]]+)\] ?(.*)$/;

/**
 * The logs of `kubectl logs --prefix`, whose lines begin with pod and container; null if the text
 * is none of those.
 */
export function prefixedLogs(text: string): readonly MarkedLog[] | null {
  if (!text.startsWith('[pod/')) return null;
  const lines = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    const [, pod, container, content] = prefixed.exec(line) ?? [];
    if (!pod || !container) continue;
    const key = `${pod}/${container}`;
    const known = lines.get(key) ?? [];
    known.push(content ?? '');
    lines.set(key, known);
  }
  return [...lines].map(([key, content]) => {
    const [pod = '', container = ''] = key.split('/');
    const read = logRead(`${content.join('\n')}\n`);
    return { namespace: null, pod, container, previous: false, read, isCut: false };
  });
}
