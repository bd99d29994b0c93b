import { expect, it } from 'vitest';
import { iptablesProgrammingFailure } from '../../internal/checks/iptables-programming-failure.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import {
  felixAdds,
  felixDies,
  felixGoesOn,
  gaveUp,
  restoreFailed,
  type FelixLine,
} from '../support/felix-faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import type { Sample } from '../support/sample.ts';

const version = 'v3.27.3';
const locked = restoreFailed(
  'Another app is currently holding the xtables lock. Perhaps you want to use the -w option?\\n',
);
const refused = restoreFailed(
  'iptables-restore v1.8.8 (nf_tables): \\nline 9: RULE_INSERT failed (Invalid argument): rule in chain FORWARD\\n',
);
const foreign: FelixLine = [
  'ERROR',
  'table.go',
  'iptables-save failed because there are incompatible nft rules in the table.  Remove the nft rules to continue. ipVersion=0x4 table="filter"',
];
const saveFailed: readonly FelixLine[] = [
  [
    'WARNING',
    'table.go',
    'iptables-nft-save command failed error=exit status 1 stderr="iptables-nft-save v1.8.8: Parsing nftables rule failed"',
  ],
  ['PANIC', 'table.go', 'iptables-nft-save command failed after retries'],
];
const retried: FelixLine = [
  'WARNING',
  'table.go',
  'Failed to program iptables, will retry error=exit status 4',
];

const cluster = (spec: ClusterSpec = {}): Sample => healthyCluster({ nodes: 3, version, ...spec });

it.each<[string, readonly FelixLine[], string, string | null]>([
  [
    'the lock is held',
    [locked, ...gaveUp],
    'lock',
    'Another app is currently holding the xtables lock. Perhaps you want to use the -w option?',
  ],
  [
    'the rules are refused',
    [refused, ...gaveUp],
    'refused',
    'iptables-restore v1.8.8 (nf_tables): line 9: RULE_INSERT failed (Invalid argument): rule in chain FORWARD',
  ],
  ['nft rules of others', [foreign, saveFailed[1] ?? foreign], 'foreign-rules', null],
  [
    'the state cannot be read',
    saveFailed,
    'refused',
    'iptables-nft-save v1.8.8: Parsing nftables rule failed',
  ],
  ['only the end is in the log', gaveUp.slice(2), 'refused', null],
  [
    'no such program',
    [['PANIC', 'feature_detect_linux.go', 'Failed to find iptables command ipVersion=0x4']],
    'no-program',
    null,
  ],
])('finds it: %s', (_name, lines, kind, says) => {
  const sample = cluster();
  felixDies(sample, 'worker-2', { version, lines });
  const finding = findingIn(iptablesProgrammingFailure, sample);
  expect([nodesOf(finding), finding.facts['kind'], finding.facts['says']]).toEqual([
    ['worker-2'],
    kind,
    says,
  ]);
  expect(finding.confidence).toBe('confirmed');
});

it.each(['v3.8.2', 'v3.13.4', 'v3.20.6', 'v3.32.1'])('reads the log of %s', (release) => {
  const sample = cluster({ version: release });
  felixDies(sample, 'worker-1', { version: release, lines: [refused, ...gaveUp] });
  expect(nodesOf(findingIn(iptablesProgrammingFailure, sample))).toEqual(['worker-1']);
});

it('counts tries that still go on', () => {
  const sample = cluster();
  felixDies(sample, 'worker-2', { version, lines: [refused, retried] });
  const finding = findingIn(iptablesProgrammingFailure, sample);
  expect([nodesOf(finding), finding.confidence]).toEqual([['worker-2'], 'likely']);
});

it('counts a lock that no try gets', () => {
  const sample = cluster();
  felixDies(sample, 'worker-2', { version, lines: [locked, retried], times: 5 });
  expect(findingIn(iptablesProgrammingFailure, sample).facts['kind']).toBe('lock');
});

it.each<[string, (sample: Sample) => void]>([
  ['a healthy cluster', () => {}],
  [
    'a lock that was held for a moment on a node that is well',
    (sample) =>
      felixAdds(sample, 'worker-1', version, [
        [20, ...locked],
        [20, ...retried],
      ]),
  ],
  [
    'a try that failed long ago on a node that is sick of something else',
    (sample) => {
      felixDies(sample, 'worker-1', { version, lines: [locked, retried], times: 1, ago: 3000 });
      felixGoesOn(sample, 'worker-1', version);
    },
  ],
  [
    'a lock that is held now and then on a busy node',
    (sample) => felixDies(sample, 'worker-1', { version, lines: [locked, retried], times: 2 }),
  ],
  [
    'a try that succeeded after all',
    (sample) =>
      felixDies(sample, 'worker-1', {
        version,
        lines: [locked, retried, ['WARNING', 'table.go', 'Succeeded after retry.']],
        times: 1,
      }),
  ],
  [
    'a missing module, which has a finding of its own',
    (sample) =>
      felixDies(sample, 'worker-1', {
        version,
        lines: [restoreFailed("x: Couldn't load match `set':No such file or directory"), ...gaveUp],
      }),
  ],
])('finds nothing: %s', (_name, change) => {
  const sample = cluster();
  change(sample);
  expect(findingsIn(iptablesProgrammingFailure, sample)).toEqual([]);
});

const remediesOf = (
  lines: readonly FelixLine[],
  spec: ClusterSpec = {},
  backend?: string,
): unknown => {
  const sample = cluster(spec);
  felixDies(sample, 'worker-2', { version: spec.version ?? version, lines });
  if (backend)
    sample.lists.felixConfigurations = [
      {
        kind: 'FelixConfiguration',
        metadata: { name: 'default' },
        spec: { iptablesBackend: backend },
      },
    ];
  return findingIn(iptablesProgrammingFailure, sample).remedies.map(({ id }) => id);
};

it('proposes what fits the refusal, the release and the setting', () => {
  expect(remediesOf([locked, ...gaveUp])).toEqual(['find-lock-holder', 'wait-for-lock']);
  expect(remediesOf([locked, ...gaveUp], { version: 'v3.32.0' })).toEqual(['find-lock-holder']);
  expect(remediesOf([foreign, ...gaveUp])).toEqual(['remove-nft-rules', 'iptables-backend']);
  expect(remediesOf([refused, ...gaveUp])).toEqual(['reboot-nodes']);
  expect(remediesOf([refused, ...gaveUp], {}, 'Legacy')).toEqual([
    'iptables-backend',
    'reboot-nodes',
  ]);
  expect(remediesOf([refused, ...gaveUp], { version: 'v3.14.2' })).toEqual([
    'iptables-backend',
    'reboot-nodes',
  ]);
});
