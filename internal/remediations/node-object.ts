import type { Install } from '../model/install.ts';
import type { Change, Remedy } from '../model/remedy.ts';
import { isMoving } from './durable.ts';

/** Names of Node objects whose machines are gone, or of records that Calico alone still has. */
export interface LeftOver {
  readonly install: Install;
  /** Node objects of Kubernetes. */
  readonly nodes: readonly string[];
  /** Names that Kubernetes does not know. */
  readonly records: readonly string[];
  /** True where another node, which is well, has the addresses of these: the machines are surely not what they were. */
  readonly isReplaced?: boolean;
}

const mostNames = 8;

const calicoctl = (command: string): string => `calicoctl ${command}`;

const nodeDeletion = (name: string): Change => ({
  ref: { apiVersion: 'v1', kind: 'Node', name },
  verb: 'delete',
  body: null,
});

/**
 * Takes what is left of machines that are gone out of the cluster. With Kubernetes as the datastore Calico's node is the Node
 * object; with etcd it has a record of its own. Done here only where another node has taken the machine's place: one that still
 * runs would lose its pods.
 */
export function removeLeftOver({ install, nodes, records, isReplaced = false }: LeftOver): Remedy {
  const isEtcd = install.datastore === 'etcd';
  const own = isEtcd ? [...records, ...nodes] : records;
  const isSent = isReplaced && nodes.length > 0 && !isEtcd && !isMoving(install);
  return {
    id: 'remove-left-over-node',
    title: words.title([...nodes, ...records]),
    action: isSent ? 'apply' : isReplaced && isMoving(install) ? 'refuse' : 'manual',
    risk: 'interrupts-traffic',
    changes: isSent ? nodes.map(nodeDeletion) : [],
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

// A node without a pod gets one by itself, or has another fault.
function renewal(
  install: Install,
  nodes: readonly { readonly pod: string | null }[],
): Pick<Remedy, 'action' | 'changes'> {
  const namespace = install.namespace ?? 'kube-system';
  const changes = nodes.flatMap(({ pod }): readonly Change[] =>
    pod === null
      ? []
      : [
          {
            ref: { apiVersion: 'v1', kind: 'Pod', namespace, name: pod },
            verb: 'delete',
            body: null,
          },
        ],
  );
  if (isMoving(install)) return { action: 'refuse', changes: [] };
  return changes.length > 0 ? { action: 'apply', changes } : { action: 'manual', changes };
}

/** Makes calico-node of these nodes look for the address anew, where what is stored is missing or not right. */
export const renewAddress = (
  install: Install,
  nodes: readonly { readonly node: string; readonly pod: string | null }[],
): Remedy => ({
  id: 'renew-address',
  title: words.renew,
  ...renewal(install, nodes),
  risk: 'restarts-pods',
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
