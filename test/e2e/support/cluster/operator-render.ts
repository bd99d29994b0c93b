import { isObject } from '../../../support/json.ts';
import type { Json } from '../kube-client.ts';
import { methodOf, valueAt } from './operator-rules.ts';

export interface Releases {
  /** Of Calico, `v3.31.7`. */
  readonly calico: string;
  /** Of the operator, `v1.40.15`. */
  readonly operator: string;
  /** The readiness probe's period over the release's own, so that a test need not wait half a minute for each node. */
  readonly readinessPeriodSeconds?: number;
  /** The same of the liveness probe. */
  readonly livenessPeriodSeconds?: number;
}

export const usualHealthPort = 9099;

const minorOf = (version: string): number => Number(version.split('.')[1]);

// pkg/render/node.go and setProbeTimeouts in pkg/controller/utils/component.go, by release.
function probeNumbers(operator: string): { readonly liveness: object; readonly readiness: object } {
  const minor = minorOf(operator);
  const liveness = {
    periodSeconds: minor >= 31 ? 60 : 10,
    timeoutSeconds: 10,
    failureThreshold: 3,
    successThreshold: 1,
  };
  if (minor >= 31 && minor < 43)
    return {
      liveness,
      readiness: {
        periodSeconds: 30,
        timeoutSeconds: 10,
        failureThreshold: 3,
        successThreshold: 1,
      },
    };
  return {
    liveness,
    readiness: { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3, successThreshold: 1 },
  };
}

function override(spec: Json): Json {
  const containers = valueAt(spec, 'calicoNodeDaemonSet', 'spec', 'template', 'spec', 'containers');
  const found = Array.isArray(containers)
    ? containers.find((one) => valueAt(one, 'name') === 'calico-node')
    : null;
  return isObject(found) ? found : {};
}

const numbersOf = (value: unknown): object => (isObject(value) ? value : {});

/** What is rendered from beside the Installation. */
export interface Surroundings {
  /** The port of Felix' health, from FelixConfiguration. */
  readonly healthPort: number;
}

function probesOf(
  spec: Json,
  { operator, readinessPeriodSeconds, livenessPeriodSeconds }: Releases,
  hasBird: boolean,
  { healthPort }: Surroundings,
): object {
  const numbers = probeNumbers(operator);
  const { livenessProbe, readinessProbe } = override(spec);
  const bird = hasBird ? ['-bird-ready'] : [];
  return {
    livenessProbe: {
      httpGet: { host: 'localhost', path: '/liveness', port: healthPort, scheme: 'HTTP' },
      ...numbers.liveness,
      ...(livenessPeriodSeconds === undefined ? {} : { periodSeconds: livenessPeriodSeconds }),
      ...numbersOf(livenessProbe),
    },
    readinessProbe: {
      exec: { command: ['/bin/calico-node', ...bird, '-felix-ready'] },
      ...numbers.readiness,
      ...(readinessPeriodSeconds === undefined ? {} : { periodSeconds: readinessPeriodSeconds }),
      ...numbersOf(readinessProbe),
    },
  };
}

function environment(
  spec: Json,
  hasBird: boolean,
  { healthPort }: Surroundings,
): readonly object[] {
  const method = methodOf(spec);
  const addresses: readonly (readonly [string, string])[] =
    method === null
      ? [['IP', 'none']]
      : [
          ['IP', 'autodetect'],
          ['IP_AUTODETECTION_METHOD', method],
        ];
  const fixed: readonly (readonly [string, string])[] = [
    ['DATASTORE_TYPE', 'kubernetes'],
    ['WAIT_FOR_DATASTORE', 'true'],
    ['CLUSTER_TYPE', `k8s,operator${hasBird ? ',bgp' : ''}`],
    ['CALICO_DISABLE_FILE_LOGGING', 'false'],
    ['FELIX_DEFAULTENDPOINTTOHOSTACTION', 'ACCEPT'],
    ['FELIX_HEALTHENABLED', 'true'],
    ['FELIX_HEALTHPORT', String(healthPort)],
    ['FELIX_TYPHAK8SNAMESPACE', 'calico-system'],
    ['FELIX_TYPHAK8SSERVICENAME', 'calico-typha'],
    ['NO_DEFAULT_POOLS', 'true'],
    ['CALICO_MANAGE_CNI', 'true'],
    ['CALICO_NETWORKING_BACKEND', hasBird ? 'bird' : 'vxlan'],
    ...addresses,
    ['IP6', 'none'],
    ['FELIX_IPV6SUPPORT', 'false'],
  ];
  const fromField = (name: string, fieldPath: string): object => ({
    name,
    valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } },
  });
  return [
    ...fixed.map(([name, value]) => ({ name, value })),
    fromField('NODENAME', 'spec.nodeName'),
    fromField('NAMESPACE', 'metadata.namespace'),
  ];
}

