import type { InstallState, Renderer } from '../../model/install.ts';
import type { Deployment } from '../../model/kubernetes.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { findObject, itemsOf } from '../snapshot-lists.ts';
import { migrationError, operatorComplaint } from './conditions.ts';
import { annotationOf, labelOf, nameOf, operatorDeployment, operatorPods } from './objects.ts';
import type { InstallView } from './view.ts';
import { words } from './words.ts';
import { desiredNodes, isOwnedByInstallation, type NodeWorkload } from './workload.ts';

const says = words.en;
const operatorMigration = 'projectcalico.org/operator-node-migration';
const flannelMigration = 'projectcalico.org/node-network-during-migration';

/** The state of an installation, and the facts that show it. */
export interface StateOf {
  readonly state: InstallState;
  readonly reasons: readonly string[];
}

type Test = (view: InstallView, renderer: Renderer) => string | null;

const uninstalling: Test = ({ installation }) =>
  installation?.metadata.deletionTimestamp === undefined
    ? null
    : says.uninstalling(nameOf(installation));

const hasSelector = (workload: NodeWorkload, key: string): boolean =>
  workload.spec?.nodeSelector?.[key] !== undefined;

// tigera/operator pkg/controller/migration: each node is labelled pre-operator, then migrated, then
// the label goes.
function operatorMoves({ snapshot }: InstallView): string | null {
  const labels = itemsOf(snapshot, 'nodes').flatMap(
    (node) => labelOf(node, operatorMigration) ?? [],
  );
  if (labels.length === 0) return null;
  return says.migrationLabels(labels.filter((value) => value === 'migrated').length, labels.length);
}

function flannelMoves({ snapshot, workloads }: InstallView): string | null {
  const workload = workloads.find((candidate) => hasSelector(candidate, flannelMigration));
  const node = itemsOf(snapshot, 'nodes').find(
    (candidate) => labelOf(candidate, flannelMigration) !== undefined,
  );
  const object = workload?.object ?? node;
  return object ? says.flannelMigration(nameOf(object)) : null;
}

function pendingMigration(view: InstallView): string | null {
  const { snapshot, installation, workload } = view;
  if (!installation || !workload || migrationError(snapshot) !== null || isPaused(snapshot)) {
    return null;
  }
  const isServedByOld = workload.daemonSet !== null && workload.namespace !== 'calico-system';
  return isServedByOld && !isOwnedByInstallation(workload)
    ? says.migrationPending(nameOf(workload.object))
    : null;
}

const migrating: Test = (view) =>
  operatorMoves(view) ?? flannelMoves(view) ?? pendingMigration(view);

const migrationBlocked: Test = ({ snapshot }) => {
  const message = migrationError(snapshot);
  return message === null ? null : says.migrationBlocked(message);
};

// Two DaemonSets that split the nodes between them (by architecture, by pool) are one installation.
function areApart(a: NodeWorkload, b: NodeWorkload): boolean {
  const other = b.spec?.nodeSelector ?? {};
  return Object.entries(a.spec?.nodeSelector ?? {}).some(
    ([key, value]) => other[key] !== undefined && other[key] !== value,
  );
}

const twoInstallations: Test = ({ workloads }) => {
  const active = workloads.filter((workload) => desiredNodes(workload) !== 0);
  for (const [index, one] of active.entries()) {
    const other = active.slice(index + 1).find((candidate) => !areApart(one, candidate));
    if (other) return says.twoInstallations(nameOf(one.object), nameOf(other.object));
  }
  return null;
};

const datastoreLocked: Test = ({ snapshot }) => {
  const information = findObject(snapshot, 'clusterInformations', 'default');
  return information?.spec?.datastoreReady === false ? says.locked(nameOf(information)) : null;
};

// The API leaves readyReplicas out where it is 0; an object without status says nothing.
function stillness(deployment: Deployment): string | null {
  const name = nameOf(deployment);
  if (deployment.spec?.replicas === 0) return says.noReplicas(name);
  const { status } = deployment;
  return status !== undefined && (status.readyReplicas ?? 0) === 0 ? says.noneReady(name) : null;
}

// A dump may leave whole namespaces out: that no operator runs is known only where its usual one
// was looked into.
function absence(snapshot: Snapshot): string | null {
  const namespace = 'tigera-operator';
  const isKnown = findObject(snapshot, 'namespaces', namespace) !== undefined;
  const isRead =
    snapshot.lists.deployments.state === 'read' && snapshot.lists.pods.state === 'read';
  return isKnown && isRead && operatorPods(snapshot).length === 0
    ? says.noOperator(namespace)
    : null;
}

function pause(snapshot: Snapshot): string | null {
  const deployment = operatorDeployment(snapshot);
  return deployment ? stillness(deployment) : absence(snapshot);
}

const isPaused = (snapshot: Snapshot): boolean => pause(snapshot) !== null;

const operatorPaused: Test = ({ snapshot, installation }, renderer) =>
  renderer === 'operator' || installation ? pause(snapshot) : null;

const neverRendered: Test = ({ snapshot, installation, workload }) =>
  installation && !workload && snapshot.lists.daemonSets.state === 'read'
    ? says.neverRendered(nameOf(installation))
    : null;

const ignored: Test = ({ workload }, renderer) => {
  const daemonSet = workload?.daemonSet ?? undefined;
  const mark = annotationOf(daemonSet, 'unsupported.operator.tigera.io/ignore');
  return renderer === 'operator' && daemonSet && mark === 'true'
    ? says.ignored(nameOf(daemonSet))
    : null;
};

// In the order of what forbids most.
const tests: readonly (readonly [InstallState, Test])[] = [
  ['uninstalling', uninstalling],
  ['migrating', migrating],
  ['migration-blocked', migrationBlocked],
  ['two-installations', twoInstallations],
  ['datastore-locked', datastoreLocked],
  ['operator-paused', operatorPaused],
  ['never-rendered', neverRendered],
  ['ignored-by-operator', ignored],
];

const leftovers = ({ workloads, workload }: InstallView): readonly string[] =>
  workloads
    .filter(
      (candidate) =>
        candidate !== workload &&
        desiredNodes(candidate) === 0 &&
        hasSelector(candidate, operatorMigration),
    )
    .map(({ object }) => says.migrationLeftover(nameOf(object)));

function complaint({ snapshot }: InstallView): readonly string[] {
  const found = operatorComplaint(snapshot);
  return found ? [says.operatorDegraded(nameOf(found.object), found.reason, found.message)] : [];
}

/**
 * The state that decides whether anything may be written: the first of the list that holds,
 * `settled` if none does. The reasons also name what does not change the state: a leftover of a
 * migration, an operator that complains.
 */
export function stateOf(view: InstallView, renderer: Renderer): StateOf {
  for (const [state, test] of tests) {
    const reason = test(view, renderer);
    if (reason !== null) {
      const others = state === 'migration-blocked' ? [] : complaint(view);
      return { state, reasons: [reason, ...leftovers(view), ...others] };
    }
  }
  return { state: 'settled', reasons: [...leftovers(view), ...complaint(view)] };
}
