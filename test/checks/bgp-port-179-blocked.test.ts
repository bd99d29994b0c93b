import { describe, expect, it } from 'vitest';
import { bgpPort179Blocked } from '../../internal/checks/bgp-port-179-blocked.ts';
import type { Finding } from '../../internal/model/finding.ts';
import { healthyCluster, workers } from '../support/cluster.ts';
import {
  daemonSetOf,
  addEvent,
  appendLog,
  crashLoop,
  logOf,
  nodeOf,
  podOn,
  setCondition,
  setLog,
  storeAddress,
  unready,
} from '../support/faults.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

const run = (sample: Sample): readonly Finding[] => {
  const result = bgpPort179Blocked.run(snapshotFrom(sample));
  return 'notApplicable' in result ? [] : result;
};

const nodesOf = (findings: readonly Finding[]): readonly unknown[] =>
  findings.map(({ facts }) => facts['nodes']);

/** Takes the session with `peer` away from the log of `node`. */
function silence(sample: Sample, node: string, peer: string): void {
  const pod = podOn(sample, node);
  const name = `Mesh_${peer.replaceAll('.', '_')}`;
  setLog(
    sample,
    pod,
    'calico-node',
    logOf(sample, pod)
      .split('\n')
      .filter((line) => !new RegExp(`${name}: State changed to (up|feed)`).test(line))
      .join('\n'),
  );
}

const ip = (number: number): string => `10.20.0.${10 + number}`;

function blocked(sample: Sample, a: number, b: number): void {
  silence(sample, `worker-${a}`, ip(b));
  silence(sample, `worker-${b}`, ip(a));
}

const cluster = (change: (sample: Sample) => void, options = {}): Sample => {
  const sample = healthyCluster({ nodes: 4, ...options });
  change(sample);
  return sample;
};

describe('bgp-port-179-blocked', () => {
  it.each<[string, (sample: Sample) => void, readonly (readonly string[])[]]>([
    ['all sessions up', () => {}, []],
    [
      'one session missing, every pod 1/1',
      (sample) => blocked(sample, 2, 3),
      [['worker-2', 'worker-3']],
    ],
    [
      'one node cut off from all others',
      (sample) => {
        for (const other of [1, 2, 3]) blocked(sample, other, 4);
        unready(podOn(sample, 'worker-4'));
      },
      [['worker-4']],
    ],
    [
      'only readiness events tell',
      (sample) => {
        sample.logs = [];
        unready(podOn(sample, 'worker-1'));
        addEvent(
          sample,
          podOn(sample, 'worker-1'),
          'Unhealthy',
          'Readiness probe failed: caliconode is not ready: BIRD is not ready: BGP not established with 10.20.0.12,10.20.0.13,10.20.0.14',
        );
      },
      [['worker-1']],
    ],
    [
      'the waiting line of v3.31 and newer at the end of the log',
      (sample) => {
        const pod = podOn(sample, 'worker-1');
        silence(sample, 'worker-1', ip(2));
        const line = logLine(
          { start: at(sample, -10), version: 'v3.31.2' },
          0,
          'WARNING',
          'complete-startup',
          'startup.go',
          'Calico is not ready yet, waiting... reason="calico/node is not ready: BIRD is not ready: BGP not established with 10.20.0.12"',
        );
        appendLog(sample, pod, [line]);
      },
      [['worker-1', 'worker-2']],
    ],
    [
      'a peer whose node is down',
      (sample) => (
        blocked(sample, 1, 2),
        setCondition(
          sample,
          nodeOf(sample, 'worker-2'),
          'Ready',
          'Unknown',
          'NodeStatusUnknown',
          'Kubelet stopped posting node status.',
        )
      ),
      [],
    ],
    [
      'a peer whose calico-node does not run',
      (sample) => (
        silence(sample, 'worker-1', ip(2)),
        crashLoop(sample, podOn(sample, 'worker-2'), {
          lived: 60,
          exitCode: 137,
          reason: 'Error',
          restarts: 8,
        })
      ),
      [],
    ],
    [
      'a peer with the address of a bridge',
      (sample) => (
        storeAddress(nodeOf(sample, 'worker-2'), '172.31.5.1/24'),
        silence(sample, 'worker-1', ip(2)),
        appendLog(sample, podOn(sample, 'worker-1'), [
          'bird: Mesh_172_31_5_1: State changed to start',
        ])
      ),
      [],
    ],
    [
      'an address that two nodes hold',
      (sample) => (
        storeAddress(nodeOf(sample, 'worker-2'), `${ip(3)}/24`),
        silence(sample, 'worker-1', ip(3))
      ),
      [],
    ],
    [
      'an old event of a pod that is ready now',
      (sample) =>
        addEvent(
          sample,
          podOn(sample, 'worker-1'),
          'Unhealthy',
          'Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.20.0.12',
          { ago: 2000 },
        ),
      [],
    ],
    [
      'an event of a peer that BIRD has meanwhile',
      (sample) => {
        addEvent(
          sample,
          podOn(sample, 'worker-1'),
          'Unhealthy',
          'Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.20.0.12',
          { ago: 50 },
        );
      },
      [],
    ],
  ])('%s', (_name, change, expected) => {
    expect(nodesOf(run(cluster(change)))).toEqual(expected);
  });

  it('takes a second network that the method asks for as right', () => {
    const sample = cluster((item) => {
      const containers = [
        daemonSetOf(item).spec?.template?.spec,
        ...[1, 2, 3, 4].map((n) => podOn(item, `worker-${n}`).spec),
      ];
      for (const spec of containers)
        spec?.containers?.[0]?.env?.push({
          name: 'IP_AUTODETECTION_METHOD',
          value: 'cidr=192.168.77.0/24',
        });
      for (const n of [1, 2, 3, 4]) storeAddress(nodeOf(item, `worker-${n}`), `192.168.77.${n}/24`);
      item.logs = [];
      unready(podOn(item, 'worker-4'));
      addEvent(
        item,
        podOn(item, 'worker-4'),
        'Unhealthy',
        'Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 192.168.77.1,192.168.77.2,192.168.77.3',
      );
    });
    expect(nodesOf(run(sample))).toEqual([['worker-4']]);
  });

  it.each<[string, readonly number[], readonly string[]]>([
    ['a few that all the others miss', [7, 8], ['worker-7', 'worker-8']],
    ['all of two halves', [5, 6, 7, 8], workers(8).map(({ name }) => name)],
  ])('names %s', (_name, far, expected) => {
    const sample = cluster(
      (s) => {
        for (let near = 1; near <= 8; near += 1)
          if (!far.includes(near)) for (const other of far) blocked(s, near, other);
      },
      { nodes: 8 },
    );
    const [names] = nodesOf(run(sample));
    expect(new Set(Array.isArray(names) ? names : [])).toEqual(new Set(expected));
  });

  it('waits for a start to settle', () => {
    expect(run(cluster((sample) => blocked(sample, 1, 2), { age: 45 }))).toEqual([]);
  });

  it('is sure when both ends say so, and likely when one does', () => {
    expect(run(cluster((sample) => blocked(sample, 1, 2)))[0]?.confidence).toBe('confirmed');
    expect(run(cluster((sample) => silence(sample, 'worker-1', ip(2))))[0]?.confidence).toBe(
      'likely',
    );
  });

  it('names the port that BGP is set to', () => {
    const sample = cluster((item) => blocked(item, 1, 2));
    sample.lists.bgpConfigurations = [
      { kind: 'BGPConfiguration', metadata: { name: 'default' }, spec: { listenPort: 1179 } },
    ];
    expect(run(sample)[0]?.facts['port']).toBe(1179);
  });
});
