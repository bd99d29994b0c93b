import { randomBytes } from 'node:crypto';
import { timeText } from '../test/e2e/support/cluster/container-log.ts';
import { manifestDaemonSet } from '../test/e2e/support/cluster/install-manifest.ts';
import { kubeProxy } from '../test/e2e/support/cluster/workloads.ts';
import { isObject } from '../test/support/json.ts';
import { type BenchNode, calicoVersion, router } from './bench-cluster-nodes.ts';

/** Pods as controllers and kubelets leave them behind. */

const templateOf = (object: object): Readonly<Record<string, unknown>> => {
  const spec = 'spec' in object && isObject(object.spec) ? object.spec : {};
  const template = isObject(spec['template']) ? spec['template'] : {};
  return isObject(template['spec']) ? template['spec'] : {};
};

const ordinarySpec = {
  containers: [
    {
      name: 'app',
      image: 'registry.example/team/app-1:1.1.0',
      ports: [{ containerPort: 8080, name: 'http' }],
      env: [
        { name: 'LOG_LEVEL', value: 'info' },
        { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      ],
      resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
      readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 10 },
      livenessProbe: { httpGet: { path: '/live', port: 'http' }, periodSeconds: 20 },
      volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
    },
  ],
  volumes: [{ name: 'scratch', emptyDir: {} }],
};

/** A kind of pods that a node has one of. */
export interface PodKind {
  readonly name: string;
  readonly namespace: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly owner: 'DaemonSet' | 'ReplicaSet';
}

export const namespaces = ['shop', 'park', 'yard'] as const;

const hashed = { 'controller-revision-hash': '65c8d7f9b4', 'pod-template-generation': '1' };

/** calico-node, kube-proxy and five ordinary pods. */
export const podKinds: readonly PodKind[] = [
  {
    name: 'calico-node',
    namespace: 'kube-system',
    spec: templateOf(manifestDaemonSet({ version: calicoVersion })),
    labels: { 'k8s-app': 'calico-node', ...hashed },
    owner: 'DaemonSet',
  },
  {
    name: 'kube-proxy',
    namespace: 'kube-system',
    spec: templateOf(kubeProxy),
    labels: { 'k8s-app': 'kube-proxy', ...hashed },
    owner: 'DaemonSet',
  },
  ...['basket', 'search', 'rides', 'gate', 'tools'].map((name, place): PodKind => ({
    name,
    namespace: namespaces[place % namespaces.length] ?? 'shop',
    spec: ordinarySpec,
    labels: { app: name, 'pod-template-hash': '7d9c6b8f54' },
    owner: 'ReplicaSet',
  })),
];

const listed = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

function containerStatus(
  container: Readonly<Record<string, unknown>>,
  isInit: boolean,
  isReady: boolean,
  at: string,
) {
  const containerID = `containerd://${randomBytes(32).toString('hex')}`;
  const image = String(container['image']);
  const exit = { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at, containerID };
  return {
    name: container['name'],
    image,
    imageID: `${image.replace(/:[^:/]+$/, '')}@sha256:${'5e'.repeat(32)}`,
    containerID,
    ready: isReady,
    started: !isInit,
    restartCount: 0,
    state: isInit ? { terminated: exit } : { running: { startedAt: at } },
    lastState: {},
  };
}

/** The name of a node's pod of a kind. */
export const podName = ({ name, owner, labels }: PodKind, place: number): string =>
  `${name}-${owner === 'ReplicaSet' ? `${labels['pod-template-hash']}-` : ''}${(place + 60_000_000).toString(36)}`;

// All ordinary pods have addresses of their own.
function podIp(kind: PodKind, place: number): string {
  const number = podKinds.length * place + podKinds.indexOf(kind);
  return `10.${244 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
}

function conditionsOf({ name }: PodKind, isReady: boolean, at: string): readonly object[] {
  const unready = {
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${name}]`,
  };
  const condition = (type: string, isTrue: boolean): object => ({
    type,
    status: isTrue ? 'True' : 'False',
    lastTransitionTime: at,
    ...(isTrue ? {} : unready),
  });
  return [
    condition('PodReadyToStartContainers', true),
    condition('Initialized', true),
    condition('Ready', isReady),
    condition('ContainersReady', isReady),
    condition('PodScheduled', true),
  ];
}

/** The status that a kubelet writes to a node's pod of a kind; times are seconds since 1970. */
export function podStatus(kind: PodKind, { facts, isSick }: BenchNode, place: number, now: number) {
  const isReady = !(isSick && kind.name === 'calico-node');
  const at = timeText(now);
  const { internalIp: hostIP } = facts;
  const podIP = kind.owner === 'DaemonSet' ? hostIP : podIp(kind, place);
  const inits = listed(kind.spec['initContainers']);
  const initContainerStatuses = inits.map((one) => containerStatus(one, true, true, at));
  return {
    status: {
      phase: 'Running',
      hostIP,
      hostIPs: [{ ip: hostIP }],
      podIP,
      podIPs: [{ ip: podIP }],
      startTime: at,
      conditions: conditionsOf(kind, isReady, at),
      ...(inits.length === 0 ? {} : { initContainerStatuses }),
      containerStatuses: listed(kind.spec['containers']).map((one) =>
        containerStatus(one, false, isReady, at),
      ),
    },
  };
}

/** A node's pod of a kind as its controller makes it, already on its node. */
export function podObject(kind: PodKind, { facts }: BenchNode, place: number, ownerUid: string) {
  const owner = { apiVersion: 'apps/v1', kind: kind.owner, name: kind.name, uid: ownerUid };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName(kind, place),
      labels: kind.labels,
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: { ...kind.spec, nodeName: facts.name },
  };
}

/** What the kubelet says of calico-node's readiness on a sick node. */
export function sickEvent(node: BenchNode, place: number, now: number): object {
  const [kind] = podKinds;
  const name = kind ? podName(kind, place) : '';
  const at = timeText(now);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${randomBytes(8).toString('hex')}`, namespace: 'kube-system' },
    involvedObject: { kind: 'Pod', namespace: 'kube-system', name },
    reason: 'Unhealthy',
    message: `Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with ${router}\n`,
    type: 'Warning',
    count: 12,
    firstTimestamp: at,
    lastTimestamp: at,
    source: { component: 'kubelet', host: node.facts.name },
  };
}
