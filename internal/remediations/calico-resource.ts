import { installOf } from '../calico/install/install.ts';
import { ownerMark } from '../calico/install/owner-marks.ts';
import { findObject, itemsOf } from '../calico/snapshot-lists.ts';
import type { Action, ApiRef, Change, Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { create, merge } from './refs.ts';
import type { Tree } from './tree.ts';

const lists = {
  FelixConfiguration: 'felixConfigurations',
  BGPConfiguration: 'bgpConfigurations',
  IPPool: 'ipPools',
  ClusterInformation: 'clusterInformations',
} as const;

/** Calico's own settings that are kept as objects in the cluster. */
export type CalicoKind = keyof typeof lists;

/** Fields of an object of Calico that should change. */
export interface CalicoFields {
  readonly kind: CalicoKind;
  readonly name: string;
  readonly spec: Tree;
}

type Placed = Pick<Remedy, 'action' | 'target' | 'changes'>;

// The CRDs' own group, or that of Calico's API server where a cluster has no other.
function apiVersionOf(snapshot: Snapshot, kind: CalicoKind): string {
  const known = itemsOf(snapshot, lists[kind]).find(({ apiVersion }) => apiVersion)?.apiVersion;
  const { apiGroups } = snapshot;
  const isOnlyV3 =
    apiGroups?.includes('projectcalico.org') === true &&
    !apiGroups.includes('crd.projectcalico.org');
  return known ?? (isOnlyV3 ? 'projectcalico.org/v3' : 'crd.projectcalico.org/v1');
}

function actionOf(snapshot: Snapshot, { kind, name }: CalicoFields): Action {
  const { action, datastore } = installOf(snapshot);
  if (action === 'refuse') return 'refuse';
  // etcd holds the objects: no API of Kubernetes reaches them, calicoctl does.
  if (datastore === 'etcd') return 'manual';
  const object = findObject(snapshot, lists[kind], name);
  // Who writes the Installation or the DaemonSet need not write this; its own marks tell.
  return (object ? ownerMark(object, snapshot)?.action : undefined) ?? 'apply';
}

/**
 * A change of an object of Calico in the group that this cluster serves it in: made where its own marks allow that, never with the
 * etcd datastore. The object is created only where it is known not to be there and `canCreate`.
 */
export function calicoResource(
  snapshot: Snapshot,
  fields: CalicoFields,
  { canCreate = false }: { readonly canCreate?: boolean } = {},
): Placed {
  const { kind, name, spec } = fields;
  const object = findObject(snapshot, lists[kind], name);
  const apiVersion = object?.apiVersion ?? apiVersionOf(snapshot, kind);
  const ref: ApiRef = { apiVersion, kind, name };
  const isAbsent = object === undefined && snapshot.lists[lists[kind]].state === 'read';
  const action = actionOf(snapshot, fields);
  const isSent = action === 'apply' || action === 'apply-temporary';
  const target = { kind, name };
  if (isAbsent && !canCreate) return { action: isSent ? 'manual' : action, target, changes: [] };
  const change: Change = isAbsent ? create(ref, { spec }) : merge(ref, { spec });
  return { action, target, changes: isSent ? [change] : [] };
}
