import type * as k8s from '../../../internal/model/kubernetes.ts';

export interface NodeSetOptions {
  readonly name?: string;
  readonly namespace?: string;
  readonly image?: string;
  readonly env?: Readonly<Record<string, string | k8s.EnvVar['valueFrom']>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly templateAnnotations?: Readonly<Record<string, string>>;
  readonly app?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly volumes?: readonly k8s.Volume[];
  readonly containers?: readonly k8s.Container[];
  readonly initContainers?: readonly k8s.Container[];
  readonly desired?: number;
  readonly isOwned?: boolean;
  readonly uid?: string | null;
}

const entries = (env: NodeSetOptions['env']): k8s.EnvVar[] =>
  Object.entries(env ?? {}).map(([name, value]) =>
    typeof value === 'string' ? { name, value } : { name, ...(value && { valueFrom: value }) },
  );

function podSpec(options: NodeSetOptions): k8s.PodSpec {
  const image = options.image ?? 'registry.test/calico/node:v3.29.4';
  return {
    nodeSelector: options.nodeSelector ?? { 'kubernetes.io/os': 'linux' },
    containers: [
      { name: 'calico-node', image, env: entries(options.env) },
      ...(options.containers ?? []),
    ],
    initContainers: options.initContainers ?? [],
    volumes: options.volumes ?? [],
  };
}

const ownedByInstallation = {
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  name: 'default',
  controller: true,
};

/** A calico-node DaemonSet as kubectl would have made it, changed by the options. */
export function nodeSet(options: NodeSetOptions = {}): k8s.DaemonSet {
  const name = options.name ?? 'calico-node';
  const app = options.app ?? 'calico-node';
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      name,
      namespace: options.namespace ?? 'kube-system',
      ...(options.uid === null ? {} : { uid: options.uid ?? `uid-${name}` }),
      labels: { 'k8s-app': app, ...options.labels },
      annotations: options.annotations ?? {},
      ownerReferences: options.isOwned === true ? [ownedByInstallation] : [],
    },
    spec: {
      template: {
        metadata: {
          labels: { 'k8s-app': app },
          annotations: options.templateAnnotations ?? {},
        },
        spec: podSpec(options),
      },
    },
    ...(options.desired === undefined
      ? {}
      : { status: { desiredNumberScheduled: options.desired } }),
  };
}

/** The DaemonSet that the operator makes. */
export const operatorSet = (options: NodeSetOptions = {}): k8s.DaemonSet =>
  nodeSet({
    namespace: 'calico-system',
    isOwned: true,
    ...options,
    env: { CLUSTER_TYPE: 'k8s,operator,bgp', NO_DEFAULT_POOLS: 'true', ...options.env },
  });

/** A calico-node pod of a DaemonSet. */
export function nodePod(set: k8s.DaemonSet, suffix: string, image?: string): k8s.Pod {
  const { name, namespace } = set.metadata;
  const spec = set.spec?.template?.spec;
  const containers = spec?.containers?.map((container) =>
    container.name === 'calico-node' && image !== undefined ? { ...container, image } : container,
  );
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${suffix}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...set.spec?.template?.metadata?.labels },
      annotations: { ...set.spec?.template?.metadata?.annotations },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name, controller: true }],
      creationTimestamp: '2026-02-03T04:05:06Z',
    },
    spec: { ...spec, nodeName: `machine-${suffix}`, ...(containers && { containers }) },
  };
}

export const installation = (
  metadata: Partial<k8s.Metadata> = {},
  spec: k8s.Installation['spec'] = {},
  status: k8s.Installation['status'] = {},
): k8s.Installation => ({
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  metadata: { name: 'default', ...metadata },
  spec,
  status,
});

export interface OperatorOptions {
  readonly metadata?: Partial<k8s.Metadata>;
  readonly image?: string;
  readonly replicas?: number;
  readonly ready?: number | null;
}

/** The operator's Deployment; `ready: null` leaves the count out, as the API does for 0. */
export const operatorDeployment = (options: OperatorOptions = {}): k8s.Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'tigera-operator',
    namespace: 'tigera-operator',
    labels: { 'k8s-app': 'tigera-operator' },
    ...options.metadata,
  },
  spec: {
    replicas: options.replicas ?? 1,
    template: {
      spec: {
        containers: [
          {
            name: 'tigera-operator',
            image: options.image ?? 'registry.test/tigera/operator:v1.36.9',
          },
        ],
      },
    },
  },
  status: options.ready === null ? {} : { readyReplicas: options.ready ?? 1 },
});

export const deployment = (name: string, namespace: string, image: string): k8s.Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: { template: { spec: { containers: [{ name, image }] } } },
});

export const node = (
  metadata: Partial<k8s.Metadata> = {},
  kubeletVersion = 'v1.31.2',
  spec: k8s.Node['spec'] = {},
): k8s.Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'machine-a', ...metadata },
  spec,
  status: { nodeInfo: { kubeletVersion, operatingSystem: 'linux' } },
});

export const object = (
  kind: string,
  metadata: k8s.Metadata,
  apiVersion = 'v1',
): k8s.KubeObject => ({ apiVersion, kind, metadata });
