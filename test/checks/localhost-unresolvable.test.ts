import { describe, expect, it } from 'vitest';
import { localhostUnresolvable } from '../../internal/checks/localhost-unresolvable.ts';
import type { Finding } from '../../internal/model/finding.ts';
import { healthyCluster } from '../support/cluster.ts';
import { addEvent, appendLog, podOn, unready } from '../support/faults.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

const run = (sample: Sample): readonly Finding[] => {
  const result = localhostUnresolvable.run(snapshotFrom(sample));
  return 'notApplicable' in result ? [] : result;
};

const say = (sample: Sample, node: string, message: string): void =>
  appendLog(sample, podOn(sample, node), [
    logLine(
      { start: at(sample, -3), version: 'v3.26.3' },
      0,
      'ERROR',
      'felix',
      'health.go',
      message,
    ),
  ]);

const probed = (sample: Sample, node: string, message: string): void => {
  unready(podOn(sample, node));
  addEvent(sample, podOn(sample, node), 'Unhealthy', message);
};

describe('localhost-unresolvable', () => {
  it.each<[string, (sample: Sample) => void, object[]]>([
    ['a healthy cluster', () => {}, []],
    [
      'the probe cannot look the name up',
      (sample) =>
        probed(
          sample,
          'worker-1',
          'Readiness probe failed: calico/node is not ready: felix is not ready: Get "http://localhost:9099/readiness": dial tcp: lookup localhost on 10.9.0.53:53: no such host',
        ),
      [{ confidence: 'likely', facts: { nodes: ['worker-1'], kind: 'no-answer' } }],
    ],
    [
      'no name server at all, in probe and log',
      (sample) => {
        probed(
          sample,
          'worker-2',
          'Liveness probe failed: calico/node is not ready: Felix is not live: Get "http://localhost:9099/liveness": dial tcp: lookup localhost on [::1]:53: read udp [::1]:41234->[::1]:53: read: connection refused',
        );
        say(
          sample,
          'worker-2',
          'Health endpoint failed, trying to restart it... error=listen tcp: lookup localhost on [::1]:53: read udp [::1]:5->[::1]:53: read: connection refused',
        );
      },
      [{ confidence: 'confirmed', facts: { nodes: ['worker-2'] } }],
    ],
    [
      'the name means somebody else',
      (sample) => (
        unready(podOn(sample, 'worker-1')),
        say(
          sample,
          'worker-1',
          'Health endpoint failed, trying to restart it... error=listen tcp 198.51.100.7:9099: bind: cannot assign requested address',
        )
      ),
      [{ facts: { kind: 'foreign-address' } }],
    ],
    [
      'refused at an address that was found',
      (sample) =>
        probed(
          sample,
          'worker-1',
          'Liveness probe failed: Get "http://localhost:9099/liveness": dial tcp [::1]:9099: connect: connection refused',
        ),
      [],
    ],
    [
      'another name',
      (sample) => (
        unready(podOn(sample, 'worker-1')),
        say(sample, 'worker-1', 'error=dial tcp: lookup etcd.example on 10.9.0.53:53: no such host')
      ),
      [],
    ],
    [
      'two nodes, one finding',
      (sample) => {
        for (const node of ['worker-1', 'worker-3'])
          probed(
            sample,
            node,
            'Liveness probe failed: dial tcp: lookup localhost on 10.9.0.53:53: server misbehaving',
          );
      },
      [{ facts: { nodes: ['worker-1', 'worker-3'] } }],
    ],
  ])('%s', (_name, change, expected) => {
    const sample = healthyCluster({ nodes: 3, version: 'v3.26.3' });
    change(sample);
    expect(run(sample)).toMatchObject(expected);
    expect(run(sample)).toHaveLength(expected.length);
  });
});
