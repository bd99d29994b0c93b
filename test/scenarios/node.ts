import { healthyCluster, type NodeSpec } from '../support/cluster.ts';
import {
  addEvent,
  appendLog,
  crashLoop,
  daemonSetOf,
  nodeOf,
  podOn,
  setLog,
} from '../support/faults.ts';
import {
  ended,
  later,
  lateProbe,
  lose,
  neighbourOn,
  setLeases,
  setUsage,
  slowStartLog,
  startUpTo,
} from '../support/node-faults.ts';
import { at, type Sample, type Scenario } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';

const refused =
  'Liveness probe failed: Get http://127.0.0.1:9099/liveness: dial tcp 127.0.0.1:9099: getsockopt: connection refused';
const killed = 'Container calico-node failed liveness probe, will be restarted';

function lostNode(): Sample {
  const sample = healthyCluster({ nodes: 4, version: 'v3.32.1' });
  lose(sample, 'worker-3');
  setLeases(sample, { 'worker-3': 640 });
  const pod = podOn(sample, 'worker-1');
  appendLog(sample, pod, ['bird: Mesh_10_20_0_13: State changed to start']);
  return sample;
}

/** A node far away from the etcd of the others: it has to read all nodes before it may take its address. */
function farFromEtcd(): Sample {
  const nodes: NodeSpec[] = ['fra-1', 'fra-2', 'fra-3', 'syd-1'].map((name, index) => ({
    name,
    ip: `10.140.${name.startsWith('syd') ? 9 : 1}.${11 + index}`,
    nic: 'ens5',
  }));
  const sample = healthyCluster({ install: 'etcd', version: 'v3.26.4', nodes });
  const pod = podOn(sample, 'syd-1');
  crashLoop(sample, pod, {
    lived: 67,
    exitCode: 137,
    reason: 'Error',
    restarts: 23,
    ago: 130,
  });
  const say = (seconds: number, message: string): string =>
    logLine(
      { start: at(sample, -197), version: 'v3.26.4' },
      seconds,
      'INFO',
      'startup',
      'startup.go',
      message,
    );
  const log = [
    say(0, 'Early log level set to info'),
    say(0.003, 'Determined node name: syd-1'),
    say(0.01, 'Skipping datastore connection test'),
    say(1.9, 'Building new node resource Name="syd-1"'),
    say(4.2, 'Using autodetected IPv4 address on interface ens5: 10.140.9.14/24'),
    say(4.2, 'Node IPv4 changed, will check for conflicts'),
  ];
  setLog(sample, pod, 'calico-node', `${log.join('\n')}\n`);
  addEvent(
    sample,
    pod,
    'Unhealthy',
    'Liveness probe failed: calico/node is not ready: Felix is not live: Get "http://localhost:9099/liveness": dial tcp 127.0.0.1:9099: connect: connection refused',
    { count: 118, ago: 131 },
  );
  addEvent(sample, pod, 'Killing', killed, { count: 23, ago: 130, type: 'Normal' });
  return sample;
}

/** The operator's old probe allows thirty seconds, and each answer of the API server takes three. */
function slowUnderOperator(): Sample {
  const sample = healthyCluster({ install: 'operator', version: 'v3.25.2', nodes: 3 });
  const probe = { periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 3 };
  const template = daemonSetOf(sample).spec?.template?.spec;
  for (const spec of [template, podOn(sample, 'worker-2').spec])
    Object.assign(spec?.containers?.[0]?.livenessProbe ?? {}, probe);
  const pod = podOn(sample, 'worker-2');
  crashLoop(sample, pod, {
    lived: 37,
    exitCode: 137,
    reason: 'Error',
    restarts: 8,
    ago: 14,
    now: 'running',
  });
  const slow = { version: 'v3.25.2', node: 'worker-2', each: 2.9, address: '10.20.0.12/24' };
  setLog(sample, pod, 'calico-node', slowStartLog(sample, { ...slow, ago: 12, until: 'address' }));
  const before = slowStartLog(sample, { ...slow, ago: 51, until: 'tunnel' });
  setLog(sample, pod, 'calico-node', before, true);
  return sample;
}

