import { describe, expect, it } from 'vitest';
import { wrongIpAutodetected } from '../../internal/checks/wrong-ip-autodetected.ts';
import { healthyCluster } from '../support/cluster.ts';
import { findingsIn } from '../support/findings.ts';
import { add, type Sample } from '../support/sample.ts';
import { misses } from '../support/wrong-address.ts';

const found = (sample: Sample) => findingsIn(wrongIpAutodetected, sample);
const nodesOf = (sample: Sample): readonly (readonly string[])[] =>
  found(sample).map(({ affected }) =>
    affected.flatMap(({ kind, name }) => (kind === 'Node' ? [name] : [])),
  );

describe('peers that are nobody', () => {
  const etcd = (change: (sample: Sample) => void): Sample => {
    const sample = healthyCluster({ nodes: 4, install: 'etcd', version: 'v3.18.2', noLogs: true });
    change(sample);
    return sample;
  };

  it('names the node that has no session itself', () => {
    const sample = etcd((s) => {
      misses(s, 'worker-1', ['172.20.0.1']);
      misses(s, 'worker-2', ['10.20.0.11', '10.20.0.13', '10.20.0.14']);
    });
    expect(nodesOf(sample)).toEqual([['worker-2']]);
    expect(found(sample)[0]).toMatchObject({ confidence: 'likely', facts: { kind: 'nobody' } });
  });

  it('names those that wait where nobody else stands out', () => {
    const sample = etcd((s) => misses(s, 'worker-3', ['172.20.0.1']));
    expect(nodesOf(sample)).toEqual([['worker-3']]);
    expect(found(sample)[0]?.confidence).toBe('possible');
  });

  it.each<[string, (sample: Sample) => void]>([
    ['lies in the network of the nodes', (s) => misses(s, 'worker-3', ['10.20.0.99'])],
    [
      'is a router that a BGPPeer names',
      (s) => {
        misses(s, 'worker-3', ['192.0.2.1']);
        add(s, 'bgpPeers', {
          kind: 'BGPPeer',
          metadata: { name: 'tor' },
          spec: { peerIP: '192.0.2.1' },
        });
      },
    ],
    ['is the right address of a node', (s) => misses(s, 'worker-3', ['10.20.0.12'])],
  ])('leaves alone what %s', (_name, change) => {
    expect(found(etcd(change))).toEqual([]);
  });
});
