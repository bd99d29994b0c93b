import type { Remedy } from '../model/remedy.ts';

/** Ends the lock of the datastore; `migrating` names the nodes where data is being moved at this moment. */
export function unlockDatastore({ migrating }: { readonly migrating: readonly string[] }): Remedy {
  return {
    id: 'unlock-datastore',
    title: words.title,
    action: 'manual',
    risk: 'none',
    target: { kind: 'ClusterInformation', name: 'default' },
    changes: [],
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
