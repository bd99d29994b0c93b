import { addRole, cniFails, failInit, failStart, say, stayUnready } from '../support/api-faults.ts';
import { healthyCluster, runningPod } from '../support/cluster.ts';
import { appendLog, podOn } from '../support/faults.ts';
import { found, make, namesOf as names } from '../support/scenario.ts';
import { add, type Sample, type Scenario } from '../support/sample.ts';

const busy = (sample: Sample, version: string): string =>
  say(
    sample,
    { version, ago: 3, component: 'felix', file: 'summary.go' },
    'Summarising 4 dataplane reconciliation loops over 1m2s: avg=9ms longest=31ms ()',
  );

/** The image was raised to 3.26 and the roles were left as they were. */
function oldRoles(): Sample {
  const version = 'v3.26.4';
  const sample = healthyCluster({ nodes: 3, version });
  addRole(sample, 'calico-node', { name: 'calico-node', namespace: 'kube-system' }, [
    {
      apiGroups: ['crd.projectcalico.org'],
      resources: ['ippools', 'bgppeers'],
      verbs: ['get', 'list', 'watch'],
    },
  ]);
  const error =
    'connection is unauthorized: bgpfilters.crd.projectcalico.org is forbidden: User "system:serviceaccount:kube-system:calico-node" cannot list resource "bgpfilters" in API group "crd.projectcalico.org" at the cluster scope';
  for (const name of names(sample))
    stayUnready(
      sample,
      name,
      [3, 2, 1].map((ago) =>
        say(
          sample,
          { version, ago, component: 'confd', file: 'watchercache.go' },
          `Failed to perform list of current data during resync ListRoot="/calico/resources/v3/projectcalico.org/bgpfilters" error=${error}`,
        ),
      ),
    );
  return sample;
}

/** The images were raised to 3.29, which has tiers, without the CRDs. */
function noTiers(): Sample {
  const version = 'v3.29.3';
  const sample = healthyCluster({ nodes: 3, version, install: 'vxlan' });
  for (const name of names(sample))
    failStart(sample, name, [
      say(sample, { version, ago: 45 }, 'Datastore connection verified'),
      say(
        sample,
        { version, ago: 45, file: 'client.go' },
        'Unable to initialize default Tier error=resource does not exist: Tier(default) with error: the server could not find the requested resource (post Tiers.crd.projectcalico.org)',
      ),
      say(
        sample,
        { version, ago: 45, level: 'ERROR' },
        'Unable to set global default configuration error=resource does not exist: Tier(default) with error: the server could not find the requested resource (post Tiers.crd.projectcalico.org)',
      ),
      say(sample, { version, ago: 45, level: 'WARNING', file: 'utils.go' }, 'Terminating'),
    ]);
  const controllers = runningPod(sample, {
    name: 'calico-kube-controllers-6b5d8c9f7-q4q4q',
    namespace: 'kube-system',
    node: 'worker-1',
    hostIP: '10.20.0.11',
    age: 4000,
    labels: { 'k8s-app': 'calico-kube-controllers' },
    spec: {
      containers: [
        { name: 'calico-kube-controllers', image: `docker.io/calico/kube-controllers:${version}` },
      ],
    },
  });
  add(sample, 'pods', controllers);
  return sample;
}

/** Kubernetes was raised past what this Calico can list. */
function oldCalico(): Sample {
  const version = 'v3.21.5';
  const sample = healthyCluster({ nodes: 2, version, kubernetes: 'v1.26.4' });
  for (const name of names(sample))
    stayUnready(
      sample,
      name,
      [2, 1].map((ago) =>
        say(
          sample,
          { version, ago, component: 'felix', file: 'watchercache.go' },
          'Failed to perform list of current data during resync ListRoot="/calico/resources/v3/projectcalico.org/kubernetesendpointslices" error=resource does not exist: KubernetesEndpointSlice with error: the server could not find the requested resource',
        ),
      ),
    );
  return sample;
}

/** Somebody began to move Calico's data and never ended it. */
function locked(): Sample {
  const sample = healthyCluster({ nodes: 3, version: 'v3.25.1' });
  add(sample, 'clusterInformations', {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'ClusterInformation',
    metadata: { name: 'default' },
    spec: { calicoVersion: 'v3.25.1', clusterType: 'k8s,bgp,kdd', datastoreReady: false },
  });
  for (const [index, node] of ['worker-1', 'worker-3'].entries())
    cniFails(sample, node, 'Calico is currently not ready to process requests', {
      name: `api-${index}`,
    });
  return sample;
}