const hostPath = (name: string, path: string): object => ({ name, hostPath: { path, type: '' } });

function podSpec(
  spec: Json,
  releases: Releases,
  hasBird: boolean,
  surroundings: Surroundings,
): object {
  const image = (name: string): string => `quay.io/calico/${name}:${releases.calico}`;
  const privileged = {
    privileged: true,
    runAsUser: 0,
    runAsGroup: 0,
    runAsNonRoot: false,
    allowPrivilegeEscalation: true,
  };
  const mounts = [{ name: 'cni-net-dir', mountPath: '/host/etc/cni/net.d' }];
  const first = minorOf(releases.operator) >= 40 ? 'ebpf-bootstrap' : 'flexvol-driver';
  const { resources = {} } = override(spec);
  return {
    dnsPolicy: 'Default',
    hostNetwork: true,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    priorityClassName: 'system-node-critical',
    serviceAccountName: 'calico-node',
    terminationGracePeriodSeconds: 5,
    tolerations: [
      { key: 'CriticalAddonsOnly', operator: 'Exists' },
      { effect: 'NoSchedule', operator: 'Exists' },
      { effect: 'NoExecute', operator: 'Exists' },
    ],
    initContainers: [
      {
        name: first,
        image: image('node'),
        command: ['calico-node', '-init', '-best-effort'],
        securityContext: privileged,
        volumeMounts: mounts,
      },
      {
        name: 'install-cni',
        image: image('cni'),
        command: ['/opt/cni/bin/install'],
        securityContext: privileged,
        volumeMounts: mounts,
      },
    ],
    containers: [
      {
        name: 'calico-node',
        image: image('node'),
        env: environment(spec, hasBird, surroundings),
        securityContext: privileged,
        resources,
        lifecycle: { preStop: { exec: { command: ['/bin/calico-node', '-shutdown'] } } },
        ...probesOf(spec, releases, hasBird, surroundings),
        volumeMounts: mounts,
      },
    ],
    volumes: [hostPath('cni-net-dir', '/etc/cni/net.d'), hostPath('lib-modules', '/lib/modules')],
  };
}

const owner = (installation: Json): object => ({
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  name: 'default',
  uid: String(valueAt(installation, 'metadata', 'uid')),
  controller: true,
  blockOwnerDeletion: true,
});

const textsOf = (value: unknown): Json => (isObject(value) ? value : {});

/** The DaemonSet that the operator renders from a spec. */
export function renderDaemonSet(
  installation: Json,
  spec: Json,
  releases: Releases,
  surroundings: Surroundings = { healthPort: usualHealthPort },
): Json {
  const hasBird = valueAt(spec, 'calicoNetwork', 'bgp') !== 'Disabled';
  const labels = { 'app.kubernetes.io/name': 'calico-node', 'k8s-app': 'calico-node' };
  const strategy = valueAt(spec, 'nodeUpdateStrategy');
  const more = valueAt(spec, 'calicoNodeDaemonSet', 'spec', 'template', 'metadata', 'annotations');
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      name: 'calico-node',
      namespace: 'calico-system',
      ownerReferences: [owner(installation)],
    },
    spec: {
      selector: { matchLabels: { 'k8s-app': 'calico-node' } },
      updateStrategy: strategy ?? { type: 'RollingUpdate' },
      template: {
        metadata: {
          labels,
          annotations: {
            'hash.operator.tigera.io/cni-config': 'c'.repeat(40),
            'hash.operator.tigera.io/system': 'd'.repeat(40),
            ...textsOf(more),
          },
        },
        spec: podSpec(spec, releases, hasBird, surroundings),
      },
    },
  };
}
