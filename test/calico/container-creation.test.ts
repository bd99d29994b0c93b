import { describe, expect, it } from 'vitest';
import { readCreation, type CreationCause } from '../../internal/calico/container-creation.ts';

describe('readCreation', () => {
  it.each<[CreationCause, string | null, string]>([
    [
      'not-shared-mount',
      '/sys/fs',
      'failed to generate container "41d" spec: failed to generate spec: path "/sys/fs" is mounted on "/sys" but it is not a shared mount',
    ],
    [
      'not-shared-mount',
      '/var/run/calico',
      'path "/var/run/calico" is mounted on "/run" but it is not a shared or slave mount',
    ],
    [
      'kernel-feature',
      '/sys/kernel/security',
      'failed to generate spec: failed to mkdir "/sys/kernel/security": mkdir /sys/kernel/security: operation not permitted',
    ],
    [
      'mount-refused',
      '/proc/1',
      'runc create failed: unable to start container process: error during container init: error mounting "/proc/1" to rootfs at "/initproc": permission denied: unknown',
    ],
    [
      'pause-image',
      'registry.k8s.io/pause:3.9',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "registry.k8s.io/pause:3.9": failed to pull image: not found',
    ],
    ['file-limits', null, 'failed to create fsnotify watcher: too many open files'],
    ['file-limits', null, 'inotify_add_watch /sys/fs/cgroup: no space left on device'],
    ['file-limits', null, 'fork/exec /usr/bin/runc: resource temporarily unavailable'],
    ['disk-full', null, 'mkdir /var/lib/containerd/io: no space left on device'],
    ['missing-config', 'configmap "calico-config"', 'configmap "calico-config" not found'],
    [
      'missing-config',
      'veth_mtu in ConfigMap kube-system/calico-config',
      "couldn't find key veth_mtu in ConfigMap kube-system/calico-config",
    ],
    ['must-be-root', null, 'container has runAsNonRoot and image will run as root'],
    [
      'missing-program',
      'calico-node',
      'runc create failed: unable to start container process: exec: "calico-node": executable file not found in $PATH: unknown',
    ],
    [
      'runtime-handler',
      'kata',
      'failed to get sandbox runtime: no runtime for "kata" is configured',
    ],
    [
      'security-module',
      null,
      'apparmor failed to apply profile: write /proc/self/attr/apparmor/exec: no such file',
    ],
    ['cgroup', null, 'unable to apply cgroup configuration: cannot enter cgroupv2 "/kubepods"'],
    ['unknown', null, 'an error that nobody has seen before'],
  ])('%s %s: %s', (cause, detail, message) => {
    expect(readCreation(message)).toEqual({ cause, detail });
  });

  it.each([
    'rpc error: code = DeadlineExceeded desc = context deadline exceeded',
    'failed to reserve container name "calico-node_1": name is reserved for "44"',
    'rpc error: code = Unavailable desc = connection error: dial unix /run/containerd/containerd.sock: connect: no such file',
    'expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "/kubepods/x"',
    'exec /opt/cni/bin/install: exec format error',
    'failed to sync configmap cache: timed out waiting for the condition',
    'invalid mount config for type "bind": bind source path does not exist: /opt/cni/bin',
  ])('is the matter of another check: %s', (message) => {
    expect(readCreation(message)).toBeNull();
  });
});
