/** How the API calls the kinds that are written to, in URLs and RBAC rules; those in namespaces, and not. */
export const apiResources: Readonly<
  Record<string, { readonly plural: string; readonly isNamespaced: boolean }>
> = {
  Namespace: { plural: 'namespaces', isNamespaced: false },
  Node: { plural: 'nodes', isNamespaced: false },
  Pod: { plural: 'pods', isNamespaced: true },
  ConfigMap: { plural: 'configmaps', isNamespaced: true },
  Service: { plural: 'services', isNamespaced: true },
  ServiceAccount: { plural: 'serviceaccounts', isNamespaced: true },
  PersistentVolume: { plural: 'persistentvolumes', isNamespaced: false },
  PersistentVolumeClaim: { plural: 'persistentvolumeclaims', isNamespaced: true },
  DaemonSet: { plural: 'daemonsets', isNamespaced: true },
  Deployment: { plural: 'deployments', isNamespaced: true },
  ReplicaSet: { plural: 'replicasets', isNamespaced: true },
  StatefulSet: { plural: 'statefulsets', isNamespaced: true },
  ControllerRevision: { plural: 'controllerrevisions', isNamespaced: true },
  PodDisruptionBudget: { plural: 'poddisruptionbudgets', isNamespaced: true },
  ClusterRole: { plural: 'clusterroles', isNamespaced: false },
  ClusterRoleBinding: { plural: 'clusterrolebindings', isNamespaced: false },
  CustomResourceDefinition: { plural: 'customresourcedefinitions', isNamespaced: false },
  Installation: { plural: 'installations', isNamespaced: false },
  TigeraStatus: { plural: 'tigerastatuses', isNamespaced: false },
  FelixConfiguration: { plural: 'felixconfigurations', isNamespaced: false },
  BGPConfiguration: { plural: 'bgpconfigurations', isNamespaced: false },
  BGPPeer: { plural: 'bgppeers', isNamespaced: false },
  IPPool: { plural: 'ippools', isNamespaced: false },
  ClusterInformation: { plural: 'clusterinformations', isNamespaced: false },
  HelmChartConfig: { plural: 'helmchartconfigs', isNamespaced: true },
  // Of metrics.k8s.io; only read.
  NodeMetrics: { plural: 'nodes', isNamespaced: false },
  Lease: { plural: 'leases', isNamespaced: true },
};
