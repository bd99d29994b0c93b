import { describe, expect, it } from 'vitest';
import { installOf } from '../../internal/calico/install/install.ts';
import type { Install } from '../../internal/model/install.ts';
import type { Pod } from '../../internal/model/kubernetes.ts';
import {
  missingRights,
  missingTypes,
  ruleJson,
} from '../../internal/remediations/apply-missing-parts.ts';
import { kubernetesServicesEndpoint } from '../../internal/remediations/kubernetes-services-endpoint.ts';
import { restartPods } from '../../internal/remediations/restart-pods.ts';
import { placeTypha, scaleTypha } from '../../internal/remediations/typha-scale.ts';
import { healthyCluster } from '../support/cluster.ts';
import type { Kind } from '../support/daemon-set.ts';
import { podOn } from '../support/faults.ts';
import { snapshotFrom } from '../support/sample.ts';

const installed = (install: Kind, version = 'v3.29.1'): Install =>
  installOf(snapshotFrom(healthyCluster({ nodes: 1, install, version })));

const rule = {
  role: 'calico-node',
  group: 'crd.projectcalico.org',
  resource: 'tiers',
  verbs: ['list'],
  names: [],
};

describe('restart-pods', () => {
  const pods = (count: number): Pod[] => {
    const sample = healthyCluster({ nodes: count, install: 'operator' });
    return Array.from({ length: count }, (_, index) => podOn(sample, `worker-${index + 1}`));
  };

  it('deletes few pods one by one, each after the one before is ready', () => {
    const remedy = restartPods(pods(2));
    expect(remedy?.changes.map(({ verb, ref }) => `${verb} ${ref.kind}`)).toEqual([
      'delete Pod',
      'delete Pod',
    ]);
    expect(
      remedy?.manual.filter((line) => line.startsWith('kubectl')).map((line) => line.split(' ')[3]),
    ).toEqual(['delete', 'wait', 'delete', 'wait']);
  });

  it('rolls the DaemonSet where there are many, and is nothing for none', () => {
    expect(restartPods(pods(5))?.manual[0]).toBe(
      'kubectl -n calico-system rollout restart daemonset/calico-node',
    );
    expect(restartPods([])).toBeNull();
  });
});

describe('missing parts', () => {
  it('is exact about the rule', () => {
    expect(
      JSON.parse(
        ruleJson({
          ...rule,
          resource: 'serviceaccounts/token',
          group: '',
          names: ['calico-cni-plugin'],
        }),
      ),
    ).toEqual({
      apiGroups: [''],
      resources: ['serviceaccounts/token'],
      verbs: ['list'],
      resourceNames: ['calico-cni-plugin'],
    });
  });

  it.each<[Kind, string, string]>([
    ['manifest', 'v3.29.1', 'v3.29.1/manifests/calico.yaml'],
    ['canal', 'v3.27.0', 'v3.27.0/manifests/canal.yaml'],
    ['operator', 'v3.31.2', 'v3.31.2/manifests/tigera-operator.yaml'],
  ])('%s: names the manifest of the running release', (kind, version, file) => {
    expect(missingRights(installed(kind, version), [rule]).manual.join('\n')).toContain(file);
  });

  it('patches no role that is not there', () => {
    const other = { ...rule, role: 'calico-typha' };
    const { manual } = missingRights(installed('manifest'), [rule, other], ['calico-node']);
    expect(manual.filter((line) => line.startsWith('kubectl patch'))).toEqual([
      expect.stringContaining('clusterrole calico-typha'),
    ]);
  });

  it('names no address for a release whose tag has none', () => {
    const text = missingTypes(installed('manifest', 'v3.20.1'), [
      'tiers.crd.projectcalico.org',
    ]).manual.join('\n');
    expect(text).not.toContain('https://');
    expect(text).toContain('v3.20.1');
  });

  it('never deletes a CRD', () => {
    for (const kind of ['manifest', 'operator'] as const)
      expect(
        missingTypes(installed(kind), ['x.crd.projectcalico.org']).manual.filter((line) =>
          /^kubectl.*delete/.test(line),
        ),
      ).toEqual([]);
  });
});

describe('kubernetes-services-endpoint', () => {
  it.each<[Kind, string]>([
    ['operator', 'tigera-operator'],
    ['manifest', 'kube-system'],
  ])('%s: stands in %s', (kind, namespace) => {
    const remedy = kubernetesServicesEndpoint(installed(kind), { host: '10.9.8.7', port: 6443 });
    expect(remedy.target).toMatchObject({ namespace });
    expect(remedy.manual).toContain('  KUBERNETES_SERVICE_HOST: "10.9.8.7"');
  });
});

describe('Typha', () => {
  const place = { namespace: 'kube-system', deployment: 'calico-typha', replicas: 1, wanted: 3 };

  it('is scaled by hand, and never against the operator', () => {
    expect(scaleTypha(installed('manifest'), place).manual.join('\n')).toContain('--replicas=3');
    expect(scaleTypha(installed('operator'), place).manual.join('\n')).not.toContain('--replicas');
  });

  it('gets its tolerations where they last', () => {
    expect(placeTypha(installed('operator'), place, ['taints']).manual.join('\n')).toContain(
      'kubectl patch installation',
    );
    expect(placeTypha(installed('manifest'), place, ['taints']).manual.join('\n')).toContain(
      'patch deployment calico-typha',
    );
  });
});
