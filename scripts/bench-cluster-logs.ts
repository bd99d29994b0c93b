import https from 'node:https';
import type { Certificate } from '../test/support/certificate.ts';
import { startLog } from '../test/support/start-log.ts';
import { type BenchNode, calicoVersion, router } from './bench-cluster-nodes.ts';
import { podKinds, podName } from './bench-cluster-pods.ts';

/** Answers for the logs of all kubelets, on loopback. */
export interface BenchLogs {
  readonly port: number;
  /** Logs of these nodes' pods can be read from now on. */
  readonly add: (node: BenchNode, place: number, startedAt: number) => void;
  readonly close: () => Promise<void>;
}

function calicoLog({ facts, isSick, iface }: BenchNode, startedAt: number): string {
  const start = new Date(startedAt * 1000).toISOString();
  const text = startLog({
    start,
    version: calicoVersion,
    node: facts.name,
    interfaces: facts.nics.filter(({ name }) => name !== 'lo'),
    picked: iface,
  });
  const name = `Global_${router.replaceAll('.', '_')}`;
  const states = ['start', ...(isSick ? [] : ['feed', 'up'])];
  return text + states.map((state) => `bird: ${name}: State changed to ${state}\n`).join('');
}

/** Serves the log of calico-node in any pod that was added. No container has run before. */
export async function serveBenchLogs(certificate: Certificate): Promise<BenchLogs> {
  const logs = new Map<string, () => string>();
  const server = https.createServer(certificate, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://kubelet');
    const [, , , pod = '', container = ''] = url.pathname.split('/');
    const log = logs.get(pod);
    const isThere = log !== undefined && url.searchParams.get('previous') !== 'true';
    response.writeHead(isThere ? 200 : 400, { 'content-type': 'text/plain' });
    const none = `previous terminated container "${container}" in pod "${pod}" not found\n`;
    response.end(isThere ? (container === 'calico-node' ? log() : '') : none);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    add: (node, place, startedAt) => {
      const [kind] = podKinds;
      if (kind) logs.set(podName(kind, place), () => calicoLog(node, startedAt));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
