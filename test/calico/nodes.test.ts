import { expect, it } from 'vitest';
import { nodeViews } from '../../internal/calico/nodes.ts';
import { healthyCluster } from '../support/cluster.ts';
import { snapshotFrom } from '../support/sample.ts';

// A Node object that no kubelet has filled in has a nodeInfo all the same, with empty texts.
it.each([
  ['', 'linux', 3],
  ['', 'windows', 2],
  ['windows', 'linux', 2],
  [undefined, 'linux', 3],
])('a node of the system "%s", labelled %s', (operatingSystem, label, count) => {
  const sample = healthyCluster({ nodes: 3 });
  const node = sample.lists.nodes?.[0];
  if (!node) throw new Error('there is no node');
  node.metadata.labels = { ...node.metadata.labels, 'kubernetes.io/os': label };
  Object.assign(node, { status: { ...node.status, nodeInfo: { operatingSystem } } });
  sample.lists.pods = (sample.lists.pods ?? []).filter(
    ({ spec }) => spec?.nodeName !== node.metadata.name,
  );
  expect(nodeViews(snapshotFrom(sample))).toHaveLength(count);
});
