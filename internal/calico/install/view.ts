import type { Installation } from '../../model/kubernetes.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { CalicoSettings } from '../settings.ts';
import { findObject } from '../snapshot-lists.ts';
import { migrationError } from './conditions.ts';
import { mainInstallation } from './objects.ts';
import {
  desiredNodes,
  isOwnedByInstallation,
  nodeWorkloads,
  workloadSettings,
  type NodeWorkload,
} from './workload.ts';

/** What the questions about an installation are asked of. */
export interface InstallView {
  readonly snapshot: Snapshot;
  readonly workloads: readonly NodeWorkload[];
  /**
   * The workload that serves the cluster; where there are several, the one that a change would have
   * to go to.
   */
  readonly workload: NodeWorkload | null;
  readonly settings: CalicoSettings | null;
  readonly installation: Installation | undefined;
  /** The words of `CLUSTER_TYPE` and of ClusterInformation's `clusterType`. */
  readonly clusterTypes: ReadonlySet<string>;
}

// The operator's DaemonSet comes first, except while the operator cannot take over the old one,
// which then still serves.
function mainWorkload(snapshot: Snapshot, workloads: readonly NodeWorkload[]): NodeWorkload | null {
  const isBlocked = migrationError(snapshot) !== null;
  const score = (workload: NodeWorkload): number =>
    (isOwnedByInstallation(workload) === isBlocked ? 0 : 4) +
    (desiredNodes(workload) === 0 ? 0 : 2) +
    (workload.namespace === 'calico-system' ? 1 : 0);
  return workloads.toSorted((a, b) => score(b) - score(a))[0] ?? null;
}

function read(snapshot: Snapshot): InstallView {
  const workloads = nodeWorkloads(snapshot);
  const workload = mainWorkload(snapshot, workloads);
  const settings = workload && workloadSettings(snapshot, workload);
  const information = findObject(snapshot, 'clusterInformations', 'default');
  const types = [settings?.env.get('CLUSTER_TYPE'), information?.spec?.clusterType];
  return {
    snapshot,
    workloads,
    workload,
    settings,
    installation: mainInstallation(snapshot),
    clusterTypes: new Set(types.flatMap((text) => text?.split(',') ?? []).filter(Boolean)),
  };
}

const memo = new WeakMap<Snapshot, InstallView>();

/** What all questions about an installation need, read once for a snapshot. */
export function viewOf(snapshot: Snapshot): InstallView {
  const known = memo.get(snapshot);
  if (known) return known;
  const view = read(snapshot);
  memo.set(snapshot, view);
  return view;
}
