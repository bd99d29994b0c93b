import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../internal/calico/settings.ts';
import { calicoDaemonSet, type Kind } from '../support/daemon-set.ts';
import { healthyCluster } from '../support/cluster.ts';
import { daemonSetOf, podOn } from '../support/faults.ts';
import { add, snapshotFrom } from '../support/sample.ts';

describe('settingsOf', () => {
  it.each<[Kind, object]>([
    [
      'operator',
      { backend: 'bird', datastore: 'kubernetes', ip: 'autodetect', method: 'first-found' },
    ],
    ['manifest', { backend: 'bird', ip: 'autodetect', method: '' }],
    ['vxlan', { backend: 'vxlan' }],
    ['canal', { backend: 'none', ip: '' }],
    ['etcd', { datastore: 'etcd', backend: 'bird' }],
  ])('%s', (kind, expected) => {
    const sample = healthyCluster({ install: kind, nodes: 1 });
    const daemonSet = calicoDaemonSet(sample, kind, 'v3.29.1', 1);
    expect(settingsOf(snapshotFrom(sample), daemonSet.spec?.template?.spec, null)).toMatchObject(
      expected,
    );
  });

  it('expands $(NODEIP) from the pod, and leaves it where it is defined too late', () => {
    const sample = healthyCluster({ install: 'kubespray', nodes: 1 });
    const pod = podOn(sample, 'worker-1');
    expect(settingsOf(snapshotFrom(sample), pod.spec, pod).method).toBe('can-reach=10.20.0.11');
    pod.spec?.containers?.[0]?.env?.reverse();
    expect(settingsOf(snapshotFrom(sample), pod.spec, pod).method).toBe('can-reach=$(NODEIP)');
  });

  it('takes the backend from the ConfigMap, else from the readiness probe', () => {
    const sample = healthyCluster({ install: 'manifest', nodes: 1 });
    const daemonSet = daemonSetOf(sample);
    const env = daemonSet.spec?.template?.spec?.containers?.[0]?.env ?? [];
    const backend = env.find(({ name }) => name === 'CALICO_NETWORKING_BACKEND');
    delete backend?.value;
    if (backend)
      backend.valueFrom = { configMapKeyRef: { name: 'calico-config', key: 'calico_backend' } };
    const spec = daemonSet.spec?.template?.spec;
    expect(settingsOf(snapshotFrom(sample), spec, null, 'kube-system').backend).toBe('bird');
    add(sample, 'configMaps', {
      kind: 'ConfigMap',
      metadata: { name: 'calico-config', namespace: 'kube-system' },
      data: { calico_backend: 'vxlan' },
    });
    expect(settingsOf(snapshotFrom(sample), spec, null, 'kube-system').backend).toBe('vxlan');
  });
});
