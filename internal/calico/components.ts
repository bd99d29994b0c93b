import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { conditionOf } from './pods.ts';
import { itemsOf } from './snapshot-lists.ts';
import { secondsBetween } from './time.ts';

// `calico-typha-horizontal-autoscaler` and Typha for hosts outside the cluster are other programs, with other names.
const typhaName = /^calico-typha-[0-9a-z]+(?:-[0-9a-z]{5})?$/;

/** True for a Typha pod, by label, else by name. */
export function isTyphaPod({ metadata: { name, labels } }: Pod): boolean {
  const app = labels?.['k8s-app'];
  return app === 'calico-typha' || (app === undefined && typhaName.test(name));
}

const isOver = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined ||
  status?.phase === 'Failed' ||
  status?.phase === 'Succeeded';

/** Typha's pods, those that are over left out. */
export const typhaPods = (snapshot: Snapshot): readonly Pod[] =>
  itemsOf(snapshot, 'pods').filter((pod) => isTyphaPod(pod) && !isOver(pod));

/** The pods of calico-kube-controllers, those that are over left out. */
export const kubeControllersPods = (snapshot: Snapshot): readonly Pod[] =>
  itemsOf(snapshot, 'pods').filter(
    (pod) => pod.metadata.labels?.['k8s-app'] === 'calico-kube-controllers' && !isOver(pod),
  );

/** True if the kubelet reports the pod ready. */
export const isPodReady = (pod: Pod): boolean =>
  conditionOf(pod.status?.conditions, 'Ready')?.status === 'True';

/** Seconds since the pod was made; Infinity where that is not known. */
export const podAge = (snapshot: Snapshot, pod: Pod): number =>
  secondsBetween(pod.metadata.creationTimestamp, snapshot.takenAt) ?? Infinity;
