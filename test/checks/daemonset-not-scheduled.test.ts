import { describe, expect, it } from 'vitest';
import { daemonsetNotScheduled } from '../../internal/checks/daemonset-not-scheduled.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { countPods, refused, tainted, unlabelled, unscheduled } from '../support/absences.ts';
import { healthyCluster } from '../support/cluster.ts';
import { daemonSetOf, nodeOf, setCondition } from '../support/faults.ts';
import { findingIn, findingsIn, isNotApplicable, namesOf, nodesOf } from '../support/findings.ts';
import { withoutNetwork, withoutPod } from '../support/pod-faults.ts';
import { snapshotFrom, type Sample } from '../support/sample.ts';

describe('daemonset-not-scheduled', () => {
  it('is quiet in a healthy cluster', () => {
    expect(findingsIn(daemonsetNotScheduled, healthyCluster({ nodes: 3 }))).toEqual([]);
  });

  it.each<[string, (sample: Sample) => void, string, string]>([
    [
      'a taint',
      (sample) => tainted(sample, 'worker-3', { key: 'gpu', value: 'a100', effect: 'NoSchedule' }),
      'taint',
      'gpu=a100:NoSchedule',
    ],
    [
      'its own taint: no network, no calico-node, no network',
      (sample) =>
        tainted(sample, 'worker-3', { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }),
      'taint',
      'node.kubernetes.io/not-ready:NoSchedule',
    ],
    [
      'the label of the system',
      (sample) => unlabelled(sample, 'worker-3'),
      'node-selector',
      'kubernetes.io/os=linux',
    ],
    [
      'PodSecurity',
      (sample) =>
        refused(
          sample,
          'pods "calico-node-x" is forbidden: violates PodSecurity "baseline:latest"',
        ),
      'refused',
      'PodSecurity',
    ],
    [
      'no place',
      (sample) => unscheduled(sample, '0/3 nodes are available: 1 Too many pods.'),
      'unscheduled',
      'Too many pods',
    ],
  ])('%s', (_name, change, reason, detail) => {
    const sample = healthyCluster({ nodes: 3 });
    change(sample);
    const finding = findingIn(daemonsetNotScheduled, sample);
    expect(finding).toMatchObject({
      severity: 'error',
      confidence: 'confirmed',
      facts: { reason },
    });
    expect(finding.facts['detail']).toContain(detail);
    expect(nodesOf(finding)).toEqual(['worker-3']);
  });

  it('is the first finding of a node that never got its network', () => {
    const sample = healthyCluster({ nodes: 3, install: 'canal', version: 'v3.26.1' });
    tainted(sample, 'worker-3', { key: 'edge', effect: 'NoExecute' });
    withoutNetwork(sample, nodeOf(sample, 'worker-3'));
    const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
    expect(findings.map(({ id }) => id)).toEqual(['daemonset-not-scheduled']);
  });

  it('shows the numbers, the label and what the node says', () => {
    const sample = healthyCluster({ nodes: 3 });
    unlabelled(sample, 'worker-3');
    withoutNetwork(sample, nodeOf(sample, 'worker-3'));
    const { evidence } = findingIn(daemonsetNotScheduled, sample);
    expect(evidence.map(({ from, field, text }) => [from.kind, field, text.slice(0, 20)])).toEqual([
      ['DaemonSet', 'status.desiredNumberScheduled', '2 of 3 Linux nodes'],
      ['Node', 'metadata.labels[kubernetes.io/os]', 'none'],
      ['Node', 'status.conditions[Ready]', 'False: container run'],
    ]);
  });

  it('works with pods alone, by the template that they carry', () => {
    const sample = healthyCluster({ nodes: 3 });
    unlabelled(sample, 'worker-2');
    delete sample.lists.daemonSets;
    expect(findingIn(daemonsetNotScheduled, sample)).toMatchObject({
      facts: { reason: 'node-selector', detail: 'kubernetes.io/os=linux' },
    });
  });

  it('finds a template that no node fits', () => {
    const sample = healthyCluster({ nodes: 3 });
    const spec = daemonSetOf(sample).spec?.template?.spec;
    if (spec) spec.nodeSelector = { 'beta.kubernetes.io/os': 'linux' };
    for (const node of ['worker-1', 'worker-2', 'worker-3']) withoutPod(sample, node);
    countPods(sample, 0);
    expect(nodesOf(findingIn(daemonsetNotScheduled, sample))).toEqual([
      'worker-1',
      'worker-2',
      'worker-3',
    ]);
  });

  it('groups nodes by what keeps the pod away', () => {
    const sample = healthyCluster({ nodes: 4 });
    tainted(sample, 'worker-1', { key: 'a', effect: 'NoSchedule' });
    tainted(sample, 'worker-2', { key: 'b', effect: 'NoSchedule' });
    tainted(sample, 'worker-4', { key: 'a', effect: 'NoSchedule' });
    expect(findingsIn(daemonsetNotScheduled, sample).map(nodesOf)).toEqual([
      ['worker-1', 'worker-4'],
      ['worker-2'],
    ]);
  });

  it('is less sure where the controller has counted the node', () => {
    const sample = healthyCluster({ nodes: 3 });
    unlabelled(sample, 'worker-3');
    countPods(sample, 3);
    expect(findingIn(daemonsetNotScheduled, sample)).toMatchObject({
      severity: 'error',
      confidence: 'likely',
    });
  });

  it('takes a pod that waits for no node it names as that of the node without one', () => {
    const sample = healthyCluster({ nodes: 3 });
    unscheduled(sample, '0/3 nodes are available: 1 Insufficient memory.');
    for (const { spec } of sample.lists.pods ?? []) if (spec) delete spec.affinity;
    const finding = findingIn(daemonsetNotScheduled, sample);
    expect(finding.facts['reason']).toBe('unscheduled');
    expect(nodesOf(finding)).toEqual(['worker-3']);
  });

  it.each<[string, (sample: Sample) => void, string]>([
    ['did not count the node', (sample) => countPods(sample, 2), 'likely'],
    [
      'has not seen the DaemonSet',
      (sample) => (daemonSetOf(sample).metadata.generation = 4),
      'confirmed',
    ],
  ])('a controller that %s', (_name, change, confidence) => {
    const sample = healthyCluster({ nodes: 3 });
    withoutPod(sample, 'worker-1');
    change(sample);
    expect(findingIn(daemonsetNotScheduled, sample)).toMatchObject({
      confidence,
      facts: { reason: 'controller' },
    });
  });

  it('names the pod that waits for a place', () => {
    const sample = healthyCluster({ nodes: 3 });
    unscheduled(sample, '0/3 nodes are available: 1 Insufficient cpu.');
    const pod = sample.lists.pods?.find(
      ({ spec, metadata }) => spec?.nodeName === undefined && metadata.name.startsWith('calico'),
    );
    expect(namesOf(findingIn(daemonsetNotScheduled, sample))).toEqual([
      'Node/worker-3',
      `Pod/${pod?.metadata.name}`,
    ]);
  });

  it('only warns of a node that Calico has never been on and that is well', () => {
    const sample = healthyCluster({ nodes: 3 });
    const node = nodeOf(sample, 'worker-3');
    node.metadata.annotations = {};
    setCondition(sample, node, 'NetworkUnavailable', 'False', 'RouteCreated', '');
    tainted(sample, 'worker-3', { key: 'team', value: 'other', effect: 'NoSchedule' });
    expect(findingIn(daemonsetNotScheduled, sample)).toMatchObject({
      severity: 'warning',
      facts: { isCut: false },
    });
  });

  it('does not apply while nodes are moved between two DaemonSets', () => {
    const sample = healthyCluster({ nodes: 3, install: 'operator' });
    tainted(sample, 'worker-3', { key: 'a', effect: 'NoSchedule' });
    Object.assign(nodeOf(sample, 'worker-1').metadata.labels ?? {}, {
      'projectcalico.org/operator-node-migration': 'migrated',
    });
    expect(isNotApplicable(daemonsetNotScheduled, sample)).toBe(true);
  });

  it('says nothing where part of the pods could not be read', () => {
    const sample = healthyCluster({ nodes: 3 });
    unlabelled(sample, 'worker-3');
    const snapshot = snapshotFrom(sample);
    const error = { kind: 'damaged', message: 'half a file' } as const;
    const pods = { state: 'failed', error, items: sample.lists.pods ?? [] } as const;
    const result = daemonsetNotScheduled.run({ ...snapshot, lists: { ...snapshot.lists, pods } });
    expect(result).toEqual([]);
  });
});
