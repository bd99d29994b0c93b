import type * as k8s from '../../internal/model/kubernetes.ts';
import { add, at, type Mutable, type Sample } from './sample.ts';

/** Install types that samples can be made of. */
export type Kind =
  | 'operator'
  | 'manifest'
  | 'canal'
  | 'vxlan'
  | 'etcd'
  | 'policy-only'
  | 'kubespray';

const minorOf = (version: string): number => Number(version.split('.')[1]);

function environment(kind: Kind): Mutable<k8s.EnvVar>[] {
  const backend =
    kind === 'vxlan' ? 'vxlan' : kind === 'canal' || kind === 'policy-only' ? 'none' : 'bird';
  const nodeName: Mutable<k8s.EnvVar> = {
    name: 'NODENAME',
    valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } },
  };
  const common: Mutable<k8s.EnvVar>[] = [
    nodeName,
    { name: 'CALICO_NETWORKING_BACKEND', value: backend },
    { name: 'FELIX_IPV6SUPPORT', value: 'false' },
    { name: 'FELIX_HEALTHENABLED', value: 'true' },
  ];
  const kubernetes = { name: 'DATASTORE_TYPE', value: 'kubernetes' };
  const waits = { name: 'WAIT_FOR_DATASTORE', value: 'true' };
  const auto = { name: 'IP', value: 'autodetect' };
  switch (kind) {
    case 'operator':
      return [
        kubernetes,
        waits,
        { name: 'CLUSTER_TYPE', value: 'k8s,operator,bgp' },
        { name: 'NO_DEFAULT_POOLS', value: 'true' },
        { name: 'FELIX_TYPHAK8SSERVICENAME', value: 'calico-typha' },
        auto,
        { name: 'IP_AUTODETECTION_METHOD', value: 'first-found' },
        ...common,
      ];
    case 'kubespray':
      return [
        kubernetes,
        waits,
        { name: 'CLUSTER_TYPE', value: 'k8s,bgp' },
        { name: 'NODEIP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
        { name: 'IP_AUTODETECTION_METHOD', value: 'can-reach=$(NODEIP)' },
        auto,
        ...common,
      ];
    case 'etcd':
      return [
        { name: 'ETCD_ENDPOINTS', value: 'https://10.20.0.5:2379' },
        { name: 'CLUSTER_TYPE', value: 'k8s,bgp' },
        auto,
        ...common,
      ];
    case 'canal':
      return [
        kubernetes,
        waits,
        { name: 'USE_POD_CIDR', value: 'true' },
        { name: 'CLUSTER_TYPE', value: 'k8s,canal' },
        { name: 'IP', value: '' },
        ...common,
      ];
    case 'policy-only':
      return [kubernetes, waits, { name: 'CALICO_MANAGE_CNI', value: 'false' }, ...common];
    case 'manifest':
    case 'vxlan':
      return [
        kubernetes,
        waits,
        { name: 'CLUSTER_TYPE', value: 'k8s,bgp' },
        auto,
        { name: 'CALICO_IPV4POOL_IPIP', value: kind === 'vxlan' ? 'Never' : 'Always' },
        ...common,
      ];
  }
}

const hasBird = (kind: Kind): boolean =>
  kind === 'manifest' || kind === 'kubespray' || kind === 'etcd' || kind === 'operator';

function probes(
  kind: Kind,
  version: string,
): Pick<Mutable<k8s.Container>, 'livenessProbe' | 'readinessProbe'> {
  const bird = (suffix: string): string[] => (hasBird(kind) ? [`-bird-${suffix}`] : []);
  if (kind === 'operator') {
    return {
      livenessProbe: {
        httpGet: { host: 'localhost', path: '/liveness', port: 9099, scheme: 'HTTP' },
        periodSeconds: 60,
        timeoutSeconds: 10,
        failureThreshold: 3,
        successThreshold: 1,
      },
      readinessProbe: {
        exec: { command: ['/bin/calico-node', ...bird('ready'), '-felix-ready'] },
        periodSeconds: 30,
        timeoutSeconds: 10,
        failureThreshold: 3,
        successThreshold: 1,
      },
    };
  }
  const timeoutSeconds = minorOf(version) >= 20 ? 10 : 1;
  const numbers = { periodSeconds: 10, timeoutSeconds, successThreshold: 1 };
  return {
    livenessProbe: {
      exec: { command: ['/bin/calico-node', '-felix-live', ...bird('live')] },
      initialDelaySeconds: 10,
      failureThreshold: 6,
      ...numbers,
    },
    readinessProbe: {
      exec: { command: ['/bin/calico-node', '-felix-ready', ...bird('ready')] },
      failureThreshold: 3,
      ...numbers,
    },
  };
}

