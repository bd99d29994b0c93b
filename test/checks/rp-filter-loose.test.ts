import { expect, it } from 'vitest';
import { rpFilterLoose } from '../../internal/checks/rp-filter-loose.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import { appendLog, crashLoop, podOn, setLog } from '../support/faults.ts';
import { felixDies, refusedProbe, type FelixLine } from '../support/felix-faults.ts';
import { findingIn, findingsIn, isNotApplicable, namesOf, nodesOf } from '../support/findings.ts';
import type { Sample } from '../support/sample.ts';

const loose: FelixLine = [
  'FATAL',
  'int_dataplane.go',
  "Kernel's RPF check is set to 'loose'.  This would allow endpoints to spoof their IP address.  Calico requires net.ipv4.conf.all.rp_filter to be set to 0 or 1.",
];
const allowed: FelixLine = [
  'WARNING',
  'int_dataplane.go',
  "Kernel's RPF check is set to 'loose' and IgnoreLooseRPF set to true.  Calico will not be able to prevent workloads from spoofing their source IP.",
];

const old = (spec: ClusterSpec = {}): Sample =>
  healthyCluster({ nodes: 3, version: 'v3.10.4', kubernetes: 'v1.17.17', ...spec });

it.each<[string, string, ClusterSpec]>([
  ['v3.8, manifest', 'v3.8.9', {}],
  ['v3.11, etcd datastore', 'v3.11.3', { install: 'etcd' }],
  ['v3.10, Canal', 'v3.10.4', { install: 'canal' }],
  ['v3.10, operator', 'v3.10.0', { install: 'operator' }],
])('finds it: %s', (_name, version, spec) => {
  const sample = old({ ...spec, version });
  felixDies(sample, 'worker-2', { version, lines: [loose], every: 2 });
  refusedProbe(sample, 'worker-2');
  const finding = findingIn(rpFilterLoose, sample);
  expect(namesOf(finding)).toEqual([
    'Node/worker-2',
    `Pod/${podOn(sample, 'worker-2').metadata.name}`,
  ]);
  expect([finding.severity, finding.confidence]).toEqual(['error', 'confirmed']);
});

it('is one finding for all nodes', () => {
  const sample = old();
  for (const node of ['worker-1', 'worker-3'])
    felixDies(sample, node, { version: 'v3.10.4', lines: [loose] });
  expect(nodesOf(findingIn(rpFilterLoose, sample))).toEqual(['worker-1', 'worker-3']);
});

it('reads the log of the run that the liveness probe ended', () => {
  const sample = old();
  felixDies(sample, 'worker-1', { version: 'v3.10.4', lines: [loose] });
  const pod = podOn(sample, 'worker-1');
  const log = sample.logs.find((item) => item.pod === pod.metadata.name);
  setLog(sample, pod, 'calico-node', log?.read.state === 'read' ? log.read.text : '', true);
  setLog(sample, pod, 'calico-node', '');
  crashLoop(sample, pod, { lived: 70, exitCode: 0, reason: 'Completed', restarts: 9 });
  expect(findingIn(rpFilterLoose, sample).evidence[0]?.field).toBe('previous log');
});

it.each<[string, (sample: Sample) => void]>([
  ['a healthy cluster', () => {}],
  [
    'a Felix that was told to do without',
    (sample) => felixDies(sample, 'worker-1', { version: 'v3.10.4', lines: [allowed] }),
  ],
  [
    'an end that was cured since',
    (sample) => {
      const pod = podOn(sample, 'worker-1');
      felixDies(sample, 'worker-1', { version: 'v3.10.4', lines: [loose], times: 1, ago: 900 });
      appendLog(sample, pod, [
        '2026-03-01 11:59:58.000 [INFO][77] health.go 196: Overall health status changed newStatus=&health.HealthReport{Live:true, Ready:true}',
      ]);
    },
  ],
])('finds nothing: %s', (_name, change) => {
  const sample = old();
  change(sample);
  expect(findingsIn(rpFilterLoose, sample)).toEqual([]);
});

it('does not apply from v3.12 on', () => {
  const sample = healthyCluster({ nodes: 1, version: 'v3.12.0' });
  felixDies(sample, 'worker-1', { version: 'v3.12.0', lines: [loose] });
  expect(isNotApplicable(rpFilterLoose, sample)).toBe(true);
});

it('sets the kernel on each node, or the field of Felix in every install type', () => {
  const sample = old({ install: 'etcd' });
  felixDies(sample, 'worker-1', { version: 'v3.10.4', lines: [loose] });
  const { remedies } = findingIn(rpFilterLoose, sample);
  expect(remedies.map(({ id }) => id)).toEqual([
    'set-rp-filter',
    'ignore-loose-rpf',
    'newer-release',
  ]);
  expect(remedies[0]?.manual).toContain('sysctl -w net.ipv4.conf.all.rp_filter=1');
  expect(remedies[1]?.manual.at(-1)).toBe(
    'calicoctl patch felixconfiguration default -p \'{"spec":{"ignoreLooseRPF":true}}\'',
  );
});
