import { crdFile, manifestFile, manifestUrl } from '../calico/manifest.ts';
import type { OperatorTrouble } from '../calico/operator-state.ts';
import type { Install } from '../model/install.ts';
import type { Remedy } from '../model/remedy.ts';
import { isMoving } from './durable.ts';
import { strategic } from './refs.ts';

function reapply(install: Install): readonly string[] {
  const crds = manifestUrl(install, crdFile(install));
  const operator = manifestUrl(install, manifestFile(install));
  return crds === null || operator === null
    ? [words.manifest(install.calicoVersion)]
    : [
        `kubectl apply --server-side --force-conflicts -f ${crds}`,
        `kubectl apply --server-side --force-conflicts -f ${operator}`,
      ];
}

function stepsFor(
  install: Install,
  namespace: string,
  trouble: OperatorTrouble,
): readonly string[] {
  switch (trouble) {
    case 'scaled-down':
      return [words.who, `kubectl -n ${namespace} scale deployment/tigera-operator --replicas=1`];
    case 'missing':
    case 'rights':
    case 'unknown-types':
      return [
        ...(install.owner === 'user' ? [] : [words.owner(install.owner)]),
        ...reapply(install),
      ];
    case 'image':
    case 'crashing':
    case 'not-ready':
      return [
        `kubectl -n ${namespace} describe pod -l k8s-app=tigera-operator`,
        `kubectl -n ${namespace} logs deployment/tigera-operator --previous --tail=100`,
        `kubectl -n ${namespace} logs deployment/tigera-operator --tail=100`,
      ];
  }
}

/** Gets the operator to work again, by what keeps it from it. */
export function repairOperator(
  install: Install,
  namespace: string,
  trouble: OperatorTrouble,
): Remedy {
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'tigera-operator' };
  // All else needs the release's own manifests, or is no matter of a field.
  const isSent = trouble === 'scaled-down' && !isMoving(install) && install.action !== 'refuse';
  return {
    id: 'repair-operator',
    title: words.title,
    action: isSent ? 'apply' : 'manual',
    risk: 'restarts-pods',
    target: { kind: 'Deployment', namespace, name: 'tigera-operator' },
    changes: isSent ? [strategic(ref, { spec: { replicas: 1 } })] : [],
    consequences: [words.consequence],
    manual: [
      `kubectl -n ${namespace} get deployment,pods -o wide`,
      ...stepsFor(install, namespace, trouble),
      `kubectl -n ${namespace} rollout status deployment/tigera-operator --timeout=3m`,
      'kubectl get tigerastatus',
    ],
  };
}

const words = {
  title: 'Get tigera-operator to work again',
  consequence:
    'When it works again it renders everything anew: edits that somebody made to the DaemonSet meanwhile are taken back, and calico-node may restart node by node.',
  who: '# was it stopped on purpose, for an edit of the DaemonSet? Starting it takes that edit back',
  owner: (owner: string): string =>
    `# installed by ${owner}: use the same way, with the same values`,
  manifest: (version: string | null): string =>
    `# apply the CRDs and tigera-operator.yaml of the release that belongs to Calico ${version ?? 'as it runs'}`,
};
