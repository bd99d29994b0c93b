import { describe, expect, it } from 'vitest';
import { hostpathMountFailure } from '../../internal/checks/hostpath-mount-failure.ts';
import { diagnose } from '../../internal/checks/run.ts';
import { healthyCluster } from '../support/cluster.ts';
import type { Kind } from '../support/daemon-set.ts';
import { addEvent, podOn, stuckInit, unready } from '../support/faults.ts';
import { findingIn, findingsIn, namesOf, nodesOf } from '../support/findings.ts';
import { waitsFor, waitsForMounts } from '../support/pod-faults.ts';
import { at, snapshotFrom, type Sample } from '../support/sample.ts';

const setUp = (volume: string, why: string): string =>
  `MountVolume.SetUp failed for volume "${volume}" : ${why}`;
const modules = setUp('lib-modules', 'hostPath type check failed: /lib/modules is not a directory');

function held(sample: Sample, node: string, message: string, ago = 45): void {
  const pod = podOn(sample, node);
  waitsForMounts(sample, pod);
  addEvent(sample, pod, 'FailedMount', message, { ago, count: 7 });
}

describe('hostpath-mount-failure', () => {
  it.each<[string, string, object, string]>([
    [
      'wrong type',
      modules,
      { kind: 'wrong-type', what: '/lib/modules', wanted: 'directory' },
      'confirmed',
    ],
    [
      'a missing ConfigMap',
      setUp('flannel-cfg', 'configmap "canal-config" not found'),
      { kind: 'missing-object', what: 'configmap/canal-config' },
      'confirmed',
    ],
    [
      'a missing key',
      setUp('cni-config', 'configmap references non-existent config key: cni_network_config'),
      { kind: 'missing-key', wanted: 'cni_network_config' },
      'confirmed',
    ],
    [
      'a read-only root',
      setUp('flexvol-driver-host', 'mkdir /usr/libexec/kubernetes: read-only file system'),
      { kind: 'read-only', what: '/usr/libexec/kubernetes' },
      'confirmed',
    ],
    [
      'only a time-out',
      'Unable to attach or mount volumes: unmounted volumes=[policysync], unattached volumes=[policysync]: timed out waiting for the condition',
      { kind: 'other', volume: 'policysync' },
      'likely',
    ],
  ])('%s', (_name, message, facts, confidence) => {
    const sample = healthyCluster({ nodes: 3 });
    held(sample, 'worker-2', message);
    const finding = findingIn(hostpathMountFailure, sample);
    expect(finding).toMatchObject({ severity: 'error', confidence, facts });
    expect(namesOf(finding)).toEqual([
      'Node/worker-2',
      `Pod/${podOn(sample, 'worker-2').metadata.name}`,
    ]);
  });

  it('prefers the message that tells the reason, whichever is newer', () => {
    const sample = healthyCluster({ nodes: 2 });
    held(sample, 'worker-1', modules, 200);
    addEvent(
      sample,
      podOn(sample, 'worker-1'),
      'FailedMount',
      'Unable to attach or mount volumes: unmounted volumes=[lib-modules]',
      { ago: 9 },
    );
    expect(findingIn(hostpathMountFailure, sample).facts['kind']).toBe('wrong-type');
  });

  it('shows what the pod asks for beside what the kubelet says', () => {
    const sample = healthyCluster({ nodes: 2 });
    const { spec } = podOn(sample, 'worker-1');
    if (spec) {
      spec.volumes = [
        { name: 'var-lib-calico', hostPath: { path: '/var/lib/calico' } },
        { name: 'lib-modules', hostPath: { path: '/lib/modules', type: 'Directory' } },
      ];
    }
    held(sample, 'worker-1', modules);
    const { evidence } = findingIn(hostpathMountFailure, sample);
    expect(evidence.map(({ field, text }) => [field, text])).toEqual([
      ['event FailedMount', modules],
      ['status.phase', 'Pending'],
      ['spec.volumes[lib-modules]', 'hostPath /lib/modules, type "Directory"'],
    ]);
  });

  it.each([
    [
      'configmap "calico-config" not found',
      'kubectl -n kube-system get configmap/calico-config -o yaml',
    ],
    [
      'references non-existent secret key: etcd-ca',
      'kubectl -n kube-system get configmaps,secrets',
    ],
  ])('shows the object that is missing: %s', (why, command) => {
    const sample = healthyCluster({ nodes: 1 });
    held(sample, 'worker-1', setUp('v', why));
    const { remedies } = findingIn(hostpathMountFailure, sample);
    expect(remedies.map(({ id, manual }) => [id, manual[0]])).toEqual([
      ['restore-object', command],
    ]);
  });

  it('reads what Docker says when it makes the container', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.26.3' });
    waitsFor(
      podOn(sample, 'worker-2'),
      'install-cni',
      'CreateContainerError',
      'Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /opt/cni/bin',
    );
    const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
    expect(findings.map(({ id }) => id)).toEqual(['hostpath-mount-failure']);
    expect(findings[0]?.facts).toMatchObject({ kind: 'missing-path', what: '/opt/cni/bin' });
  });

  it('makes one finding of a cause, and two of two causes', () => {
    const sample = healthyCluster({ nodes: 4 });
    held(sample, 'worker-1', modules);
    held(sample, 'worker-4', modules);
    held(
      sample,
      'worker-2',
      setUp('xtables-lock', 'hostPath type check failed: /run/xtables.lock is not a file'),
    );
    expect(findingsIn(hostpathMountFailure, sample).map(nodesOf)).toEqual([
      ['worker-1', 'worker-4'],
      ['worker-2'],
    ]);
  });

  it('counts after a reboot, when the containers are those of before', () => {
    const sample = healthyCluster({ nodes: 2 });
    const pod = podOn(sample, 'worker-2');
    unready(pod);
    const status = pod.status?.containerStatuses?.[0];
    const before = {
      exitCode: 255,
      reason: 'Unknown',
      startedAt: at(sample, -9000),
      finishedAt: at(sample, -700),
    };
    if (status) status.state = { terminated: before };
    addEvent(sample, pod, 'FailedMount', modules, { ago: 30 });
    expect(nodesOf(findingIn(hostpathMountFailure, sample))).toEqual(['worker-2']);
  });

  it.each<[string, (sample: Sample) => void]>([
    ['a healthy cluster', () => {}],
    [
      'a pod that is ready now',
      (sample) => addEvent(sample, podOn(sample, 'worker-1'), 'FailedMount', modules),
    ],
    [
      'a pod that has had its mounts since, and is sick for another reason',
      (sample) => {
        const pod = podOn(sample, 'worker-1');
        addEvent(sample, pod, 'FailedMount', modules, { ago: 1200 });
        const ended = {
          exitCode: 1,
          reason: 'Error',
          startedAt: at(sample, -60),
          finishedAt: at(sample, -59),
        };
        stuckInit(pod, 'install-cni', { terminated: ended }, 3);
      },
    ],
    [
      'a token that the kubelet may not have yet',
      (sample) =>
        held(
          sample,
          'worker-1',
          setUp(
            'kube-api-access-b4',
            'failed to fetch token: serviceaccounts "calico-node" is forbidden: User "system:node:worker-1" cannot create resource "serviceaccounts/token": no relationship found between node and this object',
          ),
        ),
    ],
    ['a mount of long ago', (sample) => held(sample, 'worker-1', modules, 3200)],
    [
      'the BPF file system, which has its own check',
      (sample) =>
        held(
          sample,
          'worker-1',
          setUp('bpffs', 'hostPath type check failed: /sys/fs/bpf is not a directory'),
        ),
    ],
    [
      'a mount of another pod',
      (sample) => {
        const pod = sample.lists.pods?.find(({ metadata }) => metadata.name.startsWith('web'));
        if (pod) addEvent(sample, pod, 'FailedMount', modules);
      },
    ],
  ])('is quiet: %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 3 });
    change(sample);
    expect(findingsIn(hostpathMountFailure, sample)).toEqual([]);
  });

  it.each<[Kind, readonly string[]]>([
    ['manifest', ['repair-mount-path', 'loosen-mount-type']],
    ['canal', ['repair-mount-path', 'loosen-mount-type']],
    ['operator', ['repair-mount-path']],
  ])("%s: cures the path, and the template only where that is one's own", (install, ids) => {
    const sample = healthyCluster({ nodes: 2, install });
    held(sample, 'worker-2', modules);
    const { remedies } = findingIn(hostpathMountFailure, sample);
    expect(remedies.map(({ id }) => id)).toEqual(ids);
  });

  it.each([
    ['/lib/modules', false],
    ['/sys/kernel/debug', false],
    ['/proc', false],
    ['/var/lib', false],
    ['/var/lib/calico', true],
  ])('never moves a part of the system: %s', (path, isMoved) => {
    const sample = healthyCluster({ nodes: 1 });
    held(sample, 'worker-1', setUp('v', `hostPath type check failed: ${path} is not a directory`));
    const commands = findingIn(hostpathMountFailure, sample).remedies[0]?.manual ?? [];
    expect(commands.some((command) => /\bmv\b/.test(command))).toBe(isMoved);
  });

  it('leaves nothing for the check of the runtime, and explains the update that stops', () => {
    const sample = healthyCluster({ nodes: 3, version: 'v3.26.5' });
    held(sample, 'worker-2', modules);
    const { findings } = diagnose(snapshotFrom(sample), { toolVersion: 'test' });
    expect(findings.map(({ id }) => id)).toEqual(['hostpath-mount-failure']);
  });
});
