import { describe, expect, it } from 'vitest';
import { defineCheck } from '../../internal/checks/define.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { itemsOf } from '../../internal/calico/snapshot-lists.ts';
import type { Check, CheckDefinition } from '../../internal/model/check.ts';
import type { Draft } from '../../internal/model/finding.ts';
import type { Snapshot } from '../../internal/model/snapshot.ts';
import { healthyCluster } from '../support/cluster.ts';
import { podOn, unready } from '../support/faults.ts';
import { replaced, waitsFor } from '../support/pod-faults.ts';
import { snapshotFrom, type Sample } from '../support/sample.ts';
import { withList } from '../support/unread.ts';

const draft = (
  more: Partial<Draft<{ readonly why: string }>> = {},
): Draft<{ readonly why: string }> => ({
  severity: 'error',
  confidence: 'confirmed',
  facts: { why: 'because' },
  affected: [{ kind: 'Node', name: 'worker-1' }],
  evidence: [],
  remedies: [],
  ...more,
});

const check = (more: Partial<CheckDefinition<{ readonly why: string }>>): Check =>
  defineCheck({
    id: 'a-fault',
    title: 'there is no fault',
    needs: [],
    run: () => [],
    words: { en: { title: ({ why }) => `fault, ${why}`, summary: () => '' } },
    ...more,
  });

const options = { toolVersion: '1.0.0' };

function sampleOf(change: (sample: Sample) => void = () => {}): Sample {
  const sample = healthyCluster({ nodes: 2 });
  change(sample);
  return sample;
}

