import { describe, expect, it } from 'vitest';
import { cniFailures } from '../../internal/calico/cni-failures.ts';
import { cniFails } from '../support/api-faults.ts';
import { healthyCluster, runningPod } from '../support/cluster.ts';
import { addEvent } from '../support/faults.ts';
import { add, snapshotFrom, type Sample } from '../support/sample.ts';

const found = (sample: Sample): object[] =>
  cniFailures(snapshotFrom(sample)).map(({ pod, node, operation }) => ({
    pod: pod.metadata.name,
    node,
    operation,
  }));

const waiting = (sample: Sample, message: string, hostNetwork = false): void => {
  const pod = runningPod(sample, {
    name: 'job',
    namespace: 'shop',
    node: 'worker-1',
    hostIP: '10.20.0.11',
    age: 100,
    spec: { hostNetwork, containers: [{ name: 'job' }] },
  });
  pod.status = { phase: 'Pending', conditions: [{ type: 'Ready', status: 'False' }] };
  add(sample, 'pods', pod);
  addEvent(sample, pod, 'FailedCreatePodSandBox', message);
};

describe('pods that wait for their network', () => {
  it('finds those that cannot start and those that cannot go', () => {
    const sample = healthyCluster({ nodes: 2 });
    cniFails(sample, 'worker-1', 'x', { name: 'a' });
    cniFails(sample, 'worker-2', 'y', { name: 'b', operation: 'delete' });
    expect(found(sample)).toEqual([
      { pod: 'a', node: 'worker-1', operation: 'add' },
      { pod: 'b', node: 'worker-2', operation: 'delete' },
    ]);
  });

  it.each([
    'Failed create pod sandbox: rpc error: code = Unknown desc = failed to set up sandbox container "e1" network for pod "job": networkPlugin cni failed to set up pod "job_shop" network: connection is unauthorized: Unauthorized',
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create pod network sandbox k8s_job: error adding pod shop_job to CNI network "k8s-pod-network": plugin type="calico" failed (add): x',
  ])('knows the words of older and other runtimes: %s', (message) => {
    const sample = healthyCluster({ nodes: 1 });
    waiting(sample, message);
    expect(found(sample)).toHaveLength(1);
  });

  it('leaves out other failures, host networking, and what was started since', () => {
    const sample = healthyCluster({ nodes: 1 });
    waiting(
      sample,
      'Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
    );
    expect(found(sample)).toEqual([]);
    const host = healthyCluster({ nodes: 1 });
    waiting(host, 'plugin type="calico" failed (add): x', true);
    expect(found(host)).toEqual([]);
    const later = healthyCluster({ nodes: 1 });
    const pod = cniFails(later, 'worker-1', 'x', { ago: 60 });
    addEvent(later, pod, 'Started', 'Started container job', { ago: 20, type: 'Normal' });
    expect(found(later)).toEqual([]);
  });
});
