import { describe, expect, it } from 'vitest';
import type { DaemonSet, PodSpec } from '../../internal/model/kubernetes.ts';
import type { Remedy } from '../../internal/model/remedy.ts';
import { admitPods } from '../../internal/remediations/admit-pods.ts';
import { dropBirdProbes } from '../../internal/remediations/drop-bird-probes.ts';
import { mountBpf } from '../../internal/remediations/mount-bpf.ts';
import { mountSource } from '../../internal/remediations/mount-source.ts';
import { removeLeftOver, renewAddress } from '../../internal/remediations/node-object.ts';
import { placePods, type Placement } from '../../internal/remediations/place-pods.ts';
import { repairOperator } from '../../internal/remediations/repair-operator.ts';
import { resumeRollout } from '../../internal/remediations/resume-rollout.ts';
import { healthyCluster } from '../support/cluster.ts';
import { changeCalico } from '../support/owners.ts';
import { snapshotFrom } from '../support/sample.ts';
import { installWith } from './install-with.ts';

const bodies = (remedies: readonly Remedy[], id: string): readonly unknown[] =>
  remedies
    .filter((remedy) => remedy.id === id)
    .flatMap(({ changes }) => changes.map((c) => c.body));

const inTemplate = (spec: object): object => ({ spec: { template: { spec } } });

const daemonSet = (spec: PodSpec = {}, type = 'RollingUpdate'): DaemonSet => ({
  kind: 'DaemonSet',
  metadata: { name: 'calico-node', namespace: 'kube-system' },
  spec: { template: { spec }, updateStrategy: { type } },
});

describe('placePods', () => {
  const place = (more: Partial<Placement>) =>
    placePods({
      reason: 'node-selector',
      detail: 'kubernetes.io/os=linux',
      nodes: ['worker-1'],
      daemonSet: daemonSet(),
      install: installWith(),
      ...more,
    });

  it('labels the nodes, or takes the label out of the selector', () => {
    expect(bodies(place({}), 'label-nodes')).toEqual([
      { metadata: { labels: { 'kubernetes.io/os': 'linux' } } },
    ]);
    expect(bodies(place({}), 'change-nodeselector')).toEqual([
      inTemplate({ nodeSelector: { 'kubernetes.io/os': null } }),
    ]);
  });

  it('keeps the tolerations that stand there', () => {
    const tolerations = [{ operator: 'Exists', effect: 'NoSchedule' }];
    const remedies = place({
      reason: 'taint',
      detail: 'site=edge:NoExecute',
      daemonSet: daemonSet({ tolerations }),
    });
    expect(bodies(remedies, 'change-tolerations')).toEqual([
      inTemplate({ tolerations: [...tolerations, { operator: 'Exists', effect: 'NoExecute' }] }),
    ]);
    expect(bodies(remedies, 'untaint-nodes')).toEqual([]);
  });

  it('changes no template of the operator', () => {
    const install = installWith({ renderer: 'operator', namespace: 'calico-system' });
    expect(bodies(place({ install, reason: 'affinity' }), 'change-affinity')).toEqual([]);
  });
});

describe('admitPods', () => {
  const where = { name: 'calico-node', namespace: 'kube-system' };

  it.each<[string, object]>([
    [
      'violates PodSecurity "baseline:latest": host namespaces',
      {
        verb: 'patch',
        ref: { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' },
        body: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } },
      },
    ],
    [
      'error looking up service account kube-system/calico-node: serviceaccount "calico-node" not found',
      { verb: 'create', ref: { kind: 'ServiceAccount', name: 'calico-node' } },
    ],
  ])('answers %s', (message, change) => {
    expect(admitPods(installWith(), where, message).changes).toMatchObject([change]);
    const emit = installWith({ owner: 'argocd', action: 'emit' });
    expect(admitPods(emit, where, message).changes).toEqual([]);
  });

  it('leaves quotas to a person', () => {
    const remedy = admitPods(installWith(), where, 'exceeded quota: team');
    expect([remedy.action, remedy.changes]).toEqual(['manual', []]);
  });
});

it('dropBirdProbes keeps the words of the release', () => {
  const sample = healthyCluster({ install: 'manifest' });
  changeCalico(sample, (container) => {
    const command = ['calico', 'component', 'node', 'health'];
    container.livenessProbe = { exec: { command: [...command, '--felix-live', '--bird-live'] } };
    container.readinessProbe = { httpGet: { path: '/readiness', port: 9099 } };
  });
  expect(bodies(dropBirdProbes(snapshotFrom(sample), true), 'drop-bird-probes')).toEqual([
    inTemplate({
      containers: [
        {
          name: 'calico-node',
          livenessProbe: {
            exec: { command: ['calico', 'component', 'node', 'health', '--felix-live'] },
          },
        },
      ],
    }),
  ]);
});

