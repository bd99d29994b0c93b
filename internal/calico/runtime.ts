import type { Node, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { eventsAbout, isRecent, type SeenEvent } from './events.ts';
import { conditionOf } from './pods.ts';

export type RuntimeName = 'containerd' | 'docker' | 'cri-o';

/** The container runtime that a node's kubelet names (`containerd://1.7.24`); null if it is none of the known ones. */
export function runtimeOf(node: Node | null): RuntimeName | null {
  const name = /^([\w-]+):\/\//.exec(node?.status?.nodeInfo?.containerRuntimeVersion ?? '')?.[1];
  return name === 'containerd' || name === 'docker' || name === 'cri-o' ? name : null;
}

// kubelet, pkg/kubelet/runtime.go and pkg/kubelet/pleg: what the Ready condition says when the runtime does not answer. A
// missing CNI configuration is told by the same condition and is no fault of the runtime.
const down =
  /container runtime is down|PLEG is not healthy|container runtime not ready: RuntimeReady=false|rpc error: code = Unavailable|Cannot connect to the Docker daemon|(?:containerd|dockerd?|cri-dockerd|crio)\.sock/;

/** The kubelet's complaint about its container runtime, as the node's Ready condition has it; null if there is none. */
export function runtimeComplaint(node: Node | null): string | null {
  const ready = conditionOf(node?.status?.conditions, 'Ready');
  return ready?.status === 'False' && down.test(ready.message ?? '') ? (ready.message ?? '') : null;
}

/** True where the kubelet says no more than that it cannot keep up with its containers: an overloaded machine says so as well. */
export const isOnlyLate = (complaint: string): boolean =>
  complaint.includes('PLEG is not healthy') &&
  !down.test(complaint.replaceAll('PLEG is not healthy', ''));

const runtimeReasons = new Set([
  'FailedCreatePodSandBox',
  'FailedKillPod',
  'FailedSync',
  'Failed',
  'FailedCreatePodContainer',
  'ContainerGCFailed',
  'SandboxChanged',
]);
const hanging =
  /code = DeadlineExceeded|context deadline exceeded|failed to reserve (?:sandbox|container) name|is reserved for|code = Unavailable|Cannot connect to the Docker daemon|(?:containerd|dockerd?|cri-dockerd|crio)\.sock/;

/** Events of a pod in which the runtime did not answer. What a CNI plugin says there is not the runtime's. */
export const runtimeEvents = (snapshot: Snapshot, pod: Pod): readonly SeenEvent[] =>
  eventsAbout(snapshot, pod).filter(
    (event) =>
      runtimeReasons.has(event.reason) &&
      hanging.test(event.message) &&
      !/plugin type=|networkPlugin cni|failed to setup network/.test(event.message) &&
      isRecent(snapshot, event, 3600),
  );
