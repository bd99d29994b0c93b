import { askedOf } from './asked.ts';
import type { Fault } from './fault.ts';

const status = (code: number, reason: string, message: string, more: object = {}): string =>
  JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    reason,
    message,
    ...more,
  });

const json = { 'content-type': 'application/json' };
const page = '<html><head><title>Sign in</title></head><body><h1>Welcome</h1></body></html>';

type Reply = readonly [code: number, headers: Readonly<Record<string, string>>, body: string];

// In the words of the API server, by which a client knows what is missing.
function refusal(method: string, url: string): string {
  const { verb, group, resource, namespace } = askedOf(method, url);
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `${resource} is forbidden: User "crew" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
}

/** What is answered in place of the server; null where the connection itself suffers. */
export function replyOf(fault: Fault, method: string, url: string): Reply | null {
  switch (fault.kind) {
    case 'no-json':
      return [200, { 'content-type': 'text/html' }, page];
    case 'status':
      return fault.status === 500
        ? [500, json, status(500, 'InternalError', 'etcdserver: request timed out')]
        : [fault.status, { 'content-type': 'text/html' }, '<h1>The upstream is away</h1>'];
    case 'throttled': {
      const { retryAfter } = fault;
      const headers = retryAfter === null ? json : { ...json, 'retry-after': retryAfter };
      return [429, headers, status(429, 'TooManyRequests', 'too many requests')];
    }
    case 'starting':
      return [503, { ...json, 'retry-after': '1' }, status(503, 'ServiceUnavailable', 'starting')];
    case 'gone':
      return [410, json, status(410, 'Expired', 'the resourceVersion is too old')];
    case 'unauthorized':
      return [401, json, status(401, 'Unauthorized', 'Unauthorized')];
    case 'forbidden':
      return [403, json, status(403, 'Forbidden', refusal(method, url))];
    case 'unserved':
      return [404, { 'content-type': 'text/plain' }, '404 page not found\n'];
    default:
      return null;
  }
}
