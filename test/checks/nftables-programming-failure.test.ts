import { expect, it } from 'vitest';
import { nftablesProgrammingFailure } from '../../internal/checks/nftables-programming-failure.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import { felixAdds, felixDies, felixHeals, type FelixLine } from '../support/felix-faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import type { Sample } from '../support/sample.ts';

const version = 'v3.32.1';
const refused: FelixLine = [
  'ERROR',
  'table.go',
  'Failed to run nft transaction error=/dev/stdin:7:1-40: Error: Could not process rule: No such file or directory ipVersion=0x4 table="calico"',
];
const gaveUp: FelixLine = [
  'PANIC',
  'table.go',
  'Failed to program nftables, giving up after retries error=error performing nft transaction',
];
const client = (level: string): FelixLine => [
  level,
  'table.go',
  'Failed to create knftables client error=could not run nftables command: exec: "nft": executable file not found in $PATH',
];
const probeOnly: FelixLine = [
  'WARNING',
  'utils.go',
  'Failed to create nftables interface to check kube-proxy mode. error=could not run nftables command',
];

const cluster = (spec: ClusterSpec = {}): Sample => healthyCluster({ nodes: 3, version, ...spec });

function mode(sample: Sample, nftablesMode: string): void {
  sample.lists.felixConfigurations = [
    { kind: 'FelixConfiguration', metadata: { name: 'default' }, spec: { nftablesMode } },
  ];
}

it.each<[string, string, readonly FelixLine[]]>([
  ['rules that are refused', version, [refused, gaveUp]],

  ['only the end', 'v3.30.1', [gaveUp]],
  ['no nft at all', 'v3.31.3', [client('PANIC')]],
  [
    'a state that cannot be read',
    version,
    [['PANIC', 'table.go', 'nftables command failed after retries']],
  ],
])('finds %s', (_name, release, lines) => {
  const sample = cluster({ version: release });
  felixDies(sample, 'worker-2', { version: release, lines });
  const finding = findingIn(nftablesProgrammingFailure, sample);
  expect([nodesOf(finding), finding.severity, finding.confidence]).toEqual([
    ['worker-2'],
    'error',
    'confirmed',
  ]);
});

it('is less sure of tries that go on', () => {
  const sample = cluster();
  felixDies(sample, 'worker-2', { version, lines: [refused] });
  expect(findingIn(nftablesProgrammingFailure, sample).confidence).toBe('likely');
});

it('says how Felix is set, and whether the kernel is too old for it', () => {
  const sample = cluster({ kernel: '5.4.0-150-generic' });
  mode(sample, 'Enabled');
  felixDies(sample, 'worker-1', { version, lines: [refused, gaveUp] });
  const { facts, evidence, remedies } = findingIn(nftablesProgrammingFailure, sample);
  expect(facts).toMatchObject({
    mode: 'Enabled',
    isKernelTooOld: true,
    kernels: ['5.4.0-150-generic'],
  });
  expect(evidence.map(({ field }) => field)).toEqual([
    'log',
    'log',
    'status',
    'spec.nftablesMode',
    'status.nodeInfo.kernelVersion',
  ]);
  expect(remedies.map(({ id }) => id)).toEqual(['use-iptables', 'newer-kernel']);
});

it.each<[string, (sample: Sample) => void]>([
  ['a healthy cluster', () => {}],
  [
    'the look at kube-proxy on a node without nft',
    (sample) => felixDies(sample, 'worker-1', { version, lines: [probeOnly] }),
  ],
  [
    'a client that Felix can do without',
    (sample) => felixAdds(sample, 'worker-1', version, [[20, ...client('INFO')]]),
  ],
  [
    'the same on a node that is sick of something else',
    (sample) => felixDies(sample, 'worker-1', { version, lines: [client('INFO')] }),
  ],
  [
    'a transaction that went through at the second try',
    (sample) =>
      felixAdds(sample, 'worker-1', version, [
        [50, ...refused],
        [49, 'WARNING', 'table.go', 'Succeeded after retry.'],
      ]),
  ],
  [
    'an end that is over',
    (sample) => felixAdds(sample, 'worker-1', version, [[500, ...gaveUp], felixHeals(490)]),
  ],
])('finds nothing: %s', (_name, change) => {
  const sample = cluster();
  change(sample);
  expect(findingsIn(nftablesProgrammingFailure, sample)).toEqual([]);
});

it.each([
  ['operator', 'Installation'],
  ['manifest', 'FelixConfiguration'],
] as const)('goes back to iptables where the %s sets it', (install, kind) => {
  const sample = cluster({ install });
  felixDies(sample, 'worker-1', { version, lines: [refused, gaveUp] });
  expect(findingIn(nftablesProgrammingFailure, sample).remedies[0]?.target?.kind).toBe(kind);
});
