import type { Taint } from '../../internal/model/kubernetes.ts';
import { addEvent, daemonSetOf, nodeOf, podOn } from './faults.ts';
import { withoutPod } from './pod-faults.ts';
import { at, type Sample } from './sample.ts';

/** The DaemonSet's own numbers, with some nodes left out. */
export function countPods(sample: Sample, desired: number, current = desired): void {
  Object.assign(daemonSetOf(sample).status ?? {}, {
    desiredNumberScheduled: desired,
    currentNumberScheduled: current,
    numberReady: current,
  });
}

/** A node with taints that calico-node does not tolerate, and no pod of it there. */
export function tainted(sample: Sample, node: string, ...taints: readonly Taint[]): void {
  nodeOf(sample, node).spec = { taints: [...taints] };
  const spec = daemonSetOf(sample).spec?.template?.spec;
  if (spec) spec.tolerations = [];
  withoutPod(sample, node);
  countPods(sample, 2);
}

/** A node without the label that calico-node asks for, and no pod of it there. */
export function unlabelled(sample: Sample, node: string): void {
  const { labels = {} } = nodeOf(sample, node).metadata;
  delete labels['kubernetes.io/os'];
  withoutPod(sample, node);
  countPods(sample, 2);
}

/** A pod that the API server refuses to make for worker-3. */
export function refused(sample: Sample, message: string, ago = 200): void {
  withoutPod(sample, 'worker-3');
  countPods(sample, 3, 2);
  addEvent(sample, daemonSetOf(sample), 'FailedCreate', `Error creating: ${message}`, {
    ago,
    count: 16,
  });
}

/** A pod that was made for worker-3, and that the scheduler finds no place for. */
export function unscheduled(sample: Sample, message: string, ago = 600): void {
  const pod = podOn(sample, 'worker-3');
  pod.metadata.creationTimestamp = at(sample, -ago);
  pod.spec = {
    ...pod.spec,
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['worker-3'] }] },
          ],
        },
      },
    },
  };
  delete pod.spec.nodeName;
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
  pod.status = { phase: 'Pending', conditions: [condition] };
}
