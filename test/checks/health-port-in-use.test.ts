import { describe, expect, it } from 'vitest';
import { healthPortInUse } from '../../internal/checks/health-port-in-use.ts';
import type { Finding } from '../../internal/model/finding.ts';
import { healthyCluster, runningPod } from '../support/cluster.ts';
import { addEvent, appendLog, crashLoop, podOn, unready } from '../support/faults.ts';
import { add, at, snapshotFrom, type Sample } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

const run = (sample: Sample): readonly Finding[] => {
  const result = healthPortInUse.run(snapshotFrom(sample));
  return 'notApplicable' in result ? [] : result;
};

const bindLine = (sample: Sample, version: string, port: number, ago = 2): string =>
  logLine(
    { start: at(sample, -ago), version },
    0,
    'ERROR',
    'felix',
    'health.go',
    `Health endpoint failed, trying to restart it... error=listen tcp 127.0.0.1:${port}: bind: address already in use`,
  );

const answered = (sample: Sample, node: string, text: string): void => {
  const pod = podOn(sample, node);
  unready(pod);
  addEvent(sample, pod, 'Unhealthy', text);
};

describe('health-port-in-use', () => {
  it.each<[string, string, (sample: Sample) => void, object[]]>([
    ['a healthy cluster', 'v3.27.0', () => {}, []],
    [
      'the bind error in the log',
      'v3.27.0',
      (sample) => (
        unready(podOn(sample, 'worker-2')),
        appendLog(sample, podOn(sample, 'worker-2'), [bindLine(sample, 'v3.27.0', 9099)])
      ),
      [
        {
          confidence: 'likely',
          facts: { nodes: ['worker-2'], port: 9099, holders: [], status: null },
        },
      ],
    ],
    [
      'in the grammar before 3.14, with another port',
      'v3.11.3',
      (sample) => (
        unready(podOn(sample, 'worker-2')),
        appendLog(sample, podOn(sample, 'worker-2'), [bindLine(sample, 'v3.11.3', 9191)])
      ),
      [{ facts: { nodes: ['worker-2'], port: 9191 } }],
    ],
    [
      'a stranger that answers 404, told by events alone',
      'v3.27.0',
      (sample) => {
        sample.logs = [];
        answered(
          sample,
          'worker-1',
          'Liveness probe failed: calico/node is not ready: Felix is not live: liveness probe reporting 404',
        );
      },
      [{ confidence: 'likely', facts: { nodes: ['worker-1'], status: 404 } }],
    ],
    [
      'both, and an HTTP probe',
      'v3.30.0',
      (sample) => {
        answered(
          sample,
          'worker-1',
          'Liveness probe failed: HTTP probe failed with statuscode: 401',
        );
        appendLog(sample, podOn(sample, 'worker-1'), [bindLine(sample, 'v3.30.0', 9099)]);
      },
      [{ confidence: 'confirmed', facts: { status: 401 } }],
    ],
    [
      '503 is Felix itself',
      'v3.27.0',
      (sample) =>
        answered(
          sample,
          'worker-1',
          'Readiness probe failed: calico/node is not ready: felix is not ready: readiness probe reporting 503',
        ),
      [],
    ],
    [
      'nobody answers',
      'v3.27.0',
      (sample) =>
        answered(
          sample,
          'worker-1',
          'Liveness probe failed: Get "http://localhost:9099/liveness": dial tcp 127.0.0.1:9099: connect: connection refused',
        ),
      [],
    ],
    [
      'it was so at the start, and is over',
      'v3.27.0',
      (sample) =>
        appendLog(sample, podOn(sample, 'worker-1'), [
          bindLine(sample, 'v3.27.0', 9099, 5000),
          logLine(
            { start: at(sample, -3), version: 'v3.27.0' },
            0,
            'INFO',
            'felix',
            'summary.go',
            'Summarising 9 dataplane reconciliation loops over 1m3s',
          ),
        ]),
      [],
    ],
    [
      'the previous run says so',
      'v3.27.0',
      (sample) => {
        const pod = podOn(sample, 'worker-3');
        crashLoop(sample, pod, { lived: 62, exitCode: 0, reason: 'Completed', restarts: 6 });
        sample.logs = sample.logs.filter((log) => log.pod !== pod.metadata.name);
        sample.logs.push({
          namespace: 'kube-system',
          pod: pod.metadata.name,
          container: 'calico-node',
          previous: true,
          read: { state: 'read', text: bindLine(sample, 'v3.27.0', 9099, 45) },
        });
      },
      [{ facts: { nodes: ['worker-3'] } }],
    ],
  ])('%s', (_name, version, change, expected) => {
    const sample = healthyCluster({ nodes: 3, version });
    change(sample);
    expect(run(sample)).toMatchObject(expected);
    expect(run(sample)).toHaveLength(expected.length);
  });

  it('names the pod that asks for the port, on that node only', () => {
    const sample = healthyCluster({ nodes: 2 });
    unready(podOn(sample, 'worker-2'));
    appendLog(sample, podOn(sample, 'worker-2'), [bindLine(sample, 'v3.29.1', 9099)]);
    for (const node of ['worker-1', 'worker-2']) {
      const name = `agent-${node}`;
      add(
        sample,
        'pods',
        runningPod(sample, {
          name,
          namespace: 'monitoring',
          node,
          hostIP: '10.20.0.9',
          age: 500,
          spec: {
            hostNetwork: true,
            containers: [{ name: 'agent', ports: [{ containerPort: 9099 }] }],
          },
        }),
      );
    }
    expect(run(sample)[0]).toMatchObject({
      confidence: 'confirmed',
      facts: { holders: ['monitoring/agent-worker-2'] },
    });
  });

  it.each([
    ['operator', 'FelixConfiguration'],
    ['manifest', 'DaemonSet'],
  ] as const)('moves Felix where it lasts: %s', (install, kind) => {
    const sample = healthyCluster({ nodes: 2, install });
    unready(podOn(sample, 'worker-2'));
    appendLog(sample, podOn(sample, 'worker-2'), [bindLine(sample, 'v3.29.1', 9099)]);
    expect(run(sample)[0]?.remedies[1]?.target?.kind).toBe(kind);
  });
});
