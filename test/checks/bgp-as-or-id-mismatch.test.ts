import { expect, it } from 'vitest';
import { bgpAsOrIdMismatch } from '../../internal/checks/bgp-as-or-id-mismatch.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { birdProbe, birdSays, birdStart, meshName, peersOf } from '../support/bird-faults.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import { appendLog, crashLoop, podOn, setLog } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

const version = 'v3.27.4';
const cluster = (spec: ClusterSpec = {}): Sample => healthyCluster({ nodes: 4, version, ...spec });
const ip = (number: number): string => `10.20.0.${10 + number}`;

/** The session of one node with another is refused, with these words in its log. */
function refused(sample: Sample, number: number, other: number, words: string): void {
  const peers = peersOf(number, 4);
  birdSays(sample, `worker-${number}`, [
    ...birdStart(
      peers,
      peers.filter((peer) => peer !== ip(other)),
    ),
    `bird: ${meshName(ip(other))}: ${words}`,
    `bird: ${meshName(ip(other))}: ${words}`,
  ]);
}

function router(sample: Sample, node: string, lines: readonly string[]): void {
  appendLog(sample, podOn(sample, node), [
    'bird: Node_10_20_0_254: Initializing',
    'bird: Node_10_20_0_254: Starting',
    'bird: Node_10_20_0_254: State changed to start',
    ...lines,
  ]);
}

it.each<[string, string, string]>([
  ['this side refuses', 'Error: Bad peer AS: 65010', 'as-number'],
  ['the other side refuses', 'Received: Bad peer AS: 64512', 'as-number'],
  ['birdc shows it', 'BGP Error: Bad peer AS', 'as-number'],
  ['one router ID twice', 'Error: Bad BGP identifier: 0a14000b', 'router-id'],
  ['a wrong password', 'Received: Authentication failure', 'password'],
])('finds a router at the other end: %s', (_name, words, kind) => {
  const sample = cluster();
  router(sample, 'worker-2', [`bird: Node_10_20_0_254: ${words}`]);
  const finding = findingIn(bgpAsOrIdMismatch, sample);
  expect([
    nodesOf(finding),
    finding.facts['kind'],
    finding.facts['peers'],
    finding.severity,
  ]).toEqual([['worker-2'], kind, ['10.20.0.254'], 'error']);
});

it('names the node at which refused sessions of the mesh meet', () => {
  const sample = cluster();
  for (const other of [1, 2, 4]) refused(sample, other, 3, 'Error: Bad peer AS: 65033');
  const finding = findingIn(bgpAsOrIdMismatch, sample);
  expect([nodesOf(finding), finding.facts['numbers'], finding.confidence]).toEqual([
    ['worker-3'],
    ['65033'],
    'confirmed',
  ]);
});

it('names both ends of a single session', () => {
  const sample = cluster();
  refused(sample, 1, 2, 'Error: Bad BGP identifier: 0a14000c');
  expect(nodesOf(findingIn(bgpAsOrIdMismatch, sample))).toEqual(['worker-1', 'worker-2']);
});

it('explains the sessions that are missing', () => {
  const sample = cluster();
  for (const other of [1, 2, 4]) refused(sample, other, 3, 'Received: Bad peer AS: 64512');
  birdProbe(
    sample,
    'worker-3',
    `BIRD is not ready: BGP not established with ${ip(1)},${ip(2)},${ip(4)}`,
  );
  birdSays(sample, 'worker-3', birdStart(peersOf(3, 4), []));
  const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
  expect(findings.map(({ id }) => id)).toEqual(['bgp-as-or-id-mismatch']);
});

const confd = (sample: Sample, message: string): string =>
  logLine({ start: at(sample, -800), version }, 0, 'WARNING', 'confd', 'client.go', message);

it('finds a password that confd may not read, where a session is missing', () => {
  const sample = cluster();
  const line = confd(
    sample,
    'Can\'t read password for BGPPeer tor-west error=secrets "bgp" is forbidden',
  );
  appendLog(sample, podOn(sample, 'worker-1'), [line]);
  expect(findingsIn(bgpAsOrIdMismatch, sample)).toEqual([]);
  router(sample, 'worker-1', []);
  const finding = findingIn(bgpAsOrIdMismatch, sample);
  expect([nodesOf(finding), finding.facts['kind']]).toEqual([['worker-1'], 'password']);
});

it.each([
  ['now', false],
  ['in the run before', true],
] as const)('finds a variable that is no AS number: %s', (_name, previous) => {
  const sample = cluster();
  const pod = podOn(sample, 'worker-4');
  const line = logLine(
    { start: at(sample, -30), version },
    0,
    'ERROR',
    'startup',
    'startup.go',
    'The AS number specified in the environment (AS=none) is not valid error=strconv.ParseUint',
  );
  setLog(sample, pod, 'calico-node', '');
  setLog(sample, pod, 'calico-node', `${line}\nCalico node failed to start\n`, previous);
  crashLoop(sample, pod, { lived: 2, exitCode: 1, reason: 'Error', restarts: 7 });
  const finding = findingIn(bgpAsOrIdMismatch, sample);
  expect([
    nodesOf(finding),
    finding.facts['kind'],
    finding.facts['numbers'],
    finding.confidence,
  ]).toEqual([['worker-4'], 'environment', ['none'], 'confirmed']);
});

it.each<[string, (sample: Sample) => void]>([
  ['a healthy cluster', () => {}],
  [
    'a refusal that is over',
    (sample) =>
      router(sample, 'worker-1', [
        'bird: Node_10_20_0_254: Received: Bad peer AS: 64512',
        'bird: Node_10_20_0_254: State changed to feed',
        'bird: Node_10_20_0_254: State changed to up',
      ]),
  ],
  [
    'a peer that is switched off',
    (sample) =>
      router(sample, 'worker-1', ['bird: Node_10_20_0_254: Received: Administrative shutdown']),
  ],
  [
    'a peer that says nothing',
    (sample) => router(sample, 'worker-1', ['bird: Node_10_20_0_254: Error: Hold timer expired']),
  ],
])('finds nothing: %s', (_name, change) => {
  const sample = cluster();
  change(sample);
  expect(findingsIn(bgpAsOrIdMismatch, sample)).toEqual([]);
});

it('looks at what each side is told, by calicoctl where the API has it not', () => {
  const sample = cluster({ install: 'etcd' });
  router(sample, 'worker-2', ['bird: Node_10_20_0_254: Error: Bad peer AS: 65010']);
  const [remedy] = findingIn(bgpAsOrIdMismatch, sample).remedies;
  expect([remedy?.id, remedy?.action]).toEqual(['agree-on-bgp', 'manual']);
  expect(remedy?.manual[0]).toMatch(/^calicoctl get bgpconfiguration default/);
});
