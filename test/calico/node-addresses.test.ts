import { describe, expect, it } from 'vitest';
import { proposeMethods } from '../../internal/calico/autodetection/propose.ts';
import {
  clusterCase,
  nextAddress,
  nodeCases,
  suspectNodes,
} from '../../internal/calico/node-addresses.ts';
import { nodeViews } from '../../internal/calico/nodes.ts';
import { healthyCluster, workers } from '../support/cluster.ts';
import { appendLog, daemonSetOf, nodeOf, podOn, storeAddress } from '../support/faults.ts';
import { logLine } from '../support/start-log.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';

const version = 'v3.29.4';

/** Three nodes; the third has a bridge that first-found prefers, and took its address if `isTaken`. */
function clusterWithBridge(isTaken: boolean): Sample {
  const nodes = workers(3).map((spec, index) =>
    index === 2
      ? { ...spec, more: [{ name: 'bridge9', index: 9, addresses: ['10.7.0.1/24'] }] }
      : spec,
  );
  const sample = healthyCluster({ version, nodes, kernel: '6.12.0', install: 'manifest' });
  if (isTaken) storeAddress(nodeOf(sample, 'worker-3'), '10.7.0.1/24');
  return sample;
}

function setEnv(sample: Sample, name: string, value: string | null): void {
  const specs = [
    daemonSetOf(sample).spec?.template?.spec,
    ...(sample.lists.pods ?? []).map(({ spec }) => spec),
  ];
  for (const spec of specs) {
    const container = spec?.containers?.find((one) => one.name === 'calico-node');
    if (!container) continue;
    const others = (container.env ?? []).filter((one) => one.name !== name);
    container.env = value === null ? others : [...others, { name, value }];
  }
}

function next(sample: Sample, node: string, family: 4 | 6 = 4) {
  const snapshot = snapshotFrom(sample);
  const view = nodeViews(snapshot).find(({ name }) => name === node);
  return view ? nextAddress(snapshot, view, family, version) : null;
}

describe('suspectNodes', () => {
  it('names the exception, and what has no address', () => {
    const sample = clusterWithBridge(true);
    expect([...suspectNodes(snapshotFrom(sample), 4)]).toEqual(['worker-3']);
    storeAddress(nodeOf(sample, 'worker-1'), null);
    storeAddress(nodeOf(sample, 'worker-3'), '10.20.0.13/24');
    expect([...suspectNodes(snapshotFrom(sample), 4)]).toEqual(['worker-1']);
  });

  it('suspects nobody where all nodes use another network for Calico', () => {
    const sample = clusterWithBridge(false);
    for (const [index, { name }] of workers(3).entries())
      storeAddress(nodeOf(sample, name), `198.51.100.${index + 1}/24`);
    expect(suspectNodes(snapshotFrom(sample), 4).size).toBe(0);
  });

  it('asks nothing of a family that the nodes do not have', () => {
    expect(suspectNodes(snapshotFrom(clusterWithBridge(true)), 6).size).toBe(0);
  });
});

it('gives the simulation what a snapshot knows', () => {
  const [first] = nodeCases(snapshotFrom(clusterWithBridge(false)), 4);
  expect(first).toMatchObject({
    name: 'worker-1',
    kernelVersion: '6.12.0',
    stored: '10.20.0.11',
    isHealthy: true,
    inventory: { completeness: { 4: 'all' }, isStale: false },
  });
});

it('finds the cure for a bridge that one node took', () => {
  const cluster = clusterCase(snapshotFrom(clusterWithBridge(true)), 4, version);
  const [best] = proposeMethods(cluster);
  expect(best).toMatchObject({
    method: 'kubernetes-internal-ip',
    isSafe: true,
    sureness: 'certain',
  });
  expect(best?.predictions.map(({ node, outcome }) => [node, outcome])).toEqual([
    ['worker-1', 'same'],
    ['worker-2', 'same'],
    ['worker-3', 'changes'],
  ]);
});

describe('nextAddress', () => {
  it('foresees that another interface wins where nothing was told since', () => {
    const sample = clusterWithBridge(false);
    expect(next(sample, 'worker-1')).toMatchObject({
      source: 'detect',
      prediction: { outcome: 'same', sureness: 'certain' },
    });
    expect(next(sample, 'worker-3')?.prediction).toMatchObject({
      outcome: 'changes',
      choices: [{ ip: '10.7.0.1', iface: 'bridge9' }],
    });
  });

  it('believes the line of each minute rather than the order of interfaces', () => {
    const sample = clusterWithBridge(false);
    const said = logLine(
      { start: at(sample, -20), version },
      0,
      'INFO',
      'monitor-addresses',
      'autodetection_methods.go',
      'Using autodetected IPv4 address on interface ens3: 10.20.0.13/24',
    );
    appendLog(sample, podOn(sample, 'worker-3'), [said]);
    expect(next(sample, 'worker-3')?.prediction).toMatchObject({ outcome: 'same' });
  });

  it.each([
    ['IP', '', 'keep'],
    ['IP', 'none', 'keep'],
    ['IP', '10.20.0.13', 'environment'],
    ['IP', 'autodetect', 'detect'],
    ['CALICO_NETWORKING_BACKEND', 'none', 'nothing'],
  ])('with %s=%j: %s', (name, value, source) => {
    const sample = clusterWithBridge(false);
    setEnv(sample, name, value);
    expect(next(sample, 'worker-3')?.source).toBe(source);
  });

  it('does nothing about IPv6 unless it is asked to', () => {
    const sample = clusterWithBridge(false);
    expect(next(sample, 'worker-3', 6)?.source).toBe('nothing');
    setEnv(sample, 'IP6', 'autodetect');
    expect(next(sample, 'worker-3', 6)).toMatchObject({
      source: 'detect',
      prediction: { outcome: 'fails' },
    });
  });

  it('does not know what etcd stores', () => {
    const sample = clusterWithBridge(false);
    storeAddress(nodeOf(sample, 'worker-3'), null);
    setEnv(sample, 'IP', '');
    setEnv(sample, 'DATASTORE_TYPE', 'etcdv3');
    expect(next(sample, 'worker-3')?.source).toBe('unknown');
  });

  it('is nothing without a pod', () => {
    const sample = clusterWithBridge(false);
    sample.lists.pods = [];
    expect(next(sample, 'worker-3')).toBeNull();
  });
});
