import { expect, it } from 'vitest';
import { birdNotRunning } from '../../internal/checks/bird-not-running.ts';
import { diagnose } from '../../internal/checks/run.ts';
import {
  birdProbe,
  birdSays,
  serviceDown,
  socketMissing,
  socketRefused,
} from '../support/bird-faults.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import { appendLog, daemonSetOf, podOn, unready } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { snapshotFrom, type Sample } from '../support/sample.ts';

const cluster = (spec: ClusterSpec = {}): Sample =>
  healthyCluster({ nodes: 3, version: 'v3.28.0', ...spec });

/** The probes of a manifest for BIRD, although the backend is another one. */
function asksInVain(sample: Sample): void {
  const commands = {
    livenessProbe: ['/bin/calico-node', '-felix-live', '-bird-live'],
    readinessProbe: ['/bin/calico-node', '-felix-ready', '-bird-ready'],
  };
  const specs = [
    daemonSetOf(sample).spec?.template?.spec,
    ...['worker-1', 'worker-2', 'worker-3'].map((node) => podOn(sample, node).spec),
  ];
  for (const container of specs.map((spec) => spec?.containers?.[0])) {
    for (const name of ['livenessProbe', 'readinessProbe'] as const)
      if (container?.[name]) container[name].exec = { command: commands[name] };
  }
  for (const node of ['worker-1', 'worker-2', 'worker-3']) unready(podOn(sample, node));
}

/** The backend comes from a ConfigMap that the dump does not have. */
function hideBackend(sample: Sample): void {
  for (const node of ['worker-1', 'worker-2', 'worker-3']) {
    const container = podOn(sample, node).spec?.containers?.[0];
    if (container?.env)
      container.env = container.env.map((entry) =>
        entry.name === 'CALICO_NETWORKING_BACKEND'
          ? {
              name: entry.name,
              valueFrom: { configMapKeyRef: { name: 'calico-config', key: 'calico_backend' } },
            }
          : entry,
      );
  }
}

const noFile =
  'bird: Unable to open configuration file /etc/calico/confd/config/bird.cfg: No such file or directory';

it('finds probes that ask for BIRD where nothing starts it', () => {
  const sample = cluster({ install: 'vxlan' });
  asksInVain(sample);
  for (const node of ['worker-1', 'worker-2', 'worker-3']) birdProbe(sample, node, socketMissing);
  const finding = findingIn(birdNotRunning, sample);
  expect(nodesOf(finding)).toEqual(['worker-1', 'worker-2', 'worker-3']);
  expect(finding.facts).toMatchObject({ backend: 'vxlan', isAskedInVain: true });
  expect([finding.confidence, finding.isSymptom]).toEqual(['confirmed', undefined]);
});

it('tells it from the objects alone, when the events are gone', () => {
  const sample = cluster({ install: 'policy-only' });
  asksInVain(sample);
  expect(findingIn(birdNotRunning, sample).confidence).toBe('likely');
});

it('takes the backend from the log, where its ConfigMap was not read', () => {
  const sample = cluster({ install: 'vxlan' });
  asksInVain(sample);
  hideBackend(sample);
  expect(findingsIn(birdNotRunning, sample)).toEqual([]);
  for (const node of ['worker-1', 'worker-2', 'worker-3'])
    appendLog(sample, podOn(sample, node), [
      'CALICO_NETWORKING_BACKEND is vxlan - no need to run a BGP daemon',
    ]);
  expect(findingIn(birdNotRunning, sample).facts).toMatchObject({
    backend: 'vxlan',
    isAskedInVain: true,
  });
});

