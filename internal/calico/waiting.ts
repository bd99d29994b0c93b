import type { ContainerStatus, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { eventsAbout, type SeenEvent } from './events.ts';
import { sickViews, type NodeView } from './nodes.ts';
import { isBefore } from './time.ts';

/** A container of a sick calico-node pod that the kubelet cannot start. */
export interface Held {
  readonly view: NodeView;
  readonly pod: Pod;
  readonly status: ContainerStatus;
  readonly reason: string;
  readonly message: string;
}

/** The statuses of all containers of a pod, init containers first. */
export const allStatuses = ({ status }: Pod): readonly ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

/** The field path of a container's status: `status.initContainerStatuses[install-cni].state.waiting`. */
export function statusField({ status }: Pod, container: string, state: string): string {
  const isInit = (status?.initContainerStatuses ?? []).some(({ name }) => name === container);
  return `status.${isInit ? 'initContainerStatuses' : 'containerStatuses'}[${container}].${state}`;
}

/** The image that a pod asks for in one of its containers; undefined where the spec is not there. */
export const imageOf = ({ spec }: Pod, container: string | undefined): string | undefined =>
  [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].find(
    ({ name }) => name === container,
  )?.image;

/**
 * The containers of sick calico-node pods that wait, or ended, for one of these reasons (`ImagePullBackOff`, `StartError`). One
 * that runs now is none of them, whatever became of its run before.
 */
export function heldContainers(snapshot: Snapshot, reasons: ReadonlySet<string>): readonly Held[] {
  return sickViews(snapshot).flatMap((view) => {
    const { pod } = view;
    if (!pod) return [];
    return allStatuses(pod).flatMap((status) => {
      if (status.state?.running) return [];
      const state = [
        status.state?.waiting,
        status.state?.terminated,
        status.lastState?.terminated,
      ].find((item) => reasons.has(item?.reason ?? ''));
      return state
        ? [{ view, pod, status, reason: state.reason ?? '', message: state.message ?? '' }]
        : [];
    });
  });
}

/**
 * True if a container of the pod runs, or was started after that time: whatever the kubelet had to do before its first container
 * (mounts, the sandbox) worked since then.
 */
export const hasStartedSince = (pod: Pod, time: string | null): boolean =>
  allStatuses(pod).some(
    ({ state, lastState }) =>
      state?.running !== undefined ||
      [state?.terminated, lastState?.terminated].some((run) => isBefore(time, run?.startedAt)),
  );

/** The newest event about a sick calico-node pod that fits and that no start of a container has overtaken, for each view that has one. */
export function holdingEvents(
  snapshot: Snapshot,
  fits: (event: SeenEvent) => boolean,
): readonly { readonly view: NodeView; readonly pod: Pod; readonly event: SeenEvent }[] {
  return sickViews(snapshot).flatMap((view) => {
    const { pod } = view;
    const event = pod ? eventsAbout(snapshot, pod).findLast(fits) : undefined;
    return pod && event && !hasStartedSince(pod, event.at) ? [{ view, pod, event }] : [];
  });
}
