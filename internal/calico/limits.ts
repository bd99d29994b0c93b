import type { Snapshot } from '../model/snapshot.ts';
import type { NodeView } from './nodes.ts';
import { findObject } from './snapshot-lists.ts';

/**
 * The limit that a pod's DaemonSet gives one of its containers; `none` where the DaemonSet gives none (then something else put
 * it into the pod), null where the DaemonSet was not read.
 */
export function templateLimit(
  snapshot: Snapshot,
  { pod }: NodeView,
  container: string,
  resource: 'cpu' | 'memory',
): string | null {
  const owner = pod?.metadata.ownerReferences?.find(({ kind }) => kind === 'DaemonSet')?.name;
  const daemonSet = findObject(snapshot, 'daemonSets', owner ?? '', pod?.metadata.namespace);
  const spec = daemonSet?.spec?.template?.spec;
  if (!spec) return null;
  const template = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].find(
    ({ name }) => name === container,
  );
  return template?.resources?.limits?.[resource] ?? 'none';
}
