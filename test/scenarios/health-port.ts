import { healthyCluster } from '../support/cluster.ts';
import { addEvent, appendLog, crashLoop, daemonSetOf, podOn, unready } from '../support/faults.ts';
import { at, type Sample, type Scenario } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

const version = 'v3.30.3';

function felixSays(
  sample: Sample,
  node: string,
  level: string,
  file: string,
  message: string,
): void {
  const line = (ago: number): string =>
    logLine({ start: at(sample, -ago), version }, 0, level, 'felix', file, message);
  appendLog(sample, podOn(sample, node), [line(5), line(4), line(3), line(2)]);
}

function portTaken(): Sample {
  const sample = healthyCluster({ nodes: 3, version });
  const pod = podOn(sample, 'worker-2');
  crashLoop(sample, pod, {
    lived: 68,
    exitCode: 0,
    reason: 'Completed',
    restarts: 14,
    ago: 50,
    now: 'running',
  });
  addEvent(
    sample,
    pod,
    'Unhealthy',
    'Liveness probe failed: calico/node is not ready: Felix is not live: liveness probe reporting 404',
    { count: 71, ago: 8 },
  );
  addEvent(
    sample,
    pod,
    'Killing',
    'Container calico-node failed liveness probe, will be restarted',
    { count: 14, ago: 50, type: 'Normal' },
  );
  felixSays(
    sample,
    'worker-2',
    'ERROR',
    'health.go',
    'Health endpoint failed, trying to restart it... error=listen tcp 127.0.0.1:9099: bind: address already in use',
  );
  return sample;
}

function noLocalhost(): Sample {
  const sample = healthyCluster({ nodes: 3, version, install: 'operator' });
  const pod = podOn(sample, 'worker-3');
  crashLoop(sample, pod, {
    lived: 150,
    exitCode: 0,
    reason: 'Completed',
    restarts: 4,
    ago: 70,
    now: 'running',
  });
  addEvent(
    sample,
    pod,
    'Unhealthy',
    'Readiness probe failed: calico/node is not ready: felix is not ready: Get "http://localhost:9099/readiness": dial tcp: lookup localhost on 10.20.0.2:53: no such host',
    { count: 30 },
  );
  felixSays(
    sample,
    'worker-3',
    'ERROR',
    'health.go',
    'Health endpoint failed, trying to restart it... error=listen tcp: lookup localhost on 10.20.0.2:53: no such host',
  );
  return sample;
}

function withoutPrivileges(): Sample {
  const sample = healthyCluster({ nodes: 3, version });
  const template = daemonSetOf(sample).spec?.template?.spec?.containers?.[0];
  if (template) template.securityContext = { privileged: false };
  const pod = podOn(sample, 'worker-1');
  unready(pod);
  const container = pod.spec?.containers?.[0];
  if (container) container.securityContext = { privileged: false };
  addEvent(
    sample,
    pod,
    'Unhealthy',
    'Readiness probe failed: calico/node is not ready: felix is not ready: Get "http://localhost:9099/readiness": dial tcp 127.0.0.1:9099: connect: connection refused',
    { count: 9 },
  );
  felixSays(
    sample,
    'worker-1',
    'WARNING',
    'ipsets.go',
    'Bad return code from \'ipset list -name\'. error=exit status 1 stderr="ipset v7.11: Kernel error received: Operation not permitted"',
  );
  felixSays(
    sample,
    'worker-1',
    'PANIC',
    'ipsets.go',
    'Failed to update IP sets after multiple retries.',
  );
  return sample;
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'health-port-in-use',
    title: 'An agent on one node took the port on which Felix reports its health.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'health-port-in-use',
      nodes: ['worker-2'],
      never: [
        'slow-startup-liveness-kill',
        'node-overload-liveness-refused',
        'cgroup-driver-mismatch',
      ],
    },
    build: portTaken,
  },
  {
    name: 'localhost-unresolvable',
    title: 'The hosts file of one node lost its line for localhost.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'localhost-unresolvable',
      nodes: ['worker-3'],
      renderer: 'operator',
    },
    build: noLocalhost,
  },
  {
    name: 'calico-node-not-privileged',
    title: 'A hardening script took the privileges away from calico-node.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'calico-node-not-privileged',
      nodes: ['worker-1'],
      never: ['ipset-failure'],
    },
    build: withoutPrivileges,
  },
];
