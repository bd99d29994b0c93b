import { installOf } from '../calico/install/install.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Makes the calico-node container privileged again, in the place where that lasts. */
export function restorePrivileges(snapshot: Snapshot): Remedy {
  const { renderer, namespace, daemonSet, action } = installOf(snapshot);
  const name = daemonSet ?? 'calico-node';
  const where = namespace ?? 'kube-system';
  const patch = JSON.stringify({
    spec: {
      template: {
        spec: { containers: [{ name: 'calico-node', securityContext: { privileged: true } }] },
      },
    },
  });
  const isOperator = renderer === 'operator';
  return {
    id: 'restore-privileges',
    title: words.title,
    action: isOperator ? 'manual' : action,
    risk: 'restarts-pods',
    target: { kind: 'DaemonSet', name, namespace: where },
    changes: [],
    consequences: [words.rollout],
    manual: isOperator
      ? [
          `# ${words.operator}`,
          `kubectl -n ${where} get daemonset ${name} -o jsonpath='{.metadata.annotations}'`,
        ]
      : [
          `kubectl -n ${where} patch daemonset ${name} --type strategic -p '${patch}'`,
          `kubectl -n ${where} rollout status daemonset/${name}`,
        ],
  };
}

const words = {
  title: 'Make the calico-node container privileged again',
  rollout:
    'calico-node restarts node by node, the sick ones first; running pods keep their network.',
  operator:
    'the operator renders calico-node privileged: find what changes its pods (an admission webhook, the ignore annotation) and stop that',
};
