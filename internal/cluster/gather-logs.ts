import type { ContainerStatus, Pod } from '../model/kubernetes.ts';
import type { ContainerLog, ReadError } from '../model/snapshot.ts';
import { appOf } from './calico-objects.ts';
import { type LogRequest, type LogSize, readLog } from './container-log.ts';
import type { Chosen } from './gather-depth.ts';
import type { Run } from './run.ts';
import { symptomOfPod } from './sick.ts';

// A start of calico-node and its first minutes fit in the head even with thousands of peers.
const large: LogSize = { headBytes: 256 * 1024, tailBytes: 256 * 1024, tailLines: 2000 };
const middle: LogSize = { headBytes: 96 * 1024, tailBytes: 96 * 1024, tailLines: 800 };
const small: LogSize = { headBytes: 48 * 1024, tailBytes: 64 * 1024, tailLines: 500 };

const mostTyphas = 3;
const mostOperators = 2;
const mostControllers = 2;
const mostProxies = 5;

interface PodLogs {
  readonly pod: Pod;
  readonly requests: readonly LogRequest[];
}

const statusesOf = ({ status }: Pod): readonly ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

// A container that never ended before has no previous log: asking would only be refused.
const hasRunBefore = (pod: Pod, container: string): boolean =>
  statusesOf(pod).some(
    ({ name, restartCount = 0, lastState }) =>
      name === container && (restartCount > 0 || lastState?.terminated !== undefined),
  );

function requestsFor(pod: Pod, sizeOf: (container: string) => LogSize, only?: string): PodLogs {
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  const names = [...containers, ...initContainers].flatMap(({ name }) =>
    name !== undefined && (only === undefined || name === only) ? [name] : [],
  );
  const requests = names.flatMap((container) => {
    const { name, namespace = '' } = pod.metadata;
    const current = { namespace, pod: name, container, previous: false, size: sizeOf(container) };
    return hasRunBefore(pod, container) ? [current, { ...current, previous: true }] : [current];
  });
  return { pod, requests };
}

const calicoSize = (container: string): LogSize => (container === 'calico-node' ? large : small);

const isProxy = (pod: Pod): boolean =>
  appOf(pod) === 'kube-proxy' ||
  pod.metadata.labels?.['component'] === 'kube-proxy' ||
  pod.metadata.name.startsWith('kube-proxy');

/** Which logs to read, the most telling pods first. */
function planLogs(chosen: Chosen, pods: readonly Pod[], takenAt: string): readonly PodLogs[] {
  const { sick, healthy, others } = chosen;
  const isSick = (pod: Pod): boolean => symptomOfPod(pod, takenAt) !== null;
  const sickFirst = (some: readonly Pod[]): readonly Pod[] =>
    some.toSorted((a, b) => Number(isSick(b)) - Number(isSick(a)));
  const ofApp = (app: string): readonly Pod[] =>
    sickFirst(pods.filter((pod) => appOf(pod) === app));
  const sickNodes = new Set(sick.map(({ node }) => node));
  const proxies = pods.filter(
    (pod) => isProxy(pod) && isSick(pod) && sickNodes.has(pod.spec?.nodeName ?? ''),
  );
  const controllers = ofApp('calico-kube-controllers').filter(isSick);
  const whole = [...sick, ...(healthy ? [healthy] : [])].flatMap((one) => one.pods);
  return [
    ...whole.map((pod) => requestsFor(pod, calicoSize)),
    ...[
      ...ofApp('calico-typha').slice(0, mostTyphas),
      ...ofApp('tigera-operator').slice(0, mostOperators),
      ...controllers.slice(0, mostControllers),
      ...proxies.slice(0, mostProxies),
    ].map((pod) => requestsFor(pod, () => middle)),
    ...others
      .flatMap((one) => one.pods)
      .map((pod) => requestsFor(pod, () => middle, 'calico-node')),
  ];
}

const isNodeSilent = ({ kind }: ReadError): boolean =>
  kind === 'timeout' || kind === 'server-error' || kind === 'unreachable';

/**
 * Reads the logs of round two: all containers, init containers included, current and previous, of the sick calico-node pods
 * and of a healthy one; Typha, operator, kube-controllers and kube-proxy where they may know more; and calico-node of some
 * healthy nodes when few are sick, as a peer that never came up shows only there. A node whose kubelet does not answer is
 * asked once: each further log would take as long to fail.
 */
export async function gatherLogs(
  run: Run,
  chosen: Chosen,
  pods: readonly Pod[],
  takenAt: string,
): Promise<readonly ContainerLog[]> {
  const silent = new Map<string, ReadError>();
  const readAll = async ({ pod, requests }: PodLogs): Promise<readonly ContainerLog[]> => {
    const node = pod.spec?.nodeName ?? '';
    const logs: ContainerLog[] = [];
    if (node === '') return logs;
    for (const request of requests) {
      const { size: _, ...identity } = request;
      const error = silent.get(node);
      const found: readonly ContainerLog[] = error
        ? [{ ...identity, read: { state: 'failed', error } }]
        : await readLog(run.api, request);
      for (const { read } of found)
        if (read.state === 'failed' && isNodeSilent(read.error)) silent.set(node, read.error);
      logs.push(...found);
    }
    return logs;
  };
  const plan = planLogs(chosen, pods, takenAt);
  const logs = await Promise.all(plan.map((one) => run.step('logs', readAll(one))));
  return logs.flat();
}
