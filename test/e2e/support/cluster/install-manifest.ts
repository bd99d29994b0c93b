/** Calico by a manifest, in its usual shape: objects of our own making. */

export interface Probes {
  readonly liveness?: Readonly<Record<string, number>>;
  readonly readiness?: Readonly<Record<string, number>>;
}

export interface ManifestOptions {
  readonly version: string;
  /** Numbers of the probes over the usual ones. */
  readonly probes?: Probes;
  /** Variables of calico-node over the usual ones; null takes one away. */
  readonly env?: Readonly<Record<string, string | null>>;
  readonly backend?: 'bird' | 'vxlan';
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const namespace = 'kube-system';
const minorOf = (version: string): number => Number(version.split('.')[1]);

const registryOf = (version: string): string =>
  minorOf(version) >= 31 ? 'quay.io/calico' : 'docker.io/calico';

const fromConfig = (key: string): object => ({
  configMapKeyRef: { name: 'calico-config', key },
});

const hostPath = (name: string, path: string, type = ''): object => ({
  name,
  hostPath: { path, type },
});

function environment({ env = {} }: ManifestOptions): readonly object[] {
  const usual: readonly (readonly [string, string | object])[] = [
    ['DATASTORE_TYPE', 'kubernetes'],
    ['WAIT_FOR_DATASTORE', 'true'],
    ['NODENAME', { fieldRef: { fieldPath: 'spec.nodeName' } }],
    ['CALICO_NETWORKING_BACKEND', fromConfig('calico_backend')],
    ['CLUSTER_TYPE', 'k8s,bgp'],
    ['IP', 'autodetect'],
    ['CALICO_IPV4POOL_IPIP', 'Always'],
    ['CALICO_IPV4POOL_VXLAN', 'Never'],
    ['FELIX_IPINIPMTU', fromConfig('veth_mtu')],
    ['CALICO_DISABLE_FILE_LOGGING', 'true'],
    ['FELIX_DEFAULTENDPOINTTOHOSTACTION', 'ACCEPT'],
    ['FELIX_IPV6SUPPORT', 'false'],
    ['FELIX_HEALTHENABLED', 'true'],
  ];
  const names = new Set(usual.map(([name]) => name));
  const more = Object.entries(env).filter(([name]) => !names.has(name));
  return [
    ...usual.map(([name, value]) => [name, env[name] === undefined ? value : env[name]] as const),
    ...more,
  ]
    .filter(([, value]) => value !== null)
    .map(([name, value]) =>
      typeof value === 'string' ? { name, value } : { name, valueFrom: value },
    );
}

function probesOf({ probes = {}, backend }: ManifestOptions): object {
  const bird = (suffix: string): readonly string[] =>
    backend === 'vxlan' ? [] : [`-bird-${suffix}`];
  const command = (...flags: readonly string[]): object => ({
    exec: { command: ['/bin/calico-node', ...flags] },
  });
  return {
    livenessProbe: {
      ...command('-felix-live', ...bird('live')),
      initialDelaySeconds: 10,
      periodSeconds: 10,
      timeoutSeconds: 10,
      failureThreshold: 6,
      ...probes.liveness,
    },
    readinessProbe: {
      ...command('-felix-ready', ...bird('ready')),
      periodSeconds: 10,
      timeoutSeconds: 10,
      ...probes.readiness,
    },
  };
}

function podSpec(options: ManifestOptions): object {
  const { version } = options;
  const image = (name: string): string => `${registryOf(version)}/${name}:${version}`;
  const cniDirs = [
    { name: 'cni-bin-dir', mountPath: '/host/opt/cni/bin' },
    { name: 'cni-net-dir', mountPath: '/host/etc/cni/net.d' },
  ];
  const init = (name: string, from: string, command: readonly string[]): object => ({
    name,
    image: image(from),
    command,
    securityContext: { privileged: true },
    volumeMounts: cniDirs,
  });
  return {
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    hostNetwork: true,
    tolerations: [
      { effect: 'NoSchedule', operator: 'Exists' },
      { key: 'CriticalAddonsOnly', operator: 'Exists' },
      { effect: 'NoExecute', operator: 'Exists' },
    ],
    serviceAccountName: 'calico-node',
    terminationGracePeriodSeconds: 0,
    priorityClassName: 'system-node-critical',
    initContainers: [
      init('upgrade-ipam', 'cni', ['/opt/cni/bin/calico-ipam', '-upgrade']),
      init('install-cni', 'cni', ['/opt/cni/bin/install']),
      minorOf(version) >= 31
        ? init('ebpf-bootstrap', 'node', ['calico-node', '-ebpf-bootstrap'])
        : init('mount-bpffs', 'node', ['calico-node', '-init']),
    ],
    containers: [
      {
        name: 'calico-node',
        image: image('node'),
        env: environment(options),
        envFrom: [{ configMapRef: { name: 'kubernetes-services-endpoint', optional: true } }],
        securityContext: { privileged: true },
        resources: { requests: { cpu: '250m' } },
        lifecycle: { preStop: { exec: { command: ['/bin/calico-node', '-shutdown'] } } },
        ...probesOf(options),
        volumeMounts: [
          { name: 'cni-net-dir', mountPath: '/host/etc/cni/net.d' },
          { name: 'lib-modules', mountPath: '/lib/modules', readOnly: true },
          { name: 'var-run-calico', mountPath: '/var/run/calico' },
          { name: 'var-lib-calico', mountPath: '/var/lib/calico' },
        ],
      },
    ],
    volumes: [
      hostPath('lib-modules', '/lib/modules'),
      hostPath('var-run-calico', '/var/run/calico', 'DirectoryOrCreate'),
      hostPath('var-lib-calico', '/var/lib/calico', 'DirectoryOrCreate'),
      hostPath('cni-bin-dir', '/opt/cni/bin', 'DirectoryOrCreate'),
      hostPath('cni-net-dir', '/etc/cni/net.d'),
    ],
  };
}

/** The DaemonSet of a manifest install. */
export function manifestDaemonSet(options: ManifestOptions): object {
  const labels = { 'k8s-app': 'calico-node' };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      name: 'calico-node',
      namespace,
      labels: { ...labels, ...options.labels },
      annotations: options.annotations ?? {},
    },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: { metadata: { labels }, spec: podSpec(options) },
    },
  };
}

/** What calico-node reads beside its DaemonSet. */
export const manifestConfig = ({ backend = 'bird' }: ManifestOptions): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'calico-config', namespace },
  data: {
    typha_service_name: 'none',
    calico_backend: backend,
    veth_mtu: '0',
    cni_network_config: '{"name": "k8s-pod-network", "cniVersion": "0.3.1", "plugins": []}',
  },
});