/** etcd was given new certificates, and Calico's Secret was not. */
function oldCertificates(): Sample {
  const version = 'v3.22.3';
  const sample = healthyCluster({ nodes: 3, version, install: 'etcd', kubernetes: 'v1.24.10' });
  for (const node of ['worker-2', 'worker-3'])
    failStart(
      sample,
      node,
      [
        '{"level":"warn","ts":"2026-03-01T11:58:50.000Z","caller":"clientv3/retry_interceptor.go:62","msg":"retrying of unary invoker failed","target":"endpoint://client-4/10.20.0.5:2379","attempt":0,"error":"rpc error: code = Unavailable desc = connection error: desc = \\"transport: authentication handshake failed: remote error: tls: bad certificate\\""}',
        say(
          sample,
          { version, ago: 20 },
          'Hit error connecting to datastore - retry error=context deadline exceeded',
        ),
      ],
      { exitCode: 137 },
    );
  return sample;
}

/** A node's old host-local addresses lie outside every pool, so they cannot be moved. */
function stuckMigration(): Sample {
  const version = 'v3.18.4';
  const sample = healthyCluster({ nodes: 3, version });
  failInit(sample, 'worker-1', {
    container: 'upgrade-ipam',
    state: 'running',
    restarts: 0,
    now: [
      '2026-03-01 11:52:00.001 [INFO][1] ipam_plugin.go 68: migrating from host-local to calico-ipam...',
      ...[3, 2, 1].map((ago) =>
        say(
          sample,
          { version: 'v3.13.0', ago, level: 'ERROR', file: 'ipam_plugin.go' },
          'failed to migrate ipam, retrying... error=failed to get add IPIP tunnel addr 10.244.0.1: The provided IP address is not in a configured pool node="worker-1"',
        ),
      ),
    ],
  });
  return sample;
}

/** Manifest of one release, image of another: the node-init container does not know its option. */
function mixed(): Sample {
  const version = 'v3.25.0';
  const sample = healthyCluster({ nodes: 2, version });
  for (const name of names(sample))
    failInit(sample, name, {
      container: 'mount-bpffs',
      lines: [
        'flag provided but not defined: -best-effort',
        'Usage of Calico:',
        '  -allocate-tunnel-addrs',
      ],
    });
  return sample;
}

/** A working cluster in which one part of Calico was denied something once, and once could not be found. */
function noisy(): Sample {
  const version = 'v3.26.2';
  const sample = healthyCluster({ nodes: 2, version });
  appendLog(sample, podOn(sample, 'worker-1'), [
    say(
      sample,
      { version, ago: 89_990 },
      'Unauthorized to query kubeadm configmap, assuming not on kubeadm. CIDR detection will not occur. error=configmaps "kubeadm-config" is forbidden: User "system:serviceaccount:kube-system:calico-node" cannot get resource "configmaps" in API group "" in the namespace "kube-system"',
    ),
    say(
      sample,
      { version, ago: 89_980, file: 'customresource.go' },
      'Error getting resource Key=GlobalFelixConfig(name=CalicoVersion) Name="calicoversion" Resource="GlobalFelixConfigs" error=the server could not find the requested resource (get GlobalFelixConfigs.crd.projectcalico.org calicoversion)',
    ),
    busy(sample, version),
  ]);
  return sample;
}

const all = ['worker-1', 'worker-2', 'worker-3'];

export const scenarios: readonly Scenario[] = [
  make('rbac-missing', 'The images were raised, the roles were not.', oldRoles, {
    ...found('rbac-missing', all),
    never: ['calico-node-unauthorized', 'crds-missing'],
  }),
  make(
    'crds-missing',
    'The images were raised to a release with tiers, without its CRDs.',
    noTiers,
    { ...found('crds-missing', all), never: ['rbac-missing'] },
  ),
  make(
    'kubernetes-version-unsupported',
    'Kubernetes no longer serves what this Calico lists.',
    oldCalico,
    found('kubernetes-version-unsupported', ['worker-1', 'worker-2']),
  ),
  make(
    'datastore-locked',
    'A migration of the data was begun and never ended.',
    locked,
    found('datastore-locked', all),
  ),
  make(
    'etcd-datastore-unreachable',
    'etcd has new certificates; Calico still shows the old ones.',
    oldCertificates,
    found('etcd-datastore-unreachable', ['worker-2', 'worker-3']),
  ),
  make(
    'upgrade-ipam-migration-stuck',
    'Addresses of host-local that no pool holds cannot be moved.',
    stuckMigration,
    {
      ...found('upgrade-ipam-migration-stuck', ['worker-1']),
      never: ['runtime-broken-init-stuck'],
    },
  ),
  make(
    'version-skew',
    'A manifest of another release than the image.',
    mixed,
    found('version-skew', ['worker-1', 'worker-2']),
  ),
  make(
    'rbac-missing-lookalike-noise',
    'A healthy cluster whose log holds a refusal and a missing type that mean nothing.',
    noisy,
    { verdict: 'healthy', first: null, never: ['rbac-missing', 'crds-missing'] },
  ),
];
