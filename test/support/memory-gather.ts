import { listOfKind } from '../../internal/cluster/list-of.ts';
import { kinds, listNames } from '../../internal/cluster/kinds.ts';
import type { Right } from '../../internal/model/cluster.ts';
import type { KubeObject } from '../../internal/model/kubernetes.ts';
import type { ContainerLog, ListName, Read, Snapshot } from '../../internal/model/snapshot.ts';
import { snapshotOf } from './snapshot.ts';

// What a live gathering does not ask for.
const leftOut: ReadonlySet<ListName> = new Set(['controllerRevisions', 'calicoNodes']);

// Lists that a gathering asks for only where the API group is served.
const isBuiltIn = (group: string): boolean =>
  !group.includes('.') || (group.endsWith('.k8s.io') && group !== 'metrics.k8s.io');
const isServed = (groups: readonly string[], served: ReadonlySet<string>): boolean =>
  groups.some((group) => isBuiltIn(group) || served.has(group));

export interface GatherWorld {
  readonly objects: readonly KubeObject[];
  readonly logs: readonly ContainerLog[];
  readonly takenAt: string;
  readonly serverVersion: string | null;
  readonly context: string;
  readonly server: string;
  readonly may: (right: Right) => boolean;
}

const groupOf = ({ apiVersion = 'v1' }: KubeObject): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';

function readOf(
  name: ListName,
  items: readonly KubeObject[],
  served: ReadonlySet<string>,
  may: GatherWorld['may'],
): Read<KubeObject> {
  const { groups, plurals } = kinds[name];
  if (leftOut.has(name)) return { state: 'not-asked', reason: 'no check looks at them' };
  if (!isServed(groups, served))
    return { state: 'not-asked', reason: 'the API server does not serve it' };
  const [group = ''] = groups.filter((one) => isServed([one], served));
  const right = { verb: 'list', group, resource: plurals[0] ?? '' };
  if (may(right)) return { state: 'read', items };
  return { state: 'failed', error: { kind: 'forbidden', message: 'is forbidden', right } };
}

/** A snapshot of what is stored, as a live gathering gives it. */
export function snapshotOfStored(world: GatherWorld): Snapshot {
  const byList = Map.groupBy(
    world.objects,
    ({ kind, apiVersion }) => listOfKind(kind, apiVersion)?.list,
  );
  const served = new Set(world.objects.map(groupOf));
  const lists = Object.fromEntries(
    listNames.map((name) => [name, readOf(name, byList.get(name) ?? [], served, world.may)]),
  ) as NonNullable<Parameters<typeof snapshotOf>[0]>['lists']; // each list holds objects of its own kind
  const { takenAt, serverVersion, logs, context, server } = world;
  const apiGroups = [...served].filter((group) => group !== '');
  const snapshot = snapshotOf({ takenAt, serverVersion, apiGroups, lists, logs });
  return Object.freeze({ ...snapshot, source: { kind: 'live', name: context, server } as const });
}
