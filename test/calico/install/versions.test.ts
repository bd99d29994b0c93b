import { describe, expect, test } from 'vitest';
import { installOf } from '../../../internal/calico/install/install.ts';
import { kubernetesSupport, operatorMinorsFor } from '../../../internal/calico/install/releases.ts';
import { versionSkew } from '../../../internal/calico/install/skew.ts';
import type * as k8s from '../../../internal/model/kubernetes.ts';
import { snapshotOf, type SnapshotParts } from '../../support/snapshot.ts';
import {
  deployment,
  installation,
  node,
  nodePod,
  nodeSet,
  operatorDeployment,
  operatorSet,
} from './parts.ts';

type Lists = NonNullable<SnapshotParts['lists']>;

const digest = `registry.test/mirror/node@sha256:${'a'.repeat(64)}`;
const unnamed = nodeSet({ image: digest });
const withStatus = (pod: k8s.Pod, image: string): k8s.Pod => ({
  ...pod,
  status: { containerStatuses: [{ name: 'calico-node', image }] },
});
const information = (calicoVersion: string): k8s.ClusterInformation => ({
  kind: 'ClusterInformation',
  metadata: { name: 'default' },
  spec: { calicoVersion },
});
const cni = (image: string): k8s.Container => ({ name: 'install-cni', image });
const image = (name: string, version: string): string => `registry.test/calico/${name}:${version}`;
const nodeImages = (versions: readonly string[]): k8s.Pod[] =>
  versions.map((version, index) => nodePod(unnamed, `p${index}`, image('node', version)));

describe("Calico's version", () => {
  test.each<[string, Lists, string | null]>([
    [
      'the tag of the DaemonSet',
      { daemonSets: [nodeSet({ image: image('node', 'v3.28.2') })], pods: nodeImages(['v3.27.0']) },
      'v3.28.2',
    ],
    [
      'tag and digest',
      { daemonSets: [nodeSet({ image: `${image('node', 'v3.28.2')}@sha256:${'b'.repeat(64)}` })] },
      'v3.28.2',
    ],
    [
      "a vendor's suffix",
      { daemonSets: [nodeSet({ image: image('node', 'v3.26.3-gke.7') })] },
      'v3.26.3',
    ],
    [
      'most pods',
      { daemonSets: [unnamed], pods: nodeImages(['v3.27.0', 'v3.28.2', 'v3.28.2']) },
      'v3.28.2',
    ],
    [
      'only its own pods',
      {
        daemonSets: [
          nodeSet({
            name: 'calico-node-arm64',
            image: digest,
            nodeSelector: { 'kubernetes.io/arch': 'arm64' },
          }),
          nodeSet({ image: digest, nodeSelector: { 'kubernetes.io/arch': 'amd64' }, desired: 0 }),
        ],
        pods: [
          ...nodeImages(['v3.27.0', 'v3.27.0']),
          nodePod(nodeSet({ name: 'calico-node-arm64' }), 'z', image('node', 'v3.28.2')),
        ],
      },
      'v3.28.2',
    ],
    [
      "the pod's status",
      {
        daemonSets: [unnamed],
        pods: [withStatus(nodePod(unnamed, 'a'), image('node', 'v3.25.1'))],
      },
      'v3.25.1',
    ],
    [
      'the Installation',
      {
        daemonSets: [operatorSet({ image: digest })],
        installations: [installation({}, {}, { calicoVersion: 'v3.29.4' })],
      },
      'v3.29.4',
    ],
    [
      'ClusterInformation',
      { daemonSets: [unnamed], clusterInformations: [information('v3.24.6')] },
      'v3.24.6',
    ],
    [
      'install-cni',
      { daemonSets: [nodeSet({ image: digest, initContainers: [cni(image('cni', 'v3.24.6'))] })] },
      'v3.24.6',
    ],
    [
      'kube-controllers',
      {
        daemonSets: [unnamed],
        deployments: [
          deployment(
            'calico-kube-controllers',
            'kube-system',
            image('kube-controllers', 'v3.24.6'),
          ),
        ],
      },
      'v3.24.6',
    ],
    [
      "flannel's version is not Calico's",
      {
        daemonSets: [
          nodeSet({
            image: digest,
            containers: [{ name: 'kube-flannel', image: 'registry.test/flannel:v0.24.4' }],
          }),
        ],
      },
      null,
    ],
    [
      'a tag that is no version',
      { daemonSets: [nodeSet({ image: 'registry.test/calico/node:latest' })] },
      null,
    ],
    ['nothing', {}, null],
  ])('%s', (_name, lists, version) => {
    expect(installOf(snapshotOf({ lists })).calicoVersion).toBe(version);
  });
});

