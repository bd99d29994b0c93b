import { expect, test } from 'vitest';
import { installOf } from '../../../internal/calico/install/install.ts';
import type { InstallState } from '../../../internal/model/install.ts';
import type * as k8s from '../../../internal/model/kubernetes.ts';
import type { Action } from '../../../internal/model/remedy.ts';
import { snapshotOf, type SnapshotParts } from '../../support/snapshot.ts';
import {
  installation,
  node,
  nodePod,
  nodeSet,
  object,
  operatorDeployment,
  operatorSet,
} from './parts.ts';

type Lists = NonNullable<SnapshotParts['lists']>;

const operatorLabel = 'projectcalico.org/operator-node-migration';
const flannelLabel = 'projectcalico.org/node-network-during-migration';

const degraded = (reason: string): k8s.TigeraStatus => ({
  kind: 'TigeraStatus',
  metadata: { name: 'calico' },
  status: { conditions: [{ type: 'Degraded', status: 'True', reason, message: 'as it is' }] },
});
const information = (datastoreReady: boolean): k8s.ClusterInformation => ({
  kind: 'ClusterInformation',
  metadata: { name: 'default' },
  spec: { datastoreReady },
});
const both = [nodeSet({ desired: 3 }), operatorSet({ desired: 3 })];
const running = { daemonSets: [operatorSet()], installations: [installation()] };
const leftover = nodeSet({ desired: 0, nodeSelector: { [operatorLabel]: 'pre-operator' } });

