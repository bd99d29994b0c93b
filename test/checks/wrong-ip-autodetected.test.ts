import { describe, expect, it } from 'vitest';
import { wrongIpAutodetected } from '../../internal/checks/wrong-ip-autodetected.ts';
import { healthyCluster, workers, type ClusterSpec } from '../support/cluster.ts';
import {
  addEvent,
  appendLog,
  crashLoop,
  logOf,
  nodeOf,
  podOn,
  setCondition,
  setLog,
  storeAddress,
} from '../support/faults.ts';
import { findingIn, findingsIn, isNotApplicable } from '../support/findings.ts';
import { add, at, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';
import { giveOut, misses } from '../support/wrong-address.ts';

const found = (sample: Sample) => findingsIn(wrongIpAutodetected, sample);

const cluster = (change: (sample: Sample) => void, spec: ClusterSpec = {}): Sample => {
  const sample = healthyCluster({ nodes: 4, ...spec });
  change(sample);
  return sample;
};

const kindsOf = (sample: Sample): readonly unknown[] =>
  found(sample).map(({ facts }) => facts['kind']);
const nodesOf = (sample: Sample): readonly (readonly string[])[] =>
  found(sample).map(({ affected }) =>
    affected.flatMap(({ kind, name }) => (kind === 'Node' ? [name] : [])),
  );

/** Only objects: no logs and no events, as in a dump of `kubectl get -o yaml`. */
const bare = (change: (sample: Sample) => void, spec: ClusterSpec = {}): Sample =>
  cluster(change, { ...spec, noLogs: true });

function setMethod(sample: Sample, method: string): void {
  for (const { name } of workers(4)) {
    podOn(sample, name).spec?.containers?.[0]?.env?.push({
      name: 'IP_AUTODETECTION_METHOD',
      value: method,
    });
  }
}

const addPool = (sample: Sample, cidr: string): void =>
  add(sample, 'ipPools', { kind: 'IPPool', metadata: { name: 'pods' }, spec: { cidr } });

describe('what it is told by', () => {
  it.each<[string, () => Sample, string]>([
    [
      'annotation alone, with neighbours to compare with',
      () => bare((s) => storeAddress(nodeOf(s, 'worker-4'), '172.18.0.1/16')),
      'confirmed',
    ],
    [
      'annotation alone of a node with another card',
      () => bare((s) => storeAddress(nodeOf(s, 'worker-4'), '10.99.3.17/24')),
      'likely',
    ],
    [
      'events that name the address, and no log',
      () =>
        bare((s) => {
          storeAddress(nodeOf(s, 'worker-4'), '10.99.3.17/24');
          misses(s, 'worker-1', ['10.99.3.17'], 'caliconode');
        }),
      'confirmed',
    ],
    [
      'log alone, with etcd',
      () => cluster((s) => giveOut(s, 'worker-4', '172.18.0.1/16', 'br-77'), { install: 'etcd' }),
      'confirmed',
    ],
  ])('%s', (_name, build, confidence) => {
    const sample = build();
    if (
      sample.lists.daemonSets?.[0]?.spec?.template?.spec?.containers?.[0]?.env?.some(
        ({ name }) => name === 'ETCD_ENDPOINTS',
      )
    )
      storeAddress(nodeOf(sample, 'worker-4'), null);
    expect(nodesOf(sample)).toEqual([['worker-4']]);
    expect(findingIn(wrongIpAutodetected, sample)?.confidence).toBe(confidence);
  });

  it.each(['v3.8.9', 'v3.13.2', 'v3.20.6', 'v3.24.1', 'v3.31.2', 'v3.32.1'])(
    'reads the log of %s',
    (version) => {
      const sample = cluster((s) => giveOut(s, 'worker-1', '10.4.0.1/24', 'nerdctl0'), { version });
      const [finding] = found(sample);
      expect(finding?.facts['nodes']).toMatchObject([
        { node: 'worker-1', interface: 'nerdctl0', own: '10.20.0.11', ownInterface: 'ens3' },
      ]);
      expect(finding?.evidence.map(({ field }) => field)).toContain('log');
    },
  );

  it('works without the nodes, by the address of the pods', () => {
    const sample = cluster((s) => giveOut(s, 'worker-1', '10.4.0.1/24', 'nerdctl0'), {
      install: 'etcd',
    });
    delete sample.lists.nodes;
    expect(nodesOf(sample)).toEqual([['worker-1']]);
  });

  it.each([
    ['10.57.0.9/24', 'on matching interface'],
    ['10.57.0.9/24', 'on interface'],
  ])('reads the success lines of other methods', (address, form) => {
    const sample = cluster((s) => {
      const pod = podOn(s, 'worker-2');
      storeAddress(nodeOf(s, 'worker-2'), address);
      const line = `Using autodetected IPv4 address ${address} ${form} stor0${form === 'on interface' ? ' matching cidrs [10.57.0.0/24]' : ''}`;
      setLog(
        s,
        pod,
        'calico-node',
        logOf(s, pod).replace(/Using autodetected IPv4 address on.*/, line),
      );
    });
    expect(found(sample)[0]?.facts['nodes']).toMatchObject([{ interface: 'stor0' }]);
  });
});

describe('several nodes', () => {
  it('is one finding for nodes with different wrong addresses', () => {
    const sample = cluster((s) => {
      giveOut(s, 'worker-1', '10.4.0.1/24', 'nerdctl0');
      giveOut(s, 'worker-3', '10.8.0.3/24', 'wg0');
    });
    expect(nodesOf(sample)).toEqual([['worker-1', 'worker-3']]);
    expect(kindsOf(sample)).toEqual(['mixed']);
  });

  it.each([2, 3, 4])('sees the same bridge on %i nodes that are all ready', (count) => {
    const names = workers(count).map(({ name }) => name);
    const sample = bare((s) => {
      for (const name of names) storeAddress(nodeOf(s, name), '172.29.0.1/24');
    });
    expect(nodesOf(sample)).toEqual([names]);
    const [finding] = found(sample);
    expect(finding?.facts).toMatchObject({ address: '172.29.0.1', areAllReady: true });
    const conflict = finding?.symptoms.find(({ id }) => id === 'ip-address-conflict');
    expect(conflict?.affected).toContainEqual({ kind: 'Node', name: names[1] });
  });

  it('counts a node that was refused the address of the same bridge', () => {
    const sample = cluster((s) => {
      giveOut(s, 'worker-1', '172.29.0.1/24', 'lab0');
      const pod = podOn(s, 'worker-2');
      storeAddress(nodeOf(s, 'worker-2'), null);
      crashLoop(s, pod, { lived: 1, exitCode: 1, reason: 'Error', restarts: 4 });
      const say = (message: string): string =>
        logLine({ start: at(s, -50), version: 'v3.26.5' }, 0, 'INFO', 'startup', 'x.go', message);
      setLog(
        s,
        pod,
        'calico-node',
        [
          say('Using autodetected IPv4 address on interface lab0: 172.29.0.1/24'),
          say("Calico node 'worker-1' is already using the IPv4 address 172.29.0.1."),
        ].join('\n'),
      );
    });
    expect(nodesOf(sample)).toEqual([['worker-1', 'worker-2']]);
  });
});

describe('where Kubernetes has the odd address', () => {
  const addInternalIP = (sample: Sample, node: string, address: string): void => {
    nodeOf(sample, node).status?.addresses?.push({ type: 'InternalIP', address });
  };

  it('leaves a node alone that is in the network of the others', () => {
    const sample = bare((s) => {
      for (const address of nodeOf(s, 'worker-2').status?.addresses ?? [])
        if (address.type === 'InternalIP') address.address = '172.17.0.1';
    });
    expect(found(sample)).toEqual([]);
  });

  it('finds a bridge that Kubernetes has among the addresses, if somebody misses a session', () => {
    const sample = bare((s) => {
      addInternalIP(s, 'worker-2', '172.18.0.1');
      storeAddress(nodeOf(s, 'worker-2'), '172.18.0.1/16');
    });
    expect(found(sample)).toEqual([]);
    misses(sample, 'worker-1', ['172.18.0.1']);
    expect(found(sample)[0]?.facts['nodes']).toMatchObject([
      { node: 'worker-2', address: '172.18.0.1', own: '10.20.0.12' },
    ]);
  });
});

describe('what it explains', () => {
  it('takes the nodes that wait for the address, and no others', () => {
    const sample = bare((s) => {
      storeAddress(nodeOf(s, 'worker-4'), '172.18.0.1/16');
      misses(s, 'worker-1', ['172.18.0.1']);
      misses(s, 'worker-2', ['172.18.0.1', '10.20.0.13']);
    });
    const symptom = found(sample)[0]?.symptoms.find(({ id }) => id === 'bgp-not-established');
    const names = symptom?.affected.flatMap(({ kind, name }) => (kind === 'Node' ? [name] : []));
    expect(names).toEqual(['worker-1']);
  });

  it('says that the address changed while calico-node ran', () => {
    const sample = cluster((s) => {
      giveOut(s, 'worker-3', '192.168.77.1/24');
      appendLog(s, podOn(s, 'worker-3'), [
        logLine(
          { start: at(s, -300), version: 'v3.29.1' },
          0,
          'INFO',
          'monitor-addresses',
          'autodetection_methods.go',
          'Using autodetected IPv4 address on interface vmbr7: 192.168.77.1/24',
        ),
      ]);
    });
    expect(found(sample)[0]?.facts['nodes']).toMatchObject([{ isFlip: true, interface: 'vmbr7' }]);
  });
});

describe('what is not found', () => {
  const second = (sample: Sample, count: number): void => {
    for (const [index, { name }] of workers(count).entries())
      storeAddress(nodeOf(sample, name), `192.168.200.${11 + index}/24`);
  };

  it.each<[string, () => Sample]>([
    ['a healthy cluster', () => cluster(() => {})],
    [
      'a second network on all nodes, by method',
      () => bare((s) => (second(s, 4), setMethod(s, 'interface=eth1'))),
    ],
    ['a second network on all nodes that works', () => bare((s) => second(s, 4))],
    [
      'a second network on most nodes',
      () => bare((s) => (second(s, 3), setMethod(s, 'cidr=192.168.200.0/24'))),
    ],
    [
      'an address that is also an ExternalIP',
      () =>
        bare((s) => {
          nodeOf(s, 'worker-1').status?.addresses?.push({
            type: 'ExternalIP',
            address: '198.51.100.7',
          });
          storeAddress(nodeOf(s, 'worker-1'), '198.51.100.7/24');
        }),
    ],
    [
      'a second InternalIP',
      () =>
        bare((s) => {
          nodeOf(s, 'worker-1').status?.addresses?.push({
            type: 'InternalIP',
            address: '10.99.0.7',
          });
          storeAddress(nodeOf(s, 'worker-1'), '10.99.0.7/24');
        }),
    ],
    [
      'a node that is lost',
      () =>
        bare((s) => {
          storeAddress(nodeOf(s, 'worker-1'), '172.18.0.1/16');
          setCondition(s, nodeOf(s, 'worker-1'), 'Ready', 'Unknown', 'NodeStatusUnknown', 'gone');
        }),
    ],
    [
      'a node without calico-node',
      () =>
        bare((s) => {
          storeAddress(nodeOf(s, 'worker-1'), '172.18.0.1/16');
          s.lists.pods = (s.lists.pods ?? []).filter(({ spec }) => spec?.nodeName !== 'worker-1');
        }),
    ],
    ['no address stored', () => bare((s) => storeAddress(nodeOf(s, 'worker-1'), null))],
    ['a pool that holds the nodes, too', () => bare((s) => addPool(s, '10.20.0.0/16'))],
    [
      'the address of another node, which is had twice then',
      () => bare((s) => storeAddress(nodeOf(s, 'worker-1'), '10.20.0.12/24')),
    ],
    ['a blocked port', () => cluster((s) => misses(s, 'worker-1', ['10.20.0.12']))],
    [
      'an old message about an address that was there',
      () =>
        cluster((s) =>
          addEvent(
            s,
            podOn(s, 'worker-1'),
            'Unhealthy',
            'Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 172.18.0.1',
            { ago: 3000 },
          ),
        ),
    ],
  ])('%s', (_name, build) => {
    expect(found(build())).toEqual([]);
  });

  it.each(['canal', 'policy-only'] as const)('does not apply to %s', (install) => {
    const sample = bare((s) => storeAddress(nodeOf(s, 'worker-1'), '172.18.0.1/16'), { install });
    expect(isNotApplicable(wrongIpAutodetected, sample)).toBe(true);
  });

  it('does not excuse one node among those with a second network', () => {
    const sample = bare((s) => {
      second(s, 3);
      setMethod(s, 'skip-interface=eth0');
      storeAddress(nodeOf(s, 'worker-4'), '172.18.0.1/16');
    });
    expect(nodesOf(sample)).toEqual([['worker-4']]);
  });

  it('takes two nodes with the same VPN for the exception that they are', () => {
    const sample = bare((s) => {
      storeAddress(nodeOf(s, 'worker-1'), '10.8.0.3/24');
      storeAddress(nodeOf(s, 'worker-2'), '10.8.0.4/24');
    });
    expect(nodesOf(sample)).toEqual([['worker-1', 'worker-2']]);
  });
});

describe('how bad it is', () => {
  it.each<[string, string, () => Sample]>([
    [
      'warning',
      'a node alone in its cluster',
      () => bare((s) => storeAddress(nodeOf(s, 'worker-1'), '172.18.0.1/16'), { nodes: 1 }),
    ],
    [
      'warning',
      'a second address of the card that nobody misses',
      () =>
        cluster((s) => {
          storeAddress(nodeOf(s, 'worker-1'), '10.20.0.99/24');
          const pod = podOn(s, 'worker-1');
          setLog(s, pod, 'calico-node', logOf(s, pod).replaceAll('10.20.0.11', '10.20.0.99'));
          appendLog(s, pod, [
            '2026-03-01 11:00:00.000 [INFO][61] felix/int_dataplane.go 1: Linux interface addrs changed. addrs=set.Set{10.20.0.11,10.20.0.99} ifaceName="ens3"',
          ]);
        }),
    ],
    [
      'warning',
      'another card that is reached',
      () =>
        cluster((s) => {
          giveOut(s, 'worker-1', '10.33.0.5/24', 'eth4');
          const pod = podOn(s, 'worker-2');
          appendLog(s, pod, ['bird: Mesh_10_33_0_5: State changed to up']);
          for (const name of ['worker-3', 'worker-4']) {
            const text = logOf(s, podOn(s, name));
            setLog(
              s,
              podOn(s, name),
              'calico-node',
              text.replaceAll(
                /Mesh_10_33_0_5: State changed to start/g,
                'Mesh_10_33_0_5: State changed to up',
              ),
            );
          }
          for (const ip of ['12', '13', '14'])
            appendLog(s, podOn(s, 'worker-1'), [`bird: Mesh_10_20_0_${ip}: State changed to up`]);
        }),
    ],
    [
      'error',
      'another card that a node waits for',
      () =>
        bare((s) => {
          storeAddress(nodeOf(s, 'worker-1'), '10.33.0.5/24');
          misses(s, 'worker-2', ['10.33.0.5']);
        }),
    ],
  ])('%s: %s', (severity, _name, build) => {
    expect(found(build()).map((finding) => finding.severity)).toEqual([severity]);
  });
});
