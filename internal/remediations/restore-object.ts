import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';
import { durablePlace } from './durable.ts';

/** Brings back an object (`configmap/calico-config`) that calico-node's pods refer to, or a key of it. */
export function restoreObject(install: Install, what: string | null, title: string): Remedy {
  return {
    id: 'restore-object',
    title,
    action: 'manual',
    risk: 'none',
    changes: [],
    consequences: [words.again],
    manual: [
      `kubectl -n ${install.namespace ?? 'kube-system'} get ${what ?? 'configmaps,secrets'}${what === null ? '' : ' -o yaml'}`,
      install.renderer === 'operator' ? words.operatorMakes : words.reapply,
      words.alsoIn(durablePlace(install)),
    ],
  };
}

const words = {
  again: 'The kubelet tries again within two minutes; no pod has to be deleted.',
  reapply: '# apply the part of the install manifest that holds it, from the release that runs',
  operatorMakes:
    '# the operator makes its own objects again while it runs: kubectl -n tigera-operator get pods; kubectl get tigerastatus',
  alsoIn: (place: string): string => `# to last, it has to stand in ${place}`,
};
