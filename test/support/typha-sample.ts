import type * as k8s from '../../internal/model/kubernetes.ts';
import { setEnv } from './api-faults.ts';
import { runningPod, suffixOf } from './cluster.ts';
import { crashLoop, daemonSetOf, nodeOf } from './faults.ts';
import { add, type Mutable, type Sample } from './sample.ts';

type Pod = Mutable<k8s.Pod>;

export interface TyphaSpec {
  /** Nodes that run a ready Typha. */
  readonly on?: readonly string[];
  /** What the scheduler says of a pod that it cannot place, one pod for each. */
  readonly pending?: readonly string[];
  /** Nodes whose Typha crashes, or waits for its image. */
  readonly failing?: readonly { readonly node: string; readonly how: 'crash' | 'image' }[];
  readonly replicas?: number;
  readonly version?: string;
}

function typhaPod(sample: Sample, node: string | null, version: string, key: string): Pod {
  const namespace = daemonSetOf(sample).metadata.namespace ?? 'kube-system';
  const address = node === null ? '' : (nodeOf(sample, node).status?.addresses?.[0]?.address ?? '');
  return runningPod(sample, {
    name: `calico-typha-6c9d7b5f48-${suffixOf(`typha${key}`)}`,
    namespace,
    node: node ?? '',
    hostIP: address,
    age: 5000,
    labels: { 'k8s-app': 'calico-typha' },
    owner: { kind: 'ReplicaSet', name: 'calico-typha-6c9d7b5f48' },
    spec: {
      hostNetwork: true,
      serviceAccountName: 'calico-typha',
      containers: [{ name: 'calico-typha', image: `docker.io/calico/typha:${version}` }],
    },
  });
}

function unscheduled(pod: Pod, message: string): Pod {
  delete pod.spec?.nodeName;
  pod.status = {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
  };
  return pod;
}

function failing(sample: Sample, pod: Pod, how: 'crash' | 'image'): Pod {
  crashLoop(sample, pod, {
    lived: 1,
    exitCode: 1,
    reason: 'Error',
    restarts: how === 'crash' ? 9 : 0,
  });
  const status = pod.status?.containerStatuses?.[0];
  if (status && how === 'image') status.state = { waiting: { reason: 'ImagePullBackOff' } };
  return pod;
}

/** Puts Typha into a cluster: Deployment, Service, pods, and the variable that sends calico-node to it. */
export function addTypha(sample: Sample, spec: TyphaSpec = {}): readonly Pod[] {
  const { on = [], pending = [], failing: sick = [], version = 'v3.29.1' } = spec;
  const namespace = daemonSetOf(sample).metadata.namespace ?? 'kube-system';
  const pods = [
    ...on.map((node) => typhaPod(sample, node, version, node)),
    ...pending.map((message, index) =>
      unscheduled(typhaPod(sample, null, version, String(index)), message),
    ),
    ...sick.map(({ node, how }) => failing(sample, typhaPod(sample, node, version, node), how)),
  ];
  add(sample, 'pods', ...pods);
  const replicas = spec.replicas ?? pods.length;
  add(sample, 'deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'calico-typha', namespace, labels: { 'k8s-app': 'calico-typha' } },
    spec: {
      replicas,
      template: {
        spec: {
          containers: [{ name: 'calico-typha', image: `docker.io/calico/typha:${version}` }],
        },
      },
    },
    status: { replicas: pods.length, readyReplicas: on.length, availableReplicas: on.length },
  });
  add(sample, 'services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'calico-typha', namespace, labels: { 'k8s-app': 'calico-typha' } },
    spec: {
      clusterIP: '10.96.88.12',
      selector: { 'k8s-app': 'calico-typha' },
      ports: [{ name: 'calico-typha', port: 5473, targetPort: 'calico-typha' }],
    },
  });
  setEnv(sample, { name: 'FELIX_TYPHAK8SSERVICENAME', value: 'calico-typha' });
  return pods;
}
