import { expect, it } from 'vitest';
import { ipsetFailure } from '../../internal/checks/ipset-failure.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import { podOn } from '../support/faults.ts';
import {
  felixAdds,
  felixDies,
  felixHeals,
  refusedProbe,
  type FelixLine,
} from '../support/felix-faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { snapshotFrom, type Sample } from '../support/sample.ts';

const version = 'v3.27.2';
const listed = (stderr: string, command = 'ipset list'): FelixLine => [
  'ERROR',
  'ipsets.go',
  `Bad return code from '${command}'. error=exit status 1 family="inet" stderr="${stderr}"`,
];
const restored = (stderr: string): FelixLine => [
  'WARNING',
  'ipsets.go',
  `Failed to complete ipset restore, IP sets may be out-of-sync. commitErr=<nil> family="inet" input="create cali40all-hosts-net hash:net\\n" processErr=exit status 1 stderr="${stderr}" stdout=""`,
];
const panics: FelixLine = [
  'PANIC',
  'ipsets.go',
  'Failed to update IP sets after multiple retries.',
];
const revision =
  'ipset v7.11: Kernel and userspace incompatible: settype hash:ip with revision 6 not supported by userspace.\\n';
const invalid = 'ipset v7.1: Kernel error received: Invalid argument\\n';
const exists =
  'ipset v7.11: Error in line 1: Set cannot be created: set with the same name already exists\\n';
const full = 'ipset v7.11: Error in line 80: Hash is full, cannot add more elements\\n';
const denied = 'ipset v7.11: Kernel error received: Operation not permitted\\n';

const cluster = (spec: ClusterSpec = {}): Sample => healthyCluster({ nodes: 3, version, ...spec });

it.each<[string, string, readonly FelixLine[], string]>([
  ['a newer form of sets', version, [listed(revision), panics], 'revision'],
  [
    'the same, as v3.29 asks',
    'v3.29.4',
    [listed(revision, 'ipset list cali40s:abc'), panics],
    'revision',
  ],
  ['a kernel that refuses', 'v3.26.1', [listed(invalid), panics], 'refused'],
  ['a name that is taken', 'v3.20.2', [restored(exists), panics], 'foreign-set'],
  ['a full set', 'v3.8.4', [restored(full), panics], 'full'],
  ['only the end', version, [panics], 'refused'],
  ['not permitted, although privileged', version, [listed(denied), panics], 'refused'],
])('finds %s', (_name, release, lines, kind) => {
  const sample = cluster({ version: release });
  felixDies(sample, 'worker-3', { version: release, lines });
  const finding = findingIn(ipsetFailure, sample);
  expect([nodesOf(finding), finding.facts['kind'], finding.confidence]).toEqual([
    ['worker-3'],
    kind,
    'confirmed',
  ]);
});

it.each<[string, (sample: Sample) => void]>([
  ['a healthy cluster', () => {}],
  [
    'a pod without privileges, which has a finding of its own',
    (sample) => {
      felixDies(sample, 'worker-1', { version, lines: [listed(denied), panics] });
      const container = podOn(sample, 'worker-1').spec?.containers?.[0];
      if (container) container.securityContext = { privileged: false };
    },
  ],
  [
    'sets that Felix made anew by itself',
    (sample) => felixAdds(sample, 'worker-1', version, [[30, ...listed(revision)], felixHeals(20)]),
  ],
  [
    'a slip on a node that is well',
    (sample) => felixAdds(sample, 'worker-1', version, [[5, ...restored(exists)]]),
  ],
  [
    'a kernel without sets, which is a missing module',
    (sample) =>
      felixDies(sample, 'worker-1', {
        version,
        lines: [listed('ipset v7.1: Cannot open session to kernel.\\n'), panics],
      }),
  ],
])('finds nothing: %s', (_name, change) => {
  const sample = cluster();
  change(sample);
  expect(findingsIn(ipsetFailure, sample)).toEqual([]);
});

it('is less sure of tries that go on', () => {
  const sample = cluster();
  felixDies(sample, 'worker-3', { version, lines: [listed(invalid)] });
  expect(findingIn(ipsetFailure, sample).confidence).toBe('likely');
});

it('stands alone in the diagnosis', () => {
  const sample = cluster();
  felixDies(sample, 'worker-3', { version, lines: [listed(invalid), panics] });
  refusedProbe(sample, 'worker-3');
  const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
  expect(findings.map(({ id }) => id)).toEqual(['ipset-failure']);
});

it.each<[string, string, readonly string[]]>([
  ['revision', revision, ['newer-release', 'reboot-nodes']],
  ['refused', invalid, ['reboot-nodes', 'newer-release']],
  ['foreign-set', exists, ['reboot-nodes']],
  ['full', full, ['larger-ip-sets']],
])('proposes what fits: %s', (_kind, stderr, remedies) => {
  const sample = cluster();
  felixDies(sample, 'worker-3', { version, lines: [restored(stderr), panics] });
  expect(findingIn(ipsetFailure, sample).remedies.map(({ id }) => id)).toEqual(remedies);
});
