import type { KubeObject } from '../model/kubernetes.ts';
import type { ApiRef } from '../model/remedy.ts';
import type { ListName, Read, Snapshot } from '../model/snapshot.ts';

const lists: { readonly [kind: string]: ListName } = {
  Node: 'nodes',
  Pod: 'pods',
  DaemonSet: 'daemonSets',
  Deployment: 'deployments',
  Service: 'services',
  ConfigMap: 'configMaps',
  Namespace: 'namespaces',
  Lease: 'leases',
  CustomResourceDefinition: 'customResourceDefinitions',
  ClusterRole: 'clusterRoles',
  ClusterRoleBinding: 'clusterRoleBindings',
  Installation: 'installations',
  TigeraStatus: 'tigeraStatuses',
  IPPool: 'ipPools',
  IPAMBlock: 'ipamBlocks',
  BlockAffinity: 'blockAffinities',
  FelixConfiguration: 'felixConfigurations',
  BGPConfiguration: 'bgpConfigurations',
  BGPPeer: 'bgpPeers',
  ClusterInformation: 'clusterInformations',
  HelmChartConfig: 'helmChartConfigs',
};

/** The object as it stands in the snapshot, also in a list that was read in part; null where it is not there. */
export function objectIn(snapshot: Snapshot, { kind, name, namespace }: ApiRef): KubeObject | null {
  const list = lists[kind];
  if (list === undefined) return null;
  const read: Read<KubeObject> = snapshot.lists[list];
  const items = read.state === 'not-asked' ? [] : (read.items ?? []);
  return (
    items.find(
      (object) =>
        object.kind === kind &&
        object.metadata.name === name &&
        object.metadata.namespace === namespace,
    ) ?? null
  );
}
