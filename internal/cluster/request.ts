import type { Api, ApiOptions, Ask } from './api.ts';
import { Attempts, defaultMaxInFlight, type Request } from './attempts.ts';
import type { Connection } from './connection.ts';
import { isList, isRecord } from './json.ts';
import { limiter } from './limit.ts';
import { protobufType } from './protobuf-list.ts';
import { type Failure, failure, type Outcome } from './read-error.ts';
import type { Answer } from './transport.ts';
import { pathOf, type Right, rightToRead, type Target } from './target.ts';

const largestJson = 256 * 2 ** 20;
export const wholeBody = { keep: 'all', maxBytes: largestJson } as const;
export const defaultTimeoutMs = 60_000;
// The API server waits up to two minutes for a kubelet whose container runtime hangs, and gives no log in the end.
const logTimeoutMs = 20_000;

/** The URL of a target, or of a path that is no resource. */
export function urlOf(server: string, target: Target | string, query: Ask['query'] = {}): URL {
  const url = new URL(server);
  const path = typeof target === 'string' ? target : pathOf(target);
  // A server may stand behind a path, as with Rancher: https://host/k8s/clusters/c-x.
  url.pathname = url.pathname.replace(/\/$/, '') + path;
  url.search = new URLSearchParams(query).toString();
  return url;
}

function acceptOf(target: Target | string, { metadataOnly, protobufKind }: Ask): string {
  if (protobufKind) return `${protobufType},application/json`;
  if (!metadataOnly || typeof target === 'string') return 'application/json';
  const form = target.name === undefined ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
  return `application/json;as=${form};g=meta.k8s.io;v=v1,application/json`;
}

const needed = (target: Target | string): Right | null =>
  typeof target === 'string' ? null : rightToRead(target);

/** An answer's body as JSON. */
export function parse(text: string): { readonly state: 'read'; readonly value: unknown } | Failure {
  try {
    const value: unknown = JSON.parse(text);
    return { state: 'read', value };
  } catch {
    return failure('damaged', 'the answer is not JSON');
  }
}

// Puts what was made of the objects of a list in the places where they stood.
function withItems(list: unknown, items: readonly unknown[]): unknown {
  if (!isRecord(list) || !isList(list['items'])) return list;
  let next = 0;
  const places = list['items'];
  return { ...list, items: places.map((place) => (isRecord(place) ? items[next++] : place)) };
}

// The API server gives logs as text/plain: a page is of a proxy or a login on the way.
const isPage = ({ headers }: Answer): boolean =>
  /^text\/html\b/i.test(headers['content-type'] ?? '');

export const commonHeaders = ({ userAgent = 'kubectl-calico-fix' }: ApiOptions) => ({
  'user-agent': userAgent,
});

/** The reader of a cluster: sends requests over a connection, a few at a time, with retries, time limits and a deadline. */
export function createApi(connection: Connection, options: ApiOptions = {}): Api {
  const { context, server } = connection;
  const limit = limiter(options.maxInFlight ?? defaultMaxInFlight);
  const attempts = new Attempts(connection, options);
  const timeoutMs = options.requestTimeoutMs ?? defaultTimeoutMs;
  const common = commonHeaders(options);

  const json = async (request: Request): Promise<Outcome<unknown>> => {
    const outcome = await limit(() => attempts.run(request));
    if (outcome.state === 'failed') return outcome;
    const parsed = parse(outcome.value.text);
    const { items } = outcome.value;
    if (parsed.state === 'failed' || items === undefined) return parsed;
    return { state: 'read', value: withItems(parsed.value, items) };
  };

  const getJson: Api['getJson'] = (target, ask = {}) => {
    const headers = { ...common, accept: acceptOf(target, ask), 'accept-encoding': 'gzip' };
    const url = urlOf(server, target, ask.query);
    const { eachItem, protobufKind } = ask;
    const send = { ...wholeBody, method: 'GET', url, headers, eachItem, protobufKind } as const;
    return json({ send, needed: needed(target), patience: ask.patience ?? 'normal', timeoutMs });
  };

  const post: Api['post'] = (target, body) => {
    const type = 'application/json';
    const headers = { ...common, accept: type, 'content-type': type };
    const url = urlOf(server, target);
    const send = {
      ...wholeBody,
      method: 'POST',
      url,
      headers,
      body: JSON.stringify(body),
    } as const;
    const right = { ...rightToRead(target), verb: 'create' };
    return json({ send, needed: right, patience: 'normal', timeoutMs });
  };

  const getText: Api['getText'] = async (target, { query, keep, maxBytes }) => {
    const headers = { ...common, accept: 'text/plain, application/json' };
    const url = urlOf(server, target, query);
    const request: Request = {
      send: { method: 'GET', url, headers, keep, maxBytes },
      needed: needed(target),
      patience: 'little',
      timeoutMs: options.requestTimeoutMs ?? logTimeoutMs,
    };
    const outcome = await limit(() => attempts.run(request));
    if (outcome.state === 'failed') return outcome;
    if (isPage(outcome.value)) return failure('damaged', 'the answer is a web page and no log');
    return { state: 'read', value: { text: outcome.value.text, bytes: outcome.value.bytes } };
  };

  return { context, server, getJson, getText, post, serverTime: () => attempts.serverTime };
}