describe('the operator and Kubernetes', () => {
  test.each<[string, Lists, string | null]>([
    ['Deployment', { deployments: [operatorDeployment()] }, 'v1.36.9'],
    [
      'in another namespace',
      {
        deployments: [
          operatorDeployment({
            metadata: { namespace: 'ops', name: 'op' },
            image: 'registry.test/rancher/mirrored-calico-operator:v1.32.3',
          }),
        ],
      },
      'v1.32.3',
    ],
    [
      'pod',
      {
        pods: [
          {
            kind: 'Pod',
            metadata: { name: 'tigera-operator-1', namespace: 'x' },
            spec: { containers: [{ image: 'o:v1.30.4' }] },
          },
        ],
      },
      'v1.30.4',
    ],
    ['none', { deployments: [deployment('web', 'shop', 'web:v9.9.9')] }, null],
  ])('operator: %s', (_name, lists, version) => {
    expect(installOf(snapshotOf({ lists })).operatorVersion).toBe(version);
  });

  const server: k8s.Pod = {
    kind: 'Pod',
    metadata: {
      name: 'kube-apiserver-m',
      namespace: 'kube-system',
      labels: { component: 'kube-apiserver' },
    },
    spec: {
      containers: [{ name: 'kube-apiserver', image: 'registry.test/kube-apiserver:v1.30.5' }],
    },
  };
  const nodes = [
    node({}, 'v1.9.8'),
    node({ name: 'b' }, 'v1.28.9'),
    node({ name: 'c' }, 'v1.28.9+x'),
  ];

  test.each<[string, SnapshotParts, string | null, number]>([
    ['the server', { serverVersion: 'v1.30.6', lists: { nodes, pods: [server] } }, 'v1.30.6', 0],
    ["the server's image", { lists: { nodes, pods: [server] } }, 'v1.30.5', 1],
    ['the newest kubelet', { lists: { nodes } }, 'v1.28.9', 1],
    ['nothing', {}, null, 0],
  ])('Kubernetes: %s', (_name, parts, version, remarks) => {
    const install = installOf(snapshotOf(parts));
    const said = install.reasons.filter((reason) => reason.startsWith('Kubernetes '));
    expect([install.kubernetesVersion, said.length]).toEqual([version, remarks]);
  });
});

describe('skew', () => {
  const lists: Lists = {
    daemonSets: [
      operatorSet({
        image: image('node', 'v3.29.4'),
        initContainers: [cni(image('cni', 'v3.29.4'))],
      }),
    ],
    pods: ['v3.29.4', 'v3.28.2'].map((version, index) =>
      nodePod(operatorSet(), `p${index}`, image('node', version)),
    ),
    deployments: [
      deployment('calico-typha', 'calico-system', image('typha', 'v3.29.1')),
      deployment('calico-kube-controllers', 'calico-system', image('kube-controllers', 'v3.29.4')),
      deployment('calico-typha', 'elsewhere', image('typha', 'v3.10.0')),
      operatorDeployment({ image: 'registry.test/tigera/operator:v1.34.0' }),
    ],
  };

  test('names what differs, and the pods that lag', () => {
    const skew = versionSkew(snapshotOf({ lists, serverVersion: 'v1.33.1' }));
    expect(skew.calico).toBe('v3.29.4');
    expect(skew.components.map(({ component }) => component)).toEqual([
      'cni',
      'node',
      'typha',
      'kube-controllers',
    ]);
    expect(skew.differing).toMatchObject([
      {
        component: 'typha',
        version: 'v3.29.1',
        from: { name: 'calico-typha', namespace: 'calico-system' },
      },
    ]);
    expect(skew.pods).toMatchObject([
      {
        component: 'node',
        version: 'v3.28.2',
        from: { kind: 'Pod', name: 'calico-node-p1', container: 'calico-node' },
      },
    ]);
    expect(skew.operator).toEqual({ version: 'v1.34.0', expectedMinors: [36], isExpected: false });
    expect(skew.kubernetes).toEqual({ kind: 'beyond-tested', testedMinor: 29 });
  });

  test('stands among the reasons, one for each component', () => {
    const { reasons } = installOf(snapshotOf({ lists }));
    const versions = ['v3.29.1', 'v3.28.2', 'v1.34.0'];
    expect(
      versions.map((version) => reasons.filter((reason) => reason.includes(version)).length),
    ).toEqual([1, 1, 1]);
  });

  test('is silent where all agree', () => {
    const agreeing = {
      daemonSets: [operatorSet({ initContainers: [cni(image('cni', 'v3.29.4'))] })],
      deployments: [operatorDeployment()],
    };
    const skew = versionSkew(snapshotOf({ lists: agreeing }));
    expect([skew.differing, skew.pods, skew.operator?.isExpected]).toEqual([[], [], true]);
  });

  test('leaves Calico Enterprise with its own numbers alone', () => {
    const enterprise = {
      ...lists,
      daemonSets: [operatorSet({ image: 'registry.test/tigera/cnx-node:v3.19.1' })],
    };
    const skew = versionSkew(snapshotOf({ lists: enterprise, serverVersion: 'v1.33.1' }));
    expect([skew.operator, skew.kubernetes.kind]).toEqual([null, 'unknown']);
  });
});

describe('tables', () => {
  test.each<[string | null, string | null, string]>([
    ['v3.22.4', 'v1.25.0', 'api-removed'],
    ['v3.22.4', 'v1.24.17', 'unknown'],
    ['v3.23.0', 'v1.25.0', 'supported'],
    ['v3.14.2', 'v1.22.1', 'api-removed'],
    ['v3.15.0', 'v1.22.1', 'unknown'],
    ['v3.26.1', 'v1.30.9', 'supported'],
    ['v3.26.1', 'v1.31.0', 'beyond-tested'],
    ['v3.32.0', 'v1.38.0', 'supported'],
    ['v3.32.0', 'v1.39.0', 'beyond-tested'],
    ['v3.40.0', 'v1.60.0', 'unknown'],
    ['v2.6.12', 'v1.30.0', 'unknown'],
    [null, 'v1.30.0', 'unknown'],
    ['v3.29.4', null, 'unknown'],
  ])('Calico %s on Kubernetes %s is %s', (calico, kubernetes, kind) => {
    expect(kubernetesSupport(calico, kubernetes).kind).toBe(kind);
  });

  test.each<[string, readonly number[] | null]>([
    ['v3.20.6', [20, 21, 22]],
    ['v3.27.3', [32]],
    ['v3.19.1', null],
    ['v2.31.0', null],
  ])('operator minors for Calico %s', (calico, minors) => {
    expect(operatorMinorsFor(calico)).toEqual(minors);
  });
});
