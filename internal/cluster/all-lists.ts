import type { ListName, Lists, Read, Snapshot } from '../model/snapshot.ts';

/**
 * The lists of a snapshot, each made by `read`. Written out, as only so the compiler sees that
 * every list has its own type.
 */
export function listsFrom(
  read: <Name extends ListName>(name: Name) => Read<Lists[Name]>,
): Snapshot['lists'] {
  return {
    nodes: read('nodes'),
    pods: read('pods'),
    daemonSets: read('daemonSets'),
    deployments: read('deployments'),
    events: read('events'),
    services: read('services'),
    endpoints: read('endpoints'),
    endpointSlices: read('endpointSlices'),
    configMaps: read('configMaps'),
    namespaces: read('namespaces'),
    leases: read('leases'),
    controllerRevisions: read('controllerRevisions'),
    customResourceDefinitions: read('customResourceDefinitions'),
    clusterRoles: read('clusterRoles'),
    clusterRoleBindings: read('clusterRoleBindings'),
    installations: read('installations'),
    tigeraStatuses: read('tigeraStatuses'),
    ipPools: read('ipPools'),
    ipamBlocks: read('ipamBlocks'),
    blockAffinities: read('blockAffinities'),
    felixConfigurations: read('felixConfigurations'),
    bgpConfigurations: read('bgpConfigurations'),
    bgpPeers: read('bgpPeers'),
    clusterInformations: read('clusterInformations'),
    nodeMetrics: read('nodeMetrics'),
    calicoNodes: read('calicoNodes'),
    helmCharts: read('helmCharts'),
    helmChartConfigs: read('helmChartConfigs'),
    argoApplications: read('argoApplications'),
    fluxObjects: read('fluxObjects'),
  };
}
