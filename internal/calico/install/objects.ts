import type { Deployment, Installation, KubeObject, Pod } from '../../model/kubernetes.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { findObject, itemsOf } from '../snapshot-lists.ts';

/** How reasons call an object: `Installation/default`, `DaemonSet kube-system/calico-node`. */
export function nameOf({ kind, metadata }: KubeObject): string {
  return metadata.namespace === undefined
    ? `${kind}/${metadata.name}`
    : `${kind} ${metadata.namespace}/${metadata.name}`;
}

export const labelOf = (object: KubeObject | undefined, key: string): string | undefined =>
  object?.metadata.labels?.[key];

export const annotationOf = (object: KubeObject | undefined, key: string): string | undefined =>
  object?.metadata.annotations?.[key];

/**
 * The Installation that the operator takes its settings from: `default`; in old Calico Enterprise
 * clusters `tigera-secure` (tigera/operator `pkg/controller/utils/utils.go`). `overlay` is merged
 * over it and never stands alone.
 */
export function mainInstallation(snapshot: Snapshot): Installation | undefined {
  return (
    findObject(snapshot, 'installations', 'default') ??
    findObject(snapshot, 'installations', 'tigera-secure')
  );
}

/** The Installation that is merged over the main one (operator 1.13.1 and later). */
export const overlayInstallation = (snapshot: Snapshot): Installation | undefined =>
  findObject(snapshot, 'installations', 'overlay');

const isOperator = (object: KubeObject): boolean =>
  labelOf(object, 'k8s-app') === 'tigera-operator' ||
  labelOf(object, 'name') === 'tigera-operator' ||
  /^tigera-operator(?:-|$)/.test(object.metadata.name);

/** The operator's Deployment, in whatever namespace it runs (`OPERATOR_NAMESPACE` may be any). */
export function operatorDeployment(snapshot: Snapshot): Deployment | undefined {
  return itemsOf(snapshot, 'deployments').find(
    (deployment) =>
      isOperator(deployment) ||
      deployment.spec?.template?.metadata?.labels?.['k8s-app'] === 'tigera-operator',
  );
}

export const operatorPods = (snapshot: Snapshot): readonly Pod[] =>
  itemsOf(snapshot, 'pods').filter(isOperator);
