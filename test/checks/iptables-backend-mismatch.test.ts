import { expect, it } from 'vitest';
import { iptablesBackendMismatch } from '../../internal/checks/iptables-backend-mismatch.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { healthyCluster } from '../support/cluster.ts';
import { appendLog, podOn } from '../support/faults.ts';
import {
  felixAdds,
  felixDies,
  felixGoesOn,
  felixHeals,
  gaveUp,
  restoreFailed,
  type FelixLine,
} from '../support/felix-faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { snapshotFrom, type Sample } from '../support/sample.ts';

const version = 'v3.28.1';
const mismatch = (detected: string, specified: string): FelixLine => [
  'WARNING',
  'feature_detect_linux.go',
  `Iptables backend specified does not match the detected backend, using specified backend detectedBackend="${detected}" specifiedBackend="${specified}"`,
];
const noTable = restoreFailed(
  "iptables-restore v1.8.8 (legacy): can't initialize iptables table `filter': Table does not exist (do you need to insmod?)",
);
const starts = [40_000, 'INFO', 'daemon.go', 'Felix starting up'] as const;

function told(sample: Sample, node: string, detected = 'nft', specified = 'legacy'): void {
  felixAdds(sample, node, version, [
    starts,
    [39_999, ...mismatch(detected, specified)],
    felixHeals(39_990),
  ]);
  felixGoesOn(sample, node, version);
}

it('warns of nodes that are well, whenever Felix said so at its start', () => {
  const sample = healthyCluster({ nodes: 3, version });
  told(sample, 'worker-1');
  told(sample, 'worker-3');
  const finding = findingIn(iptablesBackendMismatch, sample);
  expect(nodesOf(finding)).toEqual(['worker-1', 'worker-3']);
  expect([finding.severity, finding.confidence]).toEqual(['warning', 'likely']);
  expect(finding.facts).toMatchObject({ detected: 'nft', specified: 'legacy', isFailing: false });
});

it('is surer where the setting is seen', () => {
  const sample = healthyCluster({ nodes: 1, version });
  told(sample, 'worker-1', 'legacy', 'nft');
  sample.lists.felixConfigurations = [
    {
      kind: 'FelixConfiguration',
      metadata: { name: 'node.worker-1' },
      spec: { iptablesBackend: 'NFT' },
    },
  ];
  const finding = findingIn(iptablesBackendMismatch, sample);
  expect([finding.confidence, finding.evidence[1]?.from.name]).toEqual([
    'confirmed',
    'node.worker-1',
  ]);
});

it('is an error, and the cause, where Felix cannot write its rules', () => {
  const sample = healthyCluster({ nodes: 3, version });
  felixDies(sample, 'worker-2', {
    version,
    lines: [mismatch('nft', 'legacy'), noTable, ...gaveUp],
  });
  const finding = findingIn(iptablesBackendMismatch, sample);
  expect([finding.severity, finding.facts['isFailing']]).toEqual(['error', true]);
  const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
  expect(findings.map(({ id }) => id)).toEqual(['iptables-backend-mismatch']);
});

it.each<[string, (sample: Sample) => void]>([
  ['a healthy cluster', () => {}],
  [
    'a start that is over: the next one had nothing to say',
    (sample) => {
      told(sample, 'worker-1');
      felixAdds(sample, 'worker-1', version, [[600, 'INFO', 'daemon.go', 'Felix starting up']]);
    },
  ],
  [
    'another line about iptables',
    (sample) =>
      appendLog(sample, podOn(sample, 'worker-1'), [
        'Looked up iptables command backendMode="nft"',
      ]),
  ],
])('finds nothing: %s', (_name, change) => {
  const sample = healthyCluster({ nodes: 2, version });
  change(sample);
  expect(findingsIn(iptablesBackendMismatch, sample)).toEqual([]);
});

it('lets Felix follow the node, and cleans what is left by a reboot', () => {
  const sample = healthyCluster({ nodes: 1, version });
  told(sample, 'worker-1');
  const { remedies } = findingIn(iptablesBackendMismatch, sample);
  expect(remedies.map(({ id }) => id)).toEqual(['iptables-backend', 'reboot-nodes']);
  expect(remedies[0]?.manual.at(-1)).toContain('"iptablesBackend":"Auto"');
});
