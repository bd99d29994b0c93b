import { expect, it } from 'vitest';
import { kernelModulesMissing } from '../../internal/checks/kernel-modules-missing.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import { nodeOf } from '../support/faults.ts';
import {
  felixAdds,
  felixDies,
  felixGoesOn,
  felixHeals,
  gaveUp,
  refusedProbe,
  restoreFailed,
  type FelixLine,
} from '../support/felix-faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { snapshotFrom, type Sample } from '../support/sample.ts';

const noMatch = restoreFailed(
  "iptables-restore v1.8.4 (nf_tables): Couldn't load match `set':No such file or directory\\n",
);
const noTarget = restoreFailed(
  "iptables-restore v1.8.4 (nf_tables): Couldn't load target `NFLOG':No such file or directory\\n",
);
const noVxlan = (device: string): FelixLine => [
  'WARNING',
  'route_mgr.go',
  `Failed to configure tunnel device, retrying... error=operation not supported ipVersion=0x4 tunnelDevice="${device}"`,
];

const cluster = (spec: ClusterSpec = {}): Sample =>
  healthyCluster({ nodes: 4, version: 'v3.26.5', ...spec });

it.each<[string, string, readonly FelixLine[], readonly string[]]>([
  ['a match of iptables', 'v3.26.5', [noMatch, ...gaveUp], ['xt_set']],
  ['two things at once', 'v3.22.1', [noMatch, noTarget], ['xt_set', 'xt_NFLOG']],
  ['in the log of v3.9', 'v3.9.6', [noMatch], ['xt_set']],
])('finds %s', (_name, version, lines, modules) => {
  const sample = cluster({ version });
  felixDies(sample, 'worker-3', { version, lines });
  const finding = findingIn(kernelModulesMissing, sample);
  expect(nodesOf(finding)).toEqual(['worker-3']);
  expect(finding.facts['modules']).toEqual(modules);
  expect([finding.severity, finding.confidence]).toEqual(['error', 'confirmed']);
});

it('finds a tunnel device that cannot be made, where the pod is 1/1', () => {
  const sample = cluster({ version: 'v3.31.2' });
  const again = [5, 4, 3, 2, 1].map((ago) => [ago, ...noVxlan('vxlan.calico')] as const);
  felixAdds(sample, 'worker-2', 'v3.31.2', again);
  const finding = findingIn(kernelModulesMissing, sample);
  expect([nodesOf(finding), finding.facts['modules'], finding.confidence]).toEqual([
    ['worker-2'],
    ['vxlan'],
    'likely',
  ]);
  expect(finding.symptoms.map(({ id }) => id)).not.toContain('pod-not-ready');
});

it('is surer where only the nodes without it run that kernel', () => {
  const sample = cluster({ version: 'v3.31.2' });
  const info = nodeOf(sample, 'worker-2').status?.nodeInfo;
  if (info) info.kernelVersion = '6.1.0-21-cloud-amd64';
  felixAdds(sample, 'worker-2', 'v3.31.2', [[2, ...noVxlan('tunl0')]]);
  const finding = findingIn(kernelModulesMissing, sample);
  expect([finding.confidence, finding.facts['kernels']]).toEqual([
    'confirmed',
    ['6.1.0-21-cloud-amd64'],
  ]);
});

it.each<[string, (sample: Sample) => void]>([
  ['a healthy cluster, with the line about sctp', () => {}],
  [
    'the sctp line with its reason',
    (sample) =>
      felixDies(sample, 'worker-1', {
        version: 'v3.26.5',
        lines: [
          [
            'INFO',
            'int_dataplane.go',
            'attempted to modprobe nf_conntrack_proto_sctp error=exit status 1 output="modprobe: FATAL: Module nf_conntrack_proto_sctp not found in directory /lib/modules/6.8.0-45-generic"',
          ],
        ],
      }),
  ],
  [
    'a device that came up when the module was loaded',
    (sample) => {
      felixAdds(sample, 'worker-1', 'v3.26.5', [
        [400, ...noVxlan('vxlan.calico')],
        felixHeals(300),
      ]);
      felixGoesOn(sample, 'worker-1', 'v3.26.5');
    },
  ],
  [
    'not permitted is not missing',
    (sample) =>
      felixDies(sample, 'worker-1', {
        version: 'v3.26.5',
        lines: [
          restoreFailed('iptables-restore v1.8.4 (legacy): Permission denied (you must be root)'),
        ],
      }),
  ],
])('finds nothing: %s', (_name, change) => {
  const sample = cluster();
  change(sample);
  expect(findingsIn(kernelModulesMissing, sample)).toEqual([]);
});

it('is the one finding about a Felix that ends for it', () => {
  const sample = cluster();
  felixDies(sample, 'worker-3', { version: 'v3.26.5', lines: [noMatch, ...gaveUp] });
  refusedProbe(sample, 'worker-3');
  const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
  expect(findings.map(({ id }) => id)).toEqual(['kernel-modules-missing']);
});

it('loads the modules that are named, on each node', () => {
  const sample = cluster();
  felixDies(sample, 'worker-3', { version: 'v3.26.5', lines: [noMatch, noTarget] });
  const [remedy] = findingIn(kernelModulesMissing, sample).remedies;
  expect([remedy?.id, remedy?.action]).toEqual(['load-modules', 'manual']);
  expect(remedy?.manual).toEqual(
    expect.arrayContaining(['# on worker-3:', 'modprobe xt_set', 'modprobe xt_NFLOG']),
  );
});
