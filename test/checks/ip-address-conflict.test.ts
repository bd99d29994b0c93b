import { describe, expect, it } from 'vitest';
import { ipAddressConflict } from '../../internal/checks/ip-address-conflict.ts';
import { healthyCluster, workers, type NodeSpec } from '../support/cluster.ts';
import {
  appendLog,
  crashLoop,
  nodeOf,
  podOn,
  setCondition,
  setLog,
  storeAddress,
} from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { add, at, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';
import { failsWith, type StartFailure } from '../support/start-failure.ts';

const using = (name: string, ip: string): readonly [string, string] => [
  'WARNING',
  `Calico node '${name}' is already using the IPv4 address ${ip}.`,
];

const cluster = (nodes: readonly NodeSpec[], noLogs = false): Sample =>
  healthyCluster({ nodes, noLogs });

const lose = (sample: Sample, node: string, ago = 600): void =>
  setCondition(
    sample,
    nodeOf(sample, node),
    'Ready',
    'Unknown',
    'NodeStatusUnknown',
    'silent',
    ago,
  );

const twin: NodeSpec = { name: 'worker-9', ip: '10.20.0.12' };

function refused(holder: string, ip: string, more: StartFailure = {}): Sample {
  const sample = cluster([...workers(3), twin]);
  failsWith(sample, 'worker-9', [using(holder, ip)], more);
  return sample;
}

describe('ip-address-conflict', () => {
  it.each(['v3.9.5', 'v3.17.3', 'v3.26.5', 'v3.31.2', 'v3.32.1'])(
    'reads the words of %s',
    (version) => {
      const sample = refused('worker-2', '10.20.0.12', { version });
      lose(sample, 'worker-2');
      const finding = findingIn(ipAddressConflict, sample);
      expect(finding).toMatchObject({
        severity: 'error',
        confidence: 'confirmed',
        facts: { kind: 'dead-holder', address: '10.20.0.12', holders: ['worker-2'] },
      });
      expect(nodesOf(finding)).toEqual(['worker-9']);
    },
  );

  it('explains the dead node that it names', () => {
    const sample = refused('worker-2', '10.20.0.12');
    lose(sample, 'worker-2');
    const { symptoms } = findingIn(ipAddressConflict, sample);
    for (const id of ['node-lost-or-kubelet-down', 'stale-node-objects']) {
      const affected = symptoms.find((symptom) => symptom.id === id)?.affected;
      expect(affected).toContainEqual({ kind: 'Node', name: 'worker-2' });
    }
  });

  it('is about both machines where both are alive and known by the address', () => {
    const finding = findingIn(ipAddressConflict, refused('worker-2', '10.20.0.12'));
    expect(finding.facts['kind']).toBe('duplicate-address');
    expect(nodesOf(finding).toSorted()).toEqual(['worker-2', 'worker-9']);
  });

  it('is about the one that is refused where the address is that of the other', () => {
    const sample = cluster(workers(3));
    failsWith(sample, 'worker-3', [using('worker-2', '10.20.0.12')]);
    const finding = findingIn(ipAddressConflict, sample);
    expect(finding.facts['kind']).toBe('not-own');
    expect(nodesOf(finding)).toEqual(['worker-3']);
  });

  it('knows a holder that Kubernetes does not', () => {
    const sample = cluster(workers(3));
    failsWith(sample, 'worker-3', [using('old-3', '10.20.0.13')]);
    expect(findingIn(ipAddressConflict, sample).facts).toMatchObject({
      kind: 'unknown-holder',
      holders: ['old-3'],
    });
  });

  it('names all holders of one start', () => {
    const sample = cluster(workers(4));
    failsWith(sample, 'worker-4', [
      using('worker-1', '172.18.0.1'),
      using('worker-2', '172.18.0.1'),
    ]);
    for (const name of ['worker-1', 'worker-2'])
      storeAddress(nodeOf(sample, name), '172.18.0.1/16');
    const finding = findingIn(ipAddressConflict, sample);
    expect(finding.facts['holders']).toEqual(['worker-1', 'worker-2']);
    expect(nodesOf(finding).toSorted()).toEqual(['worker-1', 'worker-2', 'worker-4']);
  });

  it('reads the log of the run before', () => {
    const sample = refused('worker-2', '10.20.0.12', { isBefore: true });
    expect(findingIn(ipAddressConflict, sample).evidence[0]?.field).toBe('previous log');
  });

  it('concludes it without a log from what Kubernetes knows', () => {
    const sample = cluster([...workers(3), twin], true);
    lose(sample, 'worker-2');
    storeAddress(nodeOf(sample, 'worker-9'), null);
    crashLoop(sample, podOn(sample, 'worker-9'), {
      lived: 2,
      exitCode: 1,
      reason: 'Error',
      restarts: 8,
    });
    const finding = findingIn(ipAddressConflict, sample);
    expect(nodesOf(finding)).toEqual(['worker-9']);
    expect(finding.facts['kind']).toBe('dead-holder');
  });

  it.each<[string, boolean]>([
    ['with logs', false],
    ['without logs', true],
  ])('finds nodes with one address that are all ready, %s', (_name, noLogs) => {
    const finding = findingIn(ipAddressConflict, cluster([...workers(2), twin], noLogs));
    expect(nodesOf(finding)).toEqual(['worker-2', 'worker-9']);
    expect(finding).toMatchObject({ confidence: 'confirmed', facts: { refused: [] } });
  });

  it('finds an address of one node that is stored for another, too', () => {
    const sample = cluster(workers(3), true);
    storeAddress(nodeOf(sample, 'worker-3'), '10.20.0.12/24');
    const finding = findingIn(ipAddressConflict, sample);
    expect(nodesOf(finding)).toEqual(['worker-2', 'worker-3']);
    expect(finding.facts['kind']).toBe('not-own');
    expect(finding.remedies[0]?.consequences[0]).toContain('worker-3');
  });

  it('compares addresses, not how they are written', () => {
    const sample = cluster(workers(2), true);
    for (const [name, value] of [
      ['worker-1', 'fd00:0:0::1/64'],
      ['worker-2', 'fd00::1/128'],
    ] as const)
      (nodeOf(sample, name).metadata.annotations ??= {})['projectcalico.org/IPv6Address'] = value;
    expect(findingIn(ipAddressConflict, sample).facts['address']).toBe('fd00::1');
  });

  it('reads the records of Calico itself', () => {
    const sample = healthyCluster({ install: 'etcd', nodes: 3, noLogs: true });
    for (const name of ['worker-1', 'worker-3'])
      add(sample, 'calicoNodes', {
        kind: 'Node',
        metadata: { name },
        spec: { bgp: { ipv4Address: '10.20.0.11/24' } },
      });
    expect(nodesOf(findingIn(ipAddressConflict, sample))).toEqual(['worker-1', 'worker-3']);
  });

  const warn = (sample: Sample, ago: number): string =>
    logLine(
      { start: at(sample, -ago), version: 'v3.29.1' },
      0,
      'WARNING',
      'monitor-addresses',
      'startup.go',
      using('worker-1', '172.18.0.1')[1],
    );

  it('finds what a pod that runs says once a minute', () => {
    const sample = cluster(workers(3));
    storeAddress(nodeOf(sample, 'worker-2'), null);
    appendLog(sample, podOn(sample, 'worker-2'), [warn(sample, 65), warn(sample, 5)]);
    const finding = findingIn(ipAddressConflict, sample);
    expect(nodesOf(finding)).toEqual(['worker-2']);
    expect(finding.symptoms.map(({ id }) => id)).toContain('node-without-routes');
  });

  it.each<[string, () => Sample]>([
    ['a healthy cluster', () => cluster(workers(3))],
    [
      'Canal, which asks nobody for the address',
      () => {
        const sample = healthyCluster({ install: 'canal', nodes: 3, noLogs: true });
        for (const { name } of workers(2)) storeAddress(nodeOf(sample, name), '172.18.0.1/16');
        return sample;
      },
    ],
    [
      'a pod that said so an hour ago',
      () => {
        const sample = cluster(workers(3));
        appendLog(sample, podOn(sample, 'worker-2'), [
          warn(sample, 3600),
          logLine(
            { start: at(sample, -5), version: 'v3.29.1' },
            0,
            'INFO',
            'felix',
            'summary.go',
            'Summarising',
          ),
        ]);
        return sample;
      },
    ],
    [
      'a start that came through since',
      () => {
        const sample = refused('worker-2', '10.20.0.12', { isBefore: true });
        storeAddress(nodeOf(sample, 'worker-9'), '10.20.0.19/24');
        const pod = podOn(sample, 'worker-9');
        setLog(
          sample,
          pod,
          'calico-node',
          logLine(
            { start: at(sample, -9), version: 'v3.27.2' },
            0,
            'INFO',
            'startup',
            'startup.go',
            'Using node name: worker-9',
          ),
        );
        return sample;
      },
    ],
    [
      'two nodes of one InternalIP, of which one is gone and neither is refused',
      () => {
        const sample = cluster([...workers(3), twin]);
        lose(sample, 'worker-2', 90_000);
        return sample;
      },
    ],
  ])('finds nothing: %s', (_name, build) => {
    expect(findingsIn(ipAddressConflict, build())).toEqual([]);
  });
});
