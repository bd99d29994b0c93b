import type { ContainerLog } from '../model/snapshot.ts';
import type { Api } from './api.ts';
import { failedLog, type LogRead, logRead } from './log-text.ts';
import type { Failure } from './read-error.ts';
import { core } from './target.ts';

/** Stands in a log where its middle was left out. */
export const leftOut = '--- kubectl calico-fix: lines left out here ---';

/** How much of a log is read at each end. */
export interface LogSize {
  readonly headBytes: number;
  readonly tailBytes: number;
  readonly tailLines: number;
}

export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
  readonly size: LogSize;
}

const anchorLines = 8;

function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

const fromFirstWholeLine = (text: string): string => text.slice(text.indexOf('\n') + 1);

/**
 * Puts the first and the last part of a log together. Where they overlap (the last lines of the first part stand in the
 * second) nothing is repeated; where they do not, a line says that something is missing.
 */
export function joinLog(head: string, tail: string, isTailCut: boolean): string {
  const first = wholeLines(head);
  const last = isTailCut ? fromFirstWholeLine(tail) : tail;
  const anchor = first
    .split('\n')
    .slice(-anchorLines - 1)
    .join('\n');
  const at = anchor === '' ? -1 : last.indexOf(anchor);
  if (at >= 0) return first + last.slice(at + anchor.length);
  return `${first}${leftOut}\n${last}`;
}

// The API server says in a 400 that a container has not run (yet), which is no fault of the server's. A 404 that is not in its
// words is of something on the way, and says nothing of the container.
function refused({ status, error, details }: Failure): LogRead {
  if (status === 400) return failedLog(error.message);
  const isStrange = error.kind === 'not-found' && details === undefined;
  return { state: 'failed', error: isStrange ? { ...error, kind: 'server-error' } : error };
}

/**
 * Reads one container's log. The start-up lines are at the beginning and the last words at the end, so of a long log both are
 * read and the middle is left out: first `headBytes` from the beginning (`limitBytes`); only if that is not all, also the
 * last `tailLines` lines (of these the last `tailBytes`). Failures are data; `not-found` is a container that has no log. Where the
 * end was lost there are two: the failure, and behind it what was read of the beginning.
 */
export async function readLog(api: Api, request: LogRequest): Promise<readonly ContainerLog[]> {
  const { size, ...identity } = request;
  const { namespace, pod, container, previous } = request;
  const target = { ...core('pods', { namespace, name: pod }), subresource: 'log' };
  const query = { container, ...(previous ? { previous: 'true' } : {}) };
  const head = await api.getText(target, {
    query: { ...query, limitBytes: String(size.headBytes) },
    keep: 'head',
    maxBytes: size.headBytes,
  });
  if (head.state === 'failed') return [{ ...identity, read: refused(head) }];
  const read = (text: string): ContainerLog => ({ ...identity, read: logRead(text) });
  if (head.value.bytes < size.headBytes) return [read(head.value.text)];
  const tail = await api.getText(target, {
    query: { ...query, tailLines: String(size.tailLines) },
    keep: 'tail',
    maxBytes: size.tailBytes,
  });
  if (tail.state === 'failed') {
    const first = read(`${wholeLines(head.value.text)}${leftOut}\n`);
    const lost = refused(tail);
    // The container may have gone in between: then there is no more to be had.
    const isGone = lost.state === 'failed' && lost.error.kind === 'not-found';
    return isGone ? [first] : [{ ...identity, read: lost }, first];
  }
  const isTailCut = tail.value.bytes > size.tailBytes;
  return [read(joinLog(head.value.text, tail.value.text, isTailCut))];
}
