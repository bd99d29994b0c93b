import type { Pod } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';

/** Lets upgrade-ipam get through: by the error it prints, and only with the node drained by removing host-local's files. */
export function endMigration(pods: readonly Pod[]): Remedy {
  const node = pods[0]?.spec?.nodeName ?? 'NODE';
  return {
    id: 'end-migration',
    title: words.title,
    action: 'manual',
    risk: 'interrupts-traffic',
    changes: [],
    consequences: [words.consequence],
    manual: [
      ...pods
        .slice(0, 3)
        .map(
          ({ metadata }) =>
            `kubectl -n ${metadata.namespace ?? 'kube-system'} logs ${metadata.name} -c upgrade-ipam --tail=20`,
        ),
      words.pools,
      'kubectl get ippools.crd.projectcalico.org -o wide',
      `kubectl get node ${node} -o jsonpath='{.spec.podCIDR}{"\\n"}'`,
      words.files(node),
      `kubectl drain ${node} --ignore-daemonsets --delete-emptydir-data`,
      `# on ${node}:`,
      'sudo ls /var/lib/cni/networks/k8s-pod-network',
      'sudo mv /var/lib/cni/networks/k8s-pod-network /var/lib/cni/k8s-pod-network.saved',
      `kubectl uncordon ${node}`,
    ],
  };
}

const words = {
  title: 'Remove what stops the migration',
  consequence:
    'As soon as the error is gone the container gets through by itself and unlocks the datastore. Taking the files away while pods of the node still run gives their addresses out twice.',
  pools: '# the pool must hold the pod CIDR of the node, and be enabled',
  files: (node: string): string =>
    `# last resort, if the error cannot be put right: only with no pod left on ${node} that has a pod address`,
};
