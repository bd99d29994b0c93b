import type { ListName } from '../model/snapshot.ts';

/**
 * How the objects of one list are called: the kinds, the API groups that serve them, and the
 * resource in URLs and file names.
 */
export interface Kind {
  /** The first one is meant where an object does not say its kind. */
  readonly kinds: readonly string[];
  readonly groups: readonly string[];
  readonly plurals: readonly string[];
}

const kind = (name: string, groups: readonly string[], plural: string): Kind => ({
  kinds: [name],
  groups,
  plurals: [plural],
});

// The aggregated API server and calicoctl say projectcalico.org, the CRDs crd.projectcalico.org
// (and, from v3.32 on, either).
const calico = ['crd.projectcalico.org', 'projectcalico.org'];

/** The kinds of every list of a snapshot. */
export const kinds: { readonly [Name in ListName]: Kind } = {
  nodes: kind('Node', [''], 'nodes'),
  pods: kind('Pod', [''], 'pods'),
  daemonSets: kind('DaemonSet', ['apps', 'extensions'], 'daemonsets'),
  deployments: kind('Deployment', ['apps', 'extensions'], 'deployments'),
  events: kind('Event', ['', 'events.k8s.io'], 'events'),
  services: kind('Service', [''], 'services'),
  endpoints: kind('Endpoints', [''], 'endpoints'),
  endpointSlices: kind('EndpointSlice', ['discovery.k8s.io'], 'endpointslices'),
  configMaps: kind('ConfigMap', [''], 'configmaps'),
  namespaces: kind('Namespace', [''], 'namespaces'),
  leases: kind('Lease', ['coordination.k8s.io'], 'leases'),
  controllerRevisions: kind('ControllerRevision', ['apps'], 'controllerrevisions'),
  customResourceDefinitions: kind(
    'CustomResourceDefinition',
    ['apiextensions.k8s.io'],
    'customresourcedefinitions',
  ),
  clusterRoles: kind('ClusterRole', ['rbac.authorization.k8s.io'], 'clusterroles'),
  clusterRoleBindings: kind(
    'ClusterRoleBinding',
    ['rbac.authorization.k8s.io'],
    'clusterrolebindings',
  ),
  installations: kind('Installation', ['operator.tigera.io'], 'installations'),
  tigeraStatuses: kind('TigeraStatus', ['operator.tigera.io'], 'tigerastatuses'),
  ipPools: kind('IPPool', calico, 'ippools'),
  ipamBlocks: kind('IPAMBlock', calico, 'ipamblocks'),
  blockAffinities: kind('BlockAffinity', calico, 'blockaffinities'),
  felixConfigurations: kind('FelixConfiguration', calico, 'felixconfigurations'),
  bgpConfigurations: kind('BGPConfiguration', calico, 'bgpconfigurations'),
  bgpPeers: kind('BGPPeer', calico, 'bgppeers'),
  clusterInformations: kind('ClusterInformation', calico, 'clusterinformations'),
  nodeMetrics: kind('NodeMetrics', ['metrics.k8s.io'], 'nodemetrics'),
  calicoNodes: kind('Node', calico, 'calico-nodes'),
  helmCharts: kind('HelmChart', ['helm.cattle.io'], 'helmcharts'),
  helmChartConfigs: kind('HelmChartConfig', ['helm.cattle.io'], 'helmchartconfigs'),
  argoApplications: kind('Application', ['argoproj.io'], 'applications'),
  fluxObjects: {
    kinds: ['HelmRelease', 'Kustomization'],
    groups: ['helm.toolkit.fluxcd.io', 'kustomize.toolkit.fluxcd.io'],
    plurals: ['helmreleases', 'kustomizations'],
  },
};

const isListName = (name: string): name is ListName => Object.hasOwn(kinds, name);

/** The names of all lists, in the order in which they are saved. */
export const listNames: readonly ListName[] = Object.keys(kinds).filter(isListName);
