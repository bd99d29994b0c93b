import { describe, expect, it } from 'vitest';
import { nodeOverloadLivenessRefused } from '../../internal/checks/node-overload-liveness-refused.ts';
import { healthyCluster, type ClusterSpec } from '../support/cluster.ts';
import {
  addEvent,
  appendLog,
  crashLoop,
  nodeOf,
  podOn,
  setCondition,
  setLog,
  unready,
} from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import {
  ended,
  lateProbe,
  lose,
  neighbourOn,
  runtimeDown,
  setUsage,
  startUpTo,
} from '../support/node-faults.ts';
import { at, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

type Change = (sample: Sample) => void;
const node = 'worker-2';
const http = (seconds: string): string =>
  `Liveness probe failed: Get "http://10.244.2.5:8080/": ${seconds} (Client.Timeout exceeded while awaiting headers)`;
const own =
  'Liveness probe failed: command timed out: "/bin/calico-node -felix-live -bird-live" timed out after 10s';

const refused: Change = (s) =>
  addEvent(
    s,
    podOn(s, node),
    'Unhealthy',
    'Liveness probe failed: Get http://127.0.0.1:9099/liveness: dial tcp 127.0.0.1:9099: getsockopt: connection refused',
    { count: 30 },
  );
const killed: Change = (s) => {
  crashLoop(s, podOn(s, node), { lived: 66, exitCode: 137, reason: 'Error', restarts: 12 });
  setLog(s, podOn(s, node), 'calico-node', startUpTo(s, podOn(s, node), 'Using node name'));
  refused(s);
};
const full: Change = (s) =>
  setUsage(s, { 'worker-1': [500, 2000], 'worker-2': [3950, 8000], 'worker-3': [600, 2000] });
const idle: Change = (s) =>
  setUsage(s, { 'worker-1': [500, 2000], 'worker-2': [210, 2100], 'worker-3': [600, 2000] });
const silent: Change = (s) => setUsage(s, { 'worker-1': [500, 2000], 'worker-3': [600, 2000] });
const ownLate: Change = (s) => lateProbe(s, podOn(s, node), own);
const webLate: Change = (s) =>
  lateProbe(s, neighbourOn(s, node, 'web'), http('context deadline exceeded'));
const hostLate: Change = (s) =>
  lateProbe(s, neighbourOn(s, node, 'kube-proxy'), http('net/http: request canceled'));
const execLate: Change = (s) =>
  lateProbe(
    s,
    neighbourOn(s, node, 'web'),
    'Readiness probe failed: command timed out: "/bin/grpc_health_probe" timed out after 1s',
  );
const flapping: Change = (s) =>
  addEvent(s, nodeOf(s, node), 'NodeNotReady', 'Node worker-2 status is now: NodeNotReady', {
    ago: 700,
  });
const othersDie: Change = (s) => {
  for (const prefix of ['kube-proxy', 'web'])
    ended(s, neighbourOn(s, node, prefix), { exitCode: 137, restarts: 8 });
};
const slowLoop: Change = (s) =>
  appendLog(s, podOn(s, node), [
    logLine(
      { start: at(s, -60), version: 'v3.29.3' },
      0,
      'INFO',
      'felix',
      'summary.go',
      'Summarising 2 dataplane reconciliation loops over 1m11s: avg=20s longest=31.5s ()',
    ),
  ]);
const pressure: Change = (s) =>
  setCondition(s, nodeOf(s, node), 'PIDPressure', 'True', 'KubeletHasInsufficientPID', 'no pids');

const sampleOf = (changes: readonly Change[], spec: ClusterSpec = {}): Sample => {
  const sample = healthyCluster({ nodes: 3, version: 'v3.29.3', ...spec });
  for (const change of changes) change(sample);
  return sample;
};

describe('node-overload-liveness-refused', () => {
  it.each<[string, readonly Change[], string]>([
    ['all CPU in use', [killed, full], 'likely'],
    ['all CPU in use, and others late', [killed, full, webLate], 'confirmed'],
    ['no figures for exactly this node', [killed, silent], 'possible'],
    ['no figures, and others late', [killed, silent, webLate], 'confirmed'],
    ['late on the host network', [killed, hostLate], 'likely'],
    ['a command in another pod is late', [killed, execLate], 'likely'],
    ['process ids run out', [killed, pressure], 'likely'],
    ['others are killed too', [killed, othersDie], 'likely'],
    ['two weak signs', [killed, webLate, flapping], 'likely'],
    ['its own commands are late', [(s) => unready(podOn(s, node)), ownLate], 'likely'],
    [
      'its own and those of others',
      [(s) => unready(podOn(s, node)), ownLate, webLate],
      'confirmed',
    ],
    ['slow loops, and the node flaps', [killed, slowLoop, flapping], 'likely'],
  ])('finds %s', (_name, changes, confidence) => {
    const finding = findingIn(nodeOverloadLivenessRefused, sampleOf(changes));
    expect(nodesOf(finding)).toEqual([node]);
    expect(finding).toMatchObject({ severity: 'error', confidence, facts: { wellNodes: 2 } });
  });

  it.each<[string, readonly Change[]]>([
    ['refused, with no sign of load', [killed]],
    ['refused, and the machine is idle', [killed, idle]],
    ['an idle machine and one weak sign', [killed, idle, webLate]],
    ['pods of the broken network are late, and nothing else', [killed, webLate]],
    ['load, and calico-node is well', [full, hostLate]],
    [
      'load, and the start gives up by itself',
      [killed, full, (s) => appendLog(s, podOn(s, node), ['Calico node failed to start'])],
    ],
    [
      'load, and the probe says what is wrong',
      [
        (s) => unready(podOn(s, node)),
        full,
        (s) =>
          addEvent(
            s,
            podOn(s, node),
            'Unhealthy',
            'Readiness probe failed: calico/node is not ready: felix is not ready: readiness probe reporting 503',
            { count: 9 },
          ),
      ],
    ],
    [
      'out of memory',
      [
        full,
        (s) =>
          crashLoop(s, podOn(s, node), {
            lived: 300,
            exitCode: 137,
            reason: 'OOMKilled',
            restarts: 9,
          }),
      ],
    ],
    ['a node that is lost', [killed, full, (s) => lose(s, node)]],
    [
      'a runtime that hangs: its probes are late, too',
      [(s) => unready(podOn(s, node)), ownLate, (s) => runtimeDown(s, node)],
    ],
    [
      'a CPU limit',
      [
        (s) => unready(podOn(s, node)),
        ownLate,
        (s) =>
          Object.assign(podOn(s, node).spec?.containers?.[0] ?? {}, {
            resources: { limits: { cpu: '100m' } },
          }),
      ],
    ],
  ])('says nothing: %s', (_name, changes) => {
    expect(findingsIn(nodeOverloadLivenessRefused, sampleOf(changes))).toEqual([]);
  });

  it('does not take one second for load', () => {
    const changes = [(s: Sample) => unready(podOn(s, node)), ownLate];
    expect(
      findingsIn(nodeOverloadLivenessRefused, sampleOf(changes, { version: 'v3.15.1' })),
    ).toEqual([]);
  });

  it('counts kube-controllers out: its probe asks the datastore', () => {
    const sample = sampleOf([killed]);
    const pod = neighbourOn(sample, node, 'web');
    pod.metadata.labels = { 'k8s-app': 'calico-kube-controllers' };
    lateProbe(
      sample,
      pod,
      'Readiness probe failed: command timed out: "/usr/bin/check-status -r" timed out after 1s',
    );
    expect(findingsIn(nodeOverloadLivenessRefused, sample)).toEqual([]);
  });

  it.each<[string, number, 'error' | 'warning']>([
    ['killed a few minutes ago, ready at the moment', 240, 'error'],
    ['killed long ago, late now', 3000, 'warning'],
  ])('is present although calico-node is ready: %s', (_name, ago, severity) => {
    const sample = sampleOf([ownLate, webLate]);
    const pod = podOn(sample, node);
    ended(sample, pod, { exitCode: 0, restarts: 1, ago });
    addEvent(
      sample,
      pod,
      'Killing',
      'Container calico-node failed liveness probe, will be restarted',
      { ago },
    );
    expect(findingIn(nodeOverloadLivenessRefused, sample)).toMatchObject({ severity });
  });

  it('says nothing of late probes that are over', () => {
    const sample = sampleOf([webLate]);
    lateProbe(sample, podOn(sample, node), own, { ago: 900 });
    expect(findingsIn(nodeOverloadLivenessRefused, sample)).toEqual([]);
  });

  it('drains, and refuses where no other node could take the pods', () => {
    expect(
      findingIn(nodeOverloadLivenessRefused, sampleOf([killed, full])).remedies[0],
    ).toMatchObject({
      id: 'drain-node',
      action: 'apply',
      drains: [node],
      risk: 'interrupts-traffic',
    });
    const alone = sampleOf([killed, full]);
    for (const name of ['worker-1', 'worker-3']) nodeOf(alone, name).spec = { unschedulable: true };
    expect(findingIn(nodeOverloadLivenessRefused, alone).remedies[0]?.action).toBe('refuse');
  });
});
