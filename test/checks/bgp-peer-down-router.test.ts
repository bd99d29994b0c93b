import { describe, expect, it } from 'vitest';
import { bgpPeerDown } from '../../internal/checks/bgp-peer-down.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { healthyCluster, workers } from '../support/cluster.ts';
import type { Kind } from '../support/daemon-set.ts';
import { appendLog, podOn } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { add, snapshotFrom, type Sample } from '../support/sample.ts';
import { misses } from '../support/wrong-address.ts';

const names = workers(3).map(({ name }) => name);

const built = (
  change: (sample: Sample) => void,
  { noLogs = true, install = 'manifest' }: { noLogs?: boolean; install?: Kind } = {},
): Sample => {
  const sample = healthyCluster({ nodes: 3, install, noLogs });
  change(sample);
  return sample;
};

const ask = (sample: Sample, peerIP: string): void =>
  add(sample, 'bgpPeers', { kind: 'BGPPeer', metadata: { name: 'leaf' }, spec: { peerIP } });

const allMiss = (sample: Sample, peers: readonly string[]): void =>
  names.forEach((name) => misses(sample, name, peers));

describe('a router outside the cluster', () => {
  it.each<[string, (sample: Sample) => void, readonly string[], string, string]>([
    [
      'that a BGPPeer asks for',
      (s) => {
        ask(s, '10.20.0.1');
        allMiss(s, ['10.20.0.1']);
      },
      ['10.20.0.1'],
      'error',
      'confirmed',
    ],
    [
      'at a port of its own, of IPv6',
      (s) => {
        ask(s, '[fd00:7::1]:1790');
        misses(s, 'worker-2', ['fd00:7::1']);
      },
      ['fd00:7::1'],
      'error',
      'likely',
    ],
    [
      'two that are missed together, in a dump without BGPPeers',
      (s) => allMiss(s, ['192.0.2.1', '192.0.2.2']),
      ['192.0.2.1', '192.0.2.2'],
      'error',
      'likely',
    ],
  ])('%s', (_name, change, routers, severity, confidence) => {
    const finding = findingIn(bgpPeerDown, built(change));
    expect(finding).toMatchObject({ severity, confidence, facts: { state: 'router', routers } });
  });

  it('is told by the names that BIRD has for it, and is no more than a risk where all are ready', () => {
    const sample = built(
      (s) => {
        for (const name of names)
          appendLog(s, podOn(s, name), ['bird: Global_192_0_2_7: State changed to start']);
      },
      { noLogs: false },
    );
    const finding = findingIn(bgpPeerDown, sample);
    expect(finding).toMatchObject({ severity: 'warning', facts: { routers: ['192.0.2.7'] } });
    expect(nodesOf(finding)).toEqual(names);
  });

  it('leaves no pod that waits for it unexplained', () => {
    const sample = built((s) => allMiss(s, ['192.0.2.1']));
    const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' }, [bgpPeerDown]);
    expect(findings.map(({ id }) => id)).toEqual(['bgp-peer-down']);
  });

  it.each<[string, Sample]>([
    ['one node alone names the address', built((s) => misses(s, 'worker-1', ['192.0.2.1']))],
    [
      'BGPPeers are there, and none asks for it',
      built((s) => {
        ask(s, '192.0.2.99');
        allMiss(s, ['192.0.2.1']);
      }),
    ],
    [
      "etcd keeps the nodes' addresses, and the dump has none of them",
      built((s) => allMiss(s, ['192.0.2.1']), { install: 'etcd' }),
    ],
    [
      'BIRD calls it a node of the mesh',
      built(
        (s) => {
          for (const name of names)
            appendLog(s, podOn(s, name), ['bird: Mesh_192_0_2_7: State changed to start']);
        },
        { noLogs: false },
      ),
    ],
    [
      'the router is up',
      built(
        (s) => {
          for (const name of names)
            appendLog(s, podOn(s, name), ['bird: Global_192_0_2_7: State changed to up']);
        },
        { noLogs: false },
      ),
    ],
  ])('is not concluded where %s', (_name, sample) => {
    expect(findingsIn(bgpPeerDown, sample)).toEqual([]);
  });
});