/** Each answer of the API server takes four seconds on one node; its start gives up at the question that has two. */
function slowApi(): Sample {
  const sample = healthyCluster({ version: 'v3.32.1', nodes: 3 });
  const pod = podOn(sample, 'worker-1');
  crashLoop(sample, pod, { lived: 31, exitCode: 1, reason: 'Error', restarts: 6, ago: 22 });
  const version = 'v3.32.1';
  const start = at(sample, -53);
  const fail = (seconds: number, level: string, file: string, message: string): string =>
    logLine({ start, version }, seconds, level, 'startup', file, message);
  const log =
    slowStartLog(sample, { version, node: 'worker-1', ago: 53, each: 4.1 }) +
    [
      fail(
        29.8,
        'ERROR',
        'startup.go',
        `failed to query kubeadm's config map error=Get "https://10.96.0.1:443/api/v1/namespaces/kube-system/configmaps/kubeadm-config?timeout=2s": net/http: request canceled (Client.Timeout exceeded while awaiting headers)`,
      ),
      fail(29.8, 'WARNING', 'utils.go', 'Terminating'),
      'Calico node failed to start',
      '',
    ].join('\n');
  setLog(sample, pod, 'calico-node', log);
  return sample;
}

const busyNodes: readonly NodeSpec[] = [1, 2, 3, 4, 5].map((number) => ({
  name: `prod-${number}`,
  ip: `192.168.70.${number}`,
  nic: 'bond0',
}));

/** Two machines with a load many times their usual; everything on them answers late. */
function overloaded(): Sample {
  const sample = healthyCluster({
    nodes: busyNodes,
    version: 'v3.13.4',
    kubernetes: 'v1.18.20',
    takenAt: '2026-01-30T13:05:00Z',
  });
  for (const spec of [daemonSetOf(sample).spec?.template?.spec, ...podSpecs(sample)]) {
    const container = spec?.containers?.[0];
    if (!container) continue;
    container.env = container.env?.filter(({ name }) => name !== 'IP') ?? [];
    container.env.push({ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } });
    container.livenessProbe = {
      httpGet: { host: '127.0.0.1', path: '/liveness', port: 9099, scheme: 'HTTP' },
      initialDelaySeconds: 5,
      periodSeconds: 10,
      timeoutSeconds: 1,
      failureThreshold: 6,
    };
  }
  for (const [index, name] of ['prod-2', 'prod-5'].entries()) overload(sample, name, index);
  return sample;
}

const podSpecs = (sample: Sample) => busyNodes.map(({ name }) => podOn(sample, name).spec ?? {});

function overload(sample: Sample, name: string, index: number): void {
  const pod = podOn(sample, name);
  crashLoop(sample, pod, {
    lived: 64 + index,
    exitCode: 137,
    reason: 'Error',
    restarts: 41 - 7 * index,
    ago: 100,
  });
  const cut = later(startUpTo(sample, pod, 'Using node name'), 90_000 - 164 - index);
  setLog(sample, pod, 'calico-node', cut);
  addEvent(sample, pod, 'Unhealthy', refused, { count: 200, ago: 101 });
  addEvent(sample, pod, 'Killing', killed, { count: 41, ago: 100, type: 'Normal' });
  const web = neighbourOn(sample, name, 'web');
  ended(sample, web, { exitCode: 137, restarts: 6, ago: 400 });
  addEvent(sample, web, 'Killing', 'Container web failed liveness probe, will be restarted', {
    ago: 400,
    type: 'Normal',
  });
  lateProbe(
    sample,
    web,
    'Liveness probe failed: Get http://10.244.2.5:8080/healthz: net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
    { count: 17 },
  );
  const proxy = neighbourOn(sample, name, 'kube-proxy');
  ended(sample, proxy, { exitCode: 137, restarts: 4, ago: 700 });
  lateProbe(
    sample,
    proxy,
    'Liveness probe failed: Get http://192.168.70.2:10256/healthz: net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
  );
  addEvent(
    sample,
    nodeOf(sample, name),
    'NodeNotReady',
    `Node ${name} status is now: NodeNotReady`,
    {
      ago: 840,
      type: 'Normal',
    },
  );
}

