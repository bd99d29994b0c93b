import type { ReadError } from '../model/snapshot.ts';
import { type StatusDetails, statusOf } from './status-body.ts';
import type { Right } from './target.ts';

/** An answer that could not be had or used. `status` is the HTTP status, null where none came. */
export interface Failure {
  readonly state: 'failed';
  readonly status: number | null;
  readonly error: ReadError;
  /** What the server said of it in a Status object. */
  readonly details?: StatusDetails;
  /** Of a write: it may have been carried out all the same, as its answer was lost or does not tell. */
  readonly isOpen?: true;
}

export type Outcome<T> = { readonly state: 'read'; readonly value: T } | Failure;

/** A failure without an HTTP answer. */
export const failure = (kind: ReadError['kind'], message: string): Failure => ({
  state: 'failed',
  status: null,
  error: { kind, message },
});

function kindOf(status: number): ReadError['kind'] {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 408:
    case 504:
      return 'timeout';
    default:
      return 'server-error';
  }
}

// The API server answers errors with a Status object, proxies on the way with HTML or nothing.
function messageOf(status: number, said: string | undefined, body: string): string {
  // All that the API server says of a token that is wrong or has run out.
  if (said === 'Unauthorized') return 'the credentials were refused (Unauthorized)';
  if (said) return said;
  // Not JSON: a line of text may tell more; of a page of HTML the number says enough.
  const line = body.trim();
  const isLine = line !== '' && line.length <= 200 && /^[^<{\n]+$/.test(line);
  return `the server answered with HTTP status ${status}${isLine ? `: ${line}` : ''}`;
}

// k8s.io/apiserver responsewriters/errors.go forbiddenMessage, the same since Kubernetes 1.12.
const forbidden =
  /cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/;

/** The right that a refusal in RBAC's words names; null for other words, such as those of admission. */
export function rightIn(message: string): Right | null {
  const [, verb, resource, group, namespace] = forbidden.exec(message) ?? [];
  if (!verb || !resource) return null;
  return { verb, group: group ?? '', resource, ...(namespace ? { namespace } : {}) };
}

/**
 * An error answer as data. For a 403 the missing right is the one that the server names, else the one that the request
 * needed.
 */
export function failureOfStatus(status: number, body: string, needed: Right | null): Failure {
  const kind = kindOf(status);
  const said = statusOf(body);
  const message = messageOf(status, said?.message, body);
  const right = kind === 'forbidden' ? (rightIn(message) ?? needed) : null;
  const error = { kind, message, ...(right ? { right } : {}) };
  if (!said?.isWhole) return { state: 'failed', status, error };
  const { reason, causes, retryAfterSeconds } = said;
  return { state: 'failed', status, error, details: { reason, causes, retryAfterSeconds } };
}

// k8s.io/apimachinery api/errors NewGenericServerResponse: said of a type, or of a path below an object, never of an object.
const ofType = /could not find the requested resource/;

/**
 * True where the API server itself says that there is no object of this name. Any other 404 is of a type that is not served, or of
 * something on the way that knows nothing of the API.
 */
export const isAbsence = (reason: string, message: string): boolean =>
  reason === 'NotFound' && !ofType.test(message);

/** The system's or OpenSSL's code of an error, empty if it has none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Happy eyeballs: all addresses failed, each in its own way.
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error.message === 'socket hang up' || error.message === 'aborted' ? 'ECONNRESET' : '';
}

function explain(code: string, message: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'the connection was refused';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection was cut';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the server's name could not be looked up (${message})`;
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return "the server's certificate is signed by an authority that is not trusted";
    case 'CERT_HAS_EXPIRED':
      return "the server's certificate has expired";
    default:
      return message === '' ? code : message;
  }
}

/** An error of the connection as data. */
export function failureOfConnection(error: unknown): Failure {
  const code = codeOf(error);
  const message = explain(code, error instanceof Error ? error.message : String(error));
  if (code === 'ETIMEDOUT') return failure('timeout', message);
  return failure(code.startsWith('Z_') ? 'damaged' : 'unreachable', message);
}
