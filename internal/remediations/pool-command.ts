import { installOf } from '../calico/install/install.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import type { IPPool } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { shellJson } from './durable.ts';

/** True for a pool that the operator makes from its Installation and keeps so (Calico v3.28 and newer): it takes a patch back. */
export const isOperators = ({ metadata }: IPPool): boolean =>
  metadata.labels?.['app.kubernetes.io/managed-by'] === 'tigera-operator';

/**
 * The command that changes a pool: a patch of the pool, or of what the operator makes it from. `field` is the same setting in
 * `spec.calicoNetwork.ipPools` of the Installation.
 */
export function poolCommand(
  snapshot: Snapshot,
  name: string,
  spec: Readonly<Record<string, unknown>>,
  field: string,
): string {
  const { datastore, installation } = installOf(snapshot);
  const pool = itemsOf(snapshot, 'ipPools').find(({ metadata }) => metadata.name === name);
  if (pool && isOperators(pool)) {
    return `kubectl edit installation ${installation ?? 'default'}   # spec.calicoNetwork.ipPools, the one with ${pool.spec?.cidr ?? name}: ${field}`;
  }
  return datastore === 'etcd'
    ? `calicoctl patch ippool ${name} -p ${shellJson({ spec })}`
    : `kubectl patch ippool ${name} --type merge -p ${shellJson({ spec })}`;
}
