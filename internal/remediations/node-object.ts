import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';

/** Names of Node objects whose machines are gone, or of records that Calico alone still has. */
export interface LeftOver {
  readonly install: Install;
  /** Node objects of Kubernetes. */
  readonly nodes: readonly string[];
  /** Names that Kubernetes does not know. */
  readonly records: readonly string[];
}

const mostNames = 8;

const calicoctl = (command: string): string => `calicoctl ${command}`;

/**
 * Takes what is left of machines that are gone out of the cluster. With Kubernetes as the datastore Calico's node is the Node
 * object; with etcd it has a record of its own. Never done by itself: a machine that still runs would lose its pods.
 */
export function removeLeftOver({ install, nodes, records }: LeftOver): Remedy {
  const isEtcd = install.datastore === 'etcd';
  const own = isEtcd ? [...records, ...nodes] : records;
  return {
    id: 'remove-left-over-node',
    title: words.title([...nodes, ...records]),
    action: 'manual',
    risk: 'interrupts-traffic',
    changes: [],
    consequences: [words.consequence],
    manual: [
      ...(nodes.length > 0
        ? [
            words.first,
            ...nodes.slice(0, mostNames).map((name) => `kubectl describe node ${name} | head -40`),
            words.gone,
            ...nodes.slice(0, mostNames).map((name) => `kubectl delete node ${name}`),
          ]
        : []),
      ...(isEtcd && own.length > 0
        ? [words.record, ...own.slice(0, mostNames).map((name) => calicoctl(`delete node ${name}`))]
        : []),
    ],
  };
}

/**
 * Frees addresses that Calico's IPAM still holds for nodes that Kubernetes does not know: kube-controllers does it by itself when it
 * works; calicoctl does it by hand.
 */
export const releaseBlocks = (install: Install, nodes: readonly string[]): Remedy => ({
  id: 'release-blocks',
  title: words.blocks,
  action: 'manual',
  risk: 'none',
  changes: [],
  consequences: [words.freed],
  manual: [
    words.controllers,
    `kubectl -n ${install.namespace ?? 'kube-system'} get pods -l k8s-app=calico-kube-controllers -o wide`,
    `kubectl -n ${install.namespace ?? 'kube-system'} logs deployment/calico-kube-controllers --tail=50`,
    words.byHand(nodes.slice(0, mostNames)),
    calicoctl('ipam check -o report.json --show-problem-ips'),
    calicoctl('datastore migrate lock'),
    calicoctl('ipam release --from-report=report.json'),
    calicoctl('datastore migrate unlock'),
  ],
});

/** Makes calico-node of these nodes look for the address anew, where what is stored is missing or not right. */
export const renewAddress = (
  install: Install,
  nodes: readonly { readonly node: string; readonly pod: string | null }[],
): Remedy => ({
  id: 'renew-address',
  title: words.renew,
  action: 'manual',
  risk: 'restarts-pods',
  changes: [],
  consequences: [words.renewed],
  manual: nodes
    .slice(0, mostNames)
    .flatMap(({ node, pod }) => [
      `# ${node}: a start of calico-node stores its address and takes its tunnel addresses`,
      pod === null
        ? `kubectl -n ${install.namespace ?? 'kube-system'} delete pod -l k8s-app=${install.daemonSet === 'canal' ? 'canal' : 'calico-node'} --field-selector spec.nodeName=${node}`
        : `kubectl -n ${install.namespace ?? 'kube-system'} delete pod ${pod}`,
      `kubectl get node ${node} -o jsonpath='{.metadata.annotations}'`,
    ]),
});

const words = {
  title: (names: readonly string[]): string =>
    names.length === 1
      ? `Take ${names[0]} out of the cluster, if its machine is gone`
      : `Take ${names.length} nodes out of the cluster, if their machines are gone`,
  consequence:
    'Their pods and addresses are given up, and the other nodes stop waiting for them. A machine that still runs would lose its pods.',
  first:
    '# is the machine really gone? ask the cloud or whoever runs it, and look when it was seen last',
  gone: '# only if it is gone for good:',
  record: '# the record that Calico has of its own:',
  blocks: 'Let Calico give up the addresses of nodes that are gone',
  freed: 'Addresses of pods that no longer exist become free again.',
  controllers:
    '# calico-kube-controllers frees them by itself some minutes after a node is deleted:',
  byHand: (nodes: readonly string[]): string =>
    `# by hand, if it does not (nodes: ${nodes.join(', ')}); read the report before releasing anything:`,
  renew: 'Start calico-node anew on these nodes, so that it stores its address',
  renewed: 'Running pods keep their network; BGP sessions of the node drop for some seconds.',
};