it.each<[string, (sample: Sample) => void, string]>([
  ['no socket', (sample) => birdProbe(sample, 'worker-2', socketRefused), 'possible'],
  [
    'no socket, in other words',
    (sample) => birdProbe(sample, 'worker-2', socketMissing),
    'possible',
  ],
  [
    'no service',
    (sample) => birdProbe(sample, 'worker-2', serviceDown, { probe: 'Liveness' }),
    'possible',
  ],
  [
    'no service, v3.28 and newer',
    (sample) => birdProbe(sample, 'worker-2', 'bird is not live: exit status 1'),
    'possible',
  ],
  [
    'a log that ends without a configuration, no events',
    (sample) => {
      unready(podOn(sample, 'worker-2'));
      birdSays(
        sample,
        'worker-2',
        Array.from({ length: 40 }, () => noFile),
      );
    },
    'possible',
  ],
  [
    'both',
    (sample) => {
      birdProbe(sample, 'worker-2', socketRefused);
      birdSays(
        sample,
        'worker-2',
        Array.from({ length: 40 }, () => noFile),
      );
    },
    'likely',
  ],
])('is a symptom where BIRD should run: %s', (_name, change, confidence) => {
  const sample = cluster();
  birdSays(sample, 'worker-2', []);
  change(sample);
  const finding = findingIn(birdNotRunning, sample);
  expect([nodesOf(finding), finding.confidence, finding.isSymptom]).toEqual([
    ['worker-2'],
    confidence,
    true,
  ]);
});

it.each<[string, ClusterSpec, (sample: Sample) => void]>([
  ['a healthy cluster', {}, () => {}],
  ['a healthy cluster without BIRD', { install: 'vxlan' }, () => {}],
  [
    'Canal, whose probes ask for Felix alone',
    { install: 'canal' },
    (sample) => unready(podOn(sample, 'worker-1')),
  ],
  ['a start', { age: 20 }, (sample) => birdProbe(sample, 'worker-1', socketMissing)],
  ['an old event', {}, (sample) => birdProbe(sample, 'worker-1', socketRefused, { ago: 1500 })],
  [
    'a slow BIRD',
    {},
    (sample) =>
      birdProbe(
        sample,
        'worker-1',
        'BIRD is not ready: error executing command: read unix @->/run/calico/bird.ctl: i/o timeout',
      ),
  ],
  [
    'the first seconds of a start, which are over',
    {},
    (sample) => {
      unready(podOn(sample, 'worker-1'));
      birdSays(sample, 'worker-1', [noFile, noFile, 'bird: Started']);
    },
  ],
  [
    'a probe from before BIRD had its sessions',
    {},
    (sample) => birdProbe(sample, 'worker-1', socketRefused, { ago: 120 }),
  ],
  [
    'bird6, which has nothing to do',
    {},
    (sample) => {
      unready(podOn(sample, 'worker-1'));
      birdSays(sample, 'worker-1', [
        'bird: Started',
        ...Array.from({ length: 40 }, () => noFile.replace('bird.cfg', 'bird6.cfg')),
      ]);
    },
  ],
])('finds nothing: %s', (_name, spec, change) => {
  const sample = cluster(spec);
  change(sample);
  expect(findingsIn(birdNotRunning, sample)).toEqual([]);
});

it('never stands before the cause', () => {
  const sample = cluster();
  birdProbe(sample, 'worker-2', socketRefused);
  birdSays(sample, 'worker-2', ['bird: /etc/calico/confd/config/bird.cfg:3:1 syntax error']);
  const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
  expect(findings.map(({ id }) => id)).toEqual(['bird-config-invalid']);
});

it('drops the checks in the DaemonSet of a manifest, and leaves the operator its own', () => {
  const sample = cluster({ install: 'vxlan' });
  asksInVain(sample);
  const [remedy] = findingIn(birdNotRunning, sample).remedies;
  expect([remedy?.action, remedy?.target?.kind, remedy?.changes.length]).toEqual([
    'apply',
    'DaemonSet',
    1,
  ]);
  const operator = cluster({ install: 'operator' });
  for (const node of ['worker-1', 'worker-2', 'worker-3']) {
    const pod = podOn(operator, node);
    unready(pod);
    const backend = pod.spec?.containers?.[0]?.env?.find(
      ({ name }) => name === 'CALICO_NETWORKING_BACKEND',
    );
    if (backend) backend.value = 'none';
  }
  expect(findingIn(birdNotRunning, operator).remedies[0]?.action).toBe('manual');
});
