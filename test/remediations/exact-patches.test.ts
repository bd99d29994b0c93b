import { describe, expect, it } from 'vitest';
import type { Install } from '../../internal/model/install.ts';
import type { Installation } from '../../internal/model/kubernetes.ts';
import { inTemplate } from '../../internal/remediations/container-fields.ts';
import { resourceLimit } from '../../internal/remediations/container-resources.ts';
import { nameFromKubernetes } from '../../internal/remediations/node-name.ts';
import { probeRemedies } from '../../internal/remediations/probe-limits.ts';
import { snapshotOf } from '../support/snapshot.ts';
import { installWith } from './install-with.ts';

const operator: Partial<Install> = {
  renderer: 'operator',
  installation: 'default',
  namespace: 'calico-system',
};
const snapshot = snapshotOf({ lists: { helmChartConfigs: [] } });
const installation: Installation = {
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  metadata: { name: 'default' },
  spec: {},
};

describe('the exact patches', () => {
  const numbers = { livenessProbe: { initialDelaySeconds: 90, failureThreshold: 12 } };
  const limits = { installation: undefined, canOverride: null, numbers };

  it('probes of a manifest, whose handler stays', () => {
    const [remedy] = probeRemedies({ ...limits, install: installWith() });
    expect(remedy?.changes[0]?.body).toEqual({
      spec: { template: { spec: { containers: [{ name: 'calico-node', ...numbers }] } } },
    });
  });

  it('probes as an override, beside the others', () => {
    const override = { name: 'calico-node', resources: { limits: { cpu: '2' } } };
    const other = { name: 'other', resources: {} };
    const containers = [override, other];
    const standing = { ...installation, spec: inSpec(containers) };
    const [remedy] = probeRemedies({
      install: installWith(operator),
      installation: standing,
      canOverride: true,
      numbers,
    });
    expect(remedy?.changes[0]?.body).toEqual({
      spec: inSpec([{ ...override, ...numbers }, other]),
    });
  });

  it('probes that an override has higher already stay', () => {
    const probe = { failureThreshold: 30, initialDelaySeconds: 5 };
    const standing = {
      ...installation,
      spec: inSpec([{ name: 'calico-node', livenessProbe: probe }]),
    };
    const install = installWith(operator);
    const [remedy] = probeRemedies({ install, installation: standing, canOverride: true, numbers });
    const livenessProbe = { failureThreshold: 30, initialDelaySeconds: 90 };
    expect(remedy?.changes[0]?.body).toEqual({
      spec: inSpec([{ name: 'calico-node', livenessProbe }]),
    });
  });

  it('freezes the DaemonSet also where Git has the Installation, as it has no DaemonSet', () => {
    const install = installWith({ ...operator, owner: 'argocd', action: 'emit' });
    const remedies = probeRemedies({ install, installation, canOverride: false, numbers });
    expect(remedies[1]).toMatchObject({
      action: 'apply-temporary',
      changes: [{ ref: { kind: 'DaemonSet' } }],
    });
  });

  it("probes of RKE2's Canal, as values of its chart", () => {
    const install = installWith({
      renderer: 'canal',
      daemonSet: 'rke2-canal',
      owner: 'helm-controller',
      ownerName: 'rke2-canal',
      action: 'emit',
    });
    const [remedy] = probeRemedies({ ...limits, install, snapshot });
    expect(remedy?.changes[0]).toMatchObject({
      verb: 'create',
      body: {
        spec: {
          valuesContent:
            'calico:\n  livenessProbe:\n    initialDelaySeconds: 90\n    failureThreshold: 12\n',
        },
      },
    });
  });

  it('the last resort is one request, and needs consent', () => {
    const remedies = probeRemedies({
      install: installWith({ ...operator, operatorVersion: 'v1.30.4' }),
      installation,
      canOverride: false,
      numbers,
    });
    expect(remedies.map(({ id, action, consent }) => [id, action, consent])).toEqual([
      ['probe-limits', 'manual', undefined],
      ['freeze-operator', 'apply-temporary', 'freeze-operator'],
    ]);
    expect(remedies[1]?.changes).toEqual([
      {
        ref: {
          apiVersion: 'apps/v1',
          kind: 'DaemonSet',
          namespace: 'calico-system',
          name: 'calico-node',
        },
        verb: 'patch',
        patchType: 'strategic',
        body: {
          metadata: { annotations: { 'unsupported.operator.tigera.io/ignore': 'true' } },
          spec: { template: { spec: { containers: [{ name: 'calico-node', ...numbers }] } } },
        },
      },
    ]);
  });

  it.each<[string, Partial<Install>, boolean | null, boolean]>([
    ['an operator that can override', {}, true, false],
    ['one that is known to be new', { operatorVersion: 'v1.44.0' }, null, false],
    ['one that is old', { operatorVersion: 'v1.36.2' }, null, true],
    ['one that is not known', {}, null, true],
  ])('freezes %s only where there is no other way', (_name, more, canOverride, isThere) => {
    const install = installWith({ ...operator, ...more });
    const remedies = probeRemedies({ install, installation, canOverride, numbers });
    const frozen = remedies.find(({ id }) => id === 'freeze-operator');
    expect(frozen !== undefined).toBe(isThere);
  });

  it('freezes nothing of a provider', () => {
    const install = installWith({ ...operator, owner: 'provider', action: 'refuse' });
    const remedies = probeRemedies({ install, installation, canOverride: false, numbers });
    expect(remedies.map(({ action, changes }) => [action, changes])).toEqual([
      ['manual', []],
      ['refuse', []],
    ]);
  });

  it('limits of an older operator, in the list of components', () => {
    const node = {
      componentName: 'Node',
      resourceRequirements: { requests: { cpu: '250m' }, limits: { cpu: '300m', memory: '1Gi' } },
    };
    const typha = { componentName: 'Typha', resourceRequirements: {} };
    const remedy = resourceLimit({
      install: installWith(operator),
      installation: { ...installation, spec: { componentResources: [node, typha] } },
      canOverride: false,
      container: 'calico-node',
      resource: 'cpu',
      now: '300m',
      wanted: null,
      isInjected: false,
    });
    expect(remedy.changes[0]?.body).toEqual({
      spec: {
        componentResources: [
          {
            componentName: 'Node',
            resourceRequirements: { requests: { cpu: '250m' }, limits: { memory: '1Gi' } },
          },
          typha,
        ],
      },
    });
  });

  it('an override keeps what the list of components says', () => {
    const node = {
      componentName: 'Node',
      resourceRequirements: { requests: { cpu: '250m' }, limits: { memory: '400Mi' } },
    };
    const remedy = resourceLimit({
      install: installWith(operator),
      installation: { ...installation, spec: { componentResources: [node] } },
      canOverride: true,
      container: 'calico-node',
      resource: 'memory',
      now: '400Mi',
      wanted: '1Gi',
      isInjected: false,
    });
    const resources = { requests: { cpu: '250m' }, limits: { memory: '1Gi' } };
    expect(remedy.changes[0]?.body).toEqual({ spec: inSpec([{ name: 'calico-node', resources }]) });
  });

  it('a variable of another source gets the one it should have', () => {
    const env = [{ name: 'NODENAME', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }];
    const body = JSON.stringify(nameFromKubernetes(installWith(), env)?.changes[0]?.body);
    expect(body).toContain('"configMapKeyRef":null');
    expect(body).toContain('"value":null');
  });

  it('names the variables of kubespray', () => {
    const container = {
      name: 'calico-node',
      env: [{ name: 'FELIX_HEALTHPORT', value: '9199' }],
      livenessProbe: { timeoutSeconds: 10, failureThreshold: 10 },
      resources: { limits: { memory: '1Gi', cpu: null } },
    };
    const install = installWith({ distribution: 'kubespray', action: 'apply-temporary' });
    const { durable = [] } = inTemplate(install, { containers: [container] });
    const lines = durable.slice(0, durable.indexOf('# which makes the manifest:'));
    expect(lines.filter((line) => !line.startsWith('#'))).toEqual([
      'calico_node_livenessprobe_timeout: 10',
      'calico_node_memory_limit: 1Gi',
      'calico_node_extra_envs:',
      '  FELIX_HEALTHPORT: "9199"',
    ]);
  });

  it('says what to write elsewhere in the form of each tool', () => {
    const spec = { containers: [{ name: 'calico-node', livenessProbe: { failureThreshold: 10 } }] };
    const durable = (more: Partial<Install>): string =>
      (inTemplate(installWith(more), spec).durable ?? []).join('\n');
    expect(durable({})).toBe('');
    expect(durable({ distribution: 'kubespray', action: 'apply-temporary' })).toContain(
      'calico-node.yml.j2',
    );
    expect(durable({ owner: 'argocd', ownerName: 'net', action: 'emit' })).toContain(
      'failureThreshold: 10',
    );
  });
});

function inSpec(containers: readonly object[]) {
  return {
    calicoNodeDaemonSet: { spec: { template: { spec: { containers } } } },
  };
}
