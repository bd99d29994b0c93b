import { healthyCluster, type NodeSpec } from '../support/cluster.ts';
import { addEvent, crashLoop, logOf, nodeOf, podOn, setLog, stuckInit } from '../support/faults.ts';
import { ended, later, neighbourOn, runtimeDown, untouched, upTo } from '../support/node-faults.ts';
import { at, type Sample, type Scenario } from '../support/sample.ts';

const rack = (count: number): NodeSpec[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `rack4-n${String(index + 1).padStart(2, '0')}`,
    ip: `172.30.4.${21 + index}`,
    nic: 'eno1',
  }));

/** A machine joined two hours ago; its containerd was installed with the default configuration. */
function cgroupMismatch(): Sample {
  const sample = healthyCluster({
    nodes: rack(4),
    version: 'v3.15.1',
    kubernetes: 'v1.27.4',
    takenAt: '2026-02-11T03:20:00Z',
  });
  const node = nodeOf(sample, 'rack4-n04');
  node.metadata.creationTimestamp = at(sample, -7200);
  Object.assign(node.status?.nodeInfo ?? {}, {
    containerRuntimeVersion: 'containerd://1.7.12',
    osImage: 'Ubuntu 22.04.4 LTS',
    kernelVersion: '6.5.0-27-generic',
  });
  const pod = podOn(sample, 'rack4-n04');
  const healthy = logOf(sample, pod);
  crashLoop(sample, pod, {
    lived: 143,
    exitCode: 137,
    reason: 'Error',
    restarts: 19,
    ago: 95,
  });
  setLog(sample, pod, 'calico-node', later(upTo(healthy, 'live=true ready=true'), 90_000 - 238));
  ended(sample, neighbourOn(sample, 'rack4-n04', 'kube-proxy'), {
    exitCode: 2,
    restarts: 11,
    ago: 210,
    lived: 388,
  });
  ended(sample, neighbourOn(sample, 'rack4-n04', 'web'), {
    exitCode: 137,
    restarts: 14,
    ago: 340,
    lived: 97,
  });
  addEvent(
    sample,
    pod,
    'Unhealthy',
    'Liveness probe failed: calico/node is not ready: Felix is not live: Get "http://localhost:9099/liveness": dial tcp 127.0.0.1:9099: connect: connection refused',
    { count: 9, ago: 110 },
  );
  addEvent(sample, pod, 'BackOff', 'Back-off restarting failed container', { count: 61, ago: 12 });
  for (const prefix of ['kube-proxy', 'web']) {
    addEvent(
      sample,
      neighbourOn(sample, 'rack4-n04', prefix),
      'SandboxChanged',
      'Pod sandbox changed, it will be killed and re-created.',
      { count: 6, ago: 205, type: 'Normal' },
    );
  }
  return sample;
}

/** The other way round: containerd was set to systemd, the kubelet was not. */
function refusedCgroups(): Sample {
  const sample = healthyCluster({ nodes: 3, version: 'v3.29.3', install: 'operator' });
  const pod = podOn(sample, 'worker-3');
  untouched(sample, pod, 900);
  addEvent(
    sample,
    pod,
    'FailedCreatePodSandBox',
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "/kubepods/burstable/pod51a9/4be2" instead: unknown',
    { count: 66 },
  );
  return sample;
}

const waitsSince = (sample: Sample, minutes: number) => ({
  running: { startedAt: at(sample, -60 * minutes) },
});

/** dockerd lost its connection to containerd; upgrade-ipam, which takes a second, "runs" for an hour. */
function dockerHangs(): Sample {
  const sample = healthyCluster({
    install: 'kubespray',
    version: 'v3.20.0',
    kubernetes: 'v1.21.14',
    nodes: ['cp-1', 'app-1', 'app-2', 'app-3'].map((name, index) => ({
      name,
      ip: `10.90.7.${41 + index}`,
      nic: 'ens192',
    })),
  });
  for (const node of sample.lists.nodes ?? [])
    Object.assign(node.status?.nodeInfo ?? {}, { containerRuntimeVersion: 'docker://20.10.21' });
  const pod = podOn(sample, 'app-2');
  pod.metadata.creationTimestamp = at(sample, -3600);
  if (pod.status) pod.status.startTime = at(sample, -3599);
  stuckInit(pod, 'upgrade-ipam', waitsSince(sample, 55));
  setLog(sample, pod, 'calico-node', '');
  sample.logs = sample.logs.filter((log) => log.pod !== pod.metadata.name);
  setLog(sample, pod, 'upgrade-ipam', '');
  const created = { ago: 3570, type: 'Normal' };
  addEvent(sample, pod, 'Created', 'Created container upgrade-ipam', created);
  const started = { ago: 3300, type: 'Normal' };
  addEvent(sample, pod, 'Started', 'Started container upgrade-ipam', started);
  return sample;
}

