import type {
  ContainerLog,
  ListName,
  Lists,
  Read,
  Snapshot,
} from '../../internal/model/snapshot.ts';

const listNames = [
  'nodes',
  'pods',
  'daemonSets',
  'deployments',
  'events',
  'services',
  'endpoints',
  'endpointSlices',
  'configMaps',
  'namespaces',
  'leases',
  'controllerRevisions',
  'customResourceDefinitions',
  'clusterRoles',
  'clusterRoleBindings',
  'installations',
  'tigeraStatuses',
  'ipPools',
  'ipamBlocks',
  'blockAffinities',
  'felixConfigurations',
  'bgpConfigurations',
  'bgpPeers',
  'clusterInformations',
  'nodeMetrics',
  'calicoNodes',
  'helmCharts',
  'helmChartConfigs',
  'argoApplications',
  'fluxObjects',
] as const satisfies readonly ListName[];

export interface SnapshotParts {
  readonly takenAt?: string;
  readonly lists?: { readonly [Name in ListName]?: readonly Lists[Name][] | Read<Lists[Name]> };
  readonly logs?: readonly ContainerLog[];
  readonly serverVersion?: string | null;
  readonly apiGroups?: readonly string[] | null;
  readonly warnings?: readonly string[];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

const isRead = (list: object): list is Read<never> => 'state' in list;

/** A frozen snapshot of the parts given; lists that are not given were not asked for. */
export function snapshotOf(parts: SnapshotParts = {}): Snapshot {
  const lists = Object.fromEntries(
    listNames.map((name) => {
      const given = parts.lists?.[name];
      if (given === undefined) return [name, { state: 'not-asked', reason: 'not in the dump' }];
      return [name, isRead(given) ? given : { state: 'read', items: given }];
    }),
  ) as Snapshot['lists']; // every name of `listNames` is set, which TypeScript cannot see through fromEntries
  return deepFreeze({
    takenAt: parts.takenAt ?? '2026-03-01T12:00:00Z',
    source: { kind: 'dump' as const, name: 'test' },
    serverVersion: parts.serverVersion ?? null,
    apiGroups: parts.apiGroups ?? null,
    lists,
    logs: parts.logs ?? [],
    warnings: parts.warnings ?? [],
  });
}
