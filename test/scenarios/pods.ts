import { healthyCluster, type NodeSpec } from '../support/cluster.ts';
import { addEvent, daemonSetOf, nodeOf, podOn, setLog, stuckInit } from '../support/faults.ts';
import { neighbourOn } from '../support/node-faults.ts';
import { replaced, waitsFor, waitsForMounts } from '../support/pod-faults.ts';
import { at, type Sample, type Scenario } from '../support/sample.ts';

const site = (count: number): NodeSpec[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `lab-${String.fromCodePoint(97 + index)}`,
    ip: `192.168.40.${31 + index}`,
    nic: 'enp1s0',
  }));

/** On one node a folder took the place of the lock file that calico-node mounts. */
function lockIsDirectory(): Sample {
  const sample = healthyCluster({ nodes: site(3), version: 'v3.27.5' });
  const spec = daemonSetOf(sample).spec?.template?.spec;
  const volumes = [
    { name: 'lib-modules', hostPath: { path: '/lib/modules', type: '' } },
    { name: 'xtables-lock', hostPath: { path: '/run/xtables.lock', type: 'FileOrCreate' } },
  ];
  if (spec) spec.volumes = volumes;
  const pod = podOn(sample, 'lab-c');
  if (pod.spec) pod.spec.volumes = volumes;
  waitsForMounts(sample, pod, 1400);
  addEvent(
    sample,
    pod,
    'FailedMount',
    'MountVolume.SetUp failed for volume "xtables-lock" : hostPath type check failed: /run/xtables.lock is not a file',
    { count: 19, ago: 41 },
  );
  addEvent(
    sample,
    neighbourOn(sample, 'lab-a', 'web'),
    'FailedMount',
    'MountVolume.SetUp failed for volume "kube-api-access-x7k2m" : failed to sync configmap cache: timed out waiting for the condition',
    { ago: 1800 },
  );
  return sample;
}

/** Machines in containers: the mounts of one of them are private, and the new release wants a shared one. */
function privateMounts(): Sample {
  const sample = healthyCluster({ nodes: site(3), version: 'v3.31.2' });
  const pod = podOn(sample, 'lab-b');
  replaced(sample, pod, 900);
  const message =
    'failed to generate container "6f2c0b1e" spec: failed to generate spec: path "/sys/fs" is mounted on "/sys" but it is not a shared mount';
  waitsFor(pod, 'ebpf-bootstrap', 'CreateContainerError', message);
  addEvent(sample, pod, 'Failed', `Error: ${message}`, { count: 61, ago: 8 });
  return sample;
}

/** The old kernel of one machine has no BPF file system. */
function noBpf(): Sample {
  const sample = healthyCluster({ nodes: site(3), version: 'v3.26.4' });
  const node = nodeOf(sample, 'lab-c');
  Object.assign(node.status?.nodeInfo ?? {}, {
    kernelVersion: '4.4.0-210-generic',
    osImage: 'Ubuntu 16.04.7 LTS',
  });
  const pod = podOn(sample, 'lab-c');
  replaced(sample, pod, 1300);
  stuckInit(pod, 'mount-bpffs', { waiting: { reason: 'CrashLoopBackOff' } }, 9, {
    terminated: {
      exitCode: 2,
      reason: 'Error',
      startedAt: at(sample, -201),
      finishedAt: at(sample, -200),
    },
  });
  setLog(
    sample,
    pod,
    'mount-bpffs',
    '2026-03-01 11:56:40.118 [INFO][1] init/calico-init_linux.go 57: Checking if BPF filesystem is mounted.\n2026-03-01 11:56:40.121 [ERROR][1] init/calico-init_linux.go 49: Failed to mount BPF filesystem. error=no such device\n',
  );
  return sample;
}

/** The root of one machine's disk is read-only: install-cni finds no directory that it could write to. */
function readOnlyRoot(): Sample {
  const sample = healthyCluster({ nodes: site(3), version: 'v3.28.2' });
  const pod = podOn(sample, 'lab-b');
  replaced(sample, pod, 1700);
  stuckInit(pod, 'install-cni', { waiting: { reason: 'CrashLoopBackOff' } }, 10, {
    terminated: {
      exitCode: 1,
      reason: 'Error',
      startedAt: at(sample, -121),
      finishedAt: at(sample, -120),
    },
  });
  const line = (seconds: string, level: string, text: string): string =>
    `2026-03-01 11:57:${seconds} [${level}][1] cni-installer/install.go 144: ${text}`;
  setLog(
    sample,
    pod,
    'install-cni',
    `${[
      line('59.701', 'INFO', 'Running as a Kubernetes pod'),
      line('59.704', 'INFO', '/host/opt/cni/bin is not writeable, skipping'),
      line('59.705', 'INFO', '/host/secondary-bin-dir is not writeable, skipping'),
      line('59.705', 'FATAL', 'found no writeable directory, exiting'),
    ].join('\n')}\n`,
  );
  return sample;
}

/** Flannel was here before Calico, and still is: the runtime asks its plugin first on one node. */
function leftoverPlugin(): Sample {
  const sample = healthyCluster({ nodes: site(3), version: 'v3.28.2' });
  const pod = neighbourOn(sample, 'lab-c', 'web');
  pod.metadata.creationTimestamp = at(sample, -700);
  pod.status = { phase: 'Pending', hostIP: '192.168.40.33', conditions: [] };
  addEvent(
    sample,
    pod,
    'FailedCreatePodSandBox',
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "1f0ac2": plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory',
    { count: 48, ago: 9 },
  );
  return sample;
}

const expectOf = (first: string, nodes: readonly string[], never: readonly string[] = []) => ({
  verdict: 'findings' as const,
  first,
  nodes,
  never: [...never, 'undetermined', 'runtime-broken-init-stuck'],
});

export const scenarios: readonly Scenario[] = [
  {
    name: 'hostpath-mount-failure',
    title: 'On one node a folder stands where calico-node mounts the lock file of iptables.',
    layout: 'cluster-info',
    expect: expectOf('hostpath-mount-failure', ['lab-c']),
    build: lockIsDirectory,
  },
  {
    name: 'container-create-failure',
    title: 'The mounts of one machine are not shared, so the runtime refuses an init container.',
    layout: 'objects',
    expect: expectOf('container-create-failure', ['lab-b'], ['bpf-filesystem-not-mounted']),
    build: privateMounts,
  },
  {
    name: 'bpf-filesystem-not-mounted',
    title: 'The kernel of one machine is too old for the BPF file system.',
    layout: 'objects',
    expect: expectOf('bpf-filesystem-not-mounted', ['lab-c']),
    build: noBpf,
  },
  {
    name: 'cni-install-failed',
    title: 'install-cni finds no directory on one node that it could write the plugin to.',
    layout: 'objects',
    expect: expectOf('cni-install-failed', ['lab-b']),
    build: readOnlyRoot,
  },
  {
    name: 'cni-install-failed-leftover',
    title: "Another network plugin's configuration is still there on one node, and is read first.",
    layout: 'objects',
    expect: expectOf('cni-install-failed', ['lab-c']),
    build: leftoverPlugin,
  },
];
