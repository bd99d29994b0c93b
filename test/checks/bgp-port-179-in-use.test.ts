import { expect, it } from 'vitest';
import { bgpPort179InUse } from '../../internal/checks/bgp-port-179-in-use.ts';
import { diagnose } from '../../internal/checks/run.ts';
import {
  birdProbe,
  birdSays,
  birdStart,
  birdWithoutPort,
  meshName,
  peersOf,
} from '../support/bird-faults.ts';
import { healthyCluster, runningPod, type ClusterSpec } from '../support/cluster.ts';
import { logOf, podOn, setLog } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { add, snapshotFrom, type Sample } from '../support/sample.ts';

const cluster = (spec: ClusterSpec = {}): Sample =>
  healthyCluster({ nodes: 4, version: 'v3.28.2', ...spec });

function taken(sample: Sample, number: number): void {
  birdSays(sample, `worker-${number}`, birdWithoutPort(peersOf(number, 4)));
}

/** The others have no session with this node. */
function missed(sample: Sample, number: number): void {
  for (const other of [1, 2, 3, 4].filter((one) => one !== number)) {
    const peers = peersOf(other, 4);
    birdSays(
      sample,
      `worker-${other}`,
      birdStart(
        peers,
        peers.filter((ip) => ip !== `10.20.0.${10 + number}`),
      ),
    );
  }
}

function speaker(
  sample: Sample,
  node: string,
  image = 'registry.example/metallb/speaker:v0.14.8',
): void {
  add(
    sample,
    'pods',
    runningPod(sample, {
      name: 'speaker-4kq9z',
      namespace: 'load-balancers',
      node,
      hostIP: '10.20.0.13',
      age: 80_000,
      spec: { hostNetwork: true, containers: [{ name: 'speaker', image }] },
    }),
  );
}

const lines: readonly (readonly [string, readonly string[]])[] = [
  ['musl', ['bird: BGP: Socket error: bind: Address in use']],
  ['glibc', ['bird: BGP: Socket error: bind: Address already in use']],
  ['the session', [`bird: ${meshName('10.20.0.11')}: Socket error: bind: Address in use`]],
  ['what birdc shows', [`bird: ${meshName('10.20.0.11')}: Error: No listening socket`]],
  ['without its reason', ['bird: BGP: Cannot open listening socket']],
];

it.each(lines)('reads the words of %s', (_name, said) => {
  const sample = cluster();
  birdSays(sample, 'worker-3', [...birdStart(peersOf(3, 4), []), ...said]);
  expect(nodesOf(findingIn(bgpPort179InUse, sample))).toEqual(['worker-3']);
});

it('finds it where every pod is 1/1, and names who may have the port', () => {
  const sample = cluster();
  taken(sample, 3);
  speaker(sample, 'worker-3');
  const finding = findingIn(bgpPort179InUse, sample);
  expect(finding.facts).toMatchObject({ port: 179, holders: ['load-balancers/speaker-4kq9z'] });
  expect([finding.severity, finding.confidence]).toEqual(['error', 'confirmed']);
});

it('is likely while nothing else tells of it', () => {
  const sample = cluster({ nodes: 1 });
  birdSays(sample, 'worker-1', birdWithoutPort(['10.20.0.99']));
  expect(findingIn(bgpPort179InUse, sample).confidence).toBe('likely');
});

it('wins over the sessions that others miss', () => {
  const sample = cluster();
  missed(sample, 3);
  taken(sample, 3);
  birdProbe(
    sample,
    'worker-3',
    'BIRD is not ready: BGP not established with 10.20.0.11,10.20.0.12,10.20.0.14',
  );
  const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
  expect(findings.map(({ id }) => id)).toEqual(['bgp-port-179-in-use']);
  expect(findings[0]?.symptoms.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['bgp-not-established', 'bgp-port-179-blocked']),
  );
});

it('explains that another daemon answers the peers', () => {
  const sample = cluster();
  taken(sample, 3);
  const peers = peersOf(1, 4);
  birdSays(sample, 'worker-1', [
    ...birdStart(peers, ['10.20.0.12', '10.20.0.14']),
    `bird: ${meshName('10.20.0.13')}: Error: Bad peer AS: 65055`,
  ]);
  const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
  expect(findings.map(({ id }) => id)).toEqual(['bgp-port-179-in-use']);
});

it('reads the run before, where this one has not come to BIRD', () => {
  const sample = cluster();
  taken(sample, 2);
  const pod = podOn(sample, 'worker-2');
  setLog(sample, pod, 'calico-node', logOf(sample, pod), true);
  setLog(sample, pod, 'calico-node', 'Skipping datastore connection test\n');
  birdProbe(sample, 'worker-2', 'BIRD is not ready: failed to stat() nodename file');
  expect(findingIn(bgpPort179InUse, sample).evidence[0]?.field).toBe('previous log');
});

it.each<[string, (sample: Sample) => void]>([
  ['a healthy cluster', () => {}],
  ['a speaker that leaves the port alone', (sample) => speaker(sample, 'worker-3')],
  [
    'a port that was free at the next start',
    (sample) =>
      birdSays(sample, 'worker-3', [
        ...birdWithoutPort(peersOf(3, 4)),
        ...birdStart(peersOf(3, 4)),
      ]),
  ],
  [
    'an address that the node does not have',
    (sample) =>
      birdSays(sample, 'worker-3', [
        'bird: BGP: Socket error: bind: Address not available',
        'bird: BGP: Cannot open listening socket',
      ]),
  ],
  [
    'a peer that refuses',
    (sample) =>
      birdSays(sample, 'worker-3', [
        ...birdStart(peersOf(3, 4)),
        `bird: ${meshName('10.20.0.11')}: Socket error: connect: Connection refused`,
      ]),
  ],
])('finds nothing: %s', (_name, change) => {
  const sample = cluster();
  change(sample);
  expect(findingsIn(bgpPort179InUse, sample)).toEqual([]);
});

it('starts calico-node anew once the port is free, and moves the port only where that can be', () => {
  const sample = cluster();
  taken(sample, 3);
  const [stop, move] = findingIn(bgpPort179InUse, sample).remedies;
  expect(stop?.manual).toContain(
    `kubectl -n kube-system delete pod ${podOn(sample, 'worker-3').metadata.name}`,
  );
  expect(move?.manual[0]).toContain('"listenPort":1790');
  const old = cluster({ version: 'v3.15.3' });
  taken(old, 3);
  expect(findingIn(bgpPort179InUse, old).remedies.map(({ id }) => id)).toEqual(['free-bgp-port']);
});
