import { describe, expect, it } from 'vitest';
import { ippoolSmallerThanBlock } from '../../internal/checks/ippool-smaller-than-block.ts';
import { failStart, say, setEnv } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { appendLog, podOn } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { addClusterRange, addPool } from '../support/pools.ts';
import type { Sample } from '../support/sample.ts';

const all = ['worker-1', 'worker-2', 'worker-3'];

const refusal = (sample: Sample, cidr: string, version = 'v3.29.1', ago = 3): string =>
  say(
    sample,
    { version, ago, level: 'ERROR' },
    `Failed to create default IPv4 IP pool: ${cidr} error=error with field IPPool.Spec.CIDR = '${cidr}' (IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.)`,
  );

const refuse = (sample: Sample, cidr: string, version?: string): void => {
  for (const node of all)
    failStart(sample, node, [refusal(sample, cidr, version), 'Calico node failed to start']);
};

describe('ippool-smaller-than-block', () => {
  it.each<[string, string, (sample: Sample) => void, object]>([
    [
      'on every node',
      'v3.31.2',
      (sample) => refuse(sample, '10.9.8.0/27', 'v3.31.2'),
      { confidence: 'confirmed', facts: { nodes: all, cidr: '10.9.8.0/27' } },
    ],
    [
      'in the grammar before v3.14',
      'v3.10.4',
      (sample) => refuse(sample, '172.22.0.0/28', 'v3.10.4'),
      { confidence: 'confirmed', facts: { cidr: '172.22.0.0/28' } },
    ],
    [
      'on the nodes whose log was read',
      'v3.29.1',
      (sample) => failStart(sample, 'worker-2', [refusal(sample, '10.9.8.0/30')]),
      { facts: { nodes: ['worker-2'], cidr: '10.9.8.0/30' } },
    ],
    [
      'by settings and exit code, without logs',
      'v3.29.1',
      (sample) => {
        refuse(sample, '10.9.8.0/27');
        sample.logs = [];
        setEnv(sample, { name: 'CALICO_IPV4POOL_CIDR', value: '10.9.8.0/27' });
      },
      { confidence: 'likely', facts: { nodes: all, cidr: '10.9.8.0/27' } },
    ],
    [
      'by settings with a block size of their own',
      'v3.29.1',
      (sample) => {
        refuse(sample, '10.9.8.0/24');
        sample.logs = [];
        setEnv(sample, { name: 'CALICO_IPV4POOL_CIDR', value: '10.9.8.0/24' });
        setEnv(sample, { name: 'CALICO_IPV4POOL_BLOCK_SIZE', value: '23' });
      },
      { confidence: 'likely', facts: { cidr: '10.9.8.0/24' } },
    ],
  ])('finds: %s', (_name, version, change, expected) => {
    const sample = healthyCluster({ nodes: 3, version });
    change(sample);
    expect(findingIn(ippoolSmallerThanBlock, sample)).toMatchObject(expected);
  });

  it.each<[string, (sample: Sample) => void]>([
    ['a healthy cluster', () => {}],
    [
      'such settings, long after a pool was made',
      (sample) => {
        setEnv(sample, { name: 'CALICO_IPV4POOL_CIDR', value: '10.9.8.0/27' });
        addPool(sample, 'default-ipv4-ippool', { cidr: '10.9.0.0/16' });
        for (const node of all) failStart(sample, node, []);
        sample.logs = [];
      },
    ],
    [
      'such settings and a pod that ends for another reason',
      (sample) => {
        setEnv(sample, { name: 'CALICO_IPV4POOL_CIDR', value: '10.9.8.0/27' });
        failStart(sample, 'worker-1', ['Calico node failed to start']);
      },
    ],
    [
      'settings that fit',
      (sample) => {
        setEnv(sample, { name: 'CALICO_IPV4POOL_CIDR', value: '10.9.8.0/26' });
        failStart(sample, 'worker-1', []);
        sample.logs = [];
      },
    ],
    [
      'another reason to refuse the pool',
      (sample) =>
        failStart(sample, 'worker-1', [
          say(
            sample,
            { version: 'v3.29.1', ago: 3, level: 'ERROR' },
            'Failed to create default IPv4 IP pool: 10.9.8.0/24 error=connection is unauthorized: ippools.crd.projectcalico.org is forbidden',
          ),
        ]),
    ],
    [
      'an old line of a calico-node that runs',
      (sample) =>
        appendLog(sample, podOn(sample, 'worker-1'), [
          refusal(sample, '10.9.8.0/27', 'v3.29.1', 900),
          say(sample, { version: 'v3.29.1', ago: 5 }, 'still alive'),
        ]),
    ],
  ])('finds nothing: %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 3 });
    change(sample);
    expect(findingsIn(ippoolSmallerThanBlock, sample)).toEqual([]);
  });

  it('is one finding with all nodes, and proposes the pod range that is known', () => {
    const sample = healthyCluster({ nodes: 3 });
    refuse(sample, '10.9.8.0/27');
    addClusterRange(sample, 'kube-proxy', '10.9.0.0/16');
    const finding = findingIn(ippoolSmallerThanBlock, sample);
    expect(nodesOf(finding)).toEqual(all);
    expect(finding.remedies[0]?.manual).toContain(
      'kubectl -n kube-system set env daemonset/calico-node -c calico-node CALICO_IPV4POOL_CIDR=10.9.0.0/16',
    );
  });
});
