import { healthyCluster, workers } from '../support/cluster.ts';
import {
  addEvent,
  appendLog,
  crashLoop,
  daemonSetOf,
  nodeOf,
  podOn,
  setCondition,
  setLog,
  unready,
} from '../support/faults.ts';
import { lateProbe, setLeases } from '../support/node-faults.ts';
import { at, type Sample, type Scenario } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

function impatient(): Sample {
  const sample = healthyCluster({ version: 'v3.15.1', kubernetes: 'v1.20.15', nodes: 3 });
  for (const name of ['worker-1', 'worker-3']) {
    const pod = podOn(sample, name);
    unready(pod);
    lateProbe(
      sample,
      pod,
      'Readiness probe failed: command "/bin/calico-node -felix-ready -bird-ready" timed out',
      { count: 37 },
    );
  }
  return sample;
}

function throttled(): Sample {
  const sample = healthyCluster({ version: 'v3.29.3', install: 'operator', nodes: 3 });
  const limits = { cpu: '150m' };
  const installation = sample.lists.installations?.[0];
  Object.assign(installation?.spec ?? {}, {
    calicoNodeDaemonSet: {
      spec: {
        template: { spec: { containers: [{ name: 'calico-node', resources: { limits } }] } },
      },
    },
  });
  for (const spec of [
    daemonSetOf(sample).spec?.template?.spec,
    ...workers(3).map(({ name }) => podOn(sample, name).spec),
  ]) {
    const container = spec?.containers?.[0];
    if (container) container.resources = { limits };
  }
  for (const name of ['worker-1', 'worker-2']) {
    const pod = podOn(sample, name);
    unready(pod);
    lateProbe(
      sample,
      pod,
      'Readiness probe failed: command timed out: "/bin/calico-node -bird-ready -felix-ready" timed out after 10s',
      { count: 12 },
    );
    appendLog(sample, pod, [
      logLine(
        { start: at(sample, -50), version: 'v3.29.3' },
        0,
        'INFO',
        'felix',
        'summary.go',
        'Summarising 3 dataplane reconciliation loops over 1m44s: avg=9.1s longest=21.4s (resync-nat-v4)',
      ),
    ]);
  }
  return sample;
}

/** A limit of 64Mi: the kernel kills Felix again and again, and at last a probe ends the container, with 0. */
function tooLittleMemory(): Sample {
  const sample = healthyCluster({ version: 'v3.32.1', nodes: 3 });
  for (const spec of [
    daemonSetOf(sample).spec?.template?.spec,
    ...workers(3).map(({ name }) => podOn(sample, name).spec),
  ]) {
    const container = spec?.containers?.[0];
    if (container) container.resources = { requests: { cpu: '250m' }, limits: { memory: '64Mi' } };
  }
  const pod = podOn(sample, 'worker-3');
  crashLoop(sample, pod, {
    lived: 212,
    exitCode: 0,
    reason: 'OOMKilled',
    restarts: 4,
    ago: 31,
    now: 'running',
  });
  lateProbe(
    sample,
    pod,
    'Liveness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: failed to start exec "77ab": OCI runtime exec failed: exec failed: unable to start container process: read init-p: connection reset by peer',
  );
  return sample;
}

const outOfTime = (version: string, start: string, message: string): string =>
  [
    logLine(
      { start, version },
      0,
      'INFO',
      'startup',
      'startup.go',
      'Checking datastore connection',
    ),
    logLine(
      { start, version },
      0.2,
      'INFO',
      'startup',
      'startup.go',
      `Hit error connecting to datastore - retry error=Get "https://10.96.0.1:443/api/v1/nodes/foo": ${message}`,
    ),
    '',
  ].join('\n');

