import { describe, expect, it } from 'vitest';
import { ipamExhausted } from '../../internal/checks/ipam-exhausted.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { cniFails, failStart, say } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { appendLog, podOn } from '../support/faults.ts';
import { findingIn, findingsIn, namesOf, nodesOf } from '../support/findings.ts';
import { addBlock, addPool } from '../support/pools.ts';
import { snapshotFrom, type Sample } from '../support/sample.ts';

const version = 'v3.29.1';

/** A pool with one block, which is full. */
function fillPool(sample: Sample, cidr = '10.77.0.0/26'): void {
  addPool(sample, 'small', { cidr });
  addBlock(sample, cidr, 'worker-1');
}

const allocator = (sample: Sample, message: string, ago = 4, v = version): string =>
  say(
    sample,
    { version: v, ago, level: 'FATAL', component: 'tunnel-ip-allocator', file: 'allocateip.go' },
    message,
  );

const exhausted = (cidr: string): string =>
  `failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [${cidr}]`;

describe('ipam-exhausted', () => {
  it.each<[string, string, (sample: Sample) => void, object]>([
    [
      'a pod is told so',
      version,
      (sample) => cniFails(sample, 'worker-2', exhausted('10.77.0.0/26'), { name: 'till' }),
      {
        confidence: 'confirmed',
        facts: {
          kind: 'pools',
          nodes: ['worker-2'],
          tunnels: [],
          pods: ['shop/till'],
          pools: ['10.77.0.0/26'],
        },
      },
    ],
    [
      'nothing behind the colon',
      version,
      (sample) => cniFails(sample, 'worker-2', exhausted('').replace(' []', '')),
      { confidence: 'confirmed', facts: { kind: 'pools', pools: [] } },
    ],
    [
      'two pools, IPv6',
      version,
      (sample) =>
        cniFails(sample, 'worker-2', exhausted('fd41::/120 fd42::/120').replace('IPv4', 'IPv6')),
      { facts: { pools: ['fd41::/120', 'fd42::/120'] } },
    ],
    [
      'the wording up to v3.19',
      'v3.16.4',
      (sample) =>
        cniFails(sample, 'worker-2', 'failed to request 1 IPv4 addresses. IPAM allocated only 0'),
      { facts: { kind: 'pools', nodes: ['worker-2'] } },
    ],
    [
      'no blocks to borrow from',
      version,
      (sample) =>
        cniFails(
          sample,
          'worker-3',
          'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No more free affine blocks and strict affinity enabled',
        ),
      { facts: { kind: 'strict-affinity', nodes: ['worker-3'] } },
    ],
    [
      'a limit of blocks',
      version,
      (sample) =>
        cniFails(sample, 'worker-1', 'cannot allocate new block due to per host block limit'),
      { facts: { kind: 'block-limit', nodes: ['worker-1'] } },
    ],
    [
      'calico-node itself, from v3.23 on',
      'v3.27.2',
      (sample) =>
        failStart(sample, 'worker-3', [
          allocator(
            sample,
            'Unable to autoassign an IPv4 address error=Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [10.77.0.0/26] type="vxlanTunnelAddress"',
            4,
            'v3.27.2',
          ),
          'Calico node failed to start',
        ]),
      {
        confidence: 'confirmed',
        facts: { tunnels: ['worker-3'], pods: [], pools: ['10.77.0.0/26'] },
      },
    ],
    [
      'calico-node itself, before v3.14',
      'v3.9.6',
      (sample) =>
        failStart(sample, 'worker-1', [
          allocator(
            sample,
            'Unable to autoassign an address for IPIP - pools are likely exhausted.',
            4,
            'v3.9.6',
          ),
        ]),
      { confidence: 'confirmed', facts: { tunnels: ['worker-1'] } },
    ],
    [
      'by the blocks, and pods that wait without a word',
      version,
      (sample) => {
        fillPool(sample);
        cniFails(sample, 'worker-2', '', { name: 'mute' });
        sample.lists.events = [];
      },
      {
        severity: 'error',
        confidence: 'likely',
        facts: { pods: ['shop/mute'], nodes: ['worker-2'], pools: ['10.77.0.0/26'] },
      },
    ],
    [
      'by the blocks alone, before anybody waits',
      version,
      (sample) => fillPool(sample),
      { severity: 'warning', affected: [{ kind: 'IPPool', name: 'small' }] },
    ],
    [
      'blocks that do not bear it out',
      version,
      (sample) => {
        addPool(sample, 'small', { cidr: '10.77.0.0/26' });
        addBlock(sample, '10.77.0.0/26', 'worker-1', { used: 40 });
        cniFails(sample, 'worker-2', exhausted('10.77.0.0/26'));
      },
      { severity: 'error', confidence: 'likely' },
    ],
  ])('finds: %s', (_name, release, change, expected) => {
    const sample = healthyCluster({ nodes: 3, version: release });
    change(sample);
    expect(findingIn(ipamExhausted, sample)).toMatchObject(expected);
  });

  it.each<[string, (sample: Sample) => void]>([
    ['a healthy cluster', () => {}],
    [
      'room in a second pool',
      (sample) => {
        fillPool(sample);
        addPool(sample, 'more', { cidr: '10.78.0.0/24' });
      },
    ],
    [
      'a full pool for tunnels alone',
      (sample) => {
        addPool(sample, 'pods', { cidr: '10.78.0.0/24' });
        addPool(sample, 'tunnels', { cidr: '10.77.0.0/26', allowedUses: ['Tunnel'] });
        addBlock(sample, '10.77.0.0/26', 'worker-1');
      },
    ],
    [
      'a full pool that is disabled, after a move',
      (sample) => {
        addPool(sample, 'old', { cidr: '10.77.0.0/26', disabled: true });
        addBlock(sample, '10.77.0.0/26', 'worker-1');
        addPool(sample, 'new', { cidr: '10.78.0.0/16' });
      },
    ],
    [
      'a full pool whose blocks were not read',
      (sample) => addPool(sample, 'p', { cidr: '10.77.0.0/26' }),
    ],
    [
      'no pool for the node, which is another fault',
      (sample) =>
        cniFails(
          sample,
          'worker-2',
          'failed to request IPv4 addresses: no configured Calico pools for node worker-2',
        ),
    ],
    [
      'many at once',
      (sample) =>
        cniFails(
          sample,
          'worker-2',
          'failed to request IPv4 addresses: Max retries hit - excessive concurrent IPAM requests',
        ),
    ],
    [
      'the allocator has no right',
      (sample) =>
        failStart(sample, 'worker-2', [
          allocator(sample, 'Unable to autoassign an address error=connection is unauthorized'),
        ]),
    ],
    [
      'a pod that waited an hour ago',
      (sample) => cniFails(sample, 'worker-2', exhausted('10.77.0.0/26'), { ago: 3900 }),
    ],
    [
      'a pod that has an address by now',
      (sample) => {
        const pod = cniFails(sample, 'worker-2', exhausted('10.77.0.0/26'));
        pod.status = { ...pod.status, phase: 'Running', podIP: '10.77.0.9' };
      },
    ],
    [
      'an old line of a calico-node that runs',
      (sample) =>
        appendLog(sample, podOn(sample, 'worker-1'), [
          allocator(sample, 'Unable to autoassign an address - pools are likely exhausted.', 4000),
          allocator(sample, 'Current address is still valid, do nothing', 10),
        ]),
    ],
  ])('finds nothing: %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 3 });
    change(sample);
    expect(findingsIn(ipamExhausted, sample)).toEqual([]);
  });

  it('is one finding for many pods, and one for each sort of shortage', () => {
    const sample = healthyCluster({ nodes: 4 });
    for (const [index, node] of ['worker-1', 'worker-2', 'worker-2', 'worker-4'].entries())
      cniFails(sample, node, exhausted('10.77.0.0/26'), { name: `p${index}` });
    const [only, ...others] = findingsIn(ipamExhausted, sample);
    expect(others).toEqual([]);
    expect(only && nodesOf(only)).toEqual(['worker-1', 'worker-2', 'worker-4']);
    expect(only && namesOf(only)).toContain('Pod/p2');
    cniFails(sample, 'worker-3', 'cannot allocate new block due to per host block limit', {
      name: 'p9',
    });
    expect(findingsIn(ipamExhausted, sample).map(({ facts }) => facts['kind'])).toEqual([
      'pools',
      'block-limit',
    ]);
  });

  it('tells of addresses that nobody has', () => {
    const sample = healthyCluster({ nodes: 3 });
    fillPool(sample);
    cniFails(sample, 'worker-2', exhausted('10.77.0.0/26'));
    expect(findingIn(ipamExhausted, sample).facts['stray']).toBe(64);
  });

  it('makes a further pool like the one there is', () => {
    const sample = healthyCluster({ nodes: 3 });
    addPool(sample, 'small', { cidr: '10.77.0.0/26', ipipMode: 'Always', vxlanMode: 'Never' });
    addBlock(sample, '10.77.0.0/26', 'worker-1');
    const [remedy] = findingIn(ipamExhausted, sample).remedies;
    expect(remedy?.manual.join('\n')).toContain('"ipipMode":"Always"');
  });

  it('explains a calico-node that does not start, and whom others miss', () => {
    const sample = healthyCluster({ nodes: 3 });
    failStart(sample, 'worker-3', [
      allocator(sample, 'Unable to autoassign an address - pools are likely exhausted.'),
    ]);
    const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
    expect(findings.map(({ id }) => id)).toEqual(['ipam-exhausted']);
  });
});
