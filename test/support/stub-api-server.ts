import http, { type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A request as the stub saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the stub answers: JSON unless `text` or `bytes` is given. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
  readonly bytes?: Buffer;
  readonly gzip?: boolean;
  /** `silence`: no answer at all; `cut`: the connection ends before the answer; `half`: in the middle of it. */
  readonly ends?: 'silence' | 'cut' | 'half';
}

export type Script = (request: Seen) => Reply | Promise<Reply>;

export interface StubServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  readonly seen: readonly Seen[];
  /** The most requests that were under way at one time. */
  readonly mostAtOnce: () => number;
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

export interface StubTls {
  readonly key: string;
  readonly cert: string;
  /** Asks for a client certificate of this authority. */
  readonly ca?: string;
}

/** An error as the API server words it. */
export const status = (code: number, message: string, more: object = {}): Reply => ({
  status: code,
  json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code, ...more },
});

/** Answers with each reply once, then always with the last. */
export function inOrder(...replies: readonly Reply[]): Script {
  let next = 0;
  return () => {
    const reply = replies[Math.min(next, replies.length - 1)];
    next += 1;
    return reply ?? {};
  };
}

function send(response: ServerResponse, reply: Reply): void {
  const text = reply.bytes ?? reply.text ?? JSON.stringify(reply.json ?? {});
  const body = reply.gzip ? gzipSync(text) : Buffer.from(text);
  const { ends } = reply;
  if (ends === 'silence') return;
  if (ends === 'cut') return void response.socket?.destroy();
  response.writeHead(reply.status ?? 200, {
    'content-type': reply.text === undefined ? 'application/json' : 'text/plain',
    'content-length': body.length,
    ...(reply.gzip ? { 'content-encoding': 'gzip' } : {}),
    ...reply.headers,
  });
  if (ends !== 'half') return void response.end(body);
  response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
}

/** An API server on loopback that answers by a script. Close it at the end of the test. */
export async function startStub(script: Script, tls?: StubTls): Promise<StubServer> {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  let underWay = 0;
  let most = 0;
  let connections = 0;
  const listener: http.RequestListener = (request, response) => {
    underWay += 1;
    most = Math.max(most, underWay);
    response.once('close', () => (underWay -= 1));
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const url = new URL(request.url ?? '/', 'http://stub');
      const one: Seen = {
        method: request.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(one);
      void Promise.resolve(script(one)).then((reply) => send(response, reply));
    });
  };
  const server = tls
    ? https.createServer(
        { ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: tls.ca !== undefined },
        listener,
      )
    : http.createServer(listener);
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    seen,
    mostAtOnce: () => most,
    connections: () => connections,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
