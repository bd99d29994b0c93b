import { describe, expect, it } from 'vitest';
import { isPathRefusal, readMount } from '../../internal/calico/mounts.ts';

const setUp = (volume: string, why: string): string =>
  `MountVolume.SetUp failed for volume "${volume}" : ${why}`;

describe('readMount', () => {
  it.each<[string, object]>([
    [
      setUp('lib-modules', 'hostPath type check failed: /lib/modules is not a directory'),
      { volume: 'lib-modules', kind: 'wrong-type', what: '/lib/modules', wanted: 'directory' },
    ],
    [
      setUp('xtables-lock', 'hostPath type check failed: /run/xtables.lock is not a file'),
      { volume: 'xtables-lock', kind: 'wrong-type', what: '/run/xtables.lock', wanted: 'file' },
    ],
    [
      setUp('agent', 'hostPath type check failed: /run/agent.sock is not a socket file'),
      { volume: 'agent', kind: 'wrong-type', what: '/run/agent.sock', wanted: 'socket file' },
    ],
    [
      setUp('flannel-cfg', 'configmap "canal-config" not found'),
      { volume: 'flannel-cfg', kind: 'missing-object', what: 'configmap/canal-config' },
    ],
    [
      setUp('etcd-certs', 'secret "calico-etcd-secrets" not found'),
      { volume: 'etcd-certs', kind: 'missing-object', what: 'secret/calico-etcd-secrets' },
    ],
    [
      setUp('kube-api-access-x2', 'failed to fetch token: serviceaccounts "calico-node" not found'),
      { kind: 'missing-object', what: 'serviceaccount/calico-node' },
    ],
    [
      setUp('etcd-certs', 'references non-existent secret key: etcd-ca'),
      { volume: 'etcd-certs', kind: 'missing-key', wanted: 'etcd-ca' },
    ],
    [
      setUp('cni-bin-dir', 'mkdir /opt/cni: read-only file system'),
      { volume: 'cni-bin-dir', kind: 'read-only', what: '/opt/cni' },
    ],
    [
      setUp('var-lib-calico', 'lstat /var/lib/calico: input/output error'),
      {
        volume: 'var-lib-calico',
        kind: 'other',
        wanted: 'lstat /var/lib/calico: input/output error',
      },
    ],
    [
      'Unable to attach or mount volumes: unmounted volumes=[kube-api-access-9x node-certs], unattached volumes=[]: timed out waiting for the condition',
      { volume: 'node-certs', kind: 'other' },
    ],
  ])('%s', (message, expected) => {
    expect(readMount(message)).toMatchObject(expected);
  });

  it.each([
    setUp(
      'kube-api-access-j2',
      'failed to sync configmap cache: timed out waiting for the condition',
    ),
    setUp('node-certs', 'failed to sync secret cache: timed out waiting for the condition'),
    setUp(
      'kube-api-access-j2',
      'failed to fetch token: serviceaccounts "calico-node" is forbidden: User "system:node:rig-7" cannot create resource "serviceaccounts/token": no relationship found between node "rig-7" and this object',
    ),
    setUp('kube-api-access-j2', 'object "kube-system"/"kube-root-ca.crt" not registered'),
    'Unable to attach or mount volumes: unmounted volumes=[kube-api-access-9x], unattached volumes=[]',
    'something else altogether',
  ])('passes by itself, or is none: %s', (message) => {
    expect(readMount(message)).toBeNull();
  });
});

describe('isPathRefusal', () => {
  it.each([
    [
      'Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /opt/cni/bin',
      true,
    ],
    [
      "error while creating mount source path '/opt/cni/bin': mkdir /opt/cni: read-only file system",
      true,
    ],
    [
      'failed to mkdir "/sys/kernel/security": mkdir /sys/kernel/security: operation not permitted',
      false,
    ],
    [setUp('cni-bin-dir', 'mkdir /opt/cni: read-only file system'), false],
    ['path "/sys/fs" is mounted on "/sys" but it is not a shared mount', false],
  ])('%s', (message, isPath) => {
    expect(isPathRefusal(message)).toBe(isPath);
  });
});
