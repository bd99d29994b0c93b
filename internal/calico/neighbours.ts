import type { ContainerStatus, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { endingOf, isFromOutside, isRecentEnd, type Ending } from './endings.ts';
import { eventsAbout, isRecent, type SeenEvent } from './events.ts';
import { nodeNameOf, type NodeView } from './nodes.ts';
import { isCalicoNodePod } from './pods.ts';
import { itemsOf } from './snapshot-lists.ts';

const indexes = new WeakMap<readonly Pod[], ReadonlyMap<string, readonly Pod[]>>();

/** All pods on a node that have not run to their end, calico-node's among them. */
export function podsOn(snapshot: Snapshot, node: string): readonly Pod[] {
  const pods = itemsOf(snapshot, 'pods');
  const index = indexes.get(pods) ?? Map.groupBy(pods, (pod) => nodeNameOf(pod) ?? '');
  indexes.set(pods, index);
  return (index.get(node) ?? []).filter(
    ({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
  );
}

/** The pods that share a node with calico-node: what happens to them too lies below Calico. */
export const neighboursOf = (snapshot: Snapshot, view: NodeView): readonly Pod[] =>
  podsOn(snapshot, view.name).filter((pod) => !isCalicoNodePod(pod));

// kube-controllers' own probe asks the datastore, so its time-outs tell of the network and not of the node.
const asksDatastore = (pod: Pod): boolean =>
  pod.metadata.labels?.['k8s-app'] === 'calico-kube-controllers';

// The kubelet's own words for "no answer in time"; the same words inside a probe's output are the program's.
const ranOut =
  /probe (?:failed|errored(?: and resulted in unknown state)?): (?:command timed out|command ".*" timed out|Get "?https?:\S+ .*Client\.Timeout exceeded|rpc error: code = DeadlineExceeded|rpc error: .*failed to exec in container: timeout|timeout: failed to connect service)/;

/** True for an `Unhealthy` event of a probe that got no answer in time. */
export const isProbeTimeout = ({ reason, message }: SeenEvent): boolean =>
  reason === 'Unhealthy' && ranOut.test(message);

/** Probe time-outs of a pod within so many seconds before the snapshot. */
export const probeTimeouts = (
  snapshot: Snapshot,
  pod: Pod,
  seconds: number,
): readonly SeenEvent[] =>
  asksDatastore(pod)
    ? []
    : eventsAbout(snapshot, pod).filter(
        (event) => isProbeTimeout(event) && isRecent(snapshot, event, seconds),
      );

/** True if the kubelet ended a container of the pod because a probe failed. */
export const wasProbeKilled = (snapshot: Snapshot, pod: Pod): boolean =>
  eventsAbout(snapshot, pod).some(
    ({ reason, message }) =>
      reason === 'Killing' && /failed (?:liveness|startup) probe/.test(message),
  );

/** A container that was ended from outside more than once, the last time a short while ago. */
export interface Death {
  readonly pod: Pod;
  readonly ending: Ending;
}

const ownerOf = (pod: Pod): string =>
  `${pod.metadata.namespace ?? ''}/${pod.metadata.ownerReferences?.find(({ controller }) => controller)?.name ?? pod.metadata.name}`;

const restarts = (pod: Pod, container: string): number =>
  pod.status?.containerStatuses?.find(({ name }) => name === container)?.restartCount ?? 0;

// A container that comes and goes on most of the other nodes too has its own reasons.
function hasCalmSiblings(snapshot: Snapshot, pod: Pod, container: string): boolean {
  const owner = ownerOf(pod);
  const siblings = itemsOf(snapshot, 'pods').filter(
    (other) => other.spec?.nodeName !== pod.spec?.nodeName && ownerOf(other) === owner,
  );
  return 2 * siblings.filter((other) => restarts(other, container) >= 2).length <= siblings.length;
}

/** Containers of a node's other pods that were ended from outside at least twice, lately, while their like elsewhere run on. */
export function neighbourDeaths(
  snapshot: Snapshot,
  view: NodeView,
  seconds: number,
): readonly Death[] {
  const deathOf = (pod: Pod, status: ContainerStatus): readonly Death[] => {
    const ending = endingOf(status);
    const isDeath =
      ending !== null &&
      ending.restarts >= 2 &&
      (isFromOutside(ending) || ending.exitCode === 2 || wasProbeKilled(snapshot, pod)) &&
      isRecentEnd(ending, snapshot.takenAt, seconds) &&
      hasCalmSiblings(snapshot, pod, ending.container);
    return isDeath ? [{ pod, ending }] : [];
  };
  return neighboursOf(snapshot, view).flatMap((pod) =>
    (pod.status?.containerStatuses ?? []).flatMap((status) => deathOf(pod, status)),
  );
}
