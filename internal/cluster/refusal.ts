import type { ListName, ReadError } from '../model/snapshot.ts';
import { listOfPath } from './list-of.ts';
import { failureOfStatus } from './read-error.ts';

/** What kubectl or a server said instead of giving what it was asked for. */
export interface Refusal {
  readonly error: ReadError;
  /** The list that it is about, if it says so. */
  readonly list: ListName | null;
  /** The API does not have such objects at all: there are none, and that is no failure. */
  readonly isNotServed: boolean;
}

const statuses: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  Timeout: 504,
  GatewayTimeout: 504,
};

const notServed =
  /doesn't have a resource type "([^"]+)"|no matches for kind|could not find the requested resource|no resources? type/;
const denied = /cannot \S+ resource "([^"]+)"/;

/**
 * The refusal in one line of text; null if it is none. A plain `error: …` of any program counts
 * too.
 */
export function refusalIn(line: string): Refusal | null {
  const [, reason, message] =
    /^(?:Error from server(?: \((\w+)\))?|error): (.*)$/i.exec(line) ?? [];
  if (message !== undefined) return refusal(statusOf(reason ?? '', message), message);
  if (/^(?:Unable to connect to the server|The connection to the server)\b/.test(line)) {
    const error: ReadError = { kind: 'unreachable', message: line };
    return { error, list: null, isNotServed: false };
  }
  return null;
}

/** A message of the API server as a refusal; its sort is told by its words. */
export const refusalOf = (message: string): Refusal => refusal(statusOf('', message), message);

function statusOf(reason: string, message: string): number {
  const known = Object.hasOwn(statuses, reason) ? statuses[reason] : undefined;
  if (known !== undefined) return known;
  if (/\bforbidden\b/i.test(message)) return 403;
  if (/\bunauthorized\b|must be logged in/i.test(message)) return 401;
  if (/\bnot found\b|could not find/i.test(message)) return 404;
  return /\btimed? ?out\b|\bdeadline\b/i.test(message) ? 504 : 500;
}

function refusal(status: number, message: string): Refusal {
  const { error } = failureOfStatus(status, JSON.stringify({ message }), null);
  const resource = notServed.exec(message)?.[1] ?? denied.exec(message)?.[1];
  return {
    error,
    list: resource === undefined ? null : (listOfPath(resource)?.list ?? null),
    isNotServed: notServed.test(message),
  };
}