/** containerd is frozen: the kubelet says so, and the new calico-node pod has not been touched. */
function containerdFrozen(): Sample {
  const sample = healthyCluster({ install: 'operator', version: 'v3.31.7', nodes: 3 });
  runtimeDown(sample, 'worker-2');
  untouched(sample, podOn(sample, 'worker-2'));
  sample.logs = sample.logs.filter(({ pod }) => pod !== podOn(sample, 'worker-2').metadata.name);
  return sample;
}

const retry =
  'failed to migrate ipam, retrying... error=failed to get add IPAM blocks: Get "https://10.233.0.1:443/apis/crd.projectcalico.org/v1/ipamblocks": dial tcp 10.233.0.1:443: i/o timeout';

/** The same pod status as with a runtime that hangs, for another reason: the log of the init container tells it. */
function waitsForApi(): Sample {
  const sample = healthyCluster({ install: 'kubespray', version: 'v3.20.0', nodes: 4 });
  sample.lists.services = [
    {
      kind: 'Service',
      metadata: { name: 'kubernetes', namespace: 'default' },
      spec: { clusterIP: '10.233.0.1', clusterIPs: ['10.233.0.1'], ports: [{ port: 443 }] },
    },
  ];
  const pod = podOn(sample, 'worker-2');
  stuckInit(pod, 'upgrade-ipam', waitsSince(sample, 56));
  sample.logs = sample.logs.filter((log) => log.pod !== pod.metadata.name);
  const line = (seconds: number): string =>
    `${at(sample, -seconds).replace('T', ' ').replace('Z', '.204')} [ERROR][1] ipam_plugin.go 112: ${retry}`;
  setLog(sample, pod, 'upgrade-ipam', `${[95, 64, 33, 2].map(line).join('\n')}\n`);
  return sample;
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'cgroup-driver-mismatch',
    title: 'On a node that has just joined, containers that are well are killed again and again.',
    layout: 'cluster-info',
    demo: true,
    expect: {
      verdict: 'findings',
      first: 'cgroup-driver-mismatch',
      nodes: ['rack4-n04'],
      renderer: 'manifest',
      never: ['slow-startup-liveness-kill', 'node-overload-liveness-refused', 'undetermined'],
    },
    build: cgroupMismatch,
  },
  {
    name: 'cgroup-driver-mismatch-refused',
    title: 'The container runtime of one node refuses the cgroup paths of its kubelet.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'cgroup-driver-mismatch',
      nodes: ['worker-3'],
      renderer: 'operator',
      never: ['runtime-broken-init-stuck'],
    },
    build: refusedCgroups,
  },
  {
    name: 'runtime-broken-init-stuck',
    title: 'Docker on one node no longer reaches containerd: a pod stands still in Init:0/3.',
    layout: 'cluster-info',
    demo: true,
    expect: {
      verdict: 'findings',
      first: 'runtime-broken-init-stuck',
      nodes: ['app-2'],
      renderer: 'manifest',
      never: ['apiserver-service-ip-unreachable', 'undetermined'],
    },
    build: dockerHangs,
  },
  {
    name: 'runtime-broken-init-stuck-frozen',
    title: 'containerd of one node is frozen, and the kubelet could not touch the new pod.',
    layout: 'objects',
    expect: {
      verdict: 'findings',
      first: 'runtime-broken-init-stuck',
      nodes: ['worker-2'],
      renderer: 'operator',
      never: ['node-lost-or-kubelet-down', 'undetermined'],
    },
    build: containerdFrozen,
  },
  {
    name: 'runtime-broken-init-stuck-lookalike-api',
    title: 'Init:0/3 for an hour, because the API server cannot be reached from that node.',
    layout: 'cluster-info',
    demo: true,
    expect: {
      verdict: 'findings',
      first: 'apiserver-service-ip-unreachable',
      nodes: ['worker-2'],
      renderer: 'manifest',
      never: ['runtime-broken-init-stuck'],
    },
    build: waitsForApi,
  },
];
