import { describe, expect, it } from 'vitest';
import { predictCluster } from '../../internal/calico/prediction.ts';
import type { Snapshot } from '../../internal/model/snapshot.ts';
import { healthyCluster, workers, type ClusterSpec } from '../support/cluster.ts';
import { daemonSetOf, nodeOf, podOn, storeAddress } from '../support/faults.ts';
import { snapshotFrom } from '../support/sample.ts';

const snapshot = (spec: ClusterSpec = { nodes: 3 }): Snapshot => snapshotFrom(healthyCluster(spec));

const methodsIn = (taken: Snapshot, asked?: readonly string[]): readonly string[] =>
  predictCluster(taken, asked)[0]?.proposals.map(({ method }) => method) ?? [];

describe('predictCluster', () => {
  it('knows each address now, and IPv4 alone where there is no IPv6', () => {
    const families = predictCluster(snapshot({ nodes: workers(2) }));
    expect(families.map(({ family }) => family)).toEqual([4]);
    expect([...(families[0]?.now ?? [])].map(([node, now]) => [node, now?.ip])).toEqual([
      ['worker-1', '10.20.0.11'],
      ['worker-2', '10.20.0.12'],
    ]);
  });

  it('tells IPv6 where a node has it', () => {
    const sample = healthyCluster({ nodes: 2 });
    const annotations = nodeOf(sample, 'worker-1').metadata.annotations ?? {};
    nodeOf(sample, 'worker-1').metadata.annotations = {
      ...annotations,
      'projectcalico.org/IPv6Address': 'fd00:9::11/64',
    };
    const families = predictCluster(snapshotFrom(sample));
    expect(families.map(({ family }) => family)).toEqual([4, 6]);
    expect(families[1]?.now.get('worker-1')).toMatchObject({ ip: 'fd00:9::11', prefix: 64 });
    expect(families[1]?.now.get('worker-2')).toBeNull();
  });

  it('begins with the method in use, and has first-found once', () => {
    const methods = methodsIn(snapshot());
    expect(predictCluster(snapshot())[0]?.methodInUse).toBe(methods[0]);
    expect(methods.filter((method) => method === '')).toHaveLength(1);
    expect(new Set(methods).size).toBe(methods.length);
    expect(methods.length).toBeGreaterThan(2);
  });

  it('takes the method of most pods', () => {
    const sample = healthyCluster({ nodes: 3, install: 'manifest' });
    for (const name of ['worker-1', 'worker-2']) {
      const env = podOn(sample, name).spec?.containers?.find(
        (one) => one.name === 'calico-node',
      )?.env;
      env?.push({ name: 'IP_AUTODETECTION_METHOD', value: 'interface=ens.*' });
    }
    expect(daemonSetOf(sample)).toBeDefined();
    expect(predictCluster(snapshotFrom(sample))[0]?.methodInUse).toBe('interface=ens.*');
  });

  it('judges what is asked for alone, in that order, each once', () => {
    const asked = ['interface=nothing-.*', 'first-found', 'interface=nothing-.*', 'nonsense'];
    expect(methodsIn(snapshot(), asked)).toEqual(['interface=nothing-.*', '', 'nonsense']);
    const proposals = predictCluster(snapshot(), asked)[0]?.proposals;
    expect(proposals?.map(({ isSafe }) => isSafe)).toEqual([false, true, false]);
  });

  it('has a prediction for each node and method', () => {
    const sample = healthyCluster({ nodes: 4 });
    storeAddress(nodeOf(sample, 'worker-2'), null);
    const [family] = predictCluster(snapshotFrom(sample));
    expect(family?.now.get('worker-2')).toBeNull();
    for (const { predictions } of family?.proposals ?? []) {
      expect(predictions.map(({ node }) => node)).toEqual([
        'worker-1',
        'worker-2',
        'worker-3',
        'worker-4',
      ]);
    }
  });
});
