import { isOwnedByInstallation, type NodeWorkload } from '../calico/install/workload.ts';
import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';

function removal(workload: NodeWorkload): readonly string[] {
  const { namespace, name } = workload;
  if (isOwnedByInstallation(workload)) {
    return [
      words.operatorGoes,
      'kubectl get installation default -o yaml > installation-default.yaml',
      '# kubectl delete installation default',
    ];
  }
  return [
    words.manifestGoes(namespace, name),
    `kubectl -n ${namespace} get daemonset/${name} configmap/${name === 'canal' ? 'canal-config' : 'calico-config'} deployment/calico-kube-controllers -o yaml > ${namespace}-${name}.yaml`,
    `# kubectl -n ${namespace} delete daemonset/${name}`,
    `# kubectl -n ${namespace} delete deployment/calico-kube-controllers deployment/calico-typha --ignore-not-found`,
  ];
}

/** Two installations: only a person knows which one is to stay, so nothing is done here; both ways are told. */
export function keepOneInstallation(workloads: readonly NodeWorkload[], install: Install): Remedy {
  return {
    id: 'keep-one-installation',
    title: words.title,
    action: 'refuse',
    risk: 'interrupts-traffic',
    changes: [],
    consequences: [words.consequence],
    manual: [
      'kubectl get daemonset,deployment -A -l "k8s-app in (calico-node,canal,calico-typha,calico-kube-controllers)"',
      'kubectl get nodes -L projectcalico.org/operator-node-migration',
      ...(install.installation === null ? [] : ['kubectl get tigerastatus calico -o yaml']),
      words.pools,
      'kubectl get ippools.crd.projectcalico.org -o wide',
      ...workloads.flatMap(removal),
      words.after,
    ],
  };
}

const words = {
  title: 'Decide which installation stays, and remove the other',
  consequence:
    'Removing the wrong one takes the network away from the pods that got their address from it. Never delete the CRDs: both share them.',
  pools:
    '# the one to keep is the one whose pools, version and settings the running pods were made with',
  operatorGoes: '# if the one of the operator is to go (saved first; the CRDs stay):',
  manifestGoes: (namespace: string, name: string): string =>
    `# if ${namespace}/${name} is to go (saved first; the CRDs stay):`,
  after:
    '# then start the remaining calico-node pods anew, so that they write their CNI configuration',
};
