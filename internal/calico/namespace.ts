import type { Snapshot } from '../model/snapshot.ts';
import { isCalicoNodePod } from './pods.ts';
import { calicoContainer } from './settings.ts';

/**
 * The snapshot as if the calico-node of this namespace were the only one: pods and DaemonSets of calico-node in other namespaces
 * are left out, all else stays. That is what `-n` means where two installations stand side by side.
 */
export function inNamespace(snapshot: Snapshot, namespace: string): Snapshot {
  const { pods, daemonSets } = snapshot.lists;
  const isWanted = (object: { readonly metadata: { readonly namespace?: string } }): boolean =>
    object.metadata.namespace === namespace;
  return {
    ...snapshot,
    lists: {
      ...snapshot.lists,
      pods:
        pods.state === 'read'
          ? { ...pods, items: pods.items.filter((pod) => isWanted(pod) || !isCalicoNodePod(pod)) }
          : pods,
      daemonSets:
        daemonSets.state === 'read'
          ? {
              ...daemonSets,
              items: daemonSets.items.filter(
                (item) => isWanted(item) || !calicoContainer(item.spec?.template?.spec),
              ),
            }
          : daemonSets,
    },
  };
}
