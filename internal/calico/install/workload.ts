import type { DaemonSet, Metadata, Pod, PodSpec } from '../../model/kubernetes.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { isCalicoNodePod } from '../pods.ts';
import { settingsOf, type CalicoSettings } from '../settings.ts';
import { itemsOf } from '../snapshot-lists.ts';

/** One calico-node DaemonSet, known by itself or only by its pods. */
export interface NodeWorkload {
  readonly namespace: string;
  readonly name: string;
  /** Null where only pods of it are in the snapshot. */
  readonly daemonSet: DaemonSet | null;
  readonly pods: readonly Pod[];
  /** What its markers are read from: the DaemonSet, else the newest pod. */
  readonly object: DaemonSet | Pod;
  readonly spec: PodSpec | undefined;
  /** Of the object and of the pod template, the object's winning. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const nodeNames = new Set(['calico-node', 'canal', 'rke2-canal']);
const nodeApps = new Set(['calico-node', 'canal']);

// calico-node-windows has its own containers (node, felix, confd) and its own selector.
function isWindows({ metadata, spec }: DaemonSet): boolean {
  const selector = spec?.template?.spec?.nodeSelector ?? {};
  return metadata.name.endsWith('-windows') || selector['kubernetes.io/os'] === 'windows';
}

/**
 * True for a Linux DaemonSet of calico-node or Canal: by label, by container, or by name where it
 * has no template.
 */
export function isNodeDaemonSet(daemonSet: DaemonSet): boolean {
  if (isWindows(daemonSet)) return false;
  const template = daemonSet.spec?.template;
  const apps = [daemonSet.metadata.labels?.['k8s-app'], template?.metadata?.labels?.['k8s-app']];
  if (apps.some((app) => app !== undefined && nodeApps.has(app))) return true;
  const containers = template?.spec?.containers;
  return containers
    ? containers.some(({ name }) => name === 'calico-node')
    : nodeNames.has(daemonSet.metadata.name);
}

const ownerName = (pod: Pod): string | undefined =>
  pod.metadata.ownerReferences?.find(({ kind }) => kind === 'DaemonSet')?.name;

function belongsTo(pod: Pod, { metadata }: DaemonSet): boolean {
  if (pod.metadata.namespace !== metadata.namespace) return false;
  const owner = ownerName(pod);
  return owner === undefined || owner === metadata.name;
}

const merged = (template: Pick<Metadata, 'labels' | 'annotations'> | undefined, own: Metadata) => ({
  labels: { ...template?.labels, ...own.labels },
  annotations: { ...template?.annotations, ...own.annotations },
});

function ofDaemonSet(daemonSet: DaemonSet, pods: readonly Pod[]): NodeWorkload {
  const { metadata, spec } = daemonSet;
  return {
    namespace: metadata.namespace ?? 'kube-system',
    name: metadata.name,
    daemonSet,
    pods,
    object: daemonSet,
    spec: spec?.template?.spec,
    ...merged(spec?.template?.metadata, metadata),
  };
}

const created = ({ metadata }: Pod): string => metadata.creationTimestamp ?? '';

function ofPods(pods: readonly Pod[]): NodeWorkload | null {
  const newest = pods.toSorted((a, b) => created(b).localeCompare(created(a), 'en'))[0];
  if (!newest) return null;
  const app = newest.metadata.labels?.['k8s-app'] ?? 'calico-node';
  return {
    namespace: newest.metadata.namespace ?? 'kube-system',
    name: ownerName(newest) ?? app,
    daemonSet: null,
    pods,
    object: newest,
    spec: newest.spec,
    ...merged(undefined, newest.metadata),
  };
}

const groupOf = (pod: Pod): string => `${pod.metadata.namespace ?? ''}/${ownerName(pod) ?? ''}`;

/**
 * Every calico-node DaemonSet of the snapshot, also those of which only pods are there. Windows
 * ones are left out.
 */
export function nodeWorkloads(snapshot: Snapshot): readonly NodeWorkload[] {
  const daemonSets = itemsOf(snapshot, 'daemonSets').filter(isNodeDaemonSet);
  const pods = itemsOf(snapshot, 'pods').filter(isCalicoNodePod);
  const known = daemonSets.map((daemonSet) =>
    ofDaemonSet(
      daemonSet,
      pods.filter((pod) => belongsTo(pod, daemonSet)),
    ),
  );
  const others = pods.filter((pod) => !daemonSets.some((daemonSet) => belongsTo(pod, daemonSet)));
  const groups = [...Map.groupBy(others, groupOf).values()].flatMap((group) => ofPods(group) ?? []);
  return [...known, ...groups];
}

/** How many nodes a workload wants to run on; null where nothing tells. */
export function desiredNodes({ daemonSet, pods }: NodeWorkload): number | null {
  const desired = daemonSet?.status?.desiredNumberScheduled;
  return desired ?? (pods.length > 0 ? pods.length : null);
}

/**
 * True if the operator made the DaemonSet: the one marker that holds for every operator release.
 */
export function isOwnedByInstallation({ daemonSet }: NodeWorkload): boolean {
  return (daemonSet?.metadata.ownerReferences ?? []).some(
    ({ apiVersion, kind }) =>
      kind === 'Installation' &&
      (apiVersion ?? 'operator.tigera.io/').startsWith('operator.tigera.io/'),
  );
}

/** The settings of the workload's template, or of its newest pod. */
export function workloadSettings(snapshot: Snapshot, workload: NodeWorkload): CalicoSettings {
  const pod = workload.daemonSet === null ? (workload.pods[0] ?? null) : null;
  return settingsOf(snapshot, workload.spec, pod, workload.namespace);
}
