import { describe, expect, it } from 'vitest';
import { containerCreateFailure } from '../../internal/checks/container-create-failure.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { healthyCluster } from '../support/cluster.ts';
import { addEvent, podOn, stuckInit, unready } from '../support/faults.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';
import { runtimeDown, untouched } from '../support/node-faults.ts';
import { waitsFor } from '../support/pod-faults.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';

const notShared =
  'failed to generate container "9c1" spec: failed to generate spec: path "/sys/fs" is mounted on "/sys" but it is not a shared mount';
const sandbox = (why: string): string =>
  `Failed to create pod sandbox: rpc error: code = Unknown desc = ${why}`;

function noSandbox(sample: Sample, node: string, why: string, ago = 20): void {
  const pod = podOn(sample, node);
  untouched(sample, pod, 900);
  addEvent(sample, pod, 'FailedCreatePodSandBox', sandbox(why), { ago, count: 31 });
}

describe('container-create-failure', () => {
  it.each<[string, string, string, string, string]>([
    ['CreateContainerError', 'mount-bpffs', notShared, 'not-shared-mount', 'confirmed'],
    [
      'RunContainerError',
      'calico-node',
      'OCI runtime create failed: apparmor is not there',
      'security-module',
      'confirmed',
    ],
    [
      'CreateContainerConfigError',
      'calico-node',
      'configmap "calico-config" not found',
      'missing-config',
      'confirmed',
    ],
    [
      'StartError',
      'install-cni',
      'exec: "/opt/cni/bin/install": stat /opt/cni/bin/install: no such file or directory: unknown',
      'missing-program',
      'confirmed',
    ],
    ['CreateContainerError', 'upgrade-ipam', 'something unheard of', 'unknown', 'likely'],
  ])('%s of %s', (reason, container, message, cause, confidence) => {
    const sample = healthyCluster({ nodes: 3 });
    waitsFor(podOn(sample, 'worker-2'), container, reason, message);
    const finding = findingIn(containerCreateFailure, sample);
    expect(finding).toMatchObject({
      severity: 'error',
      confidence,
      facts: { cause, isSandbox: false },
    });
    expect(nodesOf(finding)).toEqual(['worker-2']);
  });

  it('reads a start error between two tries', () => {
    const sample = healthyCluster({ nodes: 2 });
    const waiting = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } };
    const terminated = {
      exitCode: 128,
      reason: 'StartError',
      message: notShared,
      startedAt: '1970-01-01T00:00:00Z',
    };
    stuckInit(podOn(sample, 'worker-1'), 'install-cni', waiting, 3, { terminated });
    expect(findingIn(containerCreateFailure, sample).facts['cause']).toBe('not-shared-mount');
  });

  it.each([
    [
      'failed to get sandbox image "registry.k8s.io/pause:3.10": failed to pull image: not found',
      'pause-image',
    ],
    [
      'failed to create containerd task: failed to create shim task: too many open files',
      'file-limits',
    ],
    ['cannot enter cgroupv2 "/sys/fs/cgroup/kubepods" with domain controllers', 'cgroup'],
    ['no runtime for "gvisor" is configured', 'runtime-handler'],
  ])('a sandbox in the network of the host: %s', (why, cause) => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.20.1' });
    noSandbox(sample, 'worker-2', why);
    const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
    expect(findings.map(({ id }) => id)).toEqual(['container-create-failure']);
    expect(findings[0]?.facts).toMatchObject({ cause, isSandbox: true });
  });

  it('makes one finding of a cause, and two of two causes', () => {
    const sample = healthyCluster({ nodes: 4 });
    for (const node of ['worker-1', 'worker-3'])
      waitsFor(podOn(sample, node), 'mount-bpffs', 'CreateContainerError', notShared);
    noSandbox(sample, 'worker-4', 'too many open files');
    expect(findingsIn(containerCreateFailure, sample).map(nodesOf)).toEqual([
      ['worker-1', 'worker-3'],
      ['worker-4'],
    ]);
  });

  it.each<[string, (sample: Sample) => void]>([
    ['a healthy cluster', () => {}],
    [
      'a time-out of the runtime',
      (sample) => noSandbox(sample, 'worker-1', 'context deadline exceeded'),
    ],
    [
      'a runtime that is gone',
      (sample) =>
        noSandbox(
          sample,
          'worker-1',
          'dial unix /run/containerd/containerd.sock: connect: connection refused',
        ),
    ],
    [
      'the other cgroup driver',
      (sample) =>
        noSandbox(
          sample,
          'worker-1',
          'expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "/kubepods"',
        ),
    ],
    [
      'a sandbox that came up later',
      (sample) => {
        const pod = podOn(sample, 'worker-1');
        addEvent(sample, pod, 'FailedCreatePodSandBox', sandbox('too many open files'), {
          ago: 600,
        });
        const ended = {
          exitCode: 1,
          reason: 'Error',
          startedAt: at(sample, -30),
          finishedAt: at(sample, -29),
        };
        stuckInit(pod, 'install-cni', { terminated: ended }, 2);
      },
    ],
    [
      'a container that was refused once and runs now',
      (sample) => {
        const pod = podOn(sample, 'worker-1');
        unready(pod);
        const status = pod.status?.containerStatuses?.[0];
        if (status)
          status.lastState = {
            terminated: { exitCode: 128, reason: 'StartError', message: notShared },
          };
      },
    ],
    [
      'a cache of the kubelet that is not filled yet',
      (sample) =>
        waitsFor(
          podOn(sample, 'worker-1'),
          'calico-node',
          'CreateContainerConfigError',
          'failed to sync configmap cache: timed out waiting for the condition',
        ),
    ],
  ])('is quiet: %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 3 });
    change(sample);
    expect(findingsIn(containerCreateFailure, sample)).toEqual([]);
  });

  it('stands below a runtime that is down as a whole', () => {
    const sample = healthyCluster({ nodes: 3, version: 'v3.31.7' });
    runtimeDown(sample, 'worker-2');
    noSandbox(sample, 'worker-2', 'failed to create shim task: something broke');
    const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
    expect(findings.map(({ id }) => id)).toEqual(['runtime-broken-init-stuck']);
  });

  it.each([
    [
      'configmap "calico-config" not found',
      'kubectl -n kube-system get configmap/calico-config -o yaml',
    ],
    [
      "couldn't find key calico_backend in ConfigMap kube-system/calico-config",
      'kubectl -n kube-system get configmap/calico-config -o yaml',
    ],
    ['secret "etcd-certs" not found', 'kubectl -n kube-system get secret/etcd-certs -o yaml'],
  ])('shows the object that is missing: %s', (message, command) => {
    const sample = healthyCluster({ nodes: 1 });
    waitsFor(podOn(sample, 'worker-1'), 'calico-node', 'CreateContainerConfigError', message);
    expect(findingIn(containerCreateFailure, sample).remedies[0]?.manual[0]).toBe(command);
  });
});