describe('diagnose', () => {
  it('calls a cluster healthy if every check passed', () => {
    expect(diagnose(snapshotFrom(sampleOf()), options, [check({})])).toMatchObject({
      verdict: 'healthy',
      nodes: 2,
      nodesWithWorkingCalico: 2,
      checks: [{ id: 'a-fault', result: 'passed', reason: '' }],
    });
  });

  it('puts a finding into words', () => {
    const { findings, verdict } = diagnose(snapshotFrom(sampleOf()), options, [
      check({ run: () => [draft()] }),
    ]);
    expect([verdict, findings[0]?.title]).toEqual(['findings', 'fault, because']);
  });

  it.each([
    ['forbidden', 'unknown', true],
    ['not-asked', 'healthy', false],
  ] as const)('takes a need that was %s for unknown: %s', (failure, verdict, failed) => {
    const snapshot = withList(snapshotFrom(sampleOf()), 'ipPools', failure);
    const diagnosis = diagnose(snapshot, options, [check({ needs: ['ipPools'] })]);
    expect(diagnosis.checks[0]).toMatchObject({ result: 'unknown', failed });
    expect(diagnosis.verdict).toBe(verdict);
  });

  it.each([
    ['forbidden', 'unknown', 'unknown'],
    ['not-asked', 'passed', 'healthy'],
  ] as const)('takes a pass without what it uses, %s, for %s', (failure, result, verdict) => {
    const snapshot = withList(snapshotFrom(sampleOf()), 'leases', failure);
    const diagnosis = diagnose(snapshot, options, [check({ uses: ['leases'] })]);
    expect([diagnosis.checks[0]?.result, diagnosis.verdict]).toEqual([result, verdict]);
  });

  it.each([
    ['forbidden', 'unknown', true],
    ['server-error', 'unknown', true],
    ['timeout', 'unknown', true],
    ['unreachable', 'unknown', true],
    ['damaged', 'unknown', true],
    // A container that never ran has no log.
    ['not-found', 'healthy', false],
  ] as const)('takes a log that was %s among others for %s', (kind, verdict, failed) => {
    const snapshot = snapshotFrom(sampleOf());
    const log = { namespace: 'kube-system', pod: 'calico-node-a', container: 'calico-node' };
    const logs: Snapshot['logs'] = [
      ...snapshot.logs,
      { ...log, previous: false, read: { state: 'read', text: '' } },
      { ...log, previous: true, read: { state: 'failed', error: { kind, message: 'lost' } } },
    ];
    const diagnosis = diagnose({ ...snapshot, logs }, options, [check({ needs: ['logs'] })]);
    expect([diagnosis.verdict, diagnosis.checks[0]?.failed]).toEqual([verdict, failed]);
  });

  it.each([
    [1, 'healthy'],
    [2, 'unknown'],
  ] as const)('with %i of 2 calico-node that have just been started says %s', (count, verdict) => {
    const sample = sampleOf((cluster) => {
      const pods = (cluster.lists.pods ?? []).filter(
        ({ metadata }) => metadata.labels?.['k8s-app'] === 'calico-node',
      );
      for (const pod of pods.slice(0, count)) {
        replaced(cluster, pod, 20);
        waitsFor(pod, 'calico-node', 'PodInitializing');
      }
    });
    expect(diagnose(snapshotFrom(sample), options).verdict).toBe(verdict);
  });

  it('finds what it can although a need was not read', () => {
    const snapshot = withList(snapshotFrom(sampleOf()), 'ipPools', 'forbidden');
    expect(
      diagnose(snapshot, options, [check({ needs: ['ipPools'], run: () => [draft()] })]).verdict,
    ).toBe('findings');
  });

  it('hands a check only what it declared', () => {
    const seen: number[] = [];
    const look = check({
      needs: ['deployments'],
      run: (snapshot) => {
        seen.push(
          itemsOf(snapshot, 'services').length,
          itemsOf(snapshot, 'nodes').length,
          snapshot.logs.length,
        );
        return [];
      },
    });
    diagnose(snapshotFrom(sampleOf()), options, [look]);
    expect(seen).toEqual([0, 2, 0]);
  });

  it('takes a check that throws for unknown, never for a pass, and goes on', () => {
    const broken = check({
      id: 'broken',
      run: () => {
        throw new TypeError('x is not a function');
      },
    });
    const diagnosis = diagnose(snapshotFrom(sampleOf()), options, [broken, check({})]);
    expect(diagnosis.checks.map(({ result, failed }) => [result, failed])).toEqual([
      ['unknown', true],
      ['passed', false],
    ]);
    expect(diagnosis.verdict).toBe('unknown');
  });

  it('says undetermined when a pod is sick and nothing explains it', () => {
    const snapshot = snapshotFrom(sampleOf((sample) => unready(podOn(sample, 'worker-2'))));
    const diagnosis = diagnose(snapshot, options, [check({})]);
    expect(diagnosis).toMatchObject({
      verdict: 'undetermined',
      findings: [{ id: 'undetermined', facts: { nodes: ['worker-2'] } }],
    });
    expect(diagnosis.findings[0]?.remedies[0]?.manual.length).toBeGreaterThan(0);
  });

  it.each([
    ['an error about the node', 'error', 'findings', ['a-fault']],
    ['a warning explains no sick pod', 'warning', 'undetermined', ['undetermined', 'a-fault']],
  ] as const)('%s', (_name, severity, verdict, ids) => {
    const snapshot = snapshotFrom(sampleOf((sample) => unready(podOn(sample, 'worker-1'))));
    const diagnosis = diagnose(snapshot, options, [check({ run: () => [draft({ severity })] })]);
    expect([diagnosis.verdict, diagnosis.findings.map(({ id }) => id)]).toEqual([verdict, ids]);
  });

  it('is not healthy without one calico-node pod, nor without the pods having been read', () => {
    const none = sampleOf((sample) => {
      sample.lists.pods = [];
      sample.lists.daemonSets = [];
    });
    expect(diagnose(snapshotFrom(none), options, []).verdict).toBe('unknown');
    expect(
      diagnose(withList(snapshotFrom(sampleOf()), 'pods', 'forbidden'), options, []).verdict,
    ).toBe('unknown');
  });

  it('keeps to the nodes that were asked for', () => {
    const snapshot = snapshotFrom(sampleOf());
    const found = check({ run: () => [draft()] });
    expect(diagnose(snapshot, { ...options, nodes: ['worker-2'] }, [found]).findings).toEqual([]);
    expect(diagnose(snapshot, { ...options, nodes: ['worker-1'] }, [found]).findings).toHaveLength(
      1,
    );
  });
});
