import type { ContainerLog, ReadError } from '../model/snapshot.ts';
import { refusalIn } from './refusal.ts';

export type LogRead = ContainerLog['read'];

// What stands in place of a log: kubectl cluster-info dump's own words
// (pkg/cmd/clusterinfo/clusterinfo_dump.go), the kubelet's answers, which come with status 200, and
// the API server's messages.
const substitutes: readonly RegExp[] = [
  /^(?:Request|Create) log (?:request )?error: /,
  /^unable to retrieve container logs for \S+:\/\//,
  /^failed to try resolving symlinks in path /,
  /^failed to (?:open log file|get (?:container|parse function)|create fsnotify)/,
  /^rpc error: code = /,
  /^(?:container|previous terminated container) "[^"]*" in pod "[^"]*" (?:is|not found)/,
  /^a container name must be specified for pod /,
  /^Error from server\b/,
  /^error: (?:You must be logged in|timed out|container \S+ is not valid)/,
];

const kubectlChatter = /^(?:Defaulted container |Warning: |[WEI]\d{4} \S+ +\d+ \S+\] )/;

/**
 * A container's log, or the reason why there is none: a text whose only line is an error of
 * kubectl, of the API server or of the kubelet is no log.
 */
export function logRead(text: string): LogRead {
  if (text.length > 10_000) return { state: 'read', text };
  const lines = text.split(/\r?\n/).filter((line) => line.trim() && !kubectlChatter.test(line));
  const [line = ''] = lines;
  if (lines.length === 1 && substitutes.some((pattern) => pattern.test(line))) {
    return failedLog(line.replace(/^(?:Request|Create) log (?:request )?error: /, ''));
  }
  return { state: 'read', text };
}

/** A log that could not be read, for the reason that a message gives. */
export function failedLog(message: string): LogRead {
  const said = refusalIn(message)?.error ?? { kind: 'server-error', message };
  return { state: 'failed', error: { ...said, kind: kindOf(said) } };
}

function kindOf({ kind, message }: ReadError): ReadError['kind'] {
  if (kind !== 'server-error') return kind;
  if (/\bforbidden\b/i.test(message)) return 'forbidden';
  if (/not found|waiting to start|no such file|unable to retrieve container logs/.test(message)) {
    return 'not-found';
  }
  if (/timed? ?out|deadline|Timeout/.test(message)) return 'timeout';
  return /connection refused|no route to host|dial tcp/.test(message) ? 'unreachable' : kind;
}
