import { describe, expect, it } from 'vitest';
import { evictedDiskPressure } from '../../internal/checks/evicted-disk-pressure.ts';
import { healthyCluster, runningPod } from '../support/cluster.ts';
import { addEvent, crashLoop, nodeOf, podOn, setCondition } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { lose, untouched } from '../support/node-faults.ts';
import { add, at, type Sample } from '../support/sample.ts';

type Change = (sample: Sample) => void;
const node = 'worker-2';
const pressure: Change = (s) =>
  setCondition(
    s,
    nodeOf(s, node),
    'DiskPressure',
    'True',
    'KubeletHasDiskPressure',
    'kubelet has disk pressure',
  );
const evicted =
  (message: string): Change =>
  (s) => {
    podOn(s, node).status = { phase: 'Failed', reason: 'Evicted', message, startTime: at(s, -900) };
  };
const low = (resource: string): string =>
  `The node was low on resource: ${resource}. Container calico-node was using 92Ki, which exceeds its request of 0. `;
const leftOver: Change = (s) =>
  add(s, 'pods', {
    ...runningPod(s, {
      name: 'calico-node-gone1',
      namespace: 'kube-system',
      node,
      hostIP: '10.20.0.12',
      age: 200_000,
      labels: { 'k8s-app': 'calico-node' },
      spec: { containers: [{ name: 'calico-node' }] },
    }),
    status: { phase: 'Failed', reason: 'Evicted', message: low('ephemeral-storage') },
  });
const full: Change = (s) => {
  untouched(s, podOn(s, node));
  addEvent(
    s,
    podOn(s, node),
    'FailedCreatePodSandBox',
    'Failed to create pod sandbox: mkdir /var/lib/containerd/x: no space left on device',
  );
};
const sampleOf = (...changes: readonly Change[]): Sample => {
  const sample = healthyCluster({ nodes: 3, version: 'v3.24.6' });
  for (const change of changes) change(sample);
  return sample;
};

describe('evicted-disk-pressure', () => {
  it.each<[string, readonly Change[], object]>([
    [
      'evicted, and the pressure lasts',
      [evicted(low('ephemeral-storage')), pressure],
      { severity: 'error', confidence: 'confirmed', facts: { resource: 'ephemeral-storage' } },
    ],
    [
      'evicted, in other words',
      [evicted('The node had condition: [DiskPressure]. ')],
      { severity: 'error', confidence: 'likely', facts: { resource: 'ephemeral-storage' } },
    ],
    ['evicted for memory', [evicted(low('memory'))], { facts: { resource: 'memory' } }],
    ['no sandbox for want of space', [full], { severity: 'error', facts: { isFailing: true } }],
    [
      'a pod that waits while there is pressure',
      [pressure, (s) => untouched(s, podOn(s, node))],
      { severity: 'error' },
    ],
    [
      'pressure, and calico-node works',
      [pressure],
      { severity: 'warning', facts: { isFailing: false } },
    ],
  ])('finds %s', (_name, changes, expected) => {
    const finding = findingIn(evictedDiskPressure, sampleOf(...changes));
    expect(nodesOf(finding)).toEqual([node]);
    expect(finding).toMatchObject(expected);
  });

  it.each<[string, readonly Change[]]>([
    ['a healthy cluster', []],
    ['an evicted pod left over beside one that runs', [leftOver]],
    ['a lost node: its conditions are unknown', [(s) => lose(s, node)]],
    [
      'a failed pod of another reason',
      [
        (s) => {
          podOn(s, node).status = { phase: 'Failed', reason: 'NodeAffinity' };
        },
      ],
    ],
  ])('says nothing of %s', (_name, changes) => {
    expect(findingsIn(evictedDiskPressure, sampleOf(...changes))).toEqual([]);
  });

  it('does not blame the disk for a pod that runs and fails', () => {
    const crash: Change = (s) =>
      crashLoop(s, podOn(s, node), { lived: 5, exitCode: 1, reason: 'Error', restarts: 9 });
    expect(findingIn(evictedDiskPressure, sampleOf(pressure, crash)).severity).toBe('warning');
  });

  it('clears away what the eviction left', () => {
    const sample = sampleOf(evicted(low('ephemeral-storage')), pressure);
    const { manual } = findingIn(evictedDiskPressure, sample).remedies[0] ?? { manual: [] };
    expect(manual).toContain(
      `kubectl -n kube-system delete pod ${podOn(sample, node).metadata.name}`,
    );
  });
});
