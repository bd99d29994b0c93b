import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { eventsAbout, isRecent, type SeenEvent } from './events.ts';
import { memoised } from './memo.ts';
import { nodeNameOf } from './nodes.ts';
import { conditionOf } from './pods.ts';
import { itemsOf } from './snapshot-lists.ts';
import { secondsOf } from './time.ts';

/** A pod whose network could not be made, or not be taken away, and still is not. */
export interface CniFailure {
  readonly pod: Pod;
  readonly node: string;
  readonly operation: 'add' | 'delete';
  readonly event: SeenEvent;
}

/** Events older than this say nothing of now; the kubelet repeats a failed sandbox within two minutes. */
const recentSeconds = 900;

const reasons: Readonly<Record<string, CniFailure['operation']>> = {
  FailedCreatePodSandBox: 'add',
  FailedCreatePodSandbox: 'add',
  FailedKillPod: 'delete',
  FailedStopPod: 'delete',
};

// containerd and CRI-O with CNI 1.0 name the plugin; before, the sandbox's text alone says that it was the network.
const isOfCalico = ({ message }: SeenEvent): boolean =>
  /plugin type="calico|networkPlugin cni failed|failed to (?:setup|set up|destroy|teardown) network|error adding pod|error deleting pod|netplugin failed/i.test(
    message,
  );

function isUnresolved(pod: Pod, operation: CniFailure['operation']): boolean {
  if (operation === 'delete') return pod.metadata.deletionTimestamp !== undefined;
  const isReady = conditionOf(pod.status?.conditions, 'Ready')?.status === 'True';
  return !isReady && pod.status?.phase !== 'Succeeded' && pod.status?.podIP === undefined;
}

// A sandbox that came up later ends the matter: the pod has an address then, or its containers were started.
function failureOf(snapshot: Snapshot, pod: Pod): CniFailure | null {
  const node = nodeNameOf(pod);
  if (node === null || pod.spec?.hostNetwork === true) return null;
  const events = eventsAbout(snapshot, pod);
  const last = events.findLast((event) => reasons[event.reason] !== undefined && isOfCalico(event));
  const operation = reasons[last?.reason ?? ''];
  if (!last || !operation || !isRecent(snapshot, last, recentSeconds)) return null;
  const started = events.findLast(({ reason }) => reason === 'Started');
  const isLater = (secondsOf(started?.at) ?? 0) > (secondsOf(last.at) ?? 0);
  if (operation === 'add' && isLater) return null;
  return isUnresolved(pod, operation) ? { pod, node, operation, event: last } : null;
}

/** Pods that wait for their network, or to be rid of it, by what the CNI plugin said last. */
export const cniFailures: (snapshot: Snapshot) => readonly CniFailure[] = memoised((snapshot) =>
  itemsOf(snapshot, 'pods').flatMap((pod) => failureOf(snapshot, pod) ?? []),
);
