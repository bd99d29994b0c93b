import https from 'node:https';
import type { Certificate } from '../../../support/certificate.ts';
import type { ContainerLog } from './container-log.ts';
import type { PodMachine } from './pod-machine.ts';

/** Where the API server asks for the logs of all nodes. */
export interface LogServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

type FindPod = (
  namespace: string,
  name: string,
) => { readonly pod: PodMachine; readonly isReachable: boolean } | null;

function textOf(log: ContainerLog, query: URLSearchParams, now: number): string {
  const [tail, since, limit] = ['tailLines', 'sinceSeconds', 'limitBytes'].map((key) =>
    Number(query.get(key) ?? Number.NaN),
  );
  const young = Number.isNaN(since ?? Number.NaN)
    ? log.lines
    : log.lines.filter(({ at }) => at >= now - (since ?? 0));
  const kept = Number.isNaN(tail ?? Number.NaN)
    ? young
    : young.slice(Math.max(0, young.length - (tail ?? 0)));
  const withTimes = query.get('timestamps') === 'true';
  const text = kept
    .map((line) => `${withTimes ? `${new Date(line.at * 1000).toISOString()} ` : ''}${line.text}\n`)
    .join('');
  return Number.isNaN(limit ?? Number.NaN) ? text : text.slice(0, limit);
}

const hung = 'rpc error: code = DeadlineExceeded desc = context deadline exceeded';

function answer(find: FindPod, url: URL, now: number): Answer {
  const [, route, namespace = '', name = '', containerName = ''] = url.pathname.split('/');
  if (route !== 'containerLogs') return { status: 404, text: '404 page not found\n' };
  const found = find(namespace, name);
  const container = found?.pod.containers.find((one) => one.name === containerName);
  if (!found || !container) return { status: 404, text: `pod "${name}" not found\n` };
  if (!found.isReachable) return { status: 500, text: `${hung}\n` };
  const wantsPrevious = url.searchParams.get('previous') === 'true';
  const isWaiting = container.ended !== null && now < container.nextStart;
  const program = wantsPrevious && !isWaiting ? container.previous : container.program;
  const what = `container "${containerName}" in pod "${name}"`;
  if (program) return { status: 200, text: textOf(program.log, url.searchParams, now) };
  if (wantsPrevious) return { status: 400, text: `previous terminated ${what} not found\n` };
  return { status: 400, text: `${what} is waiting to start: PodInitializing\n` };
}

/** Serves the logs of containers as kubelets do, on loopback. */
export async function serveLogs(certificate: Certificate, find: FindPod): Promise<LogServer> {
  const server = https.createServer(certificate, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://kubelet');
    const { status, text } = answer(find, url, Date.now() / 1000);
    response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
