import type * as k8s from '../../internal/model/kubernetes.ts';
import { add, at, type Mutable, type Sample } from './sample.ts';
import { calicoDaemonSet, installationOf, type Kind } from './daemon-set.ts';
import { startLog, type Interface } from './start-log.ts';

type Node = Mutable<k8s.Node>;
type Pod = Mutable<k8s.Pod>;

export interface NodeSpec {
  readonly name: string;
  readonly ip: string;
  readonly prefix?: number;
  /** Interfaces besides the NIC; those of index above 2 are found before it. */
  readonly more?: readonly Interface[];
  readonly nic?: string;
}

export interface ClusterSpec {
  readonly install?: Kind;
  readonly version?: string;
  readonly kubernetes?: string;
  readonly nodes?: readonly NodeSpec[] | number;
  readonly kernel?: string;
  readonly takenAt?: string;
  /** Seconds since calico-node started on every node. */
  readonly age?: number;
  /** Leave out logs of calico-node. */
  readonly noLogs?: boolean;
}

/** `count` nodes `worker-1…` with addresses 10.20.0.11… on `ens3`. */
export const workers = (count: number): NodeSpec[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `worker-${index + 1}`,
    ip: `10.20.0.${11 + index}`,
  }));

export const namespaceOf = (kind: Kind): string =>
  kind === 'operator' ? 'calico-system' : 'kube-system';

function nodeObject(
  sample: Sample,
  spec: NodeSpec,
  cluster: Required<Pick<ClusterSpec, 'kubernetes' | 'kernel' | 'version'>>,
  stores: boolean,
): Node {
  const heartbeat = at(sample, -20);
  const condition = (type: string, status: string, reason: string): Mutable<k8s.Condition> => ({
    type,
    status,
    reason,
    message: reason,
    lastHeartbeatTime: heartbeat,
    lastTransitionTime: at(sample, -90_000),
  });
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: spec.name,
      uid: `node-${spec.name}`,
      creationTimestamp: at(sample, -100_000),
      labels: {
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': spec.name,
      },
      annotations: stores
        ? { 'projectcalico.org/IPv4Address': `${spec.ip}/${spec.prefix ?? 24}` }
        : {},
    },
    spec: {},
    status: {
      addresses: [
        { type: 'InternalIP', address: spec.ip },
        { type: 'Hostname', address: spec.name },
      ],
      capacity: { cpu: '4', memory: '16Gi', pods: '110' },
      allocatable: { cpu: '4', memory: '15Gi', pods: '110' },
      conditions: [
        condition('NetworkUnavailable', 'False', 'CalicoIsUp'),
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
        condition('Ready', 'True', 'KubeletReady'),
      ],
      nodeInfo: {
        kernelVersion: cluster.kernel,
        osImage: 'Ubuntu 24.04.1 LTS',
        containerRuntimeVersion: 'containerd://1.7.24',
        kubeletVersion: cluster.kubernetes,
        operatingSystem: 'linux',
        architecture: 'amd64',
        bootID: `boot-${spec.name}`,
      },
    },
  };
}

const letters = 'bcdfghjklmnpqrstvwxz2456789';

/** A pod suffix of five letters that depends on the name alone. */
export function suffixOf(name: string): string {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 14_348_907;
  return Array.from({ length: 5 }, (_, index) => letters[Math.floor(hash / 27 ** index) % 27]).join(
    '',
  );
}

/** A pod that runs well since `age` seconds: of any template, on any node. */
export function runningPod(
  sample: Sample,
  options: {
    name: string;
    namespace: string;
    node: string;
    hostIP: string;
    podIP?: string;
    age: number;
    labels?: Record<string, string>;
    spec: Mutable<k8s.PodSpec>;
    owner?: { kind: string; name: string };
  },
): Pod {
  const started = at(sample, -options.age + 3);
  const image = (container: Mutable<k8s.Container>): string =>
    container.image ?? 'registry.example/app:v1';
  const condition = (type: string, seconds: number): Mutable<k8s.Condition> => ({
    type,
    status: 'True',
    lastTransitionTime: at(sample, -options.age + seconds),
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: options.name,
      namespace: options.namespace,
      uid: `pod-${options.name}`,
      creationTimestamp: at(sample, -options.age),
      labels: options.labels ?? {},
      ownerReferences: options.owner
        ? [
            {
              apiVersion: 'apps/v1',
              kind: options.owner.kind,
              name: options.owner.name,
              uid: `${options.owner.kind}-${options.owner.name}`,
              controller: true,
            },
          ]
        : [],
    },
    spec: { ...structuredClone(options.spec), nodeName: options.node },
    status: {
      phase: 'Running',
      hostIP: options.hostIP,
      podIP: options.podIP ?? options.hostIP,
      startTime: at(sample, -options.age),
      conditions: [
        condition('PodScheduled', 0),
        condition('Initialized', 3),
        condition('ContainersReady', 15),
        condition('Ready', 15),
      ],
      initContainerStatuses: (options.spec.initContainers ?? []).map((container) => ({
        name: container.name ?? '',
        ready: true,
        restartCount: 0,
        image: image(container),
        state: {
          terminated: {
            exitCode: 0,
            reason: 'Completed',
            startedAt: at(sample, -options.age + 1),
            finishedAt: at(sample, -options.age + 2),
          },
        },
        lastState: {},
      })),
      containerStatuses: (options.spec.containers ?? []).map((container) => ({
        name: container.name ?? '',
        ready: true,
        started: true,
        restartCount: 0,
        image: image(container),
        state: { running: { startedAt: started } },
        lastState: {},
      })),
    },
  };
}

