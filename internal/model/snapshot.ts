import type * as k8s from './kubernetes.ts';

/** Every list that gathering may fill, and what stands in it. */
export interface Lists {
  readonly nodes: k8s.Node;
  readonly pods: k8s.Pod;
  readonly daemonSets: k8s.DaemonSet;
  readonly deployments: k8s.Deployment;
  readonly events: k8s.Event;
  readonly services: k8s.Service;
  readonly endpoints: k8s.Endpoints;
  readonly endpointSlices: k8s.EndpointSlice;
  readonly configMaps: k8s.ConfigMap;
  readonly namespaces: k8s.KubeObject;
  readonly leases: k8s.Lease;
  readonly controllerRevisions: k8s.KubeObject;
  readonly customResourceDefinitions: k8s.CustomResourceDefinition;
  readonly clusterRoles: k8s.ClusterRole;
  readonly clusterRoleBindings: k8s.ClusterRoleBinding;
  readonly installations: k8s.Installation;
  readonly tigeraStatuses: k8s.TigeraStatus;
  readonly ipPools: k8s.IPPool;
  readonly ipamBlocks: k8s.IPAMBlock;
  readonly blockAffinities: k8s.BlockAffinity;
  readonly felixConfigurations: k8s.FelixConfiguration;
  readonly bgpConfigurations: k8s.BGPConfiguration;
  readonly bgpPeers: k8s.BGPPeer;
  readonly clusterInformations: k8s.ClusterInformation;
  readonly nodeMetrics: k8s.NodeMetrics;
  /** Node records of Calico itself (crd.projectcalico.org Node with the etcd datastore, from a calicoctl tree). */
  readonly calicoNodes: k8s.OwnerObject;
  readonly helmCharts: k8s.OwnerObject;
  readonly helmChartConfigs: k8s.OwnerObject;
  readonly argoApplications: k8s.OwnerObject;
  readonly fluxObjects: k8s.OwnerObject;
}

export type ListName = keyof Lists;

/** Why something could not be read. `right` is the RBAC rule that is missing when the API answered 403. */
export interface ReadError {
  readonly kind:
    | 'forbidden'
    | 'unauthorized'
    | 'not-found'
    | 'timeout'
    | 'unreachable'
    | 'damaged'
    | 'server-error';
  readonly message: string;
  readonly right?: {
    readonly verb: string;
    readonly group: string;
    readonly resource: string;
    readonly namespace?: string;
  };
}

/**
 * A list is read, failed (the error is data), or was not asked for: the API does not serve it, or the dump has none. A failed
 * one may hold `items`: what could be read where only a part failed, good for findings but never for "nothing is wrong".
 */
export type Read<T> =
  | { readonly state: 'read'; readonly items: readonly T[] }
  | { readonly state: 'failed'; readonly error: ReadError; readonly items?: readonly T[] }
  | { readonly state: 'not-asked'; readonly reason: string };

/** One container's log. A failed one says so: `kubectl logs` of a container that never started is such a case. */
export interface ContainerLog {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The run before the present one (`kubectl logs --previous`). */
  readonly previous: boolean;
  readonly read:
    | { readonly state: 'read'; readonly text: string }
    | { readonly state: 'failed'; readonly error: ReadError };
}

export interface Source {
  readonly kind: 'live' | 'dump';
  /** The kubeconfig context of a live cluster, the path of a dump. */
  readonly name: string;
  readonly server?: string;
}

/** Everything that was gathered, deep-frozen. Live cluster and dump give the same type. */
export interface Snapshot {
  /** RFC 3339. For a dump: the newest time that stands in its objects. The only "now" that checks know. */
  readonly takenAt: string;
  readonly source: Source;
  readonly serverVersion: string | null;
  /** API groups that the server serves (`crd.projectcalico.org`, …); null where discovery is not known (dumps). */
  readonly apiGroups: readonly string[] | null;
  readonly lists: { readonly [Name in ListName]: Read<Lists[Name]> };
  /**
   * Lists of which only what matters was read, such as the pods of Calico and of sick nodes: what is not in them may still be
   * in the cluster. Absent where nothing was chosen.
   */
  readonly partial?: readonly ListName[];
  readonly logs: readonly ContainerLog[];
  /** Logs that would have been of use but were left out, or files that were not understood: sentences for the user. */
  readonly warnings: readonly string[];
}
