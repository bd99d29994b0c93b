import { describe, expect, it } from 'vitest';
import type { EnvVar } from '../../internal/model/kubernetes.ts';
import { applyChange } from '../../internal/plan/patch.ts';
import { methodEnv } from '../../internal/remediations/method-env.ts';
import { strategic, templatePatch } from '../../internal/remediations/refs.ts';

const hostIP: EnvVar = { name: 'NODEIP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } };

/** The environment as the API server would have it after the patch. */
function patched(method: string, env: readonly EnvVar[], family: 4 | 6 = 4): readonly EnvVar[] {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'kube-system' },
    spec: { template: { spec: { containers: [{ name: 'calico-node', env }] } } },
  };
  const ref = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'calico-node' };
  const { patch } = methodEnv(method, family, env);
  const body = templatePatch({ containers: [{ name: 'calico-node', ...patch }] });
  const after = applyChange(object, strategic(ref, body)) as unknown as typeof object;
  return after.spec.template.spec.containers[0]?.env ?? [];
}

const names = (env: readonly EnvVar[]): readonly (string | undefined)[] =>
  env.map(({ name }) => name);

describe('methodEnv', () => {
  it('puts a variable that refers to another one behind it', () => {
    const env = [{ name: 'CLUSTER_TYPE', value: 'k8s' }, hostIP];
    const after = names(patched('can-reach=$(NODEIP)', env));
    expect(after.indexOf('NODEIP')).toBeLessThan(after.indexOf('IP_AUTODETECTION_METHOD'));
    expect(after).toContain('CLUSTER_TYPE');
  });

  it('moves one that stands before what it refers to', () => {
    const env = [{ name: 'IP_AUTODETECTION_METHOD', value: 'first-found' }, hostIP];
    expect(names(patched('can-reach=$(NODEIP)', env))).toEqual([
      'NODEIP',
      'IP',
      'IP_AUTODETECTION_METHOD',
    ]);
  });

  it('sends no order where none is needed', () => {
    const env = [hostIP, { name: 'IP_AUTODETECTION_METHOD', value: 'can-reach=$(NODEIP)' }];
    expect(methodEnv('can-reach=$(NODEIP)', 4, env).patch).not.toHaveProperty([
      '$setElementOrder/env',
    ]);
    expect(methodEnv('cidr=10.0.0.0/8', 4, env).patch).toEqual({
      env: [
        { name: 'IP', value: 'autodetect' },
        { name: 'IP_AUTODETECTION_METHOD', value: 'cidr=10.0.0.0/8' },
      ],
    });
  });

  it('leaves no variable with a value and a source', () => {
    const env: readonly EnvVar[] = [
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
      { name: 'IP_AUTODETECTION_METHOD', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
    ];
    expect(patched('kubernetes-internal-ip', env)).toEqual([
      { name: 'IP', value: 'autodetect' },
      { name: 'IP_AUTODETECTION_METHOD', value: 'kubernetes-internal-ip' },
    ]);
  });

  it('replaces an address that stands there', () => {
    const env = [{ name: 'IP', value: '10.1.2.3' }];
    expect(patched('cidr=10.1.0.0/16', env)).toContainEqual({ name: 'IP', value: 'autodetect' });
  });

  it('switches the support of IPv6 on with it', () => {
    const off = [{ name: 'FELIX_IPV6SUPPORT', value: 'false' }];
    expect(patched('cidr=fd00::/8', off, 6)).toEqual([
      { name: 'IP6', value: 'autodetect' },
      { name: 'IP6_AUTODETECTION_METHOD', value: 'cidr=fd00::/8' },
      { name: 'FELIX_IPV6SUPPORT', value: 'true' },
    ]);
    const on = [{ name: 'FELIX_IPV6SUPPORT', value: 'true' }];
    expect(methodEnv('cidr=fd00::/8', 6, on).settings).toHaveLength(2);
  });
});
