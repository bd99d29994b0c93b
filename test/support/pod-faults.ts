import type * as k8s from '../../internal/model/kubernetes.ts';
import { isCalicoNodePod } from '../../internal/calico/pods.ts';
import { setCondition, stuckInit, unready } from './faults.ts';
import { at, type Mutable, type Sample } from './sample.ts';

type Pod = Mutable<k8s.Pod>;

/** Drops the logs of a pod: it never came so far, or its container is another one now. */
export function silence(sample: Sample, pod: Pod): void {
  sample.logs = sample.logs.filter((log) => log.pod !== pod.metadata.name);
}

/** Makes a pod one of a new revision of its DaemonSet, made so many seconds ago; what ran before has left no log. */
export function replaced(sample: Sample, pod: Pod, ago: number, revision = '79c4d5bbf'): void {
  silence(sample, pod);
  pod.metadata.creationTimestamp = at(sample, -ago);
  pod.metadata.labels = { ...pod.metadata.labels, 'controller-revision-hash': revision };
  if (pod.status) pod.status.startTime = at(sample, -ago + 1);
  for (const { state } of pod.status?.initContainerStatuses ?? []) {
    if (state?.terminated)
      Object.assign(state.terminated, {
        startedAt: at(sample, -ago + 2),
        finishedAt: at(sample, -ago + 3),
      });
  }
}

// Besides calico-node a Canal pod has a second container.
function allWait(pod: Pod): void {
  for (const status of pod.status?.containerStatuses ?? [])
    Object.assign(status, {
      ready: false,
      started: false,
      state: { waiting: { reason: 'PodInitializing' } },
    });
}

/** A container that waits for a reason of the kubelet; containers before it are through, those behind it have not been tried. */
export function waitsFor(pod: Pod, container: string, reason: string, message?: string): void {
  const waiting = { waiting: { reason, ...(message === undefined ? {} : { message }) } };
  const isInit = pod.status?.initContainerStatuses?.some(({ name }) => name === container) === true;
  if (isInit) {
    stuckInit(pod, container, waiting);
    allWait(pod);
    return;
  }
  unready(pod);
  if (pod.status) pod.status.phase = 'Pending';
  const status = pod.status?.containerStatuses?.find(({ name }) => name === container);
  if (!status) throw new Error(`${pod.metadata.name} has no container ${container}`);
  Object.assign(status, { ready: false, started: false, state: waiting, lastState: {} });
}

/** A pod whose mounts are not there yet: no container has been tried. */
export function waitsForMounts(sample: Sample, pod: Pod, ago = 600): void {
  replaced(sample, pod, ago);
  const first = pod.status?.initContainerStatuses?.[0]?.name ?? '';
  stuckInit(pod, first, { waiting: { reason: 'PodInitializing' } });
  allWait(pod);
}

/** Takes the calico-node pod of a node away, with its logs. */
export function withoutPod(sample: Sample, node: string): void {
  const gone = (sample.lists.pods ?? []).filter(
    (pod) => pod.spec?.nodeName === node && isCalicoNodePod(pod),
  );
  for (const pod of gone) silence(sample, pod);
  sample.lists.pods = (sample.lists.pods ?? []).filter((pod) => !gone.includes(pod));
}

/** The Ready condition of a node whose runtime has no CNI configuration. */
export function withoutNetwork(sample: Sample, node: Mutable<k8s.Node>, ago = 1500): void {
  const message =
    'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';
  setCondition(sample, node, 'Ready', 'False', 'KubeletNotReady', message, ago);
}
