import { describe, expect, it } from 'vitest';
import type { Change } from '../../internal/model/remedy.ts';
import { felixSetting } from '../../internal/remediations/felix-setting.ts';
import { installationField } from '../../internal/remediations/installation-field.ts';
import { moveHealthPort } from '../../internal/remediations/move-health-port.ts';
import { repairLocalhost } from '../../internal/remediations/repair-localhost.ts';
import { restoreMesh } from '../../internal/remediations/restore-mesh.ts';
import { unlockDatastore } from '../../internal/remediations/unlock-datastore.ts';
import { setEnv } from '../support/api-faults.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import { changeCalico } from '../support/owners.ts';
import { snapshotFrom, type Sample } from '../support/sample.ts';

const v1 = 'crd.projectcalico.org/v1';

function snapshotWith(spec: ClusterSpec = {}, change: (sample: Sample) => void = () => {}) {
  const sample = healthyCluster(spec);
  change(sample);
  return snapshotFrom(sample);
}

const felix =
  (apiVersion: string, metadata: object = {}) =>
  (sample: Sample) => {
    sample.lists.felixConfigurations = [
      {
        apiVersion,
        kind: 'FelixConfiguration',
        metadata: { name: 'default', ...metadata },
        spec: {},
      },
    ];
  };

const larger = (snapshot: ReturnType<typeof snapshotWith>) =>
  felixSetting(snapshot, {
    id: 'larger',
    title: 'Larger',
    field: 'maxIpsetSize',
    value: 2048,
    consequences: [],
  });

const patchOf = (change: Change | undefined) =>
  change && [change.verb, change.patchType, change.ref.apiVersion, change.ref.kind, change.body];

describe('felixSetting', () => {
  const body = { spec: { maxIpsetSize: 2048 } };

  it.each([v1, 'projectcalico.org/v3'])('patches the object in the group %s', (apiVersion) => {
    const { action, changes } = larger(snapshotWith({}, felix(apiVersion)));
    expect(action).toBe('apply');
    expect(changes.map(patchOf)).toEqual([
      ['patch', 'merge', apiVersion, 'FelixConfiguration', body],
    ]);
  });

  it('makes one only where it is known that there is none', () => {
    const empty = larger(
      snapshotWith({}, (sample) => {
        sample.lists.felixConfigurations = [];
      }),
    );
    expect(empty.changes[0]).toMatchObject({
      verb: 'create',
      body: { apiVersion: v1, kind: 'FelixConfiguration', metadata: { name: 'default' }, ...body },
    });
    expect(larger(snapshotWith()).changes[0]?.verb).toBe('patch');
  });

  it('leaves etcd to calicoctl', () => {
    const { action, changes, manual } = larger(snapshotWith({ install: 'etcd' }));
    expect([action, changes]).toEqual(['manual', []]);
    expect(manual.at(-1)).toContain('calicoctl patch felixconfiguration');
  });

  it('changes the variable where one would win', () => {
    const snapshot = snapshotWith({}, (sample) =>
      setEnv(sample, { name: 'FELIX_MAXIPSETSIZE', value: '1024' }),
    );
    expect(larger(snapshot).changes[0]?.body).toEqual({
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'calico-node', env: [{ name: 'FELIX_MAXIPSETSIZE', value: '2048' }] },
            ],
          },
        },
      },
    });
  });

  it('goes by the marks of the object itself', () => {
    const labels = { 'kustomize.toolkit.fluxcd.io/name': 'net' };
    const remedy = larger(snapshotWith({}, felix(v1, { labels })));
    expect([remedy.action, remedy.changes]).toEqual(['emit', []]);
  });
});

