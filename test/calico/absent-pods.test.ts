import { describe, expect, it } from 'vitest';
import { absences } from '../../internal/calico/absent-pods.ts';
import { countPods, tainted, unscheduled } from '../support/absences.ts';
import { healthyCluster } from '../support/cluster.ts';
import { addEvent, daemonSetOf, nodeOf, setCondition } from '../support/faults.ts';
import { lose } from '../support/node-faults.ts';
import { withoutNetwork, withoutPod } from '../support/pod-faults.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';

describe('absences', () => {
  it.each<[string, (sample: Sample) => void]>([
    ['a healthy cluster', () => {}],
    [
      'a Windows node',
      (sample) => {
        Object.assign(nodeOf(sample, 'worker-3').status?.nodeInfo ?? {}, {
          operatingSystem: 'windows',
        });
        withoutPod(sample, 'worker-3');
      },
    ],
    [
      'a virtual node of AKS',
      (sample) => {
        Object.assign(nodeOf(sample, 'worker-3').metadata.labels ?? {}, {
          type: 'virtual-kubelet',
        });
        withoutPod(sample, 'worker-3');
        countPods(sample, 2);
      },
    ],
    [
      'a Fargate node of EKS',
      (sample) => {
        Object.assign(nodeOf(sample, 'worker-3').metadata.labels ?? {}, {
          'eks.amazonaws.com/compute-type': 'fargate',
        });
        withoutPod(sample, 'worker-3');
        countPods(sample, 2);
      },
    ],
    [
      'a node that has just joined',
      (sample) => {
        nodeOf(sample, 'worker-3').metadata.creationTimestamp = at(sample, -40);
        withoutPod(sample, 'worker-3');
        withoutNetwork(sample, nodeOf(sample, 'worker-3'), 40);
        countPods(sample, 2);
      },
    ],
    [
      'a node that is about to go',
      (sample) => {
        tainted(sample, 'worker-3', { key: 'a', effect: 'NoSchedule' });
        nodeOf(sample, 'worker-3').metadata.deletionTimestamp = at(sample, -5);
      },
    ],
    [
      'a node that is lost',
      (sample) => {
        tainted(sample, 'worker-3', { key: 'a', effect: 'NoSchedule' });
        lose(sample, 'worker-3');
      },
    ],
    [
      'the second between two pods of an update',
      (sample) => {
        withoutPod(sample, 'worker-3');
        countPods(sample, 3, 2);
        addEvent(sample, daemonSetOf(sample), 'SuccessfulDelete', 'Deleted pod: calico-node-x', {
          ago: 2,
          type: 'Normal',
        });
      },
    ],
    [
      'a list of pods that lacks one which the controller counts',
      (sample) => withoutPod(sample, 'worker-3'),
    ],
    [
      'an exclusion that somebody wrote down, of a node that gets on without Calico',
      (sample) => {
        const node = nodeOf(sample, 'worker-3');
        node.metadata.annotations = {};
        setCondition(sample, node, 'NetworkUnavailable', 'False', 'RouteCreated', '');
        const expression = { key: 'network', operator: 'NotIn', values: ['other'] };
        Object.assign(node.metadata.labels ?? {}, { network: 'other' });
        const required = { nodeSelectorTerms: [{ matchExpressions: [expression] }] };
        const spec = daemonSetOf(sample).spec?.template?.spec;
        if (spec)
          spec.affinity = {
            nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required },
          };
        withoutPod(sample, 'worker-3');
        countPods(sample, 2);
      },
    ],
    [
      'a leftover of the migration to the operator',
      (sample) => {
        const spec = daemonSetOf(sample).spec?.template?.spec;
        if (spec)
          spec.nodeSelector = { 'projectcalico.org/operator-node-migration': 'pre-operator' };
        withoutPod(sample, 'worker-3');
        countPods(sample, 0);
      },
    ],
    [
      'a pod that waits for seconds',
      (sample) => unscheduled(sample, '0/3 nodes are available', 20),
    ],
  ])('is quiet: %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 3 });
    change(sample);
    expect(absences(snapshotFrom(sample))).toEqual([]);
  });
});
