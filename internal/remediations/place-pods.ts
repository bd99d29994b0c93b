import { installOf } from '../calico/install/install.ts';
import type { DaemonSet } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { outsideCluster } from './outside.ts';

interface Placement {
  readonly reason:
    | 'node-selector'
    | 'taint'
    | 'affinity'
    | 'refused'
    | 'unscheduled'
    | 'controller';
  readonly detail: string;
  readonly nodes: readonly string[];
  readonly daemonSet: DaemonSet;
}

function refusalCommands(namespace: string, detail: string): readonly string[] {
  if (/exceeded quota|insufficient quota/.test(detail))
    return [`kubectl -n ${namespace} get resourcequota -o yaml`];
  if (/PodSecurity|violates/.test(detail)) {
    return [
      `kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=privileged --overwrite`,
    ];
  }
  if (/webhook/.test(detail)) {
    return [
      'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations',
      `# exempt the namespace ${namespace} in its namespaceSelector: the webhook's own pods need Calico, and Calico waits for them`,
    ];
  }
  return [`kubectl -n ${namespace} describe daemonset`];
}

function commandsFor(
  { reason, detail, nodes, daemonSet }: Placement,
  isOperator: boolean,
): readonly string[] {
  const { name, namespace = 'default' } = daemonSet.metadata;
  switch (reason) {
    case 'node-selector':
      return nodes.map((node) => `kubectl label node ${node} ${detail} --overwrite`);
    case 'taint':
      return [
        ...nodes.map((node) => `kubectl taint node ${node} ${detail}-`),
        isOperator
          ? '# or add the toleration in the Installation: spec.calicoNodeDaemonSet.spec.template.spec.tolerations (this list replaces the default one: keep its entries)'
          : `# or add a toleration for it: kubectl -n ${namespace} edit daemonset ${name}`,
      ];
    case 'affinity':
      return [
        `kubectl -n ${namespace} get daemonset ${name} -o jsonpath='{.spec.template.spec.affinity}'`,
      ];
    case 'refused':
      return refusalCommands(namespace, detail);
    case 'unscheduled':
      return [`kubectl -n ${namespace} describe pods -l k8s-app=${name} | grep -A8 Events`];
    case 'controller':
      return [
        'kubectl -n kube-system get pods -l component=kube-controller-manager -o wide',
        'kubectl -n kube-system get lease kube-controller-manager -o yaml',
      ];
  }
}

/** Lets the DaemonSet's pod come to the nodes that have none: label, taint, quota, admission, or the controller itself. */
export function placePods(snapshot: Snapshot, placement: Placement): readonly Remedy[] {
  const isOperator = installOf(snapshot).renderer === 'operator';
  return [outsideCluster(titles[placement.reason], commandsFor(placement, isOperator))];
}

const titles: Readonly<Record<Placement['reason'], string>> = {
  'node-selector': 'Give the nodes the label back',
  taint: 'Remove the taint, or tolerate it',
  affinity: 'Correct the node affinity of the DaemonSet',
  refused: 'Remove what makes the API server refuse the pod',
  unscheduled: 'Make room for the pod on its node',
  controller: 'See whether the controller manager works',
};
