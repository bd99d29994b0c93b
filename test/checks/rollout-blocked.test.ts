import { describe, expect, it } from 'vitest';
import { rolloutBlocked } from '../../internal/checks/rollout-blocked.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { healthyCluster } from '../support/cluster.ts';
import { daemonSetOf, podOn, unready } from '../support/faults.ts';
import { findingIn, findingsIn, isNotApplicable, nodesOf } from '../support/findings.ts';
import { replaced, waitsFor } from '../support/pod-faults.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';

function updated(sample: Sample, count: number | undefined): void {
  const daemonSet = daemonSetOf(sample);
  Object.assign(daemonSet.status ?? {}, { updatedNumberScheduled: count, numberUnavailable: 1 });
}

/** The pod of the new template is sick since so many seconds, and no node after it got one. */
function stuck(sample: Sample, node: string, ago: number): void {
  const pod = podOn(sample, node);
  replaced(sample, pod, ago);
  unready(pod);
  updated(sample, 1);
}

describe('rollout-blocked', () => {
  it.each(['manifest', 'operator', 'canal'] as const)(
    '%s: an update behind a sick pod',
    (install) => {
      const sample = healthyCluster({ nodes: 4, install });
      stuck(sample, 'worker-2', 1500);
      const finding = findingIn(rolloutBlocked, sample);
      expect(finding).toMatchObject({
        severity: 'warning',
        isSymptom: true,
        facts: { updated: 1, desired: 4, strategy: 'RollingUpdate' },
      });
      expect(nodesOf(finding)).toEqual(['worker-2']);
    },
  );

  it('an update behind a pod that does not end', () => {
    const sample = healthyCluster({ nodes: 3 });
    podOn(sample, 'worker-3').metadata.deletionTimestamp = at(sample, -900);
    updated(sample, 2);
    const finding = findingIn(rolloutBlocked, sample);
    expect(nodesOf(finding)).toEqual(['worker-3']);
    expect(finding.remedies[0]?.manual.some((command) => command.includes('--force'))).toBe(true);
  });

  // The API server leaves a count of 0 out.
  it.each([0, undefined])('an update that goes on when pods are deleted: %s', (count) => {
    const sample = healthyCluster({ nodes: 3 });
    const { spec, status } = daemonSetOf(sample);
    if (spec) spec.updateStrategy = { type: 'OnDelete' };
    Object.assign(status ?? {}, { observedGeneration: 2 });
    updated(sample, count);
    expect(findingIn(rolloutBlocked, sample)).toMatchObject({
      severity: 'warning',
      affected: [{ kind: 'DaemonSet' }],
      facts: { nodes: [], updated: 0, strategy: 'OnDelete' },
    });
  });

  it('stands below what keeps the pod', () => {
    const sample = healthyCluster({ nodes: 3 });
    stuck(sample, 'worker-1', 1500);
    waitsFor(podOn(sample, 'worker-1'), 'calico-node', 'ErrImagePull', 'manifest unknown');
    const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
    expect(findings.map(({ id }) => id)).toEqual(['image-pull-failure']);
    expect(findings[0]?.symptoms.map(({ id }) => id)).toContain('rollout-blocked');
  });

  it.each<[string, (sample: Sample) => void]>([
    ['all nodes have it', () => {}],
    ['the last pod was replaced minutes ago', (sample) => stuck(sample, 'worker-2', 400)],
    [
      'a node got its pod lately, though another is sick',
      (sample) => {
        stuck(sample, 'worker-2', 1500);
        replaced(sample, podOn(sample, 'worker-3'), 50);
        updated(sample, 2);
      },
    ],
    [
      'the sick pod is one of the old template, which goes first',
      (sample) => {
        replaced(sample, podOn(sample, 'worker-1'), 1500);
        unready(podOn(sample, 'worker-2'));
        updated(sample, 1);
      },
    ],
    ['the rest is well, and the update goes on', (sample) => updated(sample, 2)],
    [
      'nobody counted',
      (sample) => {
        stuck(sample, 'worker-2', 1500);
        updated(sample, undefined);
      },
    ],
    ['a sick pod without any update', (sample) => unready(podOn(sample, 'worker-2'))],
  ])('is quiet: %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 3 });
    change(sample);
    expect(findingsIn(rolloutBlocked, sample)).toEqual([]);
  });

  it('does not apply without the DaemonSet', () => {
    const sample = healthyCluster({ nodes: 3 });
    delete sample.lists.daemonSets;
    expect(isNotApplicable(rolloutBlocked, sample)).toBe(true);
  });
});