/** Refused as well, and the machine has nothing to do: whatever it is, it is not the load. */
function idleButRefused(): Sample {
  const sample = healthyCluster({ version: 'v3.29.3', nodes: 3 });
  const pod = podOn(sample, 'worker-2');
  crashLoop(sample, pod, { lived: 66, exitCode: 137, reason: 'Error', restarts: 7, ago: 70 });
  const cut = later(startUpTo(sample, pod, 'Using node name'), 90_000 - 136);
  setLog(sample, pod, 'calico-node', cut);
  addEvent(
    sample,
    pod,
    'Unhealthy',
    'Liveness probe failed: calico/node is not ready: Felix is not live: Get "http://localhost:9099/liveness": dial tcp 127.0.0.1:9099: connect: connection refused',
    { count: 40 },
  );
  addEvent(sample, pod, 'Killing', killed, { count: 7, ago: 70, type: 'Normal' });
  setUsage(sample, { 'worker-1': [700, 3000], 'worker-2': [260, 2100], 'worker-3': [900, 4000] });
  return sample;
}

/** Everything works; what stands in events and restart counts is from a reboot and from a start. */
function noisyButWell(): Sample {
  const sample = healthyCluster({ version: 'v3.29.3', install: 'operator', nodes: 3 });
  const pod = podOn(sample, 'worker-2');
  for (const one of [
    pod,
    neighbourOn(sample, 'worker-2', 'kube-proxy'),
    neighbourOn(sample, 'worker-2', 'web'),
  ]) {
    ended(sample, one, { exitCode: 255, reason: 'Unknown', restarts: 5, ago: 50_000 });
    addEvent(
      sample,
      one,
      'SandboxChanged',
      'Pod sandbox changed, it will be killed and re-created.',
      {
        ago: 3000,
        type: 'Normal',
      },
    );
  }
  lateProbe(sample, pod, 'Readiness probe failed: ', { count: 1, ago: 3100 });
  lateProbe(
    sample,
    neighbourOn(sample, 'worker-1', 'web'),
    'Readiness probe failed: Get "http://10.244.1.5:8080/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    { count: 2 },
  );
  setUsage(sample, {
    'worker-1': [2300, 9000],
    'worker-2': [3500, 11_000],
    'worker-3': [900, 4000],
  });
  setLeases(sample);
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
    name: 'node-lost-or-kubelet-down',
    title: 'A machine is off; its calico-node is still shown as 1/1, and another node misses it.',
    layout: 'objects',
    expect: found('node-lost-or-kubelet-down', ['worker-3']),
    build: lostNode,
  },
  {
    name: 'slow-startup-liveness-kill',
    title: 'A node far from etcd is killed by the liveness probe before its start is through.',
    layout: 'cluster-info',
    demo: true,
    expect: found(
      'slow-startup-liveness-kill',
      ['syd-1'],
      ['node-overload-liveness-refused', 'cgroup-driver-mismatch', 'slow-datastore'],
    ),
    build: farFromEtcd,
  },
  {
    name: 'slow-startup-liveness-kill-operator',
    title: 'An older operator allows thirty seconds, and the API server answers slowly.',
    layout: 'objects',
    expect: found('slow-startup-liveness-kill', ['worker-2'], ['slow-datastore']),
    build: slowUnderOperator,
  },
  {
    name: 'slow-datastore',
    title: 'The API server answers one node so slowly that calico-node gives its start up.',
    layout: 'objects',
    expect: found('slow-datastore', ['worker-1'], ['slow-startup-liveness-kill']),
    build: slowApi,
  },
  {
    name: 'node-overload-liveness-refused',
    title:
      'Two overloaded machines start calico-node too slowly, and everything there answers late.',
    layout: 'cluster-info',
    demo: true,
    expect: found(
      'node-overload-liveness-refused',
      ['prod-2', 'prod-5'],
      ['slow-startup-liveness-kill', 'cgroup-driver-mismatch'],
    ),
    build: overloaded,
  },
  {
    name: 'node-overload-liveness-refused-lookalike-idle',
    title: 'The same refused connection on a machine that has nothing to do.',
    layout: 'objects',
    expect: found('slow-startup-liveness-kill', ['worker-2'], ['node-overload-liveness-refused']),
    build: idleButRefused,
  },
  {
    name: 'healthy-after-reboot',
    title: 'All is well: restarts from a reboot, and probe failures from busy moments.',
    layout: 'objects',
    expect: { verdict: 'healthy', first: null, renderer: 'operator' },
    build: noisyButWell,
  },
];
