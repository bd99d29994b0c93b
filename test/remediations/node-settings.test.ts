import { describe, expect, it } from 'vitest';
import { clearStoredAddress } from '../../internal/remediations/clear-stored-address.ts';
import { serveNode } from '../../internal/remediations/serve-node.ts';
import { withoutIPv6 } from '../../internal/remediations/without-ipv6.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import { nodeOf } from '../support/faults.ts';
import { snapshotFrom, type Sample } from '../support/sample.ts';

const v1 = 'crd.projectcalico.org/v1';

function snapshotWith(spec: ClusterSpec = {}, change: (sample: Sample) => void = () => {}) {
  const sample = healthyCluster(spec);
  change(sample);
  return snapshotFrom(sample);
}

describe('serveNode', () => {
  const pool = (name: string, spec: object, labels = {}) => ({
    apiVersion: v1,
    kind: 'IPPool',
    metadata: { name, labels },
    spec: { cidr: '10.244.0.0/16', ...spec },
  });
  const serve = (kind: 'all-disabled' | 'not-for-pods', pools: ReturnType<typeof pool>[]) =>
    serveNode(
      snapshotWith({}, (sample) => {
        sample.lists.ipPools = pools;
      }),
      kind,
      ['worker-1'],
    ).changes.map(({ body }) => body);

  it('changes the only pool, and none of several or of the operator', () => {
    expect(serve('all-disabled', [pool('a', { disabled: true })])).toEqual([
      { spec: { disabled: false } },
    ]);
    expect(serve('not-for-pods', [pool('a', { allowedUses: ['Tunnel'] })])).toEqual([
      { spec: { allowedUses: ['Tunnel', 'Workload'] } },
    ]);
    expect(serve('all-disabled', [pool('a', {}), pool('b', {})])).toEqual([]);
    const managed = { 'app.kubernetes.io/managed-by': 'tigera-operator' };
    expect(serve('all-disabled', [pool('a', {}, managed)])).toEqual([]);
  });
});

describe('clearStoredAddress', () => {
  const clear = (value: string, spec: ClusterSpec = {}) =>
    clearStoredAddress(
      snapshotWith(spec, (sample) => {
        nodeOf(sample, 'worker-2').metadata.annotations = {
          'projectcalico.org/IPv4Address': value,
        };
      }),
      4,
      ['worker-1'],
    ).changes;

  it('takes away what is no address, on the node that has it', () => {
    expect(clear('10.20.0.300/24')).toEqual([
      {
        ref: { apiVersion: 'v1', kind: 'Node', name: 'worker-2' },
        verb: 'patch',
        patchType: 'strategic',
        body: { metadata: { annotations: { 'projectcalico.org/IPv4Address': null } } },
        guard: { uid: 'node-worker-2' },
      },
    ]);
  });

  it('leaves what can be read', () => {
    expect(clear('10.99.0.1/24')).toEqual([]);
    expect(clear('nonsense', { install: 'etcd' })).toEqual([]);
  });
});

describe('withoutIPv6', () => {
  it('switches it off in the environment', () => {
    expect(JSON.stringify(withoutIPv6(snapshotWith())?.changes)).toContain(
      '[{"name":"IP6","value":"none"},{"name":"FELIX_IPV6SUPPORT","value":"false"}]',
    );
  });

  it('takes the method out of the Installation', () => {
    expect(withoutIPv6(snapshotWith({ install: 'operator' }))?.changes[0]?.body).toEqual({
      spec: { calicoNetwork: { nodeAddressAutodetectionV6: null } },
    });
  });

  it('leaves a cluster alone that uses it', () => {
    const snapshot = snapshotWith({}, (sample) => {
      nodeOf(sample, 'worker-3').metadata.annotations = {
        'projectcalico.org/IPv6Address': 'fd00::3/64',
      };
    });
    expect(withoutIPv6(snapshot)).toBeNull();
  });
});
