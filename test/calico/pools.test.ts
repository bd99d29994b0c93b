import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IPPool, Node } from '../../internal/model/kubernetes.ts';
import { roomIn, strayAddresses } from '../../internal/calico/pool-room.ts';
import {
  containsCidr,
  isSameFamily,
  overlaps,
  poolsFor,
  prefixOf,
} from '../../internal/calico/pools.ts';
import { healthyCluster } from '../support/cluster.ts';
import { addBlock, addPool } from '../support/pools.ts';
import { snapshotFrom, type Sample } from '../support/sample.ts';

describe('CIDRs', () => {
  it.each<[string, string, boolean, boolean, boolean]>([
    // outer, inner, contained, overlapping, of one family
    ['10.244.0.0/16', '10.244.3.0/24', true, true, true],
    ['10.244.0.0/16', '10.244.0.0/16', true, true, true],
    ['10.244.3.0/24', '10.244.0.0/16', false, true, true],
    ['10.244.0.0/16', '10.245.0.1', false, false, true],
    ['10.244.0.0/16', '10.244.255.255', true, true, true],
    ['fd20::/48', 'fd20:0:0:7::/64', true, true, true],
    ['fd20::/48', '10.0.0.1', false, false, false],
    ['0.0.0.0/0', 'fd20::1', false, false, false],
    ['junk', '10.0.0.1', false, false, false],
    ['10.0.0.0/40', '10.0.0.1', false, false, false],
  ])('%s and %s', (outer, inner, contained, overlapping, family) => {
    expect(containsCidr(outer, inner)).toBe(contained);
    expect(overlaps(outer, inner)).toBe(overlapping);
    expect(isSameFamily(outer, inner)).toBe(family);
  });

  it('reads prefixes, and nothing of junk', () => {
    expect(['10.0.0.0/9', '10.0.0.1', 'fd00::/108', 'x/9'].map(prefixOf)).toEqual([
      9,
      32,
      108,
      null,
    ]);
    fc.assert(
      fc.property(fc.string(), (text) => typeof containsCidr(text, '10.0.0.1') === 'boolean'),
    );
  });
});

const node = (labels: Record<string, string>): Node => ({
  kind: 'Node',
  metadata: { name: 'n', labels },
});
const pool = (name: string, spec: IPPool['spec']): IPPool => ({
  kind: 'IPPool',
  metadata: { name },
  spec: { cidr: '10.60.0.0/16', ...spec },
});

describe('pools of a node', () => {
  it.each<[string, IPPool[], string[] | null]>([
    ['no selector', [pool('a', {})], ['a']],
    ['an empty selector', [pool('a', { nodeSelector: '' })], ['a']],
    [
      'by label',
      [
        pool('a', { nodeSelector: 'zone == "x"' }),
        pool('b', { nodeSelector: 'zone in {"y", "z"}' }),
      ],
      ['b'],
    ],
    ['disabled', [pool('a', { disabled: true })], []],
    ['for tunnels alone', [pool('a', { allowedUses: ['Tunnel'] })], []],
    ['no uses named', [pool('a', { allowedUses: [] })], ['a']],
    [
      'a selector that cannot be read',
      [pool('a', {}), pool('b', { nodeSelector: 'zone ~' })],
      null,
    ],
    [
      'a disabled pool whose selector cannot be read',
      [pool('b', { nodeSelector: '(', disabled: true })],
      [],
    ],
  ])('%s', (_name, pools, expected) => {
    expect(
      poolsFor(pools, node({ zone: 'y' }))?.map(({ metadata }) => metadata.name) ?? null,
    ).toEqual(expected);
  });
});

const roomOf = (change: (sample: Sample) => void) => {
  const sample = healthyCluster({ nodes: 2 });
  change(sample);
  const snapshot = snapshotFrom(sample);
  const [first] = sample.lists.ipPools ?? [];
  if (!first) throw new Error('no pool');
  return {
    room: roomIn(snapshot, first),
    stray: strayAddresses(snapshot, first),
    strayOfSome: strayAddresses({ ...snapshot, partial: ['pods'] }, first),
  };
};

describe('room in a pool', () => {
  it('is unknown without the blocks', () => {
    expect(roomOf((sample) => addPool(sample, 'p', { cidr: '10.61.0.0/24' })).room).toBeNull();
  });

  it.each<[string, (sample: Sample) => void, object]>([
    [
      'four blocks, two of them made',
      (sample) => {
        addPool(sample, 'p', { cidr: '10.61.0.0/24' });
        addBlock(sample, '10.61.0.0/26', 'worker-1', { used: 60 });
        addBlock(sample, '10.61.0.64/26', 'worker-2');
      },
      { blocks: 2, possible: 4, used: 124, free: 4 + 128 },
    ],
    [
      'blocks of another pool do not count',
      (sample) => {
        addPool(sample, 'p', { cidr: '10.61.0.0/26' });
        addBlock(sample, '10.62.0.0/26', 'worker-1');
      },
      { blocks: 0, possible: 1, used: 0, free: 64 },
    ],
    [
      'other block sizes',
      (sample) => {
        addPool(sample, 'p', { cidr: '10.61.0.0/28', blockSize: 29 });
        addBlock(sample, '10.61.0.0/29', 'worker-1', { size: 8, used: 8 });
        addBlock(sample, '10.61.0.8/29', 'worker-2', { size: 8, used: 8 });
      },
      { blocks: 2, possible: 2, used: 16, free: 0 },
    ],
    [
      'IPv6',
      (sample) => {
        addPool(sample, 'p', { cidr: 'fd31::/121' });
        addBlock(sample, 'fd31::/122', 'worker-1', { used: 3 });
      },
      { blocks: 1, possible: 2, used: 3, free: 61 + 64 },
    ],
  ])('%s', (_name, change, expected) => {
    expect(roomOf(change).room).toMatchObject(expected);
  });

  it('counts addresses that no pod and no tunnel has', () => {
    const { stray, strayOfSome } = roomOf((sample) => {
      addPool(sample, 'p', { cidr: '10.244.0.0/16' });
      // worker-1's own pod has 10.244.1.5, and its tunnel gets 10.244.1.0.
      addBlock(sample, '10.244.1.0/26', 'worker-1', { used: 10 });
      const annotations = sample.lists.nodes?.[0]?.metadata.annotations ?? {};
      annotations['projectcalico.org/IPv4VXLANTunnelAddr'] = '10.244.1.0';
    });
    expect(stray).toBe(8);
    expect(strayOfSome).toBe(0);
  });

  it('counts over the ends of bytes', () => {
    const { stray } = roomOf((sample) => {
      addPool(sample, 'p', { cidr: 'fd31::/112', blockSize: 118 });
      addBlock(sample, 'fd31::/118', 'worker-1', { size: 1024, used: 300 });
      const [, web] = sample.lists.pods?.filter(({ spec }) => !spec?.hostNetwork) ?? [];
      if (web?.status) web.status.podIPs = [{ ip: 'fd31:0::0103' }];
    });
    expect(stray).toBe(299);
  });
});
