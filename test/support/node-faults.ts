import type * as k8s from '../../internal/model/kubernetes.ts';
import { isCalicoNodePod } from '../../internal/calico/pods.ts';
import { addEvent, logOf, nodeOf, setCondition } from './faults.ts';
import { at, type Mutable, type Sample } from './sample.ts';
import { logLine } from './start-log.ts';

type Pod = Mutable<k8s.Pod>;

/** A pod of another workload on a node, by the beginning of its name. */
export function neighbourOn(sample: Sample, node: string, prefix: string): Pod {
  const pod = sample.lists.pods?.find(
    (item) =>
      item.spec?.nodeName === node &&
      item.metadata.name.startsWith(prefix) &&
      !isCalicoNodePod(item),
  );
  if (!pod) throw new Error(`the sample has no ${prefix} on ${node}`);
  return pod;
}

/** The control plane has not heard of a node for so many seconds; its pods are shown as they were. */
export function lose(sample: Sample, name: string, ago = 600): void {
  const node = nodeOf(sample, name);
  for (const type of ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready']) {
    const message = 'Kubelet stopped posting node status.';
    setCondition(sample, node, type, 'Unknown', 'NodeStatusUnknown', message, ago);
  }
  for (const condition of node.status?.conditions ?? [])
    condition.lastHeartbeatTime = at(sample, -ago - 45);
  (node.spec ??= {}).taints = [
    { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule', timeAdded: at(sample, -ago) },
    { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: at(sample, -ago) },
  ];
}

/** The Ready condition of a kubelet that gets no answer from its runtime. */
export function runtimeDown(
  sample: Sample,
  name: string,
  message = 'container runtime is down',
): void {
  const node = nodeOf(sample, name);
  setCondition(sample, node, 'Ready', 'False', 'KubeletNotReady', message, 240);
  (node.spec ??= {}).taints = [
    { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute', timeAdded: at(sample, -240) },
  ];
}

/** Makes a pod one that the kubelet has not touched: scheduled, and nothing since. */
export function untouched(sample: Sample, pod: Pod, ago = 300): void {
  pod.metadata.creationTimestamp = at(sample, -ago);
  pod.status = {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: at(sample, -ago) }],
  };
}

export interface End {
  readonly exitCode: number;
  readonly reason?: string;
  readonly restarts: number;
  readonly lived?: number;
  readonly ago?: number;
}

/** A container that ended a while ago and runs again. */
export function ended(sample: Sample, pod: Pod, end: End, container = 0): void {
  const status = pod.status?.containerStatuses?.[container];
  if (!status) throw new Error(`${pod.metadata.name} has no container ${container}`);
  const ago = end.ago ?? 120;
  const reason = end.reason ?? (end.exitCode === 0 ? 'Completed' : 'Error');
  status.restartCount = end.restarts;
  status.lastState = {
    terminated: {
      exitCode: end.exitCode,
      reason,
      startedAt: at(sample, -ago - (end.lived ?? 400)),
      finishedAt: at(sample, -ago),
    },
  };
  status.state = { running: { startedAt: at(sample, -ago + 1) } };
}

/** A log up to the first line that holds a text, that line included. */
export function upTo(log: string, text: string): string {
  const lines = log.split('\n');
  const place = lines.findIndex((line) => line.includes(text));
  if (place === -1) throw new Error(`no line with ${text}`);
  return `${lines.slice(0, place + 1).join('\n')}\n`;
}

/** A log of Calico's own lines as if it had been written so many seconds later. */
export const later = (log: string, seconds: number): string =>
  log.replaceAll(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3})/gm, (_, day: string, clock: string) =>
    new Date(Date.parse(`${day}T${clock}Z`) + seconds * 1000)
      .toISOString()
      .replace('T', ' ')
      .replace('Z', ''),
  );

/** What calico-node's log of a node was while it started, up to a text. */
export const startUpTo = (sample: Sample, pod: Pod, text: string): string =>
  upTo(logOf(sample, pod), text);

export interface SlowStart {
  readonly version: string;
  readonly node: string;
  /** Seconds before the snapshot at which the run began. */
  readonly ago: number;
  /** Seconds for each question to the datastore. */
  readonly each: number;
  readonly address?: string;
  readonly until?: 'connected' | 'address' | 'tunnel';
}

/** The log of a start in which each question to the datastore takes long. */
export function slowStartLog(sample: Sample, slow: SlowStart): string {
  const options = { start: at(sample, -slow.ago), version: slow.version };
  const { each, until = 'address' } = slow;
  const say = (seconds: number, message: string): string =>
    logLine(options, seconds, 'INFO', 'startup', 'startup.go', message);
  const lines = [
    say(0, 'Early log level set to info'),
    say(0.002, 'Using NODENAME environment for node name'),
    say(0.003, `Determined node name: ${slow.node}`),
    say(0.01, 'Checking datastore connection'),
    say(0.01 + each, 'Datastore connection verified'),
    say(0.02 + each, 'Datastore is ready'),
  ];
  if (until === 'connected') return `${lines.join('\n')}\n`;
  lines.push(
    say(
      0.1 + 3 * each,
      `Using autodetected IPv4 address on interface ens3: ${slow.address ?? '10.20.0.11/24'}`,
    ),
    say(0.1 + 3 * each, 'Node IPv4 changed, will check for conflicts'),
  );
  if (until === 'tunnel') {
    lines.push(
      say(0.2 + 7 * each, 'FELIX_IPV6SUPPORT is false through environment variable'),
      say(0.3 + 9 * each, `Using node name: ${slow.node}`),
      logLine(
        options,
        0.4 + 10 * each,
        'INFO',
        'tunnel-ip-allocator',
        'allocateip.go',
        'Assign a new tunnel address type="ipipTunnelAddress"',
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Probes that got no answer in their time, as the kubelet tells it. */
export function lateProbe(
  sample: Sample,
  pod: Pod,
  message: string,
  options: { readonly count?: number; readonly ago?: number } = {},
): void {
  addEvent(sample, pod, 'Unhealthy', message, {
    count: options.count ?? 4,
    ago: options.ago ?? 40,
  });
}

/** What metrics.k8s.io says of nodes: millicores and mebibytes. */
export function setUsage(
  sample: Sample,
  usage: Readonly<Record<string, readonly [milliCores: number, mebibytes: number]>>,
): void {
  sample.lists.nodeMetrics = Object.entries(usage).map(([name, [cpu, memory]]) => ({
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'NodeMetrics',
    metadata: { name, creationTimestamp: at(sample, -15) },
    timestamp: at(sample, -20),
    usage: { cpu: `${cpu * 1_000_000}n`, memory: `${memory * 1024}Ki` },
  }));
}

/** Renews the leases of all nodes but those given, which are so many seconds older. */
export function setLeases(sample: Sample, late: Readonly<Record<string, number>> = {}): void {
  sample.lists.leases = (sample.lists.nodes ?? []).map(({ metadata: { name } }) => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { renewTime: at(sample, -4 - (late[name] ?? 0)), holderIdentity: name },
  }));
}