describe('mountBpf', () => {
  const mounts = { volumeMounts: [{ name: 'bpffs', mountPath: '/sys/fs/bpf' }] };
  const template: PodSpec = {
    initContainers: [{ name: 'mount-bpffs', ...mounts }],
    containers: [{ name: 'calico-node', ...mounts }],
    volumes: [{ name: 'bpffs', hostPath: { path: '/sys/fs/bpf' } }],
  };
  const drop = (isUsed: boolean | null, spec: PodSpec | undefined = template) =>
    bodies(
      mountBpf({
        step: 'bpf-filesystem',
        container: 'mount-bpffs',
        nodes: ['worker-1'],
        isMissing: false,
        isUsed,
        template: spec,
        install: installWith(),
      }),
      'drop-bpf-init',
    );

  it('takes the container out where eBPF is surely not used', () => {
    expect(drop(false)).toEqual([
      inTemplate({
        initContainers: [{ name: 'mount-bpffs', $patch: 'delete' }],
        containers: [
          { name: 'calico-node', volumeMounts: [{ mountPath: '/sys/fs/bpf', $patch: 'delete' }] },
        ],
        volumes: [{ name: 'bpffs', $patch: 'delete' }],
      }),
    ]);
    expect([drop(true), drop(null)]).toEqual([[], []]);
  });

  it('does nothing where another container has the volume', () => {
    const other = { name: 'other', ...mounts };
    expect(
      drop(false, { ...template, containers: [{ name: 'calico-node', ...mounts }, other] }),
    ).toEqual([]);
  });
});

it.each([
  ['directory', 1],
  ['file', 0],
])('a mount that wants a %s is loosened %i times', (wanted, count) => {
  const remedies = mountSource({
    kind: 'wrong-type',
    volume: 'cni-bin-dir',
    what: '/opt/cni/bin',
    wanted,
    nodes: ['worker-1'],
    install: installWith(),
  });
  expect(bodies(remedies, 'loosen-mount-type')).toHaveLength(count);
});

it('resumeRollout lets an OnDelete DaemonSet go on by itself', () => {
  const stuck = { daemonSet: daemonSet({}, 'OnDelete'), strategy: 'OnDelete', pods: [] };
  expect(bodies([resumeRollout({ ...stuck, install: installWith() })], 'resume-rollout')).toEqual([
    {
      spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } } },
    },
  ]);
  const install = installWith({ renderer: 'operator' });
  expect(resumeRollout({ ...stuck, install }).changes).toEqual([]);
});

it('repairOperator scales up what was scaled down, and nothing else', () => {
  const install = installWith({ renderer: 'operator', state: 'operator-paused' });
  const body = { spec: { replicas: 1 } };
  expect(repairOperator(install, 'tigera-operator', 'scaled-down').changes).toMatchObject([
    { ref: { kind: 'Deployment', namespace: 'tigera-operator' }, body },
  ]);
  expect(repairOperator(install, 'tigera-operator', 'crashing').changes).toEqual([]);
});

describe('node objects', () => {
  it('are deleted only where another node has taken their place', () => {
    const left = { install: installWith(), nodes: ['worker-9'], records: [] };
    expect(removeLeftOver(left).changes).toEqual([]);
    expect(removeLeftOver({ ...left, isReplaced: true })).toMatchObject({
      action: 'apply',
      risk: 'interrupts-traffic',
      changes: [{ verb: 'delete', ref: { kind: 'Node', name: 'worker-9' } }],
    });
    const etcd = installWith({ datastore: 'etcd' });
    expect(removeLeftOver({ ...left, install: etcd, isReplaced: true }).changes).toEqual([]);
  });

  it('get their address anew by a new pod', () => {
    const nodes = [
      { node: 'worker-1', pod: 'calico-node-a' },
      { node: 'worker-2', pod: null },
    ];
    expect(renewAddress(installWith(), nodes).changes).toMatchObject([
      { verb: 'delete', ref: { kind: 'Pod', namespace: 'kube-system', name: 'calico-node-a' } },
    ]);
    const moving = installWith({ state: 'migrating', action: 'refuse' });
    expect(renewAddress(moving, nodes)).toMatchObject({ action: 'refuse', changes: [] });
  });
});
