import { describe, expect, test } from 'vitest';
import type { DaemonSet, Probe } from '../../internal/model/kubernetes.ts';
import {
  batchSize,
  changesAddresses,
  daemonSetRollout,
  deploymentRollout,
  readinessWindow,
  rolloutSeconds,
} from '../../internal/plan/rollout.ts';

interface Parts {
  readonly generation?: number;
  readonly status?: Readonly<Record<string, number>>;
  readonly rolling?: Readonly<Record<string, number | string>>;
  readonly liveness?: Probe;
  readonly readiness?: Probe;
  readonly startup?: Probe;
  readonly env?: Readonly<Record<string, string>>;
}

const daemonSet = (parts: Parts): DaemonSet => ({
  kind: 'DaemonSet',
  metadata: { name: 'calico-node', generation: parts.generation ?? 2 },
  spec: {
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { ...parts.rolling } },
    template: {
      spec: {
        containers: [
          {
            name: 'calico-node',
            env: Object.entries(parts.env ?? {}).map(([name, value]) => ({ name, value })),
            ...(parts.liveness ? { livenessProbe: parts.liveness } : {}),
            ...(parts.readiness ? { readinessProbe: parts.readiness } : {}),
            ...(parts.startup ? { startupProbe: parts.startup } : {}),
          },
        ],
      },
    },
  },
  status: { observedGeneration: 2, ...parts.status },
});

const all = { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 };

test.each([
  { name: 'all there', parts: { status: all }, isComplete: true, updated: 3 },
  {
    name: 'the controller has not seen the template',
    parts: { generation: 3, status: all },
    isComplete: false,
    updated: 0,
  },
  {
    name: 'one to be replaced',
    parts: { status: { ...all, updatedNumberScheduled: 2 } },
    isComplete: false,
    updated: 2,
  },
  {
    name: 'one not available',
    parts: { status: { ...all, numberAvailable: 2 } },
    isComplete: false,
    updated: 3,
  },
])('a DaemonSet: $name', ({ parts, isComplete, updated }) => {
  expect(daemonSetRollout(daemonSet(parts))).toMatchObject({ isComplete, updated, desired: 3 });
});

test.each([
  {
    name: 'all there',
    status: { updatedReplicas: 3, replicas: 3, availableReplicas: 3 },
    is: true,
  },
  {
    name: 'old ones left',
    status: { updatedReplicas: 3, replicas: 4, availableReplicas: 3 },
    is: false,
  },
  {
    name: 'not available',
    status: { updatedReplicas: 3, replicas: 3, availableReplicas: 2 },
    is: false,
  },
  {
    name: 'not made',
    status: { updatedReplicas: 1, replicas: 1, availableReplicas: 1 },
    is: false,
  },
  { name: 'nothing said', status: {}, is: false },
])('a Deployment: $name', ({ status, is }) => {
  const deployment = {
    kind: 'Deployment',
    metadata: { name: 'calico-typha', generation: 1 },
    spec: { replicas: 3 },
    status: { observedGeneration: 1, ...status },
  };
  expect(deploymentRollout(deployment).isComplete).toBe(is);
});

test('a Deployment that is to have no pods is complete without', () => {
  const deployment = {
    kind: 'Deployment',
    metadata: { name: 'calico-typha', generation: 1 },
    spec: { replicas: 0 },
    status: { observedGeneration: 1 },
  };
  expect(deploymentRollout(deployment).isComplete).toBe(true);
});

test.each<{
  readonly rolling: NonNullable<Parts['rolling']>;
  readonly desired: number;
  readonly size: number;
}>([
  { rolling: {}, desired: 10, size: 1 },
  { rolling: { maxUnavailable: 3 }, desired: 10, size: 3 },
  { rolling: { maxUnavailable: '25%' }, desired: 10, size: 3 },
  { rolling: { maxUnavailable: '1%' }, desired: 10, size: 1 },
  { rolling: { maxUnavailable: 0, maxSurge: 2 }, desired: 10, size: 2 },
  { rolling: { maxUnavailable: 0, maxSurge: '50%' }, desired: 10, size: 5 },
  { rolling: { maxUnavailable: 'x' }, desired: 10, size: 1 },
])('$rolling of $desired are $size at a time', ({ rolling, desired, size }) => {
  expect(batchSize(daemonSet({ rolling }), desired)).toBe(size);
});

describe('times', () => {
  test.each<{ readonly name: string; readonly parts: Parts; readonly seconds: number }>([
    { name: 'without probes', parts: {}, seconds: 180 },
    {
      name: 'the liveness probe that waits for a slow start',
      parts: {
        liveness: { initialDelaySeconds: 60, periodSeconds: 10, failureThreshold: 24 },
        readiness: { periodSeconds: 10 },
      },
      seconds: 360,
    },
    {
      name: 'a start-up probe comes before the others',
      parts: {
        startup: { periodSeconds: 2, failureThreshold: 150 },
        readiness: { periodSeconds: 30, failureThreshold: 3 },
      },
      seconds: 450,
    },
  ])('a pod is given: $name', ({ parts, seconds }) => {
    expect(readinessWindow(daemonSet(parts).spec?.template)).toBe(seconds);
  });

  test.each<{
    readonly nodes: number;
    readonly rolling: NonNullable<Parts['rolling']>;
    readonly limit: number;
  }>([
    { nodes: 3, rolling: {}, limit: 360 },
    { nodes: 10, rolling: {}, limit: 900 },
    { nodes: 100, rolling: { maxUnavailable: '10%' }, limit: 900 },
    { nodes: 0, rolling: {}, limit: 360 },
  ])('a rollout of $nodes nodes, $rolling, is waited for $limit s', ({ nodes, rolling, limit }) => {
    const given = daemonSet({ rolling, readiness: {}, status: { desiredNumberScheduled: nodes } });
    const seconds = rolloutSeconds(given);
    expect(seconds.limit).toBe(limit);
    expect(seconds.expected).toBeLessThan(limit);
  });
});

test.each<{ readonly env: NonNullable<Parts['env']>; readonly is: boolean }>([
  { env: { IP: 'autodetect' }, is: false },
  { env: { IP: 'autodetect', FELIX_LOGSEVERITYSCREEN: 'debug' }, is: false },
  { env: { IP: 'autodetect', IP_AUTODETECTION_METHOD: 'first-found' }, is: true },
  { env: { IP: 'autodetect', IP6: 'autodetect' }, is: true },
])('a template with $env changes addresses: $is', ({ env, is }) => {
  expect(changesAddresses(daemonSet({ env: { IP: 'autodetect' } }), daemonSet({ env }))).toBe(is);
});
