import { describe, expect, test } from 'vitest';
import { installOf } from '../../../internal/calico/install/install.ts';
import {
  deployment,
  installation,
  nodePod,
  nodeSet,
  operatorDeployment,
  operatorSet,
} from './parts.ts';
import { snapshotOf, type SnapshotParts } from '../../support/snapshot.ts';

type Lists = NonNullable<SnapshotParts['lists']>;

const canal = nodeSet({
  name: 'canal',
  app: 'canal',
  containers: [{ name: 'kube-flannel', image: 'registry.test/flannel:v0.24.4' }],
  env: { CALICO_NETWORKING_BACKEND: 'none' },
});
const configMapRef = (key: string) => ({ configMapKeyRef: { name: 'calico-config', key } });
const windows = nodeSet({
  name: 'calico-node-windows',
  namespace: 'calico-system',
  app: 'calico-node-windows',
  isOwned: true,
});
const gone = { state: 'failed', error: { kind: 'forbidden', message: 'no' } } as const;

describe('what renders calico-node', () => {
  test.each<[string, Lists, string, string | null]>([
    [
      'owner reference alone',
      { daemonSets: [operatorSet({ env: { CLUSTER_TYPE: 'k8s' } })] },
      'operator',
      'calico-system',
    ],
    [
      'trimmed objects, cluster type',
      { daemonSets: [operatorSet({ isOwned: false, uid: null })] },
      'operator',
      'calico-system',
    ],
    [
      'no owner, but the operator is there',
      { daemonSets: [operatorSet({ isOwned: false })], deployments: [operatorDeployment()] },
      'operator',
      'calico-system',
    ],
    [
      'no owner and no operator: an orphan',
      { daemonSets: [operatorSet({ isOwned: false })] },
      'manifest',
      'calico-system',
    ],
    [
      'trimmed, and known to be without Installation',
      { daemonSets: [operatorSet({ isOwned: false, uid: null })], installations: [] },
      'manifest',
      'calico-system',
    ],
    [
      'trimmed, only the cluster type tells',
      { daemonSets: [nodeSet({ uid: null, env: { CLUSTER_TYPE: 'k8s,operator' } })] },
      'operator',
      'kube-system',
    ],
    [
      'label of the operator',
      {
        daemonSets: [
          nodeSet({ uid: null, labels: { 'app.kubernetes.io/managed-by': 'tigera-operator' } }),
        ],
      },
      'operator',
      'kube-system',
    ],
    ['its own source', { daemonSets: [nodeSet()] }, 'manifest', 'kube-system'],
    [
      'its own source in another namespace',
      { daemonSets: [nodeSet({ namespace: 'networking' })] },
      'manifest',
      'networking',
    ],
    ['canal', { daemonSets: [canal] }, 'canal', 'kube-system'],
    [
      'canal by label alone',
      { daemonSets: [nodeSet({ name: 'rke2-canal', app: 'canal' })] },
      'canal',
      'kube-system',
    ],
    ['Windows beside Linux', { daemonSets: [windows, operatorSet()] }, 'operator', 'calico-system'],
    ['Windows alone', { daemonSets: [windows] }, 'none', null],
    [
      'Installation without DaemonSet',
      { daemonSets: [], installations: [installation()] },
      'operator',
      null,
    ],
    [
      'only the operator, custom resources unread',
      { daemonSets: [], deployments: [operatorDeployment()] },
      'operator',
      null,
    ],
    [
      'only the operator, no Installation',
      { daemonSets: [], deployments: [operatorDeployment()], installations: [] },
      'none',
      null,
    ],
    [
      'a Deployment in calico-system',
      { deployments: [deployment('calico-typha', 'calico-system', 'x')] },
      'operator',
      null,
    ],
    [
      'one that wants no node beside one that does',
      { daemonSets: [nodeSet({ desired: 0 }), nodeSet({ namespace: 'net', desired: 2 })] },
      'manifest',
      'net',
    ],
    ['nothing', {}, 'none', null],
    [
      'pods of the operator, DaemonSets forbidden',
      { daemonSets: gone, pods: [nodePod(operatorSet(), 'a')] },
      'operator',
      'calico-system',
    ],
    [
      'pods of a manifest, no DaemonSet in the dump',
      { pods: [nodePod(nodeSet(), 'a'), nodePod(nodeSet(), 'b')] },
      'manifest',
      'kube-system',
    ],
    ['pods of canal', { pods: [nodePod(canal, 'a')] }, 'canal', 'kube-system'],
    [
      'pods of an orphan',
      { pods: [nodePod(operatorSet(), 'a')], installations: [] },
      'manifest',
      'calico-system',
    ],
  ])('%s', (_name, lists, renderer, namespace) => {
    const install = installOf(snapshotOf({ lists }));
    expect([install.renderer, install.namespace]).toEqual([renderer, namespace]);
  });

  test('a container named calico-node is enough, whatever the labels', () => {
    const set = nodeSet({
      name: 'net',
      app: 'net',
      image: 'registry.test/tigera/cnx-node:v3.19.1',
    });
    const install = installOf(snapshotOf({ lists: { daemonSets: [set] } }));
    expect(install).toMatchObject({ daemonSet: 'net', calicoVersion: 'v3.19.1' });
  });

  test('pods alone give the name of their DaemonSet', () => {
    const pod = nodePod(nodeSet({ name: 'rke2-canal', app: 'canal' }), 'q');
    const install = installOf(snapshotOf({ lists: { pods: [pod] } }));
    expect(install).toMatchObject({ renderer: 'canal', daemonSet: 'rke2-canal' });
  });
});

