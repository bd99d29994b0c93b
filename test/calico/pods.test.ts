import { describe, expect, it } from 'vitest';
import { nodeViews, sickViews } from '../../internal/calico/nodes.ts';
import { healthOf } from '../../internal/calico/pods.ts';
import { healthyCluster, runningPod } from '../support/cluster.ts';
import { crashLoop, nodeOf, podOn, stuckInit, unready } from '../support/faults.ts';
import { add, at, snapshotFrom, type Sample } from '../support/sample.ts';

const sampleOf = (change: (sample: Sample) => void, age = 90_000): Sample => {
  const sample = healthyCluster({ nodes: 2, age });
  change(sample);
  return sample;
};

describe('healthOf', () => {
  it.each<[string, number, (sample: Sample) => void, unknown]>([
    ['a pod that runs', 90_000, () => {}, { state: 'ready' }],
    [
      '0/1 after a day',
      90_000,
      (sample) => unready(podOn(sample, 'worker-1')),
      { state: 'sick', trouble: 'not-ready' },
    ],
    [
      '0/1 in its first seconds',
      20,
      (sample) => unready(podOn(sample, 'worker-1')),
      { state: 'starting' },
    ],
    [
      'CrashLoopBackOff',
      3000,
      (sample) =>
        crashLoop(sample, podOn(sample, 'worker-1'), {
          lived: 60,
          exitCode: 137,
          reason: 'Error',
          restarts: 9,
        }),
      { state: 'sick', trouble: 'crash-loop' },
    ],
    [
      'up again between two restarts',
      3000,
      (sample) =>
        crashLoop(sample, podOn(sample, 'worker-1'), {
          lived: 60,
          exitCode: 137,
          reason: 'Error',
          restarts: 9,
          ago: 20,
          now: 'running',
        }),
      { state: 'sick', trouble: 'crash-loop' },
    ],
    [
      'ready, but it restarted often and just now',
      3000,
      (sample) => {
        crashLoop(sample, podOn(sample, 'worker-1'), {
          lived: 60,
          exitCode: 0,
          reason: 'Completed',
          restarts: 5,
          ago: 90,
          now: 'running',
        });
        for (const condition of podOn(sample, 'worker-1').status?.conditions ?? [])
          condition.status = 'True';
        for (const status of podOn(sample, 'worker-1').status?.containerStatuses ?? [])
          status.ready = true;
      },
      { state: 'sick', trouble: 'restarting' },
    ],
    [
      'an init container that runs on and on',
      3000,
      (sample) =>
        stuckInit(podOn(sample, 'worker-1'), 'upgrade-ipam', {
          running: { startedAt: at(sample, -2900) },
        }),
      { state: 'sick', trouble: 'init-running' },
    ],
    [
      'an init container that fails',
      3000,
      (sample) =>
        stuckInit(
          podOn(sample, 'worker-1'),
          'install-cni',
          { waiting: { reason: 'CrashLoopBackOff' } },
          7,
        ),
      { state: 'sick', trouble: 'init-failing' },
    ],
    [
      'an image that cannot be pulled',
      3000,
      (sample) =>
        stuckInit(podOn(sample, 'worker-1'), 'install-cni', {
          waiting: { reason: 'ImagePullBackOff' },
        }),
      { state: 'sick', trouble: 'image-pull' },
    ],
    [
      'Pending without any container status',
      3000,
      (sample) => {
        const { status } = podOn(sample, 'worker-1');
        Object.assign(status ?? {}, {
          phase: 'Pending',
          containerStatuses: [],
          initContainerStatuses: [],
        });
      },
      { state: 'sick', trouble: 'no-containers' },
    ],
  ])('%s', (_name, age, change, health) => {
    const sample = sampleOf(change, age);
    expect(healthOf(podOn(sample, 'worker-1'), sample.takenAt)).toEqual(health);
  });
});

describe('nodeViews', () => {
  it('gives each Linux node its newest pod that is not on its way out', () => {
    const sample = healthyCluster({ nodes: 2 });
    const old = podOn(sample, 'worker-1');
    old.metadata.deletionTimestamp = at(sample, -10);
    add(
      sample,
      'pods',
      runningPod(sample, {
        name: 'calico-node-fresh',
        namespace: 'kube-system',
        node: 'worker-1',
        hostIP: '10.20.0.11',
        age: 5,
        labels: { 'k8s-app': 'calico-node' },
        spec: { containers: [{ name: 'calico-node' }] },
      }),
    );
    expect(
      nodeViews(snapshotFrom(sample)).map(({ name, pod }) => [name, pod?.metadata.name]),
    ).toEqual([
      ['worker-1', 'calico-node-fresh'],
      ['worker-2', podOn(sample, 'worker-2').metadata.name],
    ]);
  });

  it('leaves Windows nodes out and keeps pods of nodes that are not listed', () => {
    const sample = healthyCluster({ nodes: 3 });
    Object.assign(nodeOf(sample, 'worker-2').status?.nodeInfo ?? {}, {
      operatingSystem: 'windows',
    });
    sample.lists.nodes = (sample.lists.nodes ?? []).filter(
      ({ metadata }) => metadata.name !== 'worker-3',
    );
    unready(podOn(sample, 'worker-3'));
    const snapshot = snapshotFrom(sample);
    expect(nodeViews(snapshot).map(({ name, node }) => [name, node !== null])).toEqual([
      ['worker-1', true],
      ['worker-3', false],
    ]);
    expect(sickViews(snapshot).map(({ name }) => name)).toEqual(['worker-3']);
  });
});