describe('moveHealthPort', () => {
  const move = (spec: ClusterSpec, change?: (sample: Sample) => void) =>
    moveHealthPort(snapshotWith(spec, change), { port: 9099, nodes: ['worker-1'] }).find(
      ({ id }) => id === 'move-health-port',
    );

  it('is a variable in a manifest, and the port of probes that name one', () => {
    const remedy = move({}, (sample) =>
      changeCalico(sample, (container) => {
        container.livenessProbe = { httpGet: { host: 'localhost', path: '/liveness', port: 9099 } };
      }),
    );
    expect(remedy?.changes[0]?.body).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              {
                env: [{ name: 'FELIX_HEALTHPORT', value: '9199' }],
                livenessProbe: { httpGet: { port: 9199 } },
              },
            ],
          },
        },
      },
    });
    expect(JSON.stringify(remedy?.changes)).not.toContain('readinessProbe');
  });

  it('is FelixConfiguration with the operator', () => {
    expect(move({ install: 'operator' })?.changes.map(patchOf)).toEqual([
      ['patch', 'merge', v1, 'FelixConfiguration', { spec: { healthPort: 9199 } }],
    ]);
  });
});

describe('repairLocalhost', () => {
  const host = (spec: ClusterSpec) =>
    repairLocalhost(snapshotWith(spec), ['worker-1']).find(({ id }) => id === 'set-health-host');

  it('tells the exec probes the address, where they read it', () => {
    expect(JSON.stringify(host({})?.changes[0]?.body)).toContain(
      '{"name":"FELIX_HEALTHHOST","value":"127.0.0.1"}',
    );
    expect(host({ version: 'v3.14.2' })).toMatchObject({ action: 'manual', changes: [] });
  });

  it('has no place with the operator, whose own probe asks for the name', () => {
    expect(host({ install: 'operator' })).toMatchObject({ action: 'manual', changes: [] });
  });
});

describe('installationField', () => {
  const field = {
    id: 'f',
    title: 'F',
    path: ['calicoNetwork', 'linuxDataplane'],
    value: 'Iptables',
    consequences: [],
  };
  const overlay = (calicoNetwork: object) => (sample: Sample) => {
    sample.lists.installations?.push({
      apiVersion: 'operator.tigera.io/v1',
      kind: 'Installation',
      metadata: { name: 'overlay' },
      spec: { calicoNetwork },
    });
  };

  it.each([
    ['default', { mtu: 1400 }],
    ['overlay', { linuxDataplane: 'Nftables' }],
  ])('changes %s, if the overlay sets %o', (name, network) => {
    const snapshot = snapshotWith({ install: 'operator' }, overlay(network));
    expect(installationField(snapshot, field).changes).toMatchObject([
      { ref: { name }, body: { spec: { calicoNetwork: { linuxDataplane: 'Iptables' } } } },
    ]);
  });
});

it('restoreMesh patches the configuration that is there', () => {
  const snapshot = snapshotWith({}, (sample) => {
    const spec = { nodeToNodeMeshEnabled: false };
    const metadata = { name: 'default' };
    sample.lists.bgpConfigurations = [{ apiVersion: v1, kind: 'BGPConfiguration', metadata, spec }];
  });
  expect(restoreMesh(snapshot).changes.map(patchOf)).toEqual([
    ['patch', 'merge', v1, 'BGPConfiguration', { spec: { nodeToNodeMeshEnabled: true } }],
  ]);
});

describe('unlockDatastore', () => {
  const information = {
    apiVersion: v1,
    kind: 'ClusterInformation',
    metadata: { name: 'default' },
    spec: { datastoreReady: false },
  };

  it('has to be named, and touches nothing while data is moved', () => {
    expect(unlockDatastore({ migrating: [], information })).toMatchObject({
      action: 'apply',
      risk: 'interrupts-traffic',
      changes: [{ patchType: 'merge', body: { spec: { datastoreReady: true } } }],
    });
    expect(unlockDatastore({ migrating: ['worker-1'], information }).changes).toEqual([]);
    expect(unlockDatastore({ migrating: [], information: undefined }).changes).toEqual([]);
  });
});
