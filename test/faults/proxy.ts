import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { Certificate } from '../support/certificate.ts';
import { bodyOf, forwarder, type Answer, type Forward } from './forward.ts';
import type { Fault, Passing, Weather } from './weather.ts';
import { calm } from './weather.ts';

/** A request that went through the proxy, and what became of it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly isWrite: boolean;
  readonly fault: Fault | null;
  /** What the API server said; null where it was not asked. */
  readonly answer: Answer | null;
  /** True where the client got the server's own answer, whole. */
  readonly isTrue: boolean;
}

export interface ProxyOptions {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** PEM, of the server that is behind. */
  readonly authority: string;
  readonly certificate: Certificate;
  /** One that has run out. */
  readonly expired: Certificate;
  /** Writes something harmless to the object at a path. */
  readonly overtake: (path: string) => Promise<void>;
  /** Called before a write is passed on. */
  readonly onWrite: (method: string, url: string) => void;
}

/** A server before the API server that does to requests what the weather says. */
export interface FaultProxy {
  readonly url: string;
  /** Begins anew with counting and takes what came through before. */
  readonly begin: (weather: Weather, interrupt: () => void) => void;
  readonly seen: () => readonly Seen[];
  readonly stop: () => Promise<void>;
}

const reviews = /\/selfsubject(access|rules)reviews$/;

/** True for a request that changes something. */
export function isWriting(method: string, url: string): boolean {
  const [path = '', query = ''] = url.split('?');
  if (method === 'GET' || method === 'HEAD') return false;
  return !reviews.test(path) && !new URLSearchParams(query).has('dryRun');
}

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

function replyOf(fault: Fault): Reply | null {
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
    default:
      return null;
  }
}

function give(response: ServerResponse, { status: code, headers, body }: Answer): void {
  response.writeHead(code, headers);
  response.end(body);
}

// Half of what was promised, then nothing more: for a short body of unknown length a reader may take it for the end.
function giveHalf(response: ServerResponse, { status: code, headers, body }: Answer): void {
  response.writeHead(code, headers);
  const half = body.subarray(0, Math.floor(body.length / 2));
  response.write(half, () => response.socket?.destroy());
}

interface Turn {
  readonly fault: Fault | null;
  readonly isWrite: boolean;
  readonly method: string;
  readonly url: string;
  readonly forward: () => Promise<Answer>;
}

/** Answers one request; tells what the server said, if it was asked, and whether the client got it. */
async function serve(
  turn: Turn,
  response: ServerResponse,
  { overtake }: Pick<ProxyOptions, 'overtake'>,
): Promise<Pick<Seen, 'answer' | 'isTrue'>> {
  const { fault, forward, url } = turn;
  if (fault?.kind === 'late') await new Promise((resolve) => setTimeout(resolve, fault.ms));
  if (fault?.kind === 'overtaken') await overtake(url.split('?')[0] ?? '');
  if (fault === null || fault.kind === 'late' || fault.kind === 'overtaken') {
    const answer = await forward();
    give(response, answer);
    return { answer, isTrue: true };
  }
  const answer = 'isPassedOn' in fault && fault.isPassedOn ? await forward() : null;
  const reply = replyOf(fault);
  if (reply) {
    const [code, headers, body] = reply;
    give(response, { status: code, headers, body: Buffer.from(body) });
  } else if (fault.kind === 'half' && answer) giveHalf(response, answer);
  // A silence ends with the client's patience.
  else if (fault.kind !== 'silence') response.socket?.destroy();
  return { answer, isTrue: false };
}

class State {
  weather: Weather = calm;
  interrupt: () => void = () => {};
  seen: Seen[] = [];
  counts = new Map<string, number>();
  count = 0;
  firstWrite: number | null = null;
}

function passing(state: State, method: string, url: string): Passing {
  const key = `${method} ${url}`;
  const nth = state.counts.get(key) ?? 0;
  state.counts.set(key, nth + 1);
  const { count, firstWrite } = state;
  state.count += 1;
  const isWrite = isWriting(method, url);
  const sinceWrite = firstWrite === null ? null : count - firstWrite;
  return { method, url, nth, count, isWrite, sinceWrite };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { state, options, forward }: { state: State; options: ProxyOptions; forward: Forward },
): Promise<void> {
  const own = state.seen;
  const { method = 'GET', url = '/' } = request;
  const body = await bodyOf(request);
  const one = passing(state, method, url);
  const fault = state.weather.faultFor(one);
  if (state.weather.interruptAfter === one.count) state.interrupt();
  const send = (): Promise<Answer> => {
    if (one.isWrite) {
      state.firstWrite ??= one.count;
      options.onWrite(method, url);
    }
    return forward(method, url, request.headers, body);
  };
  const turn = { fault, isWrite: one.isWrite, method, url, forward: send };
  const result = await serve(turn, response, options).catch(() => {
    response.socket?.destroy();
    return { answer: null, isTrue: false };
  });
  own.push({ method, url, isWrite: one.isWrite, fault, ...result });
}

/** Starts a proxy on a free port of loopback. */
export async function startProxy(options: ProxyOptions): Promise<FaultProxy> {
  const state = new State();
  const { forward, close } = forwarder(options);
  const { certificate, expired } = options;
  const server = https.createServer(certificate, (request, response) => {
    request.on('error', () => {});
    response.on('error', () => {});
    void handle(request, response, { state, options, forward }).catch(() => response.destroy());
    const { certificateEndsAfter = Infinity } = state.weather;
    if (state.count < certificateEndsAfter) return;
    server.setSecureContext(expired);
    // What is open was shown the old one.
    response.once('close', () => request.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.on('clientError', (_, socket) => socket.destroy());
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `https://127.0.0.1:${port}`,
    begin: (weather, interrupt) => {
      server.setSecureContext(certificate);
      server.closeAllConnections();
      Object.assign(state, new State(), { weather, interrupt });
    },
    seen: () => state.seen,
    stop: async () => {
      server.closeAllConnections();
      close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
