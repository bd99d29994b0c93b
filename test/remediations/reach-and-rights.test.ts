import { describe, expect, it } from 'vitest';
import type { Install } from '../../internal/model/install.ts';
import type { Remedy } from '../../internal/model/remedy.ts';
import { missingRights } from '../../internal/remediations/apply-missing-parts.ts';
import { kubernetesServicesEndpoint } from '../../internal/remediations/kubernetes-services-endpoint.ts';
import { healthyCluster } from '../support/cluster.ts';
import { changeCalico } from '../support/owners.ts';
import { snapshotFrom } from '../support/sample.ts';
import { installWith } from './install-with.ts';

const bodies = (remedies: readonly Remedy[], id: string): readonly unknown[] =>
  remedies
    .filter((remedy) => remedy.id === id)
    .flatMap(({ changes }) => changes.map((c) => c.body));

describe('kubernetesServicesEndpoint', () => {
  const address = { host: '[fd00::10]', port: 6443 };
  const data = { KUBERNETES_SERVICE_HOST: 'fd00::10', KUBERNETES_SERVICE_PORT: '6443' };
  const operator: Partial<Install> = { renderer: 'operator', namespace: 'calico-system' };
  const sample = healthyCluster({ install: 'operator' });
  sample.lists.configMaps = [];
  const snapshot = snapshotFrom(sample);

  it('makes the ConfigMap of the operator, where that is the cure', () => {
    const install = installWith(operator);
    expect(kubernetesServicesEndpoint(install, address, { snapshot }).changes).toMatchObject([
      { verb: 'create', ref: { kind: 'ConfigMap', namespace: 'tigera-operator' }, body: { data } },
    ]);
    expect(kubernetesServicesEndpoint(install, address).changes).toEqual([]);
    expect(kubernetesServicesEndpoint(install, null, { snapshot }).changes).toEqual([]);
  });

  it('starts pods anew that read it, and does nothing where they do not', () => {
    const manifest = healthyCluster();
    manifest.lists.configMaps = [];
    const plain = snapshotFrom(manifest);
    expect(kubernetesServicesEndpoint(installWith(), address, { snapshot: plain }).changes).toEqual(
      [],
    );
    changeCalico(manifest, (container) => {
      container.envFrom = [{ configMapRef: { name: 'kubernetes-services-endpoint' } }];
    });
    const reading = snapshotFrom(manifest);
    const { changes } = kubernetesServicesEndpoint(installWith(), address, { snapshot: reading });
    expect(changes.map(({ ref }) => ref.kind)).toEqual(['ConfigMap', 'DaemonSet']);
  });
});

describe('missingRights', () => {
  const rule = { role: 'calico-node', group: '', resource: 'pods', verbs: ['list'], names: [] };
  const standing = { apiGroups: [''], resources: ['nodes'], verbs: ['get'] };
  const role = { kind: 'ClusterRole', metadata: { name: 'calico-node' }, rules: [standing] };

  it('adds the rules to those that stand there', () => {
    expect(bodies([missingRights(installWith(), [rule], [], [role])], 'missing-rights')).toEqual([
      { rules: [standing, { apiGroups: [''], resources: ['pods'], verbs: ['list'] }] },
    ]);
  });

  it.each<[string, Partial<Install>, object[]]>([
    ['a role that was not read', {}, []],
    ['a role made of others', {}, [{ ...role, aggregationRule: {} }]],
    ['the operator, which writes it back', { renderer: 'operator' }, [role]],
    ['Argo CD', { owner: 'argocd', action: 'emit' }, [role]],
  ])('leaves %s', (_name, more, roles) => {
    const known = roles.length === 0 ? [] : [{ ...role, ...roles[0] }];
    expect(missingRights(installWith(more), [rule], [], known).changes).toEqual([]);
  });
});
