import { describe, expect, it } from 'vitest';
import { staleNodeObjects } from '../../internal/checks/stale-node-objects.ts';
import { healthyCluster, workers } from '../support/cluster.ts';
import { nodeOf, setCondition } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { add, type Sample } from '../support/sample.ts';
import { misses } from '../support/wrong-address.ts';

const day = 86_400;

const lose = (sample: Sample, node: string, ago: number): void =>
  setCondition(
    sample,
    nodeOf(sample, node),
    'Ready',
    'Unknown',
    'NodeStatusUnknown',
    'silent',
    ago,
  );

const objects = (more: { readonly install?: 'etcd' } = {}): Sample =>
  healthyCluster({ nodes: 4, noLogs: true, ...more });

function record(sample: Sample, name: string, address: string, orchestrator = 'k8s'): void {
  add(sample, 'calicoNodes', {
    kind: 'Node',
    metadata: { name },
    spec: { bgp: { ipv4Address: address }, orchRefs: [{ nodeName: name, orchestrator }] },
  });
}

const affinity = (sample: Sample, node: string, deleted: string | boolean = 'false'): void =>
  add(sample, 'blockAffinities', {
    kind: 'BlockAffinity',
    metadata: { name: `${node}-10-244-9-0-26` },
    spec: { node, cidr: '10.244.9.0/26', state: 'confirmed', deleted },
  });

const left = (sample: Sample) =>
  findingsIn(staleNodeObjects, sample).map(({ severity, facts }) => [
    severity,
    facts['kind'],
    facts['names'],
  ]);

describe('stale-node-objects', () => {
  it.each<[string, (sample: Sample) => void, readonly unknown[]]>([
    [
      'a node that is gone for two days',
      (s) => lose(s, 'worker-4', 2 * day),
      [['warning', 'node-object', ['worker-4']]],
    ],
    [
      'two of them',
      (s) => (lose(s, 'worker-3', 9 * day), lose(s, 'worker-4', 2 * day)),
      [['warning', 'node-object', ['worker-3', 'worker-4']]],
    ],
    [
      'a node that others wait for',
      (s) => (lose(s, 'worker-4', 2 * day), misses(s, 'worker-1', ['10.20.0.14'])),
      [['error', 'node-object', ['worker-4']]],
    ],
    ['a node that is lost for an hour', (s) => lose(s, 'worker-4', 3600), []],
    [
      'a node that another one replaced',
      (s) => {
        lose(s, 'worker-4', 3600);
        nodeOf(s, 'worker-3').status?.addresses?.push({
          type: 'InternalIP',
          address: '10.20.0.14',
        });
      },
      [['warning', 'replaced', ['worker-4']]],
    ],
    [
      'blocks of a node that is none',
      (s) => (affinity(s, 'worker-1'), affinity(s, 'worker-77')),
      [['warning', 'blocks', ['worker-77']]],
    ],
    ['blocks that are being given up', (s) => affinity(s, 'worker-77', 'true'), []],
    ['blocks of load balancers', (s) => affinity(s, 'load-balancer'), []],
    [
      'blocks told by themselves',
      (s) =>
        add(s, 'ipamBlocks', {
          kind: 'IPAMBlock',
          metadata: { name: 'b' },
          spec: { cidr: '10.244.9.0/26', affinity: 'host:worker-77' },
        }),
      [['warning', 'blocks', ['worker-77']]],
    ],
    ['a healthy cluster', () => {}, []],
  ])('with Kubernetes as the datastore: %s', (_name, change, expected) => {
    const sample = objects();
    change(sample);
    expect(left(sample)).toEqual(expected);
  });

  it.each<[string, (sample: Sample) => void, readonly unknown[]]>([
    [
      'a record of a node that is none',
      (s) => record(s, 'worker-9', '10.20.0.19/24'),
      [['warning', 'record', ['worker-9']]],
    ],
    [
      'that others wait for',
      (s) => (record(s, 'worker-9', '10.20.0.19/24'), misses(s, 'worker-2', ['10.20.0.19'])),
      [['error', 'record', ['worker-9']]],
    ],
    ['a host without Kubernetes', (s) => record(s, 'db-1', '10.20.0.90/24', 'none'), []],
    [
      'records of the nodes',
      (s) => workers(4).forEach(({ name, ip }) => record(s, name, `${ip}/24`)),
      [],
    ],
    [
      'a peer in the network of the nodes',
      (s) => misses(s, 'worker-2', ['10.20.0.19']),
      [['error', 'peer', ['10.20.0.19']]],
    ],
    ['a peer elsewhere', (s) => misses(s, 'worker-2', ['172.18.0.1']), []],
  ])('with etcd: %s', (_name, change, expected) => {
    const sample = objects({ install: 'etcd' });
    change(sample);
    expect(left(sample)).toEqual(expected);
  });

  it('is about the machine that is gone, and explains what waits for it', () => {
    const sample = objects();
    lose(sample, 'worker-4', 3 * day);
    for (const node of ['worker-1', 'worker-2']) misses(sample, node, ['10.20.0.14']);
    const finding = findingIn(staleNodeObjects, sample);
    expect(nodesOf(finding)).toEqual(['worker-4']);
    expect(finding.facts['waiting']).toEqual(['worker-1', 'worker-2']);
    const ids = finding.symptoms.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['bgp-peer-down', 'node-lost-or-kubelet-down']));
    expect(finding.remedies[0]?.manual).toContain('kubectl delete node worker-4');
  });

  it.each([
    ['10.20.0.19', 'likely'],
    ['10.20.0.254', 'possible'],
  ])('is less sure of what may be a router: %s', (peer, confidence) => {
    const sample = objects({ install: 'etcd' });
    misses(sample, 'worker-2', [peer]);
    expect(findingIn(staleNodeObjects, sample).confidence).toBe(confidence);
  });

  it('compares no names where the nodes were read in part', () => {
    const sample = objects();
    affinity(sample, 'worker-77');
    delete sample.lists.nodes;
    expect(left(sample)).toEqual([]);
  });
});
