import type { ClusterInformation } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import { merge } from './refs.ts';

export interface Lock {
  /** Nodes on which data is being moved at this moment. */
  readonly migrating: readonly string[];
  /** The object that holds the lock; undefined where it was not read (or is in etcd). */
  readonly information: ClusterInformation | undefined;
}

/**
 * Ends the lock of the datastore. While data is being moved it is left alone, and else it is done only where the user asks for this
 * very finding: that the move was given up is known to people alone, so it counts as something that interrupts traffic.
 */
export function unlockDatastore({ migrating, information }: Lock): Remedy {
  const name = information?.metadata.name ?? 'default';
  const apiVersion = information?.apiVersion ?? 'crd.projectcalico.org/v1';
  const isSent = migrating.length === 0 && information?.spec?.datastoreReady === false;
  const ref = { apiVersion, kind: 'ClusterInformation', name };
  return {
    id: 'unlock-datastore',
    title: words.title,
    action: isSent ? 'apply' : 'manual',
    risk: isSent ? 'interrupts-traffic' : 'none',
    target: { kind: 'ClusterInformation', name },
    changes: isSent ? [merge(ref, { spec: { datastoreReady: true } })] : [],
    consequences: [words.consequence],
    manual: [
      ...(migrating.length > 0 ? [words.wait(migrating.join(', '))] : []),
      words.sure,
      'kubectl get clusterinformation.crd.projectcalico.org default -o yaml',
      'kubectl get pods -A -l k8s-app=calico-node -o wide | grep -v Running',
      words.last,
      `kubectl patch clusterinformation.crd.projectcalico.org default --type merge -p '{"spec":{"datastoreReady":true}}'`,
    ],
  };
}

const words = {
  title: 'End the migration, or unlock the datastore if it was given up',
  consequence:
    'Unlocking while addresses are still being moved can give one address to two pods. The pods that wait start by themselves afterwards.',
  wait: (nodes: string): string =>
    `# upgrade-ipam is moving addresses on ${nodes}: it unlocks the datastore itself when it is through`,
  sure: '# who locked it? a calicoctl datastore migrate that was not ended, upgrade-ipam, or an upgrade to v3 CRDs: end that first',
  last: '# only if nothing is being moved any more:',
};
