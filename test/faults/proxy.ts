import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Certificate } from '../support/certificate.ts';
import { inPagesOf } from './asked.ts';
import { bodyOf, forwarder, type Answer, type Forward } from './forward.ts';
import type { Fault } from './fault.ts';
import { replyOf } from './replies.ts';
import type { Passing, Weather } from './weather.ts';
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
  /** Milliseconds since Ctrl-C when it came; null before. */
  readonly msSinceInterrupt: number | null;
  /** When it came and when it was answered, by the machine's clock. */
  readonly atMs: number;
  readonly answeredAtMs: number;
  /** It came over a connection that began with a certificate that had run out. */
  readonly isOverExpired: boolean;
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
  /** Changes in the object at a path what is about to be changed. */
  readonly meddle: (path: string) => Promise<void>;
  /** Called before a write is passed on. */
  readonly onWrite: (method: string, url: string) => void;
}

/** A server before the API server that does to requests what the weather says. */
export interface FaultProxy {
  readonly url: string;
  /** Begins anew with counting and takes what came through before. */
  readonly begin: (weather: Weather, interrupt: () => void) => void;
  readonly seen: () => readonly Seen[];
  /** How many connections the client has refused for a certificate that had run out. */
  readonly refusals: () => number;
  readonly stop: () => Promise<void>;
}

const reviews = /\/selfsubject(access|rules)reviews$/;

/** True for a request that changes something. */
export function isWriting(method: string, url: string): boolean {
  const [path = '', query = ''] = url.split('?');
  if (method === 'GET' || method === 'HEAD') return false;
  return !reviews.test(path) && !new URLSearchParams(query).has('dryRun');
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

const isHarmless = ({ kind }: Fault): boolean =>
  kind === 'late' || kind === 'overtaken' || kind === 'meddled';

/** Answers one request; tells what the server said, if it was asked, and whether the client got it. */
async function serve(
  turn: Turn,
  response: ServerResponse,
  { overtake, meddle }: Pick<ProxyOptions, 'overtake' | 'meddle'>,
): Promise<Pick<Seen, 'answer' | 'isTrue'>> {
  const { fault, forward, method, url } = turn;
  if (fault?.kind === 'late') await new Promise((resolve) => setTimeout(resolve, fault.ms));
  if (fault?.kind === 'overtaken') await overtake(url.split('?')[0] ?? '');
  if (fault?.kind === 'meddled') await meddle(url.split('?')[0] ?? '');
  if (fault === null || isHarmless(fault)) {
    const answer = await forward();
    give(response, answer);
    return { answer, isTrue: true };
  }
  const answer = 'isPassedOn' in fault && fault.isPassedOn ? await forward() : null;
  const reply = replyOf(fault, method, url);
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
  interruptedAt: number | null = null;
  refusals = 0;
}

const expiredSockets = new WeakSet<Duplex>();

const hasExpired = (socket: TLSSocket): boolean => {
  const shown = socket.getCertificate();
  const end = shown !== null && 'valid_to' in shown ? shown.valid_to : '';
  return Date.parse(end) < Date.now();
};

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
  const atMs = Date.now();
  const body = await bodyOf(request);
  const one = passing(state, method, url);
  const fault = state.weather.faultFor(one);
  const { interruptedAt } = state;
  const msSinceInterrupt = interruptedAt === null ? null : Date.now() - interruptedAt;
  if (state.weather.interruptAfter === one.count) {
    state.interruptedAt = Date.now();
    state.interrupt();
  }
  const send = (): Promise<Answer> => {
    if (one.isWrite) {
      state.firstWrite ??= one.count;
      options.onWrite(method, url);
    }
    const { pageSize = Infinity } = state.weather;
    const passedOn = method === 'GET' ? inPagesOf(pageSize, url) : url;
    return forward(method, passedOn, request.headers, body);
  };
  const turn = { fault, isWrite: one.isWrite, method, url, forward: send };
  const result = await serve(turn, response, options).catch(() => {
    response.socket?.destroy();
    return { answer: null, isTrue: false };
  });
  const isOverExpired = expiredSockets.has(request.socket);
  own.push({
    method,
    url,
    isWrite: one.isWrite,
    fault,
    ...result,
    msSinceInterrupt,
    atMs,
    answeredAtMs: Date.now(),
    isOverExpired,
  });
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
  server.on('secureConnection', (socket) => {
    if (hasExpired(socket)) expiredSockets.add(socket);
  });
  server.keepAliveTimeout = 60_000;
  server.on('clientError', (_, socket) => socket.destroy());
  server.on('tlsClientError', (_, socket) => {
    if (state.count >= (state.weather.certificateEndsAfter ?? Infinity)) state.refusals += 1;
    socket.destroy();
  });
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
    refusals: () => state.refusals,
    stop: async () => {
      server.closeAllConnections();
      close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