/** A machine woke up in the past: by its clock the cluster's certificates are not valid yet. */
function clockBehind(): Sample {
  const sample = healthyCluster({ version: 'v3.26.4', nodes: 4 });
  const pod = podOn(sample, 'worker-4');
  crashLoop(sample, pod, { lived: 62, exitCode: 137, reason: 'Error', restarts: 5, ago: 60 });
  const message =
    'x509: certificate has expired or is not yet valid: current time 2019-07-02T04:11:09Z is before 2025-06-01T00:00:00Z';
  setLog(sample, pod, 'calico-node', outOfTime('v3.26.4', '2019-07-02T04:11:08Z', message));
  setLeases(sample, { 'worker-4': 210_000_000 });
  return sample;
}

/** The certificate of the API server ran out yesterday. */
function certificateExpired(): Sample {
  const sample = healthyCluster({ version: 'v3.29.3', nodes: 3 });
  const message =
    'x509: certificate has expired or is not yet valid: current time 2026-03-01T11:58:02Z is after 2026-02-28T09:00:00Z';
  for (const { name } of workers(3)) {
    const pod = podOn(sample, name);
    crashLoop(sample, pod, { lived: 61, exitCode: 137, reason: 'Error', restarts: 9, ago: 60 });
    setLog(sample, pod, 'calico-node', outOfTime('v3.29.3', at(sample, -120), message));
  }
  return sample;
}

function evicted(): Sample {
  const sample = healthyCluster({ version: 'v3.29.3', nodes: 3 });
  const pod = podOn(sample, 'worker-2');
  pod.status = {
    phase: 'Failed',
    reason: 'Evicted',
    message:
      'The node was low on resource: ephemeral-storage. Threshold quantity: 4Gi, available: 61Mi. Container calico-node was using 212Ki, request is 0, has larger consumption of ephemeral-storage. ',
    startTime: at(sample, -700),
  };
  const message = 'kubelet has disk pressure';
  const node = nodeOf(sample, 'worker-2');
  setCondition(sample, node, 'DiskPressure', 'True', 'KubeletHasDiskPressure', message);
  addEvent(sample, node, 'EvictionThresholdMet', 'Attempting to reclaim ephemeral-storage', {
    count: 14,
  });
  return sample;
}

const found = (first: string, nodes: readonly string[], never: readonly string[] = []) => ({
  verdict: 'findings' as const,
  first,
  nodes,
  never: ['undetermined', ...never],
});

export const scenarios: readonly Scenario[] = [
  {
    name: 'probe-timeout-too-short',
    title: 'The probes of an old manifest allow one second.',
    layout: 'objects',
    expect: found(
      'probe-timeout-too-short',
      ['worker-1', 'worker-3'],
      ['node-overload-liveness-refused'],
    ),
    build: impatient,
  },
  {
    name: 'cpu-throttled',
    title: 'A CPU limit of 150m holds calico-node back on machines that have room.',
    layout: 'objects',
    expect: found('cpu-throttled', ['worker-1', 'worker-2'], ['node-overload-liveness-refused']),
    build: throttled,
  },
  {
    name: 'oom-killed',
    title: 'A memory limit of 64Mi; the container ends with exit code 0 all the same.',
    layout: 'objects',
    expect: found('oom-killed', ['worker-3'], ['cgroup-driver-mismatch']),
    build: tooLittleMemory,
  },
  {
    name: 'host-clock-skew',
    title: 'The clock of a machine is years behind.',
    layout: 'objects',
    expect: found('host-clock-skew', ['worker-4'], ['slow-startup-liveness-kill']),
    build: clockBehind,
  },
  {
    name: 'host-clock-skew-certificate',
    title: "The API server's certificate ran out; all clocks are right.",
    layout: 'objects',
    expect: found('host-clock-skew', ['worker-1', 'worker-2', 'worker-3']),
    build: certificateExpired,
  },
  {
    name: 'evicted-disk-pressure',
    title: 'The disk of a node is full, and calico-node was evicted.',
    layout: 'objects',
    expect: found('evicted-disk-pressure', ['worker-2']),
    build: evicted,
  },
];
