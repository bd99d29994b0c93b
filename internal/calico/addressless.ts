import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { podsOn } from './neighbours.ts';
import { secondsBetween } from './time.ts';

// A pod that starts has its address within a few seconds.
const waitSeconds = 60;

function isUntouched({ status }: Pod): boolean {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return statuses.every(({ state }) => {
    const reason = state?.waiting?.reason ?? '';
    const isEarly = reason === '' || reason === 'ContainerCreating' || reason === 'PodInitializing';
    return isEarly && !state?.running && !state?.terminated;
  });
}

/**
 * Pods of a node that wait for their sandbox: placed for a minute and longer, without an address and without any container. They may
 * wait for a volume as well, so that alone says little.
 */
export const podsWithoutAddress = (snapshot: Snapshot, node: string): readonly Pod[] =>
  podsOn(snapshot, node).filter(
    (pod) =>
      pod.spec?.hostNetwork !== true &&
      pod.spec?.nodeName !== undefined &&
      pod.status?.phase === 'Pending' &&
      pod.status.podIP === undefined &&
      pod.metadata.deletionTimestamp === undefined &&
      isUntouched(pod) &&
      (secondsBetween(pod.status.startTime ?? pod.metadata.creationTimestamp, snapshot.takenAt) ??
        Infinity) >= waitSeconds,
  );