describe('kinds of templates', () => {
  test.each<[string, Lists, object]>([
    [
      'etcd',
      { daemonSets: [nodeSet({ env: { ETCD_ENDPOINTS: configMapRef('etcd_endpoints') } })] },
      { datastore: 'etcd' },
    ],
    [
      'Kubernetes',
      { daemonSets: [nodeSet({ env: { DATASTORE_TYPE: 'kubernetes' } })] },
      { datastore: 'kubernetes', typha: false, policyOnly: false },
    ],
    [
      'policy only',
      { daemonSets: [nodeSet({ env: { CALICO_NETWORKING_BACKEND: 'none' } })] },
      { policyOnly: true },
    ],
    ['canal is not policy only', { daemonSets: [canal] }, { policyOnly: false }],
    [
      'policy only by the operator',
      { daemonSets: [operatorSet({ env: { CALICO_NETWORKING_BACKEND: 'none' } })] },
      { policyOnly: true, renderer: 'operator' },
    ],
    [
      'Typha by variable',
      { daemonSets: [operatorSet({ env: { FELIX_TYPHAK8SSERVICENAME: 'calico-typha' } })] },
      { typha: true },
    ],
    [
      'Typha by Deployment',
      {
        daemonSets: [
          nodeSet({ env: { FELIX_TYPHAK8SSERVICENAME: configMapRef('typha_service_name') } }),
        ],
        deployments: [deployment('calico-typha', 'kube-system', 'x')],
      },
      { typha: true },
    ],
    [
      'Typha by Service',
      {
        daemonSets: [nodeSet()],
        services: [
          { kind: 'Service', metadata: { name: 'calico-typha', namespace: 'kube-system' } },
        ],
      },
      { typha: true },
    ],
    [
      "somebody else's Typha",
      { daemonSets: [nodeSet()], deployments: [deployment('calico-typha', 'other', 'x')] },
      { typha: false },
    ],
    [
      'Typha switched off',
      {
        daemonSets: [
          nodeSet({ env: { FELIX_TYPHAK8SSERVICENAME: configMapRef('typha_service_name') } }),
        ],
        configMaps: [
          {
            kind: 'ConfigMap',
            metadata: { name: 'calico-config', namespace: 'kube-system' },
            data: { typha_service_name: 'none' },
          },
        ],
        services: [
          { kind: 'Service', metadata: { name: 'calico-typha', namespace: 'kube-system' } },
        ],
      },
      { typha: false },
    ],
    [
      'unknown Typha',
      {
        daemonSets: [
          nodeSet({ env: { FELIX_TYPHAK8SSERVICENAME: configMapRef('typha_service_name') } }),
        ],
      },
      { typha: false },
    ],
  ])('%s', (_name, lists, expected) => {
    expect(installOf(snapshotOf({ lists }))).toMatchObject(expected);
  });
});
