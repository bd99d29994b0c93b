import { dialFailure } from './api-errors.ts';
import type { LogLine } from './log.ts';

/** Why Calico cannot use its etcd. */
export type EtcdCause =
  | 'certificate-file'
  | 'tls'
  | 'no-space'
  | 'no-leader'
  | 'credentials'
  | 'no-endpoints'
  | 'refused'
  | 'no-answer';

// libcalico-go/lib/backend/etcdv3, the etcd client (retrying of unary invoker failed, transport: …) and etcd's own errors.
const causes: readonly (readonly [EtcdCause, RegExp])[] = [
  ['no-endpoints', /no etcd endpoints specified|failed to discover etcd endpoints/],
  ['certificate-file', /could not initialize etcdv3 client: (?:open |tls: |.*PEM|.*private key)/],
  ['no-space', /mvcc: database space exceeded/],
  [
    'credentials',
    /etcdserver: permission denied|etcdserver: (?:authentication failed|invalid auth token|user name)/,
  ],
  [
    'tls',
    /x509: |tls: (?:bad certificate|unknown|handshake|failed to verify|certificate)|authentication handshake failed/,
  ],
  ['no-leader', /etcdserver: (?:no leader|request timed out|leader changed|not healthy)/],
  ['refused', /dial tcp \S+: connect: (?:connection refused|no route to host)/],
  ['no-answer', /dial tcp \S+: i\/o timeout|context deadline exceeded|DeadlineExceeded/],
];

// Which lines speak of the datastore: the same words occur about Typha, the API server and the web.
const about =
  /datastore|etcd|retrying of unary invoker|transport: |Unable to (?:access|query)|Failed to (?:get config|perform list|create watcher)|ClusterInformation|[Tt]ier|IP ?[Pp]ool/;

/** Reads why etcd cannot be used out of a line; null if the line tells nothing of it. */
export function etcdTrouble({ text }: LogLine): EtcdCause | null {
  if (!about.test(text) || /typha/i.test(text) || dialFailure(text) !== null) return null;
  if (/https:\/\/[^\s"\\]+\/apis?\b/.test(text)) return null;
  return causes.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}
