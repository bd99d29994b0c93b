import { installOf } from '../calico/install/install.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { outsideCluster } from './outside.ts';

/** Shows what BIRD's configuration is made of, newest changes last; what made it invalid has to be taken back. */
export function revertBgpChange(snapshot: Snapshot): Remedy {
  const { datastore, renderer, namespace, daemonSet } = installOf(snapshot);
  const client = datastore === 'etcd' ? 'calicoctl' : 'kubectl';
  const where = namespace ?? 'kube-system';
  const templates =
    renderer === 'operator'
      ? `kubectl -n tigera-operator get configmap bird-templates -o yaml   # ${words.templates}`
      : `kubectl -n ${where} get daemonset ${daemonSet ?? 'calico-node'} -o yaml | grep -n confd/templates   # ${words.templates}`;
  return {
    ...outsideCluster(
      words.title,
      [
        `${client} get bgppeers -o yaml`,
        `${client} get bgpfilters -o yaml   # ${words.filters}`,
        `${client} get bgpconfigurations -o yaml`,
        templates,
        `# ${words.back}`,
      ],
      [words.again],
    ),
    id: 'revert-bgp-change',
  };
}

const words = {
  title: 'Take back the BGP resource or template that makes the file invalid',
  filters: 'v3.26 and newer',
  templates: 'templates of your own, as a rule made for another release',
  back: 'look for odd characters in names, prefixes with host bits, numbers out of range; take the last change back',
  again: 'confd makes the file anew within seconds, and BIRD reads it; no pod has to be restarted.',
};
