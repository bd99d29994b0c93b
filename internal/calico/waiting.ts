import type { ContainerStatus, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { eventsAbout, type SeenEvent } from './events.ts';
import { sickViews, type NodeView } from './nodes.ts';

/** A container of a sick calico-node pod that the kubelet cannot start. */
export interface Held {
  readonly view: NodeView;
  readonly pod: Pod;
  readonly status: ContainerStatus;
  readonly reason: string;
  readonly message: string;
}

/** The containers of sick calico-node pods that wait, or ended, for one of these reasons (`ImagePullBackOff`, `StartError`). */
export function heldContainers(snapshot: Snapshot, reasons: ReadonlySet<string>): readonly Held[] {
  return sickViews(snapshot).flatMap((view) => {
    const { pod } = view;
    if (!pod) return [];
    const statuses = [
      ...(pod.status?.initContainerStatuses ?? []),
      ...(pod.status?.containerStatuses ?? []),
    ];
    return statuses.flatMap((status) => {
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

/** The newest event about a sick calico-node pod that fits, for each view that has one. */
export function sickEvents(
  snapshot: Snapshot,
  fits: (event: SeenEvent) => boolean,
): readonly { readonly view: NodeView; readonly event: SeenEvent }[] {
  return sickViews(snapshot).flatMap((view) => {
    const event = view.pod ? eventsAbout(snapshot, view.pod).findLast(fits) : undefined;
    return event ? [{ view, event }] : [];
  });
}
