import { expect, it } from 'vitest';
import { replacePool } from '../../internal/remediations/replace-pool.ts';
import { addPool as moreAddresses } from '../../internal/remediations/add-pool.ts';
import { serveNode } from '../../internal/remediations/serve-node.ts';
import { healthyCluster } from '../support/cluster.ts';
import type { Kind } from '../support/daemon-set.ts';
import { addClusterRange, addPool } from '../support/pools.ts';
import { snapshotFrom, type Sample } from '../support/sample.ts';

function clusterWith(install: Kind, change: (sample: Sample) => void = () => {}) {
  const sample = healthyCluster({ nodes: 2, install });
  addPool(sample, 'main', { cidr: '10.244.0.0/16', ipipMode: 'Always', vxlanMode: 'Never' });
  change(sample);
  return snapshotFrom(sample);
}

const ownedByOperator = (sample: Sample): void => {
  const [pool] = sample.lists.ipPools ?? [];
  if (pool) pool.metadata.labels = { 'app.kubernetes.io/managed-by': 'tigera-operator' };
};

it.each<[string, ReturnType<typeof clusterWith>, string]>([
  [
    "one's own pool",
    clusterWith('manifest'),
    `kubectl patch ippool main --type merge -p '{"spec":{"disabled":false}}'`,
  ],
  [
    'with etcd',
    clusterWith('etcd'),
    `calicoctl patch ippool main -p '{"spec":{"disabled":false}}'`,
  ],
  [
    "the operator's",
    clusterWith('operator', ownedByOperator),
    'kubectl edit installation default   # spec.calicoNetwork.ipPools, the one with 10.244.0.0/16: disableNewAllocations: false',
  ],
  [
    "one's own beside an operator",
    clusterWith('operator'),
    `kubectl patch ippool main --type merge -p '{"spec":{"disabled":false}}'`,
  ],
])('switches a pool on where it lasts: %s', (_name, snapshot, command) => {
  expect(serveNode(snapshot, 'all-disabled', ['worker-1']).manual).toContain(command);
});

const specOf = (commands: readonly string[]): unknown => {
  const line = commands.find((command) => command.startsWith('spec: '))?.slice('spec: '.length);
  return line === undefined ? null : JSON.parse(line);
};

it('makes a further pool with the encapsulation of the one there is', () => {
  const { manual } = moreAddresses(clusterWith('manifest'), { reason: 'pools', cidr: null });
  expect(specOf(manual)).toMatchObject({ cidr: 'CIDR', ipipMode: 'Always', vxlanMode: 'Never' });
});

it.each<[string, (sample: Sample) => void, string]>([
  [
    'the range where it is free',
    (sample) => addClusterRange(sample, 'kubeadm', '10.60.0.0/16'),
    '10.60.0.0/16',
  ],
  [
    'a choice where a part of it is taken',
    (sample) => {
      addClusterRange(sample, 'kubeadm', '10.60.0.0/16');
      addPool(sample, 'other', { cidr: '10.60.8.0/22' });
    },
    'CIDR',
  ],
  ['a choice where nothing is known', () => {}, 'CIDR'],
])('proposes %s in place of a wrong pool', (_name, change, cidr) => {
  const { manual } = replacePool(clusterWith('manifest', change), {
    name: 'main',
    cidr: '10.244.0.0/16',
  });
  expect(specOf(manual)).toMatchObject({ cidr });
});

it('leaves alone what a provider keeps', () => {
  const snapshot = clusterWith('manifest', (sample) => {
    const [daemonSet] = sample.lists.daemonSets ?? [];
    const [node] = sample.lists.nodes ?? [];
    if (daemonSet) daemonSet.metadata.labels = { 'addonmanager.kubernetes.io/mode': 'Reconcile' };
    if (node) node.metadata.labels = { 'cloud.google.com/gke-nodepool': 'a' };
  });
  expect(moreAddresses(snapshot, { reason: 'pools', cidr: null }).action).toBe('refuse');
});
