import type { StubObject } from './cluster-script.ts';

const startedAt = '2026-03-01T06:00:00Z';

export interface NodeParts {
  readonly address?: string;
  /** What Calico stored; the node's own address unless given. */
  readonly calicoAddress?: string | null;
  readonly ready?: 'True' | 'False' | 'Unknown';
}

/** A Linux node. */
export function node(name: string, address: string, parts: NodeParts = {}): StubObject {
  const stored = parts.calicoAddress === undefined ? `${address}/24` : parts.calicoAddress;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: stored === null ? {} : { 'projectcalico.org/IPv4Address': stored },
      managedFields: [{ manager: 'kubelet' }],
    },
    status: {
      addresses: [{ type: 'InternalIP', address }],
      conditions: [{ type: 'Ready', status: parts.ready ?? 'True' }],
      nodeInfo: { operatingSystem: 'linux' },
      images: [{ names: ['registry.example/large'] }],
    },
  };
}

export interface PodParts {
  readonly namespace?: string;
  readonly app?: string;
  readonly container?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly startedAt?: string;
  /** Status of the container, over that of a healthy one. */
  readonly status?: object;
  /** Status of the init container; it has ended well unless given. */
  readonly init?: object;
  readonly phase?: string;
}

/** A pod with one init container and one container, healthy unless told. */
export function pod(name: string, nodeName: string, parts: PodParts = {}): StubObject {
  const { namespace = 'kube-system', app = 'calico-node', container = app } = parts;
  const healthy = { ready: true, restartCount: 0, state: { running: { startedAt } } };
  const status = { name: container, ...healthy, ...parts.status };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { 'k8s-app': app, ...parts.labels },
      managedFields: [{ manager: 'kubelet' }],
    },
    spec: {
      nodeName,
      initContainers: [{ name: 'install-cni' }],
      containers: [{ name: container }],
    },
    status: {
      phase: parts.phase ?? 'Running',
      conditions: [{ type: 'Ready', status: status.ready ? 'True' : 'False' }],
      initContainerStatuses: [
        { name: 'install-cni', ready: true, state: { terminated: { exitCode: 0 } }, ...parts.init },
      ],
      containerStatuses: [status],
    },
  };
}

/** Any other object. */
export const object = (
  apiVersion: string,
  kind: string,
  name: string,
  rest: {
    readonly namespace?: string;
    readonly metadata?: object;
    readonly [field: string]: unknown;
  } = {},
): StubObject => {
  const { namespace, metadata, ...fields } = rest;
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...metadata },
    ...fields,
  };
};

/** The calico-node DaemonSet of a namespace. */
export const daemonSet = (
  namespace: string,
  name = 'calico-node',
  metadata: object = {},
): StubObject =>
  object('apps/v1', 'DaemonSet', name, {
    namespace,
    metadata: {
      labels: { 'k8s-app': name },
      managedFields: [{ manager: 'kubectl' }],
      ...metadata,
    },
  });
