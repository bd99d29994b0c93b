import { describe, expect, it } from 'vitest';
import { hostClockSkew } from '../../internal/checks/host-clock-skew.ts';
import { healthyCluster } from '../support/cluster.ts';
import { appendLog, crashLoop, nodeOf, podOn, setLog, stuckInit } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { setLeases } from '../support/node-faults.ts';
import { at, type Sample } from '../support/sample.ts';

// The samples' time is 2026-03-01T12:00:00Z.
type Change = (sample: Sample) => void;
const node = 'worker-2';
const x509 = (tail: string): string =>
  `x509: certificate has expired or is not yet valid${tail === '' ? '' : `: current time ${tail}`}`;
const refusedBy =
  (text: string, container = 'calico-node'): Change =>
  (sample) => {
    const pod = podOn(sample, node);
    if (container === 'calico-node')
      crashLoop(sample, pod, { lived: 60, exitCode: 137, reason: 'Error', restarts: 4 });
    else stuckInit(pod, container, { waiting: { reason: 'CrashLoopBackOff' } }, 4);
    setLog(
      sample,
      pod,
      container,
      `2026-03-01 11:58:00.119 [FATAL][1] cni-installer/install.go 420: Unable to create token for CNI kubeconfig error=Post "https://10.43.0.1:443/api": ${text}\n`,
    );
  };
const behind: Change = (sample) => setLeases(sample, { [node]: 4000 });
const heartbeats =
  (offset: number): Change =>
  (sample) => {
    for (const condition of nodeOf(sample, node).status?.conditions ?? [])
      condition.lastHeartbeatTime = at(sample, offset);
  };
const sampleOf = (...changes: readonly Change[]): Sample => {
  const sample = healthyCluster({ nodes: 4, version: 'v3.28.1' });
  for (const change of changes) change(sample);
  return sample;
};

describe('host-clock-skew', () => {
  it.each<[string, readonly Change[], object]>([
    [
      'not valid yet, by a clock in the past',
      [refusedBy(x509('2011-01-01T00:03:10Z is before 2025-09-09T08:00:00Z'))],
      { confidence: 'likely', facts: { kind: 'clock' } },
    ],
    [
      'the same in an init container',
      [refusedBy(x509('2011-01-01T00:03:10Z is before 2025-09-09T08:00:00Z'), 'install-cni')],
      { severity: 'error', facts: { kind: 'clock' } },
    ],
    [
      'expired, by a clock in the future',
      [refusedBy(x509('2031-01-01T00:00:00Z is after 2026-09-09T08:00:00Z'))],
      { confidence: 'likely', facts: { kind: 'clock' } },
    ],
    [
      'the lease agrees',
      [refusedBy(x509('2026-03-01T10:53:10Z is before 2026-03-01T11:30:00Z')), behind],
      { confidence: 'confirmed', facts: { kind: 'clock' } },
    ],
    [
      'really expired',
      [refusedBy(x509('2026-03-01T11:58:00Z is after 2026-02-27T08:00:00Z'))],
      { confidence: 'confirmed', facts: { kind: 'certificate', bound: '2026-02-27T08:00:00Z' } },
    ],
    ['an old Go that gives no times', [refusedBy(x509(''))], { confidence: 'possible' }],
    [
      'an old Go, and the lease',
      [refusedBy(x509('')), behind],
      { confidence: 'confirmed', facts: { kind: 'clock' } },
    ],
    [
      'a lease an hour behind, all well so far',
      [behind],
      { severity: 'warning', confidence: 'likely', facts: { isFailing: false } },
    ],
    [
      'heartbeats an hour ahead',
      [heartbeats(3600)],
      { severity: 'warning', facts: { kind: 'clock' } },
    ],
  ])('finds %s', (_name, changes, expected) => {
    const finding = findingIn(hostClockSkew, sampleOf(...changes));
    expect(nodesOf(finding)).toEqual([node]);
    expect(finding).toMatchObject(expected);
  });

  it('says by how much', () => {
    const { facts } = findingIn(hostClockSkew, sampleOf(behind));
    expect(facts).toMatchObject({ nodes: [{ name: node, offset: -4000 }] });
  });

  it.each<[string, readonly Change[]]>([
    ['a healthy cluster', [(s) => setLeases(s)]],
    ['a lease that is a minute late', [(s) => setLeases(s, { [node]: 60 })]],
    ['a heartbeat of five minutes ago', [heartbeats(-310)]],
    [
      'an authority that is not known',
      [refusedBy('x509: certificate signed by unknown authority')],
    ],
    [
      "Typha's certificate",
      [
        (s) => {
          crashLoop(s, podOn(s, node), { lived: 60, exitCode: 1, reason: 'Error', restarts: 4 });
          setLog(
            s,
            podOn(s, node),
            'calico-node',
            `2026-03-01 11:58:00.119 [WARNING][1] felix/sync_client.go 280: Failed to connect to typha endpoint 10.20.0.13:5473. error=${x509('2026-03-01T11:58:00Z is after 2026-02-27T08:00:00Z')}\n`,
          );
        },
      ],
    ],
    [
      'what a healthy pod said long ago',
      [
        (s) =>
          appendLog(s, podOn(s, node), [
            `2026-02-28 11:00:00.000 [ERROR][9] startup/startup.go 1: ${x509('2026-02-28T11:00:00Z is after 2026-02-27T08:00:00Z')}`,
          ]),
      ],
    ],
  ])('says nothing of %s', (_name, changes) => {
    expect(findingsIn(hostClockSkew, sampleOf(...changes))).toEqual([]);
  });

  it('does not know whose clock is wrong if there are only two', () => {
    const sample = healthyCluster({ nodes: 2 });
    setLeases(sample, { 'worker-2': 4000 });
    expect(findingsIn(hostClockSkew, sample)).toEqual([]);
  });

  it('renews a certificate, and sets a clock', () => {
    const expired = sampleOf(refusedBy(x509('2026-03-01T11:58:00Z is after 2026-02-27T08:00:00Z')));
    expect(findingIn(hostClockSkew, expired).remedies[0]?.id).toBe('renew-certificates');
    expect(findingIn(hostClockSkew, sampleOf(behind)).remedies[0]?.id).toBe('set-clock');
  });
});
