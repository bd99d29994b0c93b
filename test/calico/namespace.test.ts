import { expect, it } from 'vitest';
import { inNamespace } from '../../internal/calico/namespace.ts';
import { nodeViews } from '../../internal/calico/nodes.ts';
import { itemsOf } from '../../internal/calico/snapshot-lists.ts';
import { healthyCluster } from '../support/cluster.ts';
import { daemonSetOf, podOn } from '../support/faults.ts';
import { add, snapshotFrom } from '../support/sample.ts';

it('leaves out the calico-node of other namespaces, and nothing else', () => {
  const sample = healthyCluster({ nodes: 1, install: 'operator' });
  const second = structuredClone(podOn(sample, 'worker-1'));
  Object.assign(second.metadata, { name: 'calico-node-old', namespace: 'kube-system', uid: 'old' });
  const secondSet = structuredClone(daemonSetOf(sample));
  secondSet.metadata.namespace = 'kube-system';
  add(sample, 'pods', second);
  add(sample, 'daemonSets', secondSet);
  const snapshot = snapshotFrom(sample);
  const narrowed = inNamespace(snapshot, 'kube-system');
  expect(nodeViews(narrowed).map(({ pod }) => pod?.metadata.name)).toEqual(['calico-node-old']);
  expect(itemsOf(narrowed, 'daemonSets').map(({ metadata }) => metadata.namespace)).toEqual([
    'kube-system',
  ]);
  expect(itemsOf(narrowed, 'pods')).toHaveLength(itemsOf(snapshot, 'pods').length - 1);
});
