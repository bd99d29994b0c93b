import { describe, expect, it } from 'vitest';
import { probeTimeoutTooShort } from '../../internal/checks/probe-timeout-too-short.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import { addEvent, crashLoop, daemonSetOf, podOn, unready } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { lateProbe, neighbourOn } from '../support/node-faults.ts';
import type { Sample } from '../support/sample.ts';

type Change = (sample: Sample) => void;
const node = 'worker-2';
const late =
  (message: string, options: { readonly count?: number; readonly ago?: number } = {}): Change =>
  (sample) =>
    lateProbe(sample, podOn(sample, node), message, { count: 9, ...options });
const sick: Change = (sample) => unready(podOn(sample, node));
const sampleOf = (changes: readonly Change[], spec: ClusterSpec = {}): Sample => {
  const sample = healthyCluster({ nodes: 3, version: 'v3.19.4', ...spec });
  for (const change of changes) change(sample);
  return sample;
};
const timeoutOf =
  (seconds: number): Change =>
  (sample) => {
    for (const spec of [daemonSetOf(sample).spec?.template?.spec, podOn(sample, node).spec]) {
      const [container] = spec?.containers ?? [];
      for (const probe of [container?.livenessProbe, container?.readinessProbe])
        if (probe) probe.timeoutSeconds = seconds;
    }
  };

describe('probe-timeout-too-short', () => {
  it.each<[string, readonly Change[], ClusterSpec, object]>([
    [
      'kubelet v1.20 and older: nothing behind the colon',
      [sick, late('Readiness probe failed: ')],
      {},
      { confidence: 'likely', facts: { probes: ['readiness'] } },
    ],
    [
      'an exec probe',
      [
        sick,
        late(
          'Liveness probe failed: command timed out: "/bin/calico-node -felix-live" timed out after 1s',
        ),
      ],
      {},
      { confidence: 'confirmed', facts: { probes: ['liveness'] } },
    ],
    [
      'a CRI time-out',
      [
        sick,
        late(
          'Readiness probe errored: rpc error: code = Unknown desc = failed to exec in container: timeout 1s exceeded: context deadline exceeded',
        ),
      ],
      {},
      { confidence: 'confirmed' },
    ],
    [
      'DeadlineExceeded',
      [
        sick,
        late(
          'Readiness probe errored: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
        ),
      ],
      {},
      { confidence: 'confirmed' },
    ],
    [
      'an HTTP probe of canal',
      [
        sick,
        late(
          'Liveness probe failed: Get http://localhost:9099/liveness: net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
        ),
      ],
      { install: 'canal' },
      { confidence: 'confirmed' },
    ],
    [
      'two seconds',
      [
        sick,
        timeoutOf(2),
        late('Readiness probe failed: command "/bin/calico-node -felix-ready" timed out'),
      ],
      {},
      { facts: { timeoutSeconds: 2 } },
    ],
    [
      'ready at the moment: a warning',
      [late('Readiness probe failed: ')],
      {},
      { severity: 'warning', facts: { allReady: true } },
    ],
  ])('finds %s', (_name, changes, spec, expected) => {
    const finding = findingIn(probeTimeoutTooShort, sampleOf(changes, spec));
    expect(nodesOf(finding)).toEqual([node]);
    expect(finding).toMatchObject(expected);
  });

  it.each<[string, readonly Change[], ClusterSpec]>([
    ['a healthy cluster', [], {}],
    [
      'ten seconds',
      [sick, late('Readiness probe failed: command timed out: "x" timed out after 10s')],
      { version: 'v3.20.0' },
    ],
    ['one empty message', [late('Readiness probe failed: ', { count: 1 })], {}],
    ['of an hour ago', [late('Readiness probe failed: ', { ago: 3500 })], {}],
    [
      'a reason behind the colon',
      [
        sick,
        late('Readiness probe failed: ', { count: 3 }),
        late(
          'Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.20.0.11',
          { count: 40 },
        ),
      ],
      {},
    ],
    [
      'a container that ends by itself',
      [
        (s) =>
          crashLoop(s, podOn(s, node), { lived: 2, exitCode: 1, reason: 'Error', restarts: 8 }),
        late('Readiness probe failed: '),
      ],
      {},
    ],
    [
      'an overloaded machine',
      [
        sick,
        late('Readiness probe failed: command timed out: "x" timed out after 1s'),
        (s) =>
          lateProbe(
            s,
            neighbourOn(s, node, 'kube-proxy'),
            'Liveness probe failed: Get "http://10.20.0.12:10256/livez": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
          ),
        (s) => addEvent(s, { kind: 'Node', metadata: { name: node } }, 'NodeNotReady', 'x'),
      ],
      {},
    ],
    [
      'a cancelled probe of a pod being deleted',
      [
        sick,
        late(
          'Liveness probe errored and resulted in unknown state: rpc error: code = Canceled desc = context canceled',
        ),
      ],
      {},
    ],
  ])('says nothing of %s', (_name, changes, spec) => {
    expect(findingsIn(probeTimeoutTooShort, sampleOf(changes, spec))).toEqual([]);
  });

  it('gives the probes concerned ten seconds, in the DaemonSet', () => {
    const sample = sampleOf([sick, late('Readiness probe failed: ')]);
    const [remedy] = findingIn(probeTimeoutTooShort, sample).remedies;
    expect(remedy).toMatchObject({ action: 'apply', target: { kind: 'DaemonSet' } });
    expect(remedy?.changes[0]?.body).toEqual({
      spec: {
        template: {
          spec: { containers: [{ name: 'calico-node', readinessProbe: { timeoutSeconds: 10 } }] },
        },
      },
    });
  });
});
