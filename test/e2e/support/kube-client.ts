import https from 'node:https';
import { createInterface } from 'node:readline';
import { isObject } from '../../support/json.ts';

/** A JSON object of the API, as it came. */
export type Json = Readonly<Record<string, unknown>>;

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export interface WatchEvent {
  readonly type: string;
  readonly object: Json;
}

export interface Watching {
  /** Resolves when the stream has ended, for whatever reason. */
  readonly done: Promise<void>;
  readonly stop: () => void;
}

/** What stand-ins and tests ask of an API server: paths and JSON as they are, nothing hidden, nothing tried again. */
export interface KubeClient {
  readonly request: (
    method: string,
    path: string,
    body?: unknown,
    type?: PatchType,
  ) => Promise<Json>;
  readonly get: (path: string) => Promise<Json>;
  /** Null where there is no such object. */
  readonly find: (path: string) => Promise<Json | null>;
  readonly create: (path: string, object: unknown) => Promise<Json>;
  readonly update: (path: string, object: unknown) => Promise<Json>;
  readonly patch: (path: string, patch: unknown, type?: PatchType) => Promise<Json>;
  readonly remove: (path: string, options?: object) => Promise<Json>;
  /** All objects of a collection and the list's resourceVersion. */
  readonly list: (
    path: string,
  ) => Promise<{ readonly items: readonly Json[]; readonly version: string }>;
  readonly text: (path: string) => Promise<string>;
  /** Follows a collection from a resourceVersion on. */
  readonly watch: (path: string, version: string, take: (event: WatchEvent) => void) => Watching;
  /** Ends all connections. */
  readonly close: () => void;
}

export type PatchType = 'merge' | 'strategic' | 'json' | 'apply';

const patchTypes: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

export interface ClientOptions {
  readonly server: string;
  /** PEM. */
  readonly authority: string;
  readonly token: string;
  /** What the server puts down as the manager of the fields that are written. */
  readonly userAgent: string;
}

const withQuery = (path: string, query: string): string =>
  `${path}${path.includes('?') ? '&' : '?'}${query}`;

function failureOf(status: number, text: string): ApiError {
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    // not a Status: the text is the message
  }
  const { reason, message } = isObject(body) ? body : {};
  return new ApiError(
    status,
    typeof reason === 'string' ? reason : '',
    typeof message === 'string' ? message : text,
  );
}

function objectOf(text: string): Json {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new TypeError('the API server sent no object');
  return value;
}

type Send = (method: string, path: string, type: string, body?: unknown) => Promise<string>;

function sender({ server, authority, token, userAgent }: ClientOptions, agent: https.Agent): Send {
  return (method, path, type, body) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'user-agent': userAgent,
        ...(text === undefined
          ? {}
          : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
      };
      const options = { method, agent, ca: authority, headers };
      const request = https.request(`${server}${path}`, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const status = response.statusCode ?? 0;
          const answer = Buffer.concat(chunks).toString();
          if (status < 300) resolve(answer);
          else reject(failureOf(status, answer));
        });
      });
      request.once('error', reject);
      request.end(text);
    });
}

function eventOf(line: string): WatchEvent | null {
  const value: unknown = JSON.parse(line);
  if (!isObject(value) || !isObject(value['object'])) return null;
  return { type: String(value['type']), object: value['object'] };
}

function watcher(options: ClientOptions, agent: https.Agent): KubeClient['watch'] {
  const { server, authority, token, userAgent } = options;
  return (path, version, take) => {
    const url = `${server}${withQuery(path, `watch=true&allowWatchBookmarks=true&resourceVersion=${version}`)}`;
    const headers = { authorization: `Bearer ${token}`, 'user-agent': userAgent };
    const request = https.get(url, { agent, ca: authority, headers });
    const done = new Promise<void>((resolve) => {
      request.once('error', () => resolve());
      request.once('close', () => resolve());
      request.once('response', (response) => {
        response.on('error', () => resolve());
        const lines = createInterface({ input: response });
        lines.on('error', () => resolve());
        lines.on('line', (line) => {
          const event = line === '' ? null : eventOf(line);
          if (event) take(event);
        });
      });
    });
    return { done, stop: () => request.destroy() };
  };
}

/** A client of one user. */
export function kubeClient(options: ClientOptions): KubeClient {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 32 });
  // A watch holds its connection for long, so they have their own.
  const watchAgent = new https.Agent({ keepAlive: false });
  const send = sender(options, agent);
  const request: KubeClient['request'] = async (method, path, body, type) =>
    objectOf(await send(method, path, type ? patchTypes[type] : 'application/json', body));
  return {
    request,
    get: (path) => request('GET', path),
    find: async (path) => {
      try {
        return await request('GET', path);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    create: (path, object) => request('POST', path, object),
    update: (path, object) => request('PUT', path, object),
    patch: (path, patch, type = 'merge') => request('PATCH', path, patch, type),
    remove: (path, body) => request('DELETE', path, body),
    list: async (path) => {
      const { items, metadata } = await request('GET', path);
      return {
        items: Array.isArray(items) ? items.filter(isObject) : [],
        version: isObject(metadata) ? String(metadata['resourceVersion']) : '',
      };
    },
    text: (path) => send('GET', path, ''),
    watch: watcher(options, watchAgent),
    close: () => {
      agent.destroy();
      watchAgent.destroy();
    },
  };
}
