import { describe, expect, test } from 'vitest';
import type { DaemonSet, Installation, KubeObject } from '../../internal/model/kubernetes.ts';
import { expectedRendering, isRendered } from '../../internal/plan/operator-rendering.ts';
import { hasSeen, operatorSays, refusesInput } from '../../internal/plan/operator-status.ts';

const status = (
  reason: string,
  message: string,
  options: { readonly isDegraded?: boolean; readonly generation?: number } = {},
): KubeObject & { readonly status: unknown } => ({
  kind: 'TigeraStatus',
  metadata: { name: 'calico' },
  status: {
    conditions: [
      { type: 'Available', status: 'True' },
      {
        type: 'Degraded',
        status: (options.isDegraded ?? true) ? 'True' : 'False',
        reason,
        message,
        ...(options.generation === undefined ? {} : { observedGeneration: options.generation }),
      },
    ],
  },
});

const fine = operatorSays(status('AllObjectsAvailable', '', { isDegraded: false }), null);

test.each([
  { reason: 'InvalidConfigurationError', message: 'two methods', is: true },
  { reason: 'ResourceValidationError', message: 'no such pool', is: true },
  { reason: 'PodFailure', message: 'Pod calico-node-x is crash looping', is: false },
  { reason: 'ResourceNotReady', message: 'waiting', is: false },
  { reason: 'ResourceUpdateError', message: 'the object has been modified', is: false },
  { reason: 'ResourceValidationError', message: 'context deadline exceeded', is: false },
])('$reason, $message: refuses $is', ({ reason, message, is }) => {
  expect(refusesInput(fine, operatorSays(status(reason, message), null), 5)).toBe(is);
});

test('of a complaint only its own words are told, not the pods behind them', () => {
  const pod = 'Pod calico-system/calico-node-x is running but not ready';
  const says = (message: string) =>
    operatorSays(status('InvalidConfigurationError', message), null).degraded?.message;
  expect(says(`two methods\nat once\n${pod}`)).toBe('two methods\nat once');
  expect(says(pod)).toBe(pod);
});

test('a complaint of before, or about an older generation, does not refuse the change', () => {
  const old = operatorSays(status('InvalidConfigurationError', 'x', { generation: 4 }), null);
  expect(refusesInput(old, old, 4)).toBe(false);
  expect(refusesInput(fine, old, 5)).toBe(false);
  expect(refusesInput(fine, old, 4)).toBe(true);
  // The overlay has generations of its own.
  expect(refusesInput(fine, old, null)).toBe(true);
});

test('what the Installation itself says counts where there is no TigeraStatus', () => {
  const says = operatorSays(null, status('InvalidConfigurationError', 'x', { generation: 7 }));
  expect(says).toEqual({
    observedGeneration: 7,
    degraded: { reason: 'InvalidConfigurationError', message: 'x' },
  });
  expect(hasSeen(says, 8)).toBe(false);
  expect(hasSeen(says, 7)).toBe(true);
  expect(hasSeen(fine, 7)).toBeNull();
});

test.each([null, { kind: 'TigeraStatus', metadata: { name: 'x' }, status: { conditions: 'no' } }])(
  'an object of another shape says nothing: %j',
  (object) => {
    expect(operatorSays(object, null)).toEqual({ observedGeneration: null, degraded: null });
  },
);

type Spec = NonNullable<Installation['spec']>;
const installation = (spec: Spec): Installation => ({
  kind: 'Installation',
  metadata: { name: 'default' },
  spec,
});
const method = (fields: Readonly<Record<string, unknown>>): Installation =>
  installation({ calicoNetwork: { nodeAddressAutodetectionV4: fields } });

const container = (parts: Readonly<Record<string, unknown>>): DaemonSet => ({
  kind: 'DaemonSet',
  metadata: { name: 'calico-node' },
  spec: { template: { spec: { containers: [{ name: 'calico-node', ...parts }] } } },
});

describe('what the operator is expected to render', () => {
  test.each([
    [{ firstFound: true }, 'first-found'],
    [{ interface: 'ens.*' }, 'interface=ens.*'],
    [{ skipInterface: 'lab.*' }, 'skip-interface=lab.*'],
    [{ canReach: '10.0.0.1' }, 'can-reach=10.0.0.1'],
    [{ cidrs: ['10.0.0.0/8', '10.9.0.0/16'] }, 'cidr=10.0.0.0/8,10.9.0.0/16'],
    [{ kubernetes: 'NodeInternalIP' }, 'kubernetes-internal-ip'],
    // What the operator looks for first counts, although it refuses two.
    [{ firstFound: true, interface: 'ens.*' }, 'interface=ens.*'],
    [{ kubernetes: 'NodeInternalIP', cidrs: ['10.0.0.0/8'], firstFound: true }, 'first-found'],
  ])('%j', (fields, value) => {
    const rendering = expectedRendering(installation({}), method(fields));
    expect(rendering?.env).toEqual({ IP: 'autodetect', IP_AUTODETECTION_METHOD: value });
    if (!rendering) throw new Error('nothing is expected');
    const env = [
      { name: 'IP', value: 'autodetect' },
      { name: 'IP_AUTODETECTION_METHOD', value },
    ];
    expect(isRendered(container({ env }), rendering)).toBe(true);
    expect(isRendered(container({ env: env.slice(1) }), rendering)).toBe(false);
    expect(isRendered(container({}), rendering)).toBe(false);
  });

  test('overridden probes and resources', () => {
    const override = {
      name: 'calico-node',
      livenessProbe: { initialDelaySeconds: 60 },
      resources: { limits: { memory: '1Gi' } },
    };
    const template = { spec: { containers: [override] } };
    const after = installation({ calicoNodeDaemonSet: { spec: { template } } });
    const rendering = expectedRendering(installation({}), after);
    if (!rendering) throw new Error('nothing is expected');
    const right = {
      livenessProbe: { initialDelaySeconds: 60, periodSeconds: 60 },
      resources: { limits: { memory: '1Gi' }, requests: { cpu: '250m' } },
    };
    expect(isRendered(container(right), rendering)).toBe(true);
    expect(isRendered(container({ ...right, livenessProbe: {} }), rendering)).toBe(false);
    expect(isRendered(container({ ...right, resources: {} }), rendering)).toBe(false);
  });

  test('nothing where it is not known what comes of it', () => {
    expect(expectedRendering(installation({}), installation({ variant: 'Calico' }))).toBeNull();
    expect(
      expectedRendering(method({ firstFound: true }), method({ firstFound: true })),
    ).toBeNull();
    expect(expectedRendering(null, null)).toBeNull();
  });
});
