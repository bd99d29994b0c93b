import type { Condition, ContainerStatus, Pod } from '../model/kubernetes.ts';
import { secondsBetween } from './time.ts';

/** What is wrong with a calico-node pod, seen from its status alone. */
export type Trouble =
  | 'unscheduled'
  | 'no-containers'
  | 'image-pull'
  | 'create-error'
  | 'init-running'
  | 'init-failing'
  | 'crash-loop'
  | 'not-ready'
  | 'restarting'
  | 'failed'
  | 'terminating';

/** `starting` is no trouble yet: the pod is younger than its own probes and start-up need. */
export type PodHealth =
  | { readonly state: 'ready' | 'starting' }
  | { readonly state: 'sick'; readonly trouble: Trouble };

// A start takes about 10 s, and the operator's readiness probe runs each 30 s: until then "0/1" says nothing.
const startGraceSeconds = 75;
// A pod that restarted three times and did so within the last ten minutes is not well, whatever it shows at the moment.
const restartsWorthNoting = 3;
const recentRestartSeconds = 600;
const stuckTerminatingSeconds = 300;

/** True for calico-node and canal pods on Linux: by label, else by container; not for calico-node-windows or Typha. */
export function isCalicoNodePod(pod: Pod): boolean {
  const label = pod.metadata.labels?.['k8s-app'];
  if (label === 'calico-node' || label === 'canal') return true;
  return (
    label === undefined && (pod.spec?.containers ?? []).some(({ name }) => name === 'calico-node')
  );
}

export const conditionOf = (
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined => conditions?.find((condition) => condition.type === type);

/** The status of a container, init containers included. */
export const statusOf = (pod: Pod, container: string): ContainerStatus | undefined =>
  [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find(
    ({ name }) => name === container,
  );

/** The status of the calico-node container. */
export const calicoStatus = (pod: Pod): ContainerStatus | undefined =>
  pod.status?.containerStatuses?.find(({ name }) => name === 'calico-node');

/** The init container that has not ended well yet; undefined if all have. */
export function pendingInit(pod: Pod): ContainerStatus | undefined {
  return pod.status?.initContainerStatuses?.find(({ state }) => state?.terminated?.exitCode !== 0);
}

/** Restarts of all containers of a pod. */
export const restartsOf = (pod: Pod): number =>
  (pod.status?.containerStatuses ?? []).reduce(
    (sum, { restartCount }) => sum + (restartCount ?? 0),
    0,
  );

const pullReasons = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
  'ImageInspectError',
]);
const createReasons = new Set([
  'CreateContainerError',
  'CreateContainerConfigError',
  'RunContainerError',
  'StartError',
  'ContainerCannotRun',
]);

const sick = (trouble: Trouble): PodHealth => ({ state: 'sick', trouble });

function waitingTrouble(status: ContainerStatus): Trouble | null {
  const reason = status.state?.waiting?.reason ?? status.state?.terminated?.reason ?? '';
  if (pullReasons.has(reason)) return 'image-pull';
  return createReasons.has(reason) ? 'create-error' : null;
}

function pendingHealth(pod: Pod, age: number): PodHealth {
  const statuses = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ];
  for (const status of statuses) {
    const trouble = waitingTrouble(status);
    if (trouble) return sick(trouble);
  }
  const init = pendingInit(pod);
  if (
    init &&
    (init.state?.waiting?.reason === 'CrashLoopBackOff' ||
      init.state?.terminated ||
      (init.restartCount ?? 0) > 0)
  ) {
    return sick('init-failing');
  }
  if (age < startGraceSeconds) return { state: 'starting' };
  if (conditionOf(pod.status?.conditions, 'PodScheduled')?.status === 'False')
    return sick('unscheduled');
  return sick(init?.state?.running ? 'init-running' : 'no-containers');
}

function runningHealth(pod: Pod, takenAt: string): PodHealth {
  const status = calicoStatus(pod);
  if (!status) return sick('no-containers');
  const trouble = waitingTrouble(status);
  if (trouble) return sick(trouble);
  if (status.state?.waiting?.reason === 'CrashLoopBackOff' || status.state?.terminated)
    return sick('crash-loop');
  const restarts = status.restartCount ?? 0;
  const isReady =
    conditionOf(pod.status?.conditions, 'Ready')?.status !== 'False' && status.ready === true;
  if (!isReady) {
    const up = secondsBetween(status.state?.running?.startedAt, takenAt);
    if (restarts === 0 && up !== null && up < startGraceSeconds) return { state: 'starting' };
    return sick(restarts >= restartsWorthNoting ? 'crash-loop' : 'not-ready');
  }
  const sinceEnd = secondsBetween(status.lastState?.terminated?.finishedAt, takenAt);
  const isRestarting =
    restarts >= restartsWorthNoting && sinceEnd !== null && sinceEnd < recentRestartSeconds;
  return isRestarting ? sick('restarting') : { state: 'ready' };
}

/** How a calico-node pod is, at the snapshot's time. */
export function healthOf(pod: Pod, takenAt: string): PodHealth {
  const age =
    secondsBetween(pod.status?.startTime ?? pod.metadata.creationTimestamp, takenAt) ?? Infinity;
  if (pod.metadata.deletionTimestamp !== undefined) {
    const overdue = secondsBetween(pod.metadata.deletionTimestamp, takenAt) ?? 0;
    return overdue > stuckTerminatingSeconds ? sick('terminating') : { state: 'starting' };
  }
  if (pod.status?.phase === 'Failed') return sick('failed');
  if (pod.status?.phase === 'Pending' || pendingInit(pod)) return pendingHealth(pod, age);
  return runningHealth(pod, takenAt);
}
