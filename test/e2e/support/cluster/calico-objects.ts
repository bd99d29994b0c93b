/** Calico's own kinds and what an install makes of them: schemas and objects of our own making, as small as they may be. */

const group = 'crd.projectcalico.org';

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** A CustomResourceDefinition whose objects may hold anything. */
export function openCrd(
  of: string,
  version: string,
  plural: string,
  kind: string,
  options: { readonly scope?: 'Cluster' | 'Namespaced'; readonly approved?: boolean } = {},
): object {
  const approval = { 'api-approved.kubernetes.io': 'unapproved, a stand-in for tests' };
  const schema = {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec: anything, status: anything },
      'x-kubernetes-preserve-unknown-fields': true,
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${of}`, annotations: options.approved === false ? approval : {} },
    spec: {
      group: of,
      scope: options.scope ?? 'Cluster',
      names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}

const kinds: Readonly<Record<string, string>> = {
  bgpconfigurations: 'BGPConfiguration',
  bgpfilters: 'BGPFilter',
  bgppeers: 'BGPPeer',
  blockaffinities: 'BlockAffinity',
  caliconodestatuses: 'CalicoNodeStatus',
  clusterinformations: 'ClusterInformation',
  felixconfigurations: 'FelixConfiguration',
  globalnetworkpolicies: 'GlobalNetworkPolicy',
  globalnetworksets: 'GlobalNetworkSet',
  hostendpoints: 'HostEndpoint',
  ipamblocks: 'IPAMBlock',
  ipamconfigs: 'IPAMConfig',
  ipamhandles: 'IPAMHandle',
  ippools: 'IPPool',
  ipreservations: 'IPReservation',
  kubecontrollersconfigurations: 'KubeControllersConfiguration',
  networkpolicies: 'NetworkPolicy',
  networksets: 'NetworkSet',
  stagedglobalnetworkpolicies: 'StagedGlobalNetworkPolicy',
  stagedkubernetesnetworkpolicies: 'StagedKubernetesNetworkPolicy',
  stagednetworkpolicies: 'StagedNetworkPolicy',
  tiers: 'Tier',
};

const namespaced = new Set([
  'networkpolicies',
  'networksets',
  'stagednetworkpolicies',
  'stagedkubernetesnetworkpolicies',
]);

/** The CRDs of Calico. */
export const calicoCrds: readonly object[] = Object.entries(kinds).map(([plural, kind]) =>
  openCrd(group, 'v1', plural, kind, { scope: namespaced.has(plural) ? 'Namespaced' : 'Cluster' }),
);

/** Figures of nodes, as metrics-server would give them. */
export const metricsCrd = openCrd('metrics.k8s.io', 'v1beta1', 'nodes', 'NodeMetrics', {
  approved: false,
});

const named = (kind: string, name: string, spec: object): object => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name },
  spec,
});

export interface CalicoObjectOptions {
  readonly version: string;
  readonly overlay: 'ipip' | 'vxlan';
}

/** The objects that calico-node and kube-controllers make at their first start, with the collection of each. */
export const calicoObjects = ({
  version,
  overlay,
}: CalicoObjectOptions): readonly (readonly [string, object])[] => [
  [
    'clusterinformations',
    named('ClusterInformation', 'default', {
      calicoVersion: version,
      clusterType: 'k8s,bgp,kubeadm,kdd',
      datastoreReady: true,
      clusterGUID: 'a'.repeat(32),
    }),
  ],
  [
    'felixconfigurations',
    named('FelixConfiguration', 'default', {
      bpfConnectTimeLoadBalancing: 'TCP',
      floatingIPs: 'Disabled',
      logSeverityScreen: 'Info',
    }),
  ],
  [
    'ippools',
    named('IPPool', 'default-ipv4-ippool', {
      cidr: '10.244.0.0/14',
      blockSize: 26,
      ipipMode: overlay === 'ipip' ? 'Always' : 'Never',
      vxlanMode: overlay === 'vxlan' ? 'Always' : 'Never',
      natOutgoing: true,
      nodeSelector: 'all()',
      allowedUses: ['Workload', 'Tunnel'],
    }),
  ],
  [
    'kubecontrollersconfigurations',
    named('KubeControllersConfiguration', 'default', { controllers: {} }),
  ],
];

const rule = (
  apiGroups: readonly string[],
  resources: readonly string[],
  verbs: readonly string[],
): object => ({ apiGroups, resources, verbs });

/** The roles of calico-node and the CNI plugin, with their accounts and bindings, in a namespace. */
export function calicoRoles(namespace: string): readonly (readonly [string, object])[] {
  const rbac = 'rbac.authorization.k8s.io/v1';
  const role = (name: string, rules: readonly object[]): readonly (readonly [string, object])[] => [
    [
      `/api/v1/namespaces/${namespace}/serviceaccounts`,
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    ],
    [
      `/apis/${rbac}/clusterroles`,
      { apiVersion: rbac, kind: 'ClusterRole', metadata: { name }, rules },
    ],
    [
      `/apis/${rbac}/clusterrolebindings`,
      {
        apiVersion: rbac,
        kind: 'ClusterRoleBinding',
        metadata: { name },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      },
    ],
  ];
  const read = ['get', 'list', 'watch'];
  return [
    ...role('calico-node', [
      rule([''], ['serviceaccounts/token'], ['create']),
      rule(
        [''],
        ['pods', 'nodes', 'namespaces', 'configmaps', 'endpoints', 'services', 'serviceaccounts'],
        read,
      ),
      rule([''], ['nodes/status', 'pods/status'], ['patch', 'update']),
      rule([''], ['nodes'], ['patch', 'update']),
      rule(['discovery.k8s.io'], ['endpointslices'], read),
      rule(['networking.k8s.io'], ['networkpolicies'], read),
      rule(
        ['policy.networking.k8s.io'],
        ['adminnetworkpolicies', 'baselineadminnetworkpolicies', 'clusternetworkpolicies'],
        read,
      ),
      rule([group], Object.keys(kinds), [...read, 'create', 'update', 'delete', 'patch']),
    ]),
    ...role('calico-cni-plugin', [
      rule([''], ['pods', 'nodes', 'namespaces'], ['get']),
      rule([''], ['pods/status'], ['patch']),
      rule([group], Object.keys(kinds), [...read, 'create', 'update', 'delete']),
    ]),
  ];
}