function addPlainPods(sample: Sample, spec: NodeSpec, index: number): void {
  add(
    sample,
    'pods',
    runningPod(sample, {
      name: `kube-proxy-${suffixOf(`proxy${spec.name}`)}`,
      namespace: 'kube-system',
      node: spec.name,
      hostIP: spec.ip,
      age: 90_000,
      labels: { 'k8s-app': 'kube-proxy' },
      owner: { kind: 'DaemonSet', name: 'kube-proxy' },
      spec: {
        hostNetwork: true,
        containers: [{ name: 'kube-proxy', image: 'registry.k8s.io/kube-proxy:v1.31.4' }],
      },
    }),
    runningPod(sample, {
      name: `web-7d5c9d6b8-${suffixOf(`web${spec.name}`)}`,
      namespace: 'shop',
      node: spec.name,
      hostIP: spec.ip,
      podIP: `10.244.${index + 1}.5`,
      age: 80_000,
      labels: { app: 'web' },
      owner: { kind: 'ReplicaSet', name: 'web-7d5c9d6b8' },
      spec: { containers: [{ name: 'web', image: 'registry.example/web:v4' }] },
    }),
  );
}

/** A healthy cluster of the given install type, with the objects of a plain dump and a log for each calico-node. */
export function healthyCluster(spec: ClusterSpec = {}): Sample {
  const sample: Sample = {
    takenAt: spec.takenAt ?? '2026-03-01T12:00:00Z',
    serverVersion: null,
    lists: {},
    logs: [],
  };
  const kind = spec.install ?? 'manifest';
  const version = spec.version ?? 'v3.29.1';
  const nodes =
    typeof spec.nodes === 'number' || spec.nodes === undefined
      ? workers(spec.nodes ?? 3)
      : spec.nodes;
  const facts = {
    kubernetes: spec.kubernetes ?? 'v1.31.4',
    kernel: spec.kernel ?? '6.8.0-45-generic',
    version,
  };
  const age = spec.age ?? 90_000;
  const stores = kind !== 'canal' && kind !== 'policy-only' && kind !== 'etcd';
  const daemonSet = calicoDaemonSet(sample, kind, version, nodes.length);
  add(sample, 'daemonSets', daemonSet);
  add(sample, 'events');
  add(sample, 'deployments');
  add(sample, 'services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default' },
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1'],
      ports: [{ name: 'https', port: 443, targetPort: 6443 }],
    },
  });
  if (kind === 'operator') installationOf(sample, version);
  nodes.forEach((node, index) => {
    add(sample, 'nodes', nodeObject(sample, node, facts, stores));
    const template = daemonSet.spec?.template;
    const name = `${daemonSet.metadata.name}-${suffixOf(node.name)}`;
    const namespace = namespaceOf(kind);
    add(
      sample,
      'pods',
      runningPod(sample, {
        name,
        namespace,
        node: node.name,
        hostIP: node.ip,
        age,
        labels: {
          ...template?.metadata?.labels,
          'controller-revision-hash': '6f4f9c7d5',
          'pod-template-generation': '1',
        },
        owner: { kind: 'DaemonSet', name: daemonSet.metadata.name },
        spec: template?.spec ?? {},
      }),
    );
    addPlainPods(sample, node, index);
    if (!spec.noLogs) addStartLog(sample, kind, version, node, nodes, { name, namespace, age });
  });
  return sample;
}

function addStartLog(
  sample: Sample,
  kind: Kind,
  version: string,
  node: NodeSpec,
  nodes: readonly NodeSpec[],
  pod: { readonly name: string; readonly namespace: string; readonly age: number },
): void {
  const nic = node.nic ?? 'ens3';
  const text = startLog({
    start: at(sample, -pod.age + 3),
    version,
    node: node.name,
    interfaces: [
      { name: 'lo', index: 1, addresses: ['127.0.0.1/8', '127.0.0.0/8'] },
      { name: nic, index: 2, addresses: [`${node.ip}/${node.prefix ?? 24}`] },
      ...(node.more ?? []),
    ],
    picked: nic,
    peers: nodes.filter(({ name }) => name !== node.name).map(({ ip }) => ip),
    backend:
      kind === 'vxlan' ? 'vxlan' : kind === 'canal' || kind === 'policy-only' ? 'none' : 'bird',
  });
  sample.logs.push({
    namespace: pod.namespace,
    pod: pod.name,
    container: 'calico-node',
    previous: false,
    read: { state: 'read', text },
  });
}
