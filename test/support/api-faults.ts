import type * as k8s from '../../internal/model/kubernetes.ts';
import { isCalicoNodePod } from '../../internal/calico/pods.ts';
import { runningPod, suffixOf } from './cluster.ts';
import {
  addEvent,
  appendLog,
  crashLoop,
  nodeOf,
  podOn,
  setLog,
  stuckInit,
  unready,
} from './faults.ts';
import { add, at, type Mutable, type Sample } from './sample.ts';
import { logLine } from './start-log.ts';

type Pod = Mutable<k8s.Pod>;

export interface Spoken {
  readonly version: string;
  /** Seconds before the snapshot. */
  readonly ago: number;
  readonly level?: string;
  readonly component?: string;
  readonly file?: string;
}

/** One line in a release's grammar; install-cni and upgrade-ipam take part by their component. */
export function say(sample: Sample, spoken: Spoken, message: string): string {
  const { version, ago, level = 'INFO', component = 'startup', file = 'startup.go' } = spoken;
  return logLine({ start: at(sample, -ago), version }, 0, level, component, file, message);
}

/** Takes kube-proxy's pod off a node. */
export function removeKubeProxy(sample: Sample, node: string): void {
  sample.lists.pods = (sample.lists.pods ?? []).filter(
    ({ metadata, spec }) =>
      spec?.nodeName !== node || metadata.labels?.['k8s-app'] !== 'kube-proxy',
  );
}

/** Makes kube-proxy on a node crash. */
export function crashKubeProxy(sample: Sample, node: string, log = ''): void {
  const pod = (sample.lists.pods ?? []).find(
    ({ metadata, spec }) =>
      spec?.nodeName === node && metadata.labels?.['k8s-app'] === 'kube-proxy',
  );
  if (!pod) throw new Error(`no kube-proxy on ${node}`);
  crashLoop(sample, pod, { lived: 3, exitCode: 1, reason: 'Error', restarts: 14 });
  if (log !== '') setLog(sample, pod, 'kube-proxy', log);
}

export interface InitFailure {
  readonly container?: string;
  /** Lines of the run that ended last. */
  readonly lines?: readonly string[];
  /** Lines of the present run; the last run's where it waits for the next one. */
  readonly now?: readonly string[];
  readonly restarts?: number;
  /** Logs of init containers that were through before. */
  readonly before?: Readonly<Record<string, readonly string[]>>;
  readonly state?: 'waiting' | 'running';
}

const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** An init container of a node's calico-node that ends with exit 1 again and again; calico-node has no log. */
export function failInit(sample: Sample, node: string, failure: InitFailure = {}): Pod {
  const { container = 'install-cni', lines, now, restarts = 4, before = {} } = failure;
  const pod = podOn(sample, node);
  const isRunning = failure.state === 'running';
  const finished = {
    exitCode: 1,
    reason: 'Error',
    startedAt: at(sample, -75),
    finishedAt: at(sample, -40),
  };
  stuckInit(
    pod,
    container,
    isRunning
      ? { running: { startedAt: at(sample, -12) } }
      : { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 1m20s restarting' } },
    restarts,
    { terminated: finished },
  );
  sample.logs = sample.logs.filter(({ pod: name }) => name !== pod.metadata.name);
  for (const [name, words] of Object.entries(before)) setLog(sample, pod, name, joined(words));
  if (lines) setLog(sample, pod, container, joined(lines), true);
  const present = now ?? lines;
  if (present) setLog(sample, pod, container, joined(present));
  return pod;
}

/** calico-node of a node ends while it starts, with these as its last lines. */
export function failStart(
  sample: Sample,
  node: string,
  lines: readonly string[],
  more: { readonly restarts?: number; readonly exitCode?: number } = {},
): Pod {
  const pod = podOn(sample, node);
  const { restarts = 6, exitCode = 1 } = more;
  crashLoop(sample, pod, { lived: 2, exitCode, reason: 'Error', restarts });
  setLog(sample, pod, 'calico-node', joined(lines));
  setLog(sample, pod, 'calico-node', joined(lines), true);
  return pod;
}

/** calico-node of a node stays 0/1 and has these lines at the end of its log. */
export function stayUnready(sample: Sample, node: string, lines: readonly string[]): Pod {
  const pod = podOn(sample, node);
  unready(pod);
  appendLog(sample, pod, lines);
  addEvent(
    sample,
    pod,
    'Unhealthy',
    'Readiness probe failed: calico/node is not ready: felix is not ready: readiness probe reporting 503',
    { count: 22 },
  );
  return pod;
}

/** A pod on a node that waits for its network, or to be rid of it, and what the kubelet says of it. */
export function cniFails(
  sample: Sample,
  node: string,
  message: string,
  options: {
    readonly name?: string;
    readonly operation?: 'add' | 'delete';
    readonly ago?: number;
  } = {},
): Pod {
  const { name = `job-${suffixOf(node)}`, operation = 'add', ago = 25 } = options;
  const pod = runningPod(sample, {
    name,
    namespace: 'shop',
    node,
    hostIP: nodeOf(sample, node).status?.addresses?.[0]?.address ?? '',
    age: 600,
    spec: { containers: [{ name: 'job', image: 'registry.example/job:v2' }] },
  });
  if (operation === 'delete') {
    pod.metadata.deletionTimestamp = at(sample, -300);
  } else {
    const [status] = pod.status?.containerStatuses ?? [];
    pod.status = {
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: 'False' },
      ],
      containerStatuses: [
        {
          ...status,
          ready: false,
          started: false,
          state: { waiting: { reason: 'ContainerCreating' } },
        },
      ],
    };
  }
  add(sample, 'pods', pod);
  const text =
    operation === 'add'
      ? `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "9d1c": plugin type="calico" failed (add): ${message}`
      : `error killing pod: failed to "KillPodSandbox" for "71b3" with KillPodSandboxError: "rpc error: code = Unknown desc = failed to destroy network for sandbox \\"9d1c\\": plugin type=\\"calico\\" failed (delete): ${message}"`;
  addEvent(sample, pod, operation === 'add' ? 'FailedCreatePodSandBox' : 'FailedKillPod', text, {
    ago,
    count: 12,
  });
  return pod;
}

/** A role and its binding to a service account. */
export function addRole(
  sample: Sample,
  name: string,
  account: { readonly name: string; readonly namespace: string },
  rules: Mutable<k8s.ClusterRole>['rules'] = [],
): void {
  add(sample, 'clusterRoles', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules,
  });
  add(sample, 'clusterRoleBindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  });
}

/** Sets a variable of calico-node, in the template and in every pod. */
export function setEnv(sample: Sample, entry: Mutable<k8s.EnvVar>): void {
  const templates = [
    ...(sample.lists.daemonSets ?? []).map(({ spec }) => spec?.template?.spec),
    ...(sample.lists.pods ?? [])
      .filter((pod) => isCalicoNodePod(pod as k8s.Pod))
      .map(({ spec }) => spec),
  ];
  for (const spec of templates) {
    const container = spec?.containers?.find(({ name }) => name === 'calico-node');
    if (container)
      container.env = [...(container.env ?? []).filter(({ name }) => name !== entry.name), entry];
  }
}
