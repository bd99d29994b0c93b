import { describe, expect, it } from 'vitest';
import { canOverrideProbes, canOverrideResources } from '../../internal/calico/operator-fields.ts';
import type { Install } from '../../internal/model/install.ts';
import type { Installation, Probe } from '../../internal/model/kubernetes.ts';
import {
  enoughForStart,
  enoughTime,
  probeLimits,
  type ProbeLimits,
} from '../../internal/remediations/probe-limits.ts';
import { snapshotOf } from '../support/snapshot.ts';

const manifest: Probe = {
  initialDelaySeconds: 10,
  periodSeconds: 10,
  failureThreshold: 6,
  timeoutSeconds: 10,
};
const operator: Probe = { periodSeconds: 60, failureThreshold: 3, timeoutSeconds: 10 };

describe('enoughForStart', () => {
  it.each<[string, Probe, { lived: number; progress: number }, object]>([
    [
      'never below 60 s and 10 failures',
      manifest,
      { lived: 65, progress: 0.9 },
      { initialDelaySeconds: 60, failureThreshold: 10 },
    ],
    [
      'more where the start came less far',
      manifest,
      { lived: 65, progress: 0.4 },
      { initialDelaySeconds: 150, failureThreshold: 10 },
    ],
    [
      'never below what is set',
      { ...manifest, initialDelaySeconds: 120, failureThreshold: 20 },
      { lived: 300, progress: 1 },
      { initialDelaySeconds: 250, failureThreshold: 20 },
    ],
    [
      'no more than ten minutes of delay',
      manifest,
      { lived: 900, progress: 0.25 },
      { initialDelaySeconds: 600, failureThreshold: 10 },
    ],
    [
      'a long period counts',
      operator,
      { lived: 180, progress: 0.5 },
      { initialDelaySeconds: 60, failureThreshold: 10 },
    ],
    [
      'a second is made ten',
      { ...manifest, timeoutSeconds: 1 },
      { lived: 65, progress: 0.9 },
      { timeoutSeconds: 10 },
    ],
  ])('%s', (_name, probe, seen, expected) => {
    expect(enoughForStart(probe, seen)).toMatchObject(expected);
  });

  it('leaves a timeout alone that is long enough', () => {
    expect(enoughForStart(manifest, { lived: 65, progress: 0.9 })).not.toHaveProperty(
      'timeoutSeconds',
    );
  });
});

it.each<[Probe, object]>([
  [{}, { timeoutSeconds: 10 }],
  [{ timeoutSeconds: 1, periodSeconds: 5 }, { timeoutSeconds: 5 }],
  [{ timeoutSeconds: 10 }, {}],
  [{ timeoutSeconds: 30, periodSeconds: 60 }, {}],
])('enoughTime(%o)', (probe, expected) => {
  expect(enoughTime(probe)).toEqual(expected);
});

const install = (more: Partial<Install> = {}): Install => ({
  renderer: 'manifest',
  owner: 'user',
  ownerName: null,
  distribution: null,
  state: 'settled',
  datastore: 'kubernetes',
  policyOnly: false,
  typha: false,
  namespace: 'kube-system',
  daemonSet: 'calico-node',
  installation: null,
  calicoVersion: 'v3.29.3',
  operatorVersion: null,
  kubernetesVersion: 'v1.31.4',
  action: 'apply',
  reasons: [],
  ...more,
});
const installation: Installation = {
  kind: 'Installation',
  metadata: { name: 'default' },
  spec: {},
};
const limits = (more: Partial<ProbeLimits>): ProbeLimits => ({
  install: install(),
  installation: undefined,
  canOverride: null,
  numbers: { livenessProbe: { initialDelaySeconds: 60, failureThreshold: 10 } },
  ...more,
});

describe('probeLimits', () => {
  it.each<[string, Partial<ProbeLimits>, object, string]>([
    [
      'a manifest',
      {},
      { action: 'apply', target: { kind: 'DaemonSet' } },
      'kubectl -n kube-system patch daemonset calico-node --type strategic',
    ],
    [
      'Canal of RKE2',
      {
        install: install({
          renderer: 'canal',
          daemonSet: 'rke2-canal',
          owner: 'helm-controller',
          ownerName: 'rke2-canal',
          action: 'emit',
        }),
      },
      { action: 'emit', changes: [] },
      'HelmChartConfig of the chart rke2-canal',
    ],
    [
      'Argo CD',
      { install: install({ owner: 'argocd', ownerName: 'net', action: 'emit' }) },
      { action: 'emit', changes: [] },
      'Argo CD application net',
    ],
    [
      'a provider',
      { install: install({ owner: 'provider', action: 'refuse' }) },
      { action: 'refuse', changes: [] },
      'provider',
    ],
    [
      'an operator that has the field',
      { install: install({ renderer: 'operator' }), installation, canOverride: true },
      { action: 'apply', target: { kind: 'Installation', name: 'default' } },
      'kubectl patch installation default --type merge',
    ],
    [
      'an operator that has not',
      { install: install({ renderer: 'operator' }), installation, canOverride: false },
      { action: 'manual', changes: [] },
      'annotate daemonset calico-node unsupported.operator.tigera.io/ignore=true',
    ],
    [
      'an operator of which that is not known',
      { install: install({ renderer: 'operator' }) },
      { action: 'manual', changes: [] },
      'kubectl explain installation.spec.calicoNodeDaemonSet',
    ],
  ])('for %s', (_name, more, expected, text) => {
    const remedy = probeLimits(limits(more));
    expect(remedy).toMatchObject(expected);
    expect(remedy.manual.join('\n')).toContain(text);
  });
});

const crd = (containers: object) => ({
  kind: 'CustomResourceDefinition',
  metadata: { name: 'installations.operator.tigera.io' },
  spec: {
    versions: [
      {
        name: 'v1',
        schema: {
          openAPIV3Schema: {
            properties: {
              spec: {
                properties: {
                  calicoNodeDaemonSet: {
                    properties: {
                      spec: {
                        properties: {
                          template: { properties: { spec: { properties: { containers } } } },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
});

it.each<[string, object | null, boolean | null, boolean | null]>([
  ['not read', null, null, null],
  ['v1.30', { items: { properties: { name: {}, resources: {} } } }, false, true],
  [
    'v1.43',
    {
      items: {
        properties: {
          name: {},
          resources: {},
          livenessProbe: { properties: { initialDelaySeconds: {} } },
        },
      },
    },
    true,
    true,
  ],
  ['v1.20', {}, false, false],
])(
  'knows by the schema what an operator can override: %s',
  (_name, containers, probes, resources) => {
    const lists = containers ? { customResourceDefinitions: [crd(containers)] } : {};
    const snapshot = snapshotOf({ lists });
    expect([canOverrideProbes(snapshot), canOverrideResources(snapshot)]).toEqual([
      probes,
      resources,
    ]);
  },
);
