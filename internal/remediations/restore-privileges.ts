import { installOf } from '../calico/install/install.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { inDaemonSet } from './container-fields.ts';
import { isRenderedByOperator, lastsUntil } from './durable.ts';

/** Makes the calico-node container privileged again, in the place where that lasts. */
export function restorePrivileges(snapshot: Snapshot): Remedy {
  const install = installOf(snapshot);
  const { namespace, daemonSet } = install;
  const name = daemonSet ?? 'calico-node';
  const where = namespace ?? 'kube-system';
  const common = { id: 'restore-privileges', title: words.title, risk: 'restarts-pods' } as const;
  if (!isRenderedByOperator(install)) {
    const fields = { securityContext: { privileged: true } };
    return {
      ...common,
      consequences: [words.rollout, ...lastsUntil(install)],
      ...inDaemonSet(install, { container: 'calico-node', fields }),
    };
  }
  return {
    ...common,
    action: 'manual',
    target: { kind: 'DaemonSet', name, namespace: where },
    changes: [],
    consequences: [words.rollout],
    manual: [
      `# ${words.operator}`,
      `kubectl -n ${where} get daemonset ${name} -o jsonpath='{.metadata.annotations}'`,
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
