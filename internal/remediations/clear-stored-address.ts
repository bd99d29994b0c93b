import type { Family } from '../calico/autodetection/address.ts';
import { parseCidrOrAddress } from '../calico/autodetection/cidr.ts';
import { installOf } from '../calico/install/install.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import type { Node } from '../model/kubernetes.ts';
import type { Change, Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { strategic } from './refs.ts';

const annotationOf = (family: Family): string => `projectcalico.org/IPv${family}Address`;

function isUnreadable(node: Node, family: Family): boolean {
  const stored = node.metadata.annotations?.[annotationOf(family)];
  return stored !== undefined && parseCidrOrAddress(stored)?.address.family !== family;
}

const clearing = ({ metadata: { name, uid } }: Node, family: Family): Change => ({
  ...strategic(
    { apiVersion: 'v1', kind: 'Node', name },
    { metadata: { annotations: { [annotationOf(family)]: null } } },
  ),
  ...(uid === undefined ? {} : { guard: { uid } }),
});

/**
 * Takes away what a node stores as its address and is none: it ends every start, also that of other nodes, which compare theirs
 * with it. A value that can be read is never taken away: detection replaces it. `sick` names the nodes that say so; with etcd the
 * record is reached by calicoctl alone.
 */
export function clearStoredAddress(
  snapshot: Snapshot,
  family: Family,
  sick: readonly string[],
): Remedy {
  const { datastore, action } = installOf(snapshot);
  const nodes =
    datastore === 'etcd'
      ? []
      : itemsOf(snapshot, 'nodes').filter((node) => isUnreadable(node, family));
  const named = nodes.length > 0 ? nodes.map(({ metadata }) => metadata.name) : sick;
  const isSent = nodes.length > 0 && action !== 'refuse';
  return {
    id: 'clear-stored-address',
    title: words.title,
    action: isSent ? 'apply' : 'manual',
    risk: 'none',
    changes: isSent ? nodes.map((node) => clearing(node, family)) : [],
    consequences: [words.anew],
    manual: (named.length > 0 ? named.slice(0, 3) : ['NODE']).flatMap((node) => [
      `kubectl get node ${node} -o jsonpath='{.metadata.annotations}'`,
      `kubectl annotate node ${node} ${annotationOf(family)}-`,
    ]),
  };
}

const words = {
  title: 'Take away what is stored, and let calico-node find the address anew',
  anew: 'calico-node finds and stores an address at its next start, which comes by itself.',
};