function initContainers(kind: Kind, version: string, cni: string): Mutable<k8s.Container>[] {
  const node = cni.replace('/cni:', '/node:');
  const bpf =
    minorOf(version) >= 31
      ? 'ebpf-bootstrap'
      : minorOf(version) >= 24
        ? 'mount-bpffs'
        : 'flexvol-driver';
  const install = { name: 'install-cni', image: cni };
  if (kind === 'operator')
    return [{ name: bpf === 'mount-bpffs' ? 'flexvol-driver' : bpf, image: node }, install];
  if (kind === 'canal' || kind === 'policy-only') return [install];
  const upgrade = { name: 'upgrade-ipam', image: cni };
  return [...(kind === 'etcd' ? [] : [upgrade]), install, { name: bpf, image: node }];
}

/** The calico-node (or canal) DaemonSet of an install type, with the probes and variables that it has there. */
export function calicoDaemonSet(
  sample: Sample,
  kind: Kind,
  version: string,
  nodes: number,
): Mutable<k8s.DaemonSet> {
  const registry = minorOf(version) >= 31 ? 'quay.io/calico' : 'docker.io/calico';
  const name = kind === 'canal' ? 'canal' : 'calico-node';
  const labels = { 'k8s-app': name };
  const main: Mutable<k8s.Container> = {
    name: 'calico-node',
    image: `${registry}/node:${version}`,
    env: environment(kind),
    resources: kind === 'operator' ? {} : { requests: { cpu: '250m' } },
    securityContext: { privileged: true },
    ...probes(kind, version),
  };
  const flannel: Mutable<k8s.Container>[] =
    kind === 'canal' ? [{ name: 'kube-flannel', image: 'docker.io/flannel/flannel:v0.24.4' }] : [];
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      name,
      namespace: kind === 'operator' ? 'calico-system' : 'kube-system',
      uid: `DaemonSet-${name}`,
      generation: 1,
      creationTimestamp: at(sample, -95_000),
      labels,
      annotations:
        kind === 'operator' ? {} : { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      ownerReferences:
        kind === 'operator'
          ? [
              {
                apiVersion: 'operator.tigera.io/v1',
                kind: 'Installation',
                name: 'default',
                uid: 'Installation-default',
                controller: true,
              },
            ]
          : [],
    },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels },
        spec: {
          hostNetwork: true,
          priorityClassName: 'system-node-critical',
          serviceAccountName: name,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [
            { effect: 'NoSchedule', operator: 'Exists' },
            { key: 'CriticalAddonsOnly', operator: 'Exists' },
            { effect: 'NoExecute', operator: 'Exists' },
          ],
          terminationGracePeriodSeconds: kind === 'operator' ? 5 : 0,
          initContainers: initContainers(kind, version, `${registry}/cni:${version}`),
          containers: [main, ...flannel],
        },
      },
    },
    status: {
      observedGeneration: 1,
      desiredNumberScheduled: nodes,
      currentNumberScheduled: nodes,
      updatedNumberScheduled: nodes,
      numberReady: nodes,
      numberAvailable: nodes,
      numberUnavailable: 0,
      numberMisscheduled: 0,
    },
  };
}

/** The Installation and TigeraStatus of a healthy operator cluster, and the operator's Deployment. */
export function installationOf(sample: Sample, version: string): void {
  add(sample, 'installations', {
    apiVersion: 'operator.tigera.io/v1',
    kind: 'Installation',
    metadata: {
      name: 'default',
      uid: 'Installation-default',
      generation: 2,
      creationTimestamp: at(sample, -95_000),
    },
    spec: {
      variant: 'Calico',
      cni: { type: 'Calico', ipam: { type: 'Calico' } },
      calicoNetwork: {
        bgp: 'Enabled',
        linuxDataplane: 'Iptables',
        ipPools: [
          {
            cidr: '10.244.0.0/16',
            encapsulation: 'VXLANCrossSubnet',
            blockSize: 26,
            nodeSelector: 'all()',
          },
        ],
        nodeAddressAutodetectionV4: { firstFound: true },
      },
    },
    status: { calicoVersion: version, variant: 'Calico', conditions: [] },
  });
  const condition = (type: string, status: string): Mutable<k8s.Condition> => ({
    type,
    status,
    reason: 'AllObjectsAvailable',
    message: 'All objects available',
    observedGeneration: 2,
    lastTransitionTime: at(sample, -89_000),
  });
  add(sample, 'tigeraStatuses', {
    apiVersion: 'operator.tigera.io/v1',
    kind: 'TigeraStatus',
    metadata: { name: 'calico' },
    status: {
      conditions: [
        condition('Available', 'True'),
        condition('Progressing', 'False'),
        condition('Degraded', 'False'),
      ],
    },
  });
  add(sample, 'deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'tigera-operator',
      namespace: 'tigera-operator',
      labels: { 'k8s-app': 'tigera-operator' },
    },
    spec: {
      replicas: 1,
      template: {
        spec: {
          containers: [{ name: 'tigera-operator', image: 'quay.io/tigera/operator:v1.36.2' }],
        },
      },
    },
    status: { replicas: 1, readyReplicas: 1, availableReplicas: 1 },
  });
}
