/** Why a client could not even ask the API server. */
export type DialReason =
  | 'timeout'
  | 'refused'
  | 'no-route'
  | 'tls-timeout'
  | 'not-resolved'
  | 'proxy';

/** A request to the API server that got no connection. */
export interface DialFailure {
  /** As in the URL: an address without brackets, or a name. */
  readonly host: string;
  readonly port: number;
  readonly reason: DialReason;
}

// A request of client-go: host and port, then one of the API server's own paths. Quotes may be escaped (klog, logrus).
const apiUrl =
  /https?:\/\/(\[[0-9a-fA-F:.]+\]|[^\s:/"\\]+)(?::(\d+))?\/(?:apis?|version|healthz|livez|readyz)(?=[/?"\\:\s]|$)/;

// Texts of Go's net, net/http and crypto/tls. `(Client.Timeout exceeded …)` alone is a slow answer, not a missing connection.
const dialReasons: readonly (readonly [DialReason, RegExp])[] = [
  [
    'proxy',
    /proxyconnect tcp:|": (?:Forbidden|Bad Gateway|Service Unavailable|Gateway Timeout|Proxy Authentication Required)$/,
  ],
  ['not-resolved', /dial tcp:? lookup |no such host/],
  ['refused', /connect: connection refused/],
  [
    'no-route',
    /connect: (?:no route to host|network is unreachable|host is down|permission denied)/,
  ],
  ['tls-timeout', /net\/http: TLS handshake timeout/],
  [
    'timeout',
    /dial tcp [^ ]+: (?:i\/o timeout|connect: connection timed out)|request canceled while waiting for connection/,
  ],
];

/** Reads a failed connection to an API server out of a log line or event; null for all else, Typha's and etcd's ports among it. */
export function dialFailure(text: string): DialFailure | null {
  const url = apiUrl.exec(text);
  const reason = url && dialReasons.find(([, pattern]) => pattern.test(text))?.[0];
  if (!url || !reason) return null;
  return {
    host: (url[1] ?? '').replaceAll(/[[\]]/g, ''),
    port: Number(url[2] ?? 443),
    reason,
  };
}

/**
 * True if the API server did not know who asks (HTTP 401). Calico says "connection is unauthorized" for 401 and 403 alike
 * (libcalico-go/lib/errors): only the tail tells.
 */
export const isUnauthorized = (text: string): boolean =>
  /(?:connection is unauthorized|error="?|failed to list [^:]+|Failed to watch [^:]+): Unauthorized\b|error="?Unauthorized\b|the server has asked for the client to provide credentials/.test(
    text,
  ) && !text.includes('is forbidden');

/** Whose certificate a client of the API server did not accept, and why. */
export interface Distrust {
  /** `authority`: signed by a CA that the client does not know; `name`: does not name the address that was asked. */
  readonly cause: 'authority' | 'name';
  readonly host: string;
  readonly port: number;
}

// crypto/x509, verify.go. A certificate outside its time is a matter of clocks.
const distrustReasons: readonly (readonly [Distrust['cause'], RegExp])[] = [
  ['authority', /x509: certificate signed by unknown authority|x509: [^:]*is not trusted/],
  [
    'name',
    /x509: (?:certificate is (?:not )?valid for|cannot validate certificate for|certificate is not valid for any)/,
  ],
];

/** Reads out of a log line or event that the API server's certificate was not accepted; null for all else. */
export function distrust(text: string): Distrust | null {
  const url = apiUrl.exec(text);
  const cause = url && distrustReasons.find(([, pattern]) => pattern.test(text))?.[0];
  if (!url || !cause) return null;
  return { cause, host: (url[1] ?? '').replaceAll(/[[\]]/g, ''), port: Number(url[2] ?? 443) };
}

/** A right that the API server found missing (HTTP 403). */
export interface Denied {
  /** `system:serviceaccount:kube-system:calico-node`, or another user. */
  readonly user: string;
  readonly verb: string;
  /** With its subresource: `nodes/status`. */
  readonly resource: string;
  /** Empty for the core group. */
  readonly group: string;
  /** Null at the cluster scope. */
  readonly namespace: string | null;
  /** The object's name, where the request had one. */
  readonly name: string | null;
  /** ClusterRole or Role that a binding names and that does not exist. */
  readonly missingRole: string | null;
}

// apiserver, pkg/endpoints/handlers/responsewriters/errors.go; the authorizer's reason stands behind it.
const forbidden =
  /(?:^|[^\w.])[\w.-]+(?: \\?"([^"\\]*)\\?")? is forbidden: User \\?"([^"\\]+)\\?" cannot (\w+) resource \\?"([^"\\]+)\\?" in API group \\?"([^"\\]*)\\?"(?: in the namespace \\?"([^"\\]+)\\?"| at the cluster scope)?/;
const missingRole =
  /(?:clusterrole|role)\.rbac\.authorization\.k8s\.io \\?"([^"\\]+)\\?" not found/;

/** Reads who may not do what out of a log line or event; null if it tells nothing of that kind. */
export function denied(text: string): Denied | null {
  const match = forbidden.exec(text);
  if (!match) return null;
  const [, name, user, verb, resource, group, namespace] = match;
  return {
    user: user ?? '',
    verb: verb ?? '',
    resource: resource ?? '',
    group: group ?? '',
    namespace: namespace ?? null,
    name: name ?? null,
    missingRole: missingRole.exec(text)?.[1] ?? null,
  };
}

/** A service account out of a user name; null for other users. */
export function serviceAccountOf(
  user: string,
): { readonly namespace: string; readonly name: string } | null {
  const match = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  return match ? { namespace: match[1] ?? '', name: match[2] ?? '' } : null;
}

/** A type that the API server does not serve (HTTP 404 without an object's name to blame). */
export interface UnknownType {
  /** Lower case; Calico writes some plurals with a capital (`Tiers`). */
  readonly plural: string;
  readonly group: string;
  /** `get` is also what a list says of itself. */
  readonly verb: string;
}

// apimachinery, pkg/api/errors: "the server could not find the requested resource (post Tiers.crd.projectcalico.org)".
const unknown =
  /the server could not find the requested resource \((\w+) ([A-Za-z]+)(?:\.([a-z0-9.-]+))?(?: [^)]*)?\)/;

/** Reads which type the API server does not serve; null if the text tells nothing of that kind. */
export function unknownType(text: string): UnknownType | null {
  const match = unknown.exec(text);
  return match
    ? { verb: match[1] ?? '', plural: (match[2] ?? '').toLowerCase(), group: match[3] ?? '' }
    : null;
}
