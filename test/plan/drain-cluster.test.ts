import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../internal/model/kubernetes.ts';
import type { DrainOptions } from '../../internal/model/plan.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { drainStep } from '../../internal/plan/drain-step.ts';
import { factsOf, nodeOf, podOf } from '../support/drain-sample.ts';

function concerns(
  nodes: readonly Node[],
  pods: readonly Pod[] = [],
  flags: Partial<DrainOptions> = {},
): readonly string[] {
  const options = drainOptionsOf({ ignoreDaemonSets: true, ...flags });
  return drainStep('n', factsOf({ nodes, pods }), options).concerns.map(
    ({ id, isBlocking }) => `${id}${isBlocking ? '!' : ''}`,
  );
}

const taint = (key: string, effect = 'NoSchedule') => ({ key, effect });
const dedicated = { taints: [{ key: 'for', value: 'db', effect: 'NoSchedule' }] };
const control = {
  labels: { 'node-role.kubernetes.io/control-plane': '' },
  taints: [taint('node-role.kubernetes.io/control-plane')],
};

describe('the last node', () => {
  it.each<readonly [string, readonly Node[], boolean]>([
    ['alone', [], true],
    ['with another', [nodeOf('m')], false],
    ['the other cordoned', [nodeOf('m', { cordoned: true })], true],
    ['the other not ready', [nodeOf('m', { ready: 'False' })], true],
    ['the other not heard of', [nodeOf('m', { ready: 'Unknown' })], true],
    ['the other of another system', [nodeOf('m', { system: 'windows' })], true],
    ['the other is the control plane', [nodeOf('m', control)], true],
    ['the other is for others', [nodeOf('m', dedicated)], true],
    [
      'the other would only rather not',
      [nodeOf('m', { taints: [taint('x', 'PreferNoSchedule')] })],
      false,
    ],
    ['one of several can', [nodeOf('k', { cordoned: true }), nodeOf('m')], false],
  ])('%s', (_name, others, isLast) => {
    expect(concerns([nodeOf('n'), ...others]).includes('last-node!')).toBe(isLast);
  });

  it('has a twin with the same taints', () => {
    expect(concerns([nodeOf('n', dedicated), nodeOf('m', dedicated)])).toEqual([]);
  });
});

describe('the control plane', () => {
  const three = (first: Parameters<typeof nodeOf>[1] = control) => [
    nodeOf('n', first),
    nodeOf('m', control),
    nodeOf('k', control),
  ];
  const etcd = (node: string, ready = true) =>
    podOf(`etcd-${node}`, node, {
      namespace: 'kube-system',
      owner: null,
      ready,
      annotations: { 'kubernetes.io/config.mirror': 'x' },
      labels: { component: 'etcd', tier: 'control-plane' },
    });

  it.each<readonly [string, readonly Node[], readonly Pod[], Partial<DrainOptions>, string[]]>([
    ['asks for consent', three(), [], {}, ['control-plane!', 'etcd-elsewhere']],
    [
      'goes with consent; two of three etcd members are enough',
      three(),
      ['n', 'm', 'k'].map((name) => etcd(name)),
      { allowControlPlane: true },
      ['control-plane', 'etcd-quorum'],
    ],
    [
      'must not be rebooted where one member is sick already',
      three(),
      [etcd('n'), etcd('m', false), etcd('k')],
      { allowControlPlane: true },
      ['control-plane', 'etcd-quorum-lost'],
    ],
    [
      'counts by the label of nodes where etcd has no pods',
      three().map((node) => ({
        ...node,
        metadata: { ...node.metadata, labels: { 'node-role.kubernetes.io/etcd': 'true' } },
      })),
      [],
      { allowControlPlane: true },
      ['control-plane', 'etcd-quorum'],
    ],
    [
      'has etcd on other nodes',
      three(),
      [etcd('m'), etcd('k')],
      { allowControlPlane: true },
      ['control-plane', 'etcd-elsewhere'],
    ],
  ])('%s', (_name, nodes, pods, flags, expected) => {
    expect(concerns(nodes, pods, flags)).toEqual(expected);
  });
});

it.each<readonly [string, Parameters<typeof nodeOf>[1], readonly string[]]>([
  ['the kubelet is away', { ready: 'Unknown' }, ['node-not-ready']],
  ['the kubelet is not ready', { ready: 'False' }, ['node-not-ready']],
  [
    'the autoscaler wants it',
    { taints: [taint('ToBeDeletedByClusterAutoscaler')] },
    ['node-to-be-removed'],
  ],
  ['Karpenter wants it', { taints: [taint('karpenter.sh/disrupted')] }, ['node-to-be-removed']],
  ['Karpenter has it', { labels: { 'karpenter.sh/nodepool': 'x' } }, ['node-may-be-replaced']],
  [
    'Cluster API has it',
    { annotations: { 'cluster.x-k8s.io/machine': 'x' } },
    ['node-may-be-replaced'],
  ],
])('%s', (_name, parts, expected) => {
  expect(concerns([nodeOf('n', parts), nodeOf('m')])).toEqual(expected);
});

it('counts nodes that are out of use already', () => {
  expect(concerns([nodeOf('n'), nodeOf('m'), nodeOf('k', { cordoned: true })])).toEqual([
    'others-out',
  ]);
});

describe('Calico', () => {
  const calico = (node: string, ready = true) =>
    podOf(`calico-node-${node}`, node, {
      namespace: 'kube-system',
      owner: 'DaemonSet',
      ready,
      labels: { 'k8s-app': 'calico-node' },
    });
  const typha = (node: string, ready = true) =>
    podOf(`calico-typha-${node}`, node, {
      namespace: 'calico-system',
      ready,
      labels: { 'k8s-app': 'calico-typha' },
    });
  const part = (app: string, node: string) =>
    podOf(`${app}-${node}`, node, { namespace: 'calico-system', labels: { 'k8s-app': app } });
  const nodes = ['n', 'm', 'k', 'j'].map((name) => nodeOf(name));

  it.each<readonly [string, readonly Pod[], readonly string[]]>([
    ['is well elsewhere', [calico('n', false), calico('m'), calico('k'), calico('j')], []],
    [
      'is sick on one of three others',
      [calico('m', false), calico('k'), calico('j')],
      ['calico-node-not-ready-elsewhere'],
    ],
    [
      'is sick on one of two others that are known',
      [calico('m', false), calico('k')],
      ['calico-node-not-ready-elsewhere'],
    ],
    [
      'is sick on two of three others',
      [calico('m', false), calico('k', false), calico('j')],
      ['calico-node-not-ready-elsewhere!'],
    ],
    ['has a Typha here and a ready one elsewhere', [typha('n'), typha('m')], ['typha-moves']],
    ['has its last ready Typha here', [typha('n'), typha('m', false)], ['last-typha!']],
    ['has its only Typha here', [typha('n')], ['typha-moves']],
    ['has its Typhas elsewhere', [typha('m', false)], []],
    ['has its controllers here', [part('calico-kube-controllers', 'n')], ['calico-part-moves']],
    [
      'has one of two API servers here',
      [part('calico-apiserver', 'n'), part('calico-apiserver', 'm')],
      [],
    ],
  ])('%s', (_name, pods, expected) => {
    expect(concerns(nodes, pods)).toEqual(expected);
  });

  it('does not ask nodes that take no pods', () => {
    const out = [nodeOf('n'), nodeOf('m'), nodeOf('k', { ready: 'Unknown' })];
    const pods = [calico('m'), calico('k', false)];
    expect(concerns(out, pods)).toEqual(['others-out']);
  });
});
