import { describe, expect, it } from 'vitest';
import { killBudget, probeCause, probeFailures } from '../../internal/calico/probes.ts';
import { healthyCluster } from '../support/cluster.ts';
import { addEvent, podOn } from '../support/faults.ts';
import { snapshotFrom } from '../support/sample.ts';

describe('probeCause', () => {
  it.each([
    [
      'calico/node is not ready: BIRD is not ready: BGP not established with 10.0.0.2,10.0.0.3',
      { kind: 'bgp-not-established', peers: ['10.0.0.2', '10.0.0.3'] },
    ],
    [
      '2026-01-01 08:50:45.335 [INFO][146] node/health.go 207: Number of node(s) with BGP peering established = 0\ncalico/node is not ready: BIRD is not ready: BGP not established with 10.0.0.2\nW0101 09:58:13.364936      15 feature_gate.go:241] Setting GA feature gate X=true.',
      { kind: 'bgp-not-established', peers: ['10.0.0.2'] },
    ],
    [
      'caliconode is not ready: BIRD6 is not ready: BGP not established with fd00::2',
      { kind: 'bgp-not-established', peers: ['fd00::2'] },
    ],
    [
      'calico/node is not ready: BIRD is not ready: graceful restart in progress',
      { kind: 'graceful-restart' },
    ],
    [
      'calico/node is not ready: BIRD is not ready: Failed to stat() nodename file: stat /var/lib/calico/nodename: no such file or directory',
      { kind: 'nodename-file' },
    ],
    [
      'calico/node is not ready: BIRD is not ready: error querying BIRD: unable to connect to BIRDv4 socket: dial unix /var/run/calico/bird.ctl: connect: connection refused',
      { kind: 'bird-socket' },
    ],
    [
      'calico/node is not ready: BIRD is not ready: error executing command: read unix @->/run/calico/bird.ctl: i/o timeout',
      { kind: 'bird-timeout' },
    ],
    [
      'calico/node is not ready: bird/confd is not live: Service bird is not running. Output << down: /etc/service/enabled/bird: 0s >>',
      { kind: 'bird-not-live' },
    ],
    [
      'calico/node is not ready: felix is not ready: readiness probe reporting 503',
      { kind: 'status', status: 503 },
    ],
    ['HTTP probe failed with statuscode: 404', { kind: 'status', status: 404 }],
    [
      'Get http://127.0.0.1:9099/liveness: dial tcp 127.0.0.1:9099: getsockopt: connection refused',
      { kind: 'felix-refused' },
    ],
    [
      'calico/node is not ready: Felix is not live: Get "http://localhost:9099/liveness": dial tcp: lookup localhost on 10.0.0.53:53: no such host',
      { kind: 'localhost-lookup' },
    ],
    ['command timed out: "/bin/calico-node -felix-ready" timed out after 10s', { kind: 'timeout' }],
    [
      'Get "http://localhost:9099/liveness": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      { kind: 'timeout' },
    ],
    [
      'calico/node is not ready: BIRD is not ready: BGP not established with 10.0.0.2,10.0.0.932021-05-02 14:51:02.472 [INFO][170] readiness.go 88: Number of node(s) with BGP peering established = 1',
      { kind: 'bgp-not-established', peers: ['10.0.0.2', '10.0.0.93'] },
    ],
    [
      '2026-01-01 08:50:45.335 [INFO][146] confd/health.go 180: Number of node(s) with BGP peering established = 0 calico/node is not ready: BIRD is not ready: BGP not established with 10.0.0.2',
      { kind: 'bgp-not-established', peers: ['10.0.0.2'] },
    ],
    [
      '2026-01-01 08:50:45.335 [INFO][146] confd/health.go 180: Number of node(s) with BGP peering established = 2',
      { kind: 'empty' },
    ],
    ['', { kind: 'empty' }],
    ['something else', { kind: 'other', text: 'something else' }],
  ])('%s', (output, cause) => {
    expect(probeCause(output)).toEqual(cause);
  });
});

it('reads the failures of one pod, combined events included, cancelled probes left out', () => {
  const sample = healthyCluster({ nodes: 2 });
  const pod = podOn(sample, 'worker-1');
  addEvent(
    sample,
    pod,
    'Unhealthy',
    '(combined from similar events): Readiness probe failed: calico/node is not ready: felix is not ready: readiness probe reporting 503',
    { ago: 10 },
  );
  addEvent(
    sample,
    pod,
    'Unhealthy',
    'Liveness probe errored and resulted in unknown state: rpc error: code = Canceled desc = context canceled',
    { ago: 5 },
  );
  addEvent(sample, podOn(sample, 'worker-2'), 'Unhealthy', 'Liveness probe failed: ');
  const failures = probeFailures(snapshotFrom(sample), pod);
  expect(failures.map(({ probe, cause }) => [probe, cause.kind])).toEqual([
    ['readiness', 'status'],
  ]);
});

it.each([
  [{}, { from: 20, to: 31 }],
  [
    { initialDelaySeconds: 10, periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 10 },
    { from: 60, to: 80 },
  ],
  [
    { periodSeconds: 60, failureThreshold: 3, timeoutSeconds: 10 },
    { from: 120, to: 190 },
  ],
])('killBudget(%j)', (probe, budget) => {
  expect(killBudget(probe)).toEqual(budget);
});
