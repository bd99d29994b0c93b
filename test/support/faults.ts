import type * as k8s from '../../internal/model/kubernetes.ts';
import { isCalicoNodePod } from '../../internal/calico/pods.ts';
import { add, at, type Mutable, type Sample } from './sample.ts';

type Pod = Mutable<k8s.Pod>;

/** The calico-node pod on a node of the sample. */
export function podOn(sample: Sample, node: string): Pod {
  const pod = (sample.lists.pods ?? []).find(
    (item) => isCalicoNodePod(item as k8s.Pod) && item.spec?.nodeName === node,
  );
  if (!pod) throw new Error(`the sample has no calico-node pod on ${node}`);
  return pod;
}

/** The node of that name. */
export function nodeOf(sample: Sample, name: string): Mutable<k8s.Node> {
  const node = sample.lists.nodes?.find(({ metadata }) => metadata.name === name);
  if (!node) throw new Error(`the sample has no node ${name}`);
  return node;
}

/** The calico-node (or canal) DaemonSet. */
export function daemonSetOf(sample: Sample): Mutable<k8s.DaemonSet> {
  const daemonSet = sample.lists.daemonSets?.[0];
  if (!daemonSet) throw new Error('the sample has no DaemonSet');
  return daemonSet;
}

const mainStatus = (pod: Pod): Mutable<k8s.ContainerStatus> => {
  const status = pod.status?.containerStatuses?.[0];
  if (!status) throw new Error(`${pod.metadata.name} has no container status`);
  return status;
};

function setReady(pod: Pod, isReady: boolean): void {
  for (const condition of pod.status?.conditions ?? []) {
    if (condition.type === 'Ready' || condition.type === 'ContainersReady')
      condition.status = isReady ? 'True' : 'False';
  }
}

/** Makes a pod `0/1 Running`. */
export function unready(pod: Pod): void {
  mainStatus(pod).ready = false;
  setReady(pod, false);
}

export interface Death {
  /** Seconds that the container lived. */
  readonly lived: number;
  readonly exitCode: number;
  readonly reason: string;
  readonly restarts: number;
  /** Seconds before the snapshot at which it ended. */
  readonly ago?: number;
  /** What it is now: waiting in CrashLoopBackOff, or up again. */
  readonly now?: 'waiting' | 'running';
}

/** Makes the calico-node container one that ended and is restarted again and again. */
export function crashLoop(sample: Sample, pod: Pod, death: Death): void {
  const status = mainStatus(pod);
  const ago = death.ago ?? 40;
  status.ready = false;
  status.restartCount = death.restarts;
  status.lastState = {
    terminated: {
      exitCode: death.exitCode,
      reason: death.reason,
      startedAt: at(sample, -ago - death.lived),
      finishedAt: at(sample, -ago),
    },
  };
  status.state =
    death.now === 'running'
      ? { running: { startedAt: at(sample, -ago + 2) } }
      : {
          waiting: {
            reason: 'CrashLoopBackOff',
            message: 'back-off 5m0s restarting failed container=calico-node',
          },
        };
  status.started = death.now === 'running';
  setReady(pod, false);
}

/** Stops a pod at an init container: the ones before it are complete, it is in `state`, the rest waits. */
export function stuckInit(
  pod: Pod,
  container: string,
  state: Mutable<k8s.ContainerState>,
  restarts = 0,
  lastState: Mutable<k8s.ContainerState> = {},
): void {
  const statuses = pod.status?.initContainerStatuses ?? [];
  const index = statuses.findIndex(({ name }) => name === container);
  statuses.forEach((status, place) => {
    if (place < index) return;
    status.ready = false;
    status.restartCount = place === index ? restarts : 0;
    status.state = place === index ? state : { waiting: { reason: 'PodInitializing' } };
    status.lastState = place === index ? lastState : {};
  });
  const main = mainStatus(pod);
  main.ready = false;
  main.started = false;
  main.restartCount = 0;
  main.state = { waiting: { reason: 'PodInitializing' } };
  if (pod.status) pod.status.phase = 'Pending';
  setReady(pod, false);
  for (const condition of pod.status?.conditions ?? [])
    if (condition.type === 'Initialized') condition.status = 'False';
}

/** Adds an event about an object, `ago` seconds before the snapshot. */
export function addEvent(
  sample: Sample,
  object: {
    readonly kind: string;
    readonly metadata: {
      readonly name: string;
      readonly namespace?: string;
      readonly uid?: string;
    };
  },
  reason: string,
  message: string,
  options: { readonly ago?: number; readonly count?: number; readonly type?: string } = {},
): void {
  const { name, namespace, uid } = object.metadata;
  const last = at(sample, -(options.ago ?? 30));
  add(sample, 'events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${name}.${(sample.lists.events?.length ?? 0).toString(16).padStart(4, '0')}`,
      namespace: namespace ?? 'default',
      creationTimestamp: last,
    },
    involvedObject: {
      kind: object.kind,
      name,
      ...(namespace ? { namespace } : {}),
      ...(uid && object.kind !== 'Node' ? { uid } : {}),
    },
    reason,
    message,
    type: options.type ?? 'Warning',
    count: options.count ?? 1,
    firstTimestamp: last,
    lastTimestamp: last,
    source: { component: 'kubelet' },
  });
}

/** Sets (or replaces) a container's log. */
export function setLog(
  sample: Sample,
  pod: Pod,
  container: string,
  text: string,
  previous = false,
): void {
  const namespace = pod.metadata.namespace ?? '';
  sample.logs = sample.logs.filter(
    (log) =>
      !(
        log.pod === pod.metadata.name &&
        log.namespace === namespace &&
        log.container === container &&
        log.previous === previous
      ),
  );
  sample.logs.push({
    namespace,
    pod: pod.metadata.name,
    container,
    previous,
    read: { state: 'read', text },
  });
}

/** The present log of a container, to be changed and set again. */
export const logOf = (sample: Sample, pod: Pod, container = 'calico-node'): string => {
  const log = sample.logs.find(
    (item) => item.pod === pod.metadata.name && item.container === container && !item.previous,
  );
  return log?.read.state === 'read' ? log.read.text : '';
};

/** Appends lines to a container's log. */
export const appendLog = (
  sample: Sample,
  pod: Pod,
  lines: readonly string[],
  container = 'calico-node',
): void => setLog(sample, pod, container, `${logOf(sample, pod, container)}${lines.join('\n')}\n`);

/** Sets what Calico stored as a node's address. */
export function storeAddress(node: Mutable<k8s.Node>, address: string | null): void {
  const annotations = (node.metadata.annotations ??= {});
  if (address === null) delete annotations['projectcalico.org/IPv4Address'];
  else annotations['projectcalico.org/IPv4Address'] = address;
}

/** Sets a node condition. */
export function setCondition(
  sample: Sample,
  node: Mutable<k8s.Node>,
  type: string,
  status: string,
  reason: string,
  message: string,
  ago = 600,
): void {
  const condition = node.status?.conditions?.find((item) => item.type === type);
  const value = {
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: at(sample, -20),
    lastTransitionTime: at(sample, -ago),
  };
  if (condition) Object.assign(condition, value);
  else (node.status ??= {}).conditions = [...(node.status.conditions ?? []), value];
}
