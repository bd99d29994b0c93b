import type { Renderer } from '../../model/install.ts';
import { itemsOf } from '../snapshot-lists.ts';
import { nameOf, operatorDeployment, operatorPods } from './objects.ts';
import type { InstallView } from './view.ts';
import { words } from './words.ts';
import { isOwnedByInstallation, type NodeWorkload } from './workload.ts';

const says = words.en;

/** A verdict with the markers that led to it, as sentences. */
export interface Rendering {
  readonly renderer: Renderer;
  readonly reasons: readonly string[];
}

/** True if anything of the operator itself was seen: an Installation, its Deployment, its pod. */
export function hasOperator({ snapshot, installation }: InstallView): boolean {
  return (
    installation !== undefined ||
    operatorDeployment(snapshot) !== undefined ||
    operatorPods(snapshot).length > 0
  );
}

// Without a DaemonSet and without pods, only the operator's own objects can tell.
function withoutWorkload({ snapshot, installation }: InstallView): Rendering {
  if (installation) {
    return { renderer: 'operator', reasons: [says.exists(nameOf(installation))] };
  }
  const deployment = operatorDeployment(snapshot);
  const ofOperator = itemsOf(snapshot, 'deployments').find(
    ({ metadata }) => metadata.namespace === 'calico-system',
  );
  const isEmpty = snapshot.lists.installations.state === 'read';
  if (isEmpty || !(deployment || ofOperator)) {
    return { renderer: 'none', reasons: [says.nothingFound] };
  }
  const found = [deployment, ofOperator].flatMap((object) =>
    object ? [says.exists(nameOf(object))] : [],
  );
  return { renderer: 'operator', reasons: [says.nothingFound, ...found] };
}

function canalMark({ spec, labels, object }: NodeWorkload): string | null {
  const flannel = spec?.containers?.find(({ name }) => name === 'kube-flannel');
  if (flannel?.name) return says.container(nameOf(object), flannel.name);
  return labels['k8s-app'] === 'canal' ? says.label(nameOf(object), 'k8s-app', 'canal') : null;
}

const isHashKey = (key: string): boolean => key.includes('hash.operator.tigera.io/');

// tigera/operator pkg/render/node.go: CLUSTER_TYPE "k8s,operator…", NO_DEFAULT_POOLS, hash
// annotations on the template.
function operatorMarks(view: InstallView, workload: NodeWorkload): readonly string[] {
  const { labels, annotations, namespace, object } = workload;
  const name = nameOf(object);
  const manager = labels['app.kubernetes.io/managed-by'];
  const type = view.settings?.env.get('CLUSTER_TYPE') ?? '';
  const hash = Object.keys(annotations).find(isHashKey);
  return [
    ...(manager === 'tigera-operator'
      ? [says.label(name, 'app.kubernetes.io/managed-by', manager)]
      : []),
    ...(type.split(',').includes('operator') ? [says.variable(name, 'CLUSTER_TYPE', type)] : []),
    ...(hash === undefined ? [] : [says.annotation(name, hash)]),
    ...(namespace === 'calico-system' ? [says.bySpace(name)] : []),
  ];
}

// A whole object of a real API server has a uid: only then does a missing owner mean that there is
// none.
function isOrphan(view: InstallView, { daemonSet }: NodeWorkload): boolean {
  if (hasOperator(view)) return false;
  const isWhole = daemonSet?.metadata.uid !== undefined;
  return isWhole || view.snapshot.lists.installations.state === 'read';
}

function byOwner({ daemonSet, object }: NodeWorkload): string {
  const owner = daemonSet?.metadata.ownerReferences?.find(({ kind }) => kind === 'Installation');
  return says.ownedBy(nameOf(object), `Installation/${owner?.name ?? 'default'}`);
}

/**
 * What computes the calico-node pod template: the Installation as owner decides; without it Canal's
 * flannel container, then what the operator leaves in labels, variables and namespace
 * (tigera/operator `pkg/render/node.go`), else the DaemonSet is its own source. A DaemonSet that
 * the operator left behind counts as a manifest, with a reason that says so.
 */
export function renderingOf(view: InstallView): Rendering {
  const { workload } = view;
  if (!workload) return withoutWorkload(view);
  const name = nameOf(workload.object);
  const pods = workload.daemonSet === null ? [says.onlyPods(name)] : [];
  if (isOwnedByInstallation(workload)) {
    return { renderer: 'operator', reasons: [byOwner(workload)] };
  }
  const canal = canalMark(workload);
  if (canal !== null) return { renderer: 'canal', reasons: [...pods, canal] };
  const marks = operatorMarks(view, workload);
  if (marks.length > 0) {
    return isOrphan(view, workload)
      ? { renderer: 'manifest', reasons: [...pods, says.orphan(name)] }
      : { renderer: 'operator', reasons: [...pods, ...marks] };
  }
  return { renderer: 'manifest', reasons: [...pods, says.plainManifest(name)] };
}
