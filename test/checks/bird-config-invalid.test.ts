import { expect, it } from 'vitest';
import { birdConfigInvalid } from '../../internal/checks/bird-config-invalid.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { birdProbe, birdSays, serviceDown, socketRefused } from '../support/bird-faults.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import { appendLog, crashLoop, logOf, podOn, setLog } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

const version = 'v3.29.2';
const cluster = (spec: ClusterSpec = {}): Sample => healthyCluster({ nodes: 3, version, ...spec });

const confd = (sample: Sample, ago: number, message: string, release = version): string =>
  logLine(
    { start: at(sample, -ago), version: release },
    0,
    'ERROR',
    'confd',
    'resource.go',
    message,
  );
const checked = (file = 'bird.cfg'): string =>
  `Error from checkcmd "bird -p -c /etc/calico/confd/config/.${file}31871": "bird: /etc/calico/confd/config/.${file}31871:62:14 syntax error, unexpected '-'\\n"`;
const ends = (file = 'bird.cfg'): readonly string[] =>
  Array.from({ length: 5 }, () => `bird: /etc/calico/confd/config/${file}:62:14 syntax error`);

/** BIRD ends for its configuration each second, and the kubelet sees that it does. */
function broken(sample: Sample, node: string, message = serviceDown): void {
  birdSays(sample, node, ends());
  birdProbe(sample, node, message, { probe: 'Liveness' });
}

it.each([serviceDown, socketRefused, 'bird is not live: exit status 1'])(
  'finds it: %s',
  (message) => {
    const sample = cluster();
    broken(sample, 'worker-2', message);
    const finding = findingIn(birdConfigInvalid, sample);
    expect([
      nodesOf(finding),
      finding.facts['reason'],
      finding.severity,
      finding.confidence,
    ]).toEqual([['worker-2'], 'syntax error', 'error', 'confirmed']);
  },
);

it('is one finding for all nodes, and the only one', () => {
  const sample = cluster();
  for (const node of ['worker-1', 'worker-2', 'worker-3']) broken(sample, node);
  const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
  expect(findings.map(({ id }) => id)).toEqual(['bird-config-invalid']);
  expect(findings[0]?.facts['nodes']).toEqual(['worker-1', 'worker-2', 'worker-3']);
});

it('warns where a running BIRD keeps the file from before', () => {
  const sample = cluster();
  appendLog(sample, podOn(sample, 'worker-1'), [confd(sample, 40, checked())]);
  const finding = findingIn(birdConfigInvalid, sample);
  expect([finding.severity, finding.confidence, finding.facts['isRunning']]).toEqual([
    'warning',
    'likely',
    true,
  ]);
});

it('reads the run that the liveness probe ended', () => {
  const sample = cluster({ version: 'v3.20.3' });
  broken(sample, 'worker-3');
  const pod = podOn(sample, 'worker-3');
  setLog(sample, pod, 'calico-node', logOf(sample, pod), true);
  setLog(sample, pod, 'calico-node', '');
  crashLoop(sample, pod, { lived: 60, exitCode: 0, reason: 'Completed', restarts: 12 });
  expect(findingIn(birdConfigInvalid, sample).evidence[0]?.field).toBe('previous log');
});

it.each<[string, (sample: Sample) => void]>([
  ['a healthy cluster', () => {}],
  [
    'the included files of every start',
    (sample) =>
      appendLog(sample, podOn(sample, 'worker-1'), [
        confd(
          sample,
          5,
          'Error from checkcmd "bird -p -c /etc/calico/confd/config/.bird.cfg1": "bird: /etc/calico/confd/config/.bird.cfg1:6:1 Unable to open included file /etc/calico/confd/config/bird_aggr.cfg: No such file or directory\\n"',
        ),
      ]),
  ],
  [
    'bird6 where there is no IPv6',
    (sample) =>
      appendLog(sample, podOn(sample, 'worker-1'), [
        confd(sample, 5, checked('bird6.cfg').replace('"bird -p', '"bird6 -p')),
      ]),
  ],
  [
    'a bad resource of this morning, and BIRD is well',
    (sample) => {
      const pod = podOn(sample, 'worker-1');
      appendLog(sample, pod, [
        confd(sample, 9000, checked()),
        confd(sample, 5, 'Updated with new cluster IP CIDRs'),
      ]);
    },
  ],
  [
    'BIRD without any file, which follows from something else',
    (sample) => {
      birdSays(sample, 'worker-1', [
        'bird: Unable to open configuration file /etc/calico/confd/config/bird.cfg: No such file or directory',
      ]);
      birdProbe(sample, 'worker-1', socketRefused);
    },
  ],
])('finds nothing: %s', (_name, change) => {
  const sample = cluster();
  change(sample);
  expect(findingsIn(birdConfigInvalid, sample)).toEqual([]);
});

it('takes bird6 seriously where there is IPv6', () => {
  const sample = cluster();
  const container = podOn(sample, 'worker-1').spec?.containers?.[0];
  container?.env?.push({ name: 'IP6', value: 'autodetect' });
  appendLog(sample, podOn(sample, 'worker-1'), [confd(sample, 5, checked('bird6.cfg'))]);
  expect(findingIn(birdConfigInvalid, sample).facts['file']).toBe('bird6.cfg');
});

it.each([
  ['operator', 'kubectl', '-n tigera-operator get configmap bird-templates'],
  ['manifest', 'kubectl', '-n kube-system get daemonset calico-node'],
  ['etcd', 'calicoctl', '-n kube-system get daemonset calico-node'],
] as const)('shows what %s makes the file of', (install, client, templates) => {
  const sample = cluster({ install });
  broken(sample, 'worker-2');
  const manual = findingIn(birdConfigInvalid, sample).remedies[0]?.manual ?? [];
  expect(manual[0]).toBe(`${client} get bgppeers -o yaml`);
  expect(manual.some((line) => line.includes(templates))).toBe(true);
});
