import { expect, it } from 'vitest';
import { networkUnavailableStale } from '../../internal/checks/network-unavailable-stale.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { birdSays, birdWithoutPort, peersOf } from '../support/bird-faults.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import { nodeOf, podOn, setCondition, unready } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';

const cluster = (spec: ClusterSpec = {}): Sample =>
  healthyCluster({ nodes: 3, version: 'v3.30.1', ...spec });

const down = (sample: Sample, node: string, ago = 900, reason = 'CalicoIsDown'): void =>
  setCondition(
    sample,
    nodeOf(sample, node),
    'NetworkUnavailable',
    'True',
    reason,
    reason === 'CalicoIsDown'
      ? 'Calico is shutting down on this node'
      : 'Node created without a route',
    ago,
  );

it.each<[string, ClusterSpec]>([
  ['manifest', {}],
  ['operator', { install: 'operator', version: 'v3.31.1' }],
  ['VXLAN without BGP', { install: 'vxlan' }],
  ['no logs', { noLogs: true }],
])('finds a condition that is left over: %s', (_name, spec) => {
  const sample = cluster(spec);
  down(sample, 'worker-2');
  const finding = findingIn(networkUnavailableStale, sample);
  expect([nodesOf(finding), finding.facts['setBy'], finding.severity, finding.confidence]).toEqual([
    ['worker-2'],
    'calico-node',
    'error',
    'confirmed',
  ]);
});

it('takes the age of the pod where its container has no time', () => {
  const sample = cluster();
  down(sample, 'worker-2');
  const status = podOn(sample, 'worker-2').status?.containerStatuses?.[0];
  if (status) delete status.state;
  expect(nodesOf(findingIn(networkUnavailableStale, sample))).toEqual(['worker-2']);
});

it('is one finding for each of those who set it', () => {
  const sample = cluster();
  down(sample, 'worker-1');
  down(sample, 'worker-2', 900, 'NoRouteCreated');
  down(sample, 'worker-3');
  const findings = findingsIn(networkUnavailableStale, sample);
  expect(findings.map((finding) => [nodesOf(finding), finding.facts['setBy']])).toEqual([
    [['worker-1', 'worker-3'], 'calico-node'],
    [['worker-2'], 'cloud-provider'],
  ]);
  expect(findings.map(({ remedies }) => remedies.map(({ id }) => id))).toEqual([
    ['restart-pods'],
    ['stop-cloud-routes', 'restart-pods'],
  ]);
});

it.each<[string, ClusterSpec, (sample: Sample) => void]>([
  ['a healthy cluster', {}, () => {}],
  ['a start of five minutes ago', { age: 300 }, (sample) => down(sample, 'worker-1', 310)],
  ['set a moment ago', {}, (sample) => down(sample, 'worker-1', 60)],
  [
    'a pod that is not ready',
    {},
    (sample) => (down(sample, 'worker-1'), unready(podOn(sample, 'worker-1'))),
  ],
  [
    'a node that is not ready itself',
    {},
    (sample) => {
      down(sample, 'worker-1');
      setCondition(sample, nodeOf(sample, 'worker-1'), 'Ready', 'False', 'KubeletNotReady', 'no');
    },
  ],
  [
    'Canal, where the condition is another one’s',
    { install: 'canal' },
    (sample) => down(sample, 'worker-1'),
  ],
  [
    'nodes that were read long before the pods',
    { age: 2000 },
    (sample) => {
      const node = nodeOf(sample, 'worker-1');
      down(sample, 'worker-1', 1900);
      for (const condition of node.status?.conditions ?? [])
        condition.lastHeartbeatTime = at(sample, -1800);
    },
  ],
])('finds nothing: %s', (_name, spec, change) => {
  const sample = cluster(spec);
  change(sample);
  expect(findingsIn(networkUnavailableStale, sample)).toEqual([]);
});

it('stands below what is wrong with the node', () => {
  const sample = cluster();
  down(sample, 'worker-2');
  birdSays(sample, 'worker-2', birdWithoutPort(peersOf(2, 3)));
  const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
  expect(findings.map(({ id }) => id)).toEqual(['bgp-port-179-in-use']);
});

/** Calico was taken out of the cluster: neither a pod of it nor its DaemonSet is left. */
function removed(sample: Sample, nodes: readonly string[], ago = 5000): Sample {
  for (const node of nodes) down(sample, node, ago);
  const pods = ['worker-1', 'worker-2', 'worker-3'].map((node) => podOn(sample, node));
  sample.lists.pods = (sample.lists.pods ?? []).filter((pod) => !pods.includes(pod));
  sample.lists.daemonSets = [];
  return sample;
}

it('finds what a Calico that was removed has left behind', () => {
  const finding = findingIn(
    networkUnavailableStale,
    removed(cluster({ noLogs: true }), ['worker-1', 'worker-3']),
  );
  expect(finding).toMatchObject({ confidence: 'likely', facts: { isRemoved: true } });
  expect(nodesOf(finding)).toEqual(['worker-1', 'worker-3']);
  expect(finding.remedies.map(({ id }) => id)).toEqual(['clear-left-over']);
});

it.each<[string, Sample]>([
  ['was removed just now', removed(cluster({ noLogs: true }), ['worker-1'], 60)],
  ['marked no node', removed(cluster({ noLogs: true }), [])],
  [
    'is still rendered by its operator',
    removed(cluster({ noLogs: true, install: 'operator' }), ['worker-1']),
  ],
])('says nothing of a Calico that %s', (_name, sample) => {
  expect(findingsIn(networkUnavailableStale, sample)).toEqual([]);
});
