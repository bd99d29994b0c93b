import { writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { portOf } from './ports.ts';
import type { ControlPlane } from './control-plane.ts';
import { type Credentials, kubeconfigText } from './kubeconfig-file.ts';

/** A request on its way through. */
export interface Passing {
  readonly method: string;
  readonly path: string;
  /** True where the API server is only to try it. */
  readonly isDryRun: boolean;
}

/** When a request is looked at: before the API server gets it, or when it has answered and nobody knows yet. */
export type Side = 'before' | 'after';

/** What becomes of a request: `cut` ends the connection there and then, `expire` hands it on with a token that is none. */
export type Verdict = 'pass' | 'cut' | 'expire';

/** Decides about a request, which waits for it. */
export type Gate = (request: Passing, side: Side) => Verdict | Promise<Verdict>;

export interface JourneyProxy {
  /** Writes a kubeconfig whose server is the proxy, and returns its path. */
  readonly kubeconfigFor: (name: string, credentials: Credentials) => string;
  /** Who looks at the requests from now on; null: nobody. */
  readonly setGate: (gate: Gate | null) => void;
  readonly close: () => Promise<void>;
}

/** A proxy on loopback before a real API server, which can look at each request and lose it. */
export async function startProxy({
  server: target,
  authority,
  programs,
}: ControlPlane): Promise<JourneyProxy> {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 64, ca: authority.cert });
  let gate: Gate | null = null;
  const { cert, key } = authority.issue('127.0.0.1');
  const handBack = async (
    answer: IncomingMessage,
    passing: Passing,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    if ((await gate?.(passing, 'after')) === 'cut') {
      answer.destroy();
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.once('error', () => response.destroy());
    answer.pipe(response);
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url = '/', method = 'GET', headers } = request;
    const passing: Passing = { method, path: url, isDryRun: url.includes('dryRun=') };
    const verdict = (await gate?.(passing, 'before')) ?? 'pass';
    if (verdict === 'cut') return void request.socket.destroy();
    const own = verdict === 'expire' ? { ...headers, authorization: 'Bearer expired' } : headers;
    const options = { method, headers: own, agent };
    const onward = https.request(`${target}${url}`, options, (answer) => {
      void handBack(answer, passing, request, response);
    });
    onward.once('error', () => request.socket.destroy());
    response.once('close', () => onward.destroy());
    request.pipe(onward);
  };
  const server = https.createServer({ cert, key }, (request, response) => {
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const here = `https://127.0.0.1:${portOf(server)}`;
  return {
    kubeconfigFor: (name, credentials) => {
      const file = path.join(programs.folder, `proxied-${name}.kubeconfig`);
      writeFileSync(file, kubeconfigText(name, here, authority.cert, credentials), { mode: 0o600 });
      return file;
    },
    setGate: (next) => {
      gate = next;
    },
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
