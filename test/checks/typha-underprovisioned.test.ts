import { describe, expect, it } from 'vitest';
import { explains } from '../../internal/checks/rank.ts';
import { typhaUnderprovisioned as check } from '../../internal/checks/typha-underprovisioned.ts';
import { typhaUnreachable } from '../../internal/checks/typha-unreachable.ts';
import { say, stayUnready } from '../support/api-faults.ts';
import { healthyCluster, workers } from '../support/cluster.ts';
import { findingIn, findingsIn, isNotApplicable, nodesOf } from '../support/findings.ts';
import type { Sample } from '../support/sample.ts';
import { addTypha, type TyphaSpec } from '../support/typha-sample.ts';

function withTypha(spec: TyphaSpec, nodes = 3): Sample {
  const sample = healthyCluster({ nodes: workers(nodes), noLogs: nodes > 10 });
  addTypha(sample, spec);
  return sample;
}

const ports =
  "0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports. preemption: 0/3 nodes are available.";

describe('typha-underprovisioned', () => {
  it('is an error where a node waits for the Typha that cannot be placed, and explains that', () => {
    const sample = withTypha({
      pending: ['0/3 nodes are available: 3 node(s) had untolerated taint(s).'],
    });
    stayUnready(sample, 'worker-2', [
      say(
        sample,
        { version: 'v3.29.1', ago: 2, level: 'ERROR', component: 'felix' },
        "Didn't find any ready Typha instances.",
      ),
    ]);
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({
      severity: 'error',
      facts: { kind: 'unscheduled', reasons: ['taints'], ready: 0 },
    });
    expect(nodesOf(finding)).toEqual(['worker-2']);
    expect(explains(finding, findingIn(typhaUnreachable, sample))).toBe(true);
  });

  it.each<[string, string[]]>([
    [ports, ['ports']],
    [
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had taint {dedicated: db}, that the pod didn't tolerate.",
      ['taints', 'resources'],
    ],
    ["0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.", ['selector']],
    ['0/3 nodes are available: 3 node(s) were not ready yet.', ['other']],
  ])('warns of a spare one: %s', (message, reasons) => {
    const finding = findingIn(check, withTypha({ on: ['worker-1'], pending: [message] }));
    expect(finding).toMatchObject({
      severity: 'warning',
      facts: { reasons, ready: 1, desired: 2 },
    });
  });

  it('warns where one serves a large cluster', () => {
    expect(findingIn(check, withTypha({ on: ['worker-1'] }, 120))).toMatchObject({
      severity: 'warning',
      facts: { kind: 'too-few', wanted: 3 },
    });
  });

  it('reads what the operator says', () => {
    const sample = healthyCluster({ nodes: 2, install: 'operator' });
    addTypha(sample, { on: ['worker-1'] });
    const degraded = sample.lists.tigeraStatuses?.[0]?.status?.conditions?.find(
      ({ type }) => type === 'Degraded',
    );
    Object.assign(degraded ?? {}, {
      status: 'True',
      reason: 'ResourceScalingError',
      message:
        'Failed to scale typha: not enough linux nodes to schedule typha pods on, require 2 and have 1',
    });
    expect(findingIn(check, sample).facts['kind']).toBe('operator');
    const bare = healthyCluster({ nodes: 2, install: 'operator' });
    bare.lists.tigeraStatuses = sample.lists.tigeraStatuses;
    expect(findingIn(check, bare).facts).toMatchObject({
      kind: 'operator',
      ready: 0,
      desired: null,
    });
  });

  it.each<[string, Sample]>([
    ['one replica for a small cluster', withTypha({ on: ['worker-1'] })],
    ['three for many nodes', withTypha({ on: ['worker-1', 'worker-2', 'worker-3'] }, 130)],
    [
      'a crash, which is no lack of room',
      withTypha({ on: ['worker-1'], failing: [{ node: 'worker-2', how: 'crash' }] }),
    ],
  ])('finds nothing for %s', (_name, sample) => {
    expect(findingsIn(check, sample)).toEqual([]);
  });

  it('is not for clusters without Typha', () => {
    expect(isNotApplicable(check, healthyCluster({ nodes: 1 }))).toBe(true);
  });
});