test.each<[string, Lists, InstallState, Action, string | null]>([
  [
    'settled',
    { ...running, deployments: [operatorDeployment()] },
    'settled',
    'apply',
    'calico-system',
  ],
  [
    'being deleted',
    { ...running, installations: [installation({ deletionTimestamp: '2026-02-03T04:05:06Z' })] },
    'uninstalling',
    'refuse',
    'calico-system',
  ],
  [
    'nodes being moved',
    {
      ...running,
      daemonSets: both,
      nodes: [
        node({ labels: { [operatorLabel]: 'pre-operator' } }),
        node({ name: 'machine-b', labels: { [operatorLabel]: 'migrated' } }),
      ],
    },
    'migrating',
    'refuse',
    'calico-system',
  ],
  [
    'nodes being moved, seen in a plain dump',
    { daemonSets: both, nodes: [node({ labels: { [operatorLabel]: 'migrated' } })] },
    'migrating',
    'refuse',
    'calico-system',
  ],
  [
    'about to be taken over',
    {
      daemonSets: [nodeSet()],
      installations: [installation()],
      deployments: [operatorDeployment()],
    },
    'migrating',
    'refuse',
    'kube-system',
  ],
  [
    'without owner, but already in its place',
    {
      ...running,
      daemonSets: [operatorSet({ isOwned: false })],
      deployments: [operatorDeployment()],
    },
    'settled',
    'apply',
    'calico-system',
  ],
  [
    'to be taken over, but the operator rests',
    {
      daemonSets: [nodeSet()],
      installations: [installation()],
      deployments: [operatorDeployment({ replicas: 0 })],
    },
    'operator-paused',
    'apply',
    'kube-system',
  ],
  [
    'from flannel, by selector',
    { daemonSets: [nodeSet({ nodeSelector: { [flannelLabel]: 'calico' } })] },
    'migrating',
    'refuse',
    'kube-system',
  ],
  [
    'from flannel, by node',
    { daemonSets: [nodeSet()], nodes: [node({ labels: { [flannelLabel]: 'flannel' } })] },
    'migrating',
    'refuse',
    'kube-system',
  ],
  [
    'conversion blocked',
    {
      daemonSets: [nodeSet()],
      installations: [installation()],
      tigeraStatuses: [degraded('MigrationError')],
    },
    'migration-blocked',
    'apply',
    'kube-system',
  ],
  [
    'conversion blocked, both there',
    {
      daemonSets: both,
      installations: [installation()],
      tigeraStatuses: [degraded('MigrationError')],
    },
    'migration-blocked',
    'apply',
    'kube-system',
  ],
  [
    'conversion blocked, told by the Installation',
    {
      daemonSets: [nodeSet()],
      installations: [
        installation(
          {},
          {},
          { conditions: [{ type: 'Degraded', status: 'True', reason: 'MigrationError' }] },
        ),
      ],
    },
    'migration-blocked',
    'apply',
    'kube-system',
  ],
  ['two installations', { daemonSets: both }, 'two-installations', 'refuse', 'calico-system'],
  [
    'two installations by their pods',
    { pods: both.map((set) => nodePod(set, 'a')) },
    'two-installations',
    'refuse',
    'calico-system',
  ],
  [
    'calico beside canal',
    { daemonSets: [nodeSet(), nodeSet({ name: 'canal', app: 'canal' })] },
    'two-installations',
    'refuse',
    'kube-system',
  ],
  [
    'one DaemonSet for each architecture',
    {
      daemonSets: ['amd64', 'arm64'].map((arch) =>
        nodeSet({ name: `calico-node-${arch}`, nodeSelector: { 'kubernetes.io/arch': arch } }),
      ),
    },
    'settled',
    'apply',
    'kube-system',
  ],
  [
    'old DaemonSet left without nodes',
    { ...running, daemonSets: [leftover, operatorSet({ desired: 3 })] },
    'settled',
    'apply',
    'calico-system',
  ],
  [
    'datastore locked',
    { daemonSets: [nodeSet()], clusterInformations: [information(false)] },
    'datastore-locked',
    'refuse',
    'kube-system',
  ],
  [
    'datastore open',
    { daemonSets: [nodeSet()], clusterInformations: [information(true)] },
    'settled',
    'apply',
    'kube-system',
  ],
  [
    'operator scaled to 0',
    { ...running, deployments: [operatorDeployment({ replicas: 0 })] },
    'operator-paused',
    'apply',
    'calico-system',
  ],
  [
    'operator without a ready pod',
    { ...running, deployments: [operatorDeployment({ ready: null })] },
    'operator-paused',
    'apply',
    'calico-system',
  ],
  [
    'operator gone from its namespace',
    {
      ...running,
      deployments: [],
      pods: [],
      namespaces: [object('Namespace', { name: 'tigera-operator' })],
    },
    'operator-paused',
    'apply',
    'calico-system',
  ],
  [
    'operator not in the dump',
    { ...running, deployments: [], pods: [] },
    'settled',
    'apply',
    'calico-system',
  ],
  [
    'never rendered',
    { daemonSets: [], installations: [installation()], deployments: [operatorDeployment()] },
    'never-rendered',
    'apply',
    null,
  ],
  ['DaemonSets unread', { installations: [installation()] }, 'settled', 'apply', null],
  [
    'ignored by the operator',
    {
      ...running,
      daemonSets: [
        operatorSet({ annotations: { 'unsupported.operator.tigera.io/ignore': 'true' } }),
      ],
    },
    'ignored-by-operator',
    'apply-temporary',
    'calico-system',
  ],
  [
    'ignore written otherwise',
    {
      ...running,
      daemonSets: [
        operatorSet({ annotations: { 'unsupported.operator.tigera.io/ignore': 'True' } }),
      ],
    },
    'settled',
    'apply',
    'calico-system',
  ],
  [
    'two methods set',
    { ...running, tigeraStatuses: [degraded('InvalidConfigurationError')] },
    'settled',
    'apply',
    'calico-system',
  ],
])('%s', (_name, lists, state, action, namespace) => {
  const install = installOf(snapshotOf({ lists }));
  expect([install.state, install.action, install.namespace]).toEqual([state, action, namespace]);
});

test('what does not change the state is named all the same', () => {
  const install = installOf(
    snapshotOf({
      lists: {
        daemonSets: [leftover, operatorSet({ desired: 2 })],
        installations: [installation()],
        tigeraStatuses: [degraded('ResourceNotReady')],
      },
    }),
  );
  expect(
    install.reasons.filter((reason) => /kube-system\/calico-node|ResourceNotReady/.test(reason)),
  ).toHaveLength(2);
});

test('a migration counts the nodes that are over', () => {
  const nodes = ['migrated', 'migrated', 'pre-operator'].map((value, index) =>
    node({ name: `machine-${index}`, labels: { [operatorLabel]: value } }),
  );
  const install = installOf(snapshotOf({ lists: { daemonSets: both, nodes } }));
  expect(install.reasons.some((reason) => reason.includes('2 of 3'))).toBe(true);
});
