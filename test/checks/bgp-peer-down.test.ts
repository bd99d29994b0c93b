import { describe, expect, it } from 'vitest';
import { bgpPeerDown } from '../../internal/checks/bgp-peer-down.ts';
import { diagnose } from '../../internal/checks/run.ts';
import type { Finding } from '../../internal/model/finding.ts';
import { healthyCluster } from '../support/cluster.ts';
import { addEvent, crashLoop, nodeOf, podOn, setCondition, unready } from '../support/faults.ts';
import { snapshotFrom, type Sample } from '../support/sample.ts';

const run = (sample: Sample): readonly Finding[] => {
  const result = bgpPeerDown.run(snapshotFrom(sample));
  return 'notApplicable' in result ? [] : result;
};

/** worker-1 and worker-2 restarted and wait for worker-4. */
function waiting(change: (sample: Sample) => void): Sample {
  const sample = healthyCluster({ nodes: 4, version: 'v3.24.5', noLogs: true });
  for (const name of ['worker-1', 'worker-2']) {
    const pod = podOn(sample, name);
    unready(pod);
    addEvent(
      sample,
      pod,
      'Unhealthy',
      'Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.20.0.14',
    );
  }
  change(sample);
  return sample;
}

const lost = (sample: Sample): void =>
  setCondition(
    sample,
    nodeOf(sample, 'worker-4'),
    'Ready',
    'Unknown',
    'NodeStatusUnknown',
    'Kubelet stopped posting node status.',
  );

describe('bgp-peer-down', () => {
  it.each<[string, (sample: Sample) => void, readonly string[]]>([
    ['its node is lost', lost, ['node-lost']],
    [
      'its node is not ready',
      (sample) =>
        setCondition(sample, nodeOf(sample, 'worker-4'), 'Ready', 'False', 'KubeletNotReady', 'x'),
      ['node-not-ready'],
    ],
    [
      'its calico-node does not run',
      (sample) =>
        crashLoop(sample, podOn(sample, 'worker-4'), {
          lived: 9,
          exitCode: 1,
          reason: 'Error',
          restarts: 7,
        }),
      ['pod-sick'],
    ],
    [
      'it has no calico-node',
      (sample) => {
        const name = podOn(sample, 'worker-4').metadata.name;
        sample.lists.pods = (sample.lists.pods ?? []).filter(
          ({ metadata }) => metadata.name !== name,
        );
      },
      ['no-pod'],
    ],
    ['it is well: the port is blocked, not the peer down', () => {}, []],
    ['it is unready for want of BGP itself', (sample) => unready(podOn(sample, 'worker-4')), []],
  ])('%s', (_name, change, states) => {
    const findings = run(waiting(change));
    expect(findings.map(({ facts }) => facts['state'])).toEqual(states);
    for (const { facts, affected } of findings) {
      expect(facts['reporters']).toEqual(['worker-1', 'worker-2']);
      expect(affected.find(({ kind }) => kind === 'Node')?.name).toBe('worker-4');
    }
  });

  it('leaves no pod that waits for it unexplained', () => {
    const ids = diagnose(snapshotFrom(waiting(lost)), { toolVersion: 'test' }, [
      bgpPeerDown,
    ]).findings.map(({ id }) => id);
    expect(ids).toEqual(['bgp-peer-down']);
  });
});
