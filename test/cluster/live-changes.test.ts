import { describe, expect, test } from 'vitest';
import type { Change } from '../../internal/model/remedy.ts';
import { withLive } from '../support/live.ts';
import { inOrder, type Reply, status } from '../support/stub-api-server.ts';

const daemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  namespace: 'shop',
  name: 'till',
} as const;
const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'cart' } as const;
const installation = {
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  name: 'default',
} as const;
const guard = { uid: 'u-1', resourceVersion: '77' };
const written: Reply = { json: { ...daemonSet, metadata: { name: 'till' } } };
const accepted: Reply = { status: 201, json: { kind: 'Status', status: 'Success' } };

const strict = { fieldManager: 'calico-fix', fieldValidation: 'Strict' };

interface Case {
  readonly name: string;
  readonly change: Change;
  readonly method: string;
  readonly path: string;
  readonly type: string;
  readonly query: object;
  readonly body: unknown;
}

const cases: readonly Case[] = [
  {
    name: 'a merge patch',
    change: {
      ref: installation,
      verb: 'patch',
      patchType: 'merge',
      body: { metadata: { labels: { a: 'b' } }, spec: { x: null } },
      guard,
    },
    method: 'PATCH',
    path: '/apis/operator.tigera.io/v1/installations/default',
    type: 'application/merge-patch+json',
    query: strict,
    body: { metadata: { labels: { a: 'b' }, ...guard }, spec: { x: null } },
  },
  {
    name: 'a strategic merge patch',
    change: { ref: daemonSet, verb: 'patch', patchType: 'strategic', body: { spec: {} }, guard },
    method: 'PATCH',
    path: '/apis/apps/v1/namespaces/shop/daemonsets/till',
    type: 'application/strategic-merge-patch+json',
    query: strict,
    body: { metadata: guard, spec: {} },
  },
  {
    name: 'a JSON patch',
    change: {
      ref: daemonSet,
      verb: 'patch',
      patchType: 'json',
      body: [{ op: 'remove', path: '/spec/x' }],
      guard,
    },
    method: 'PATCH',
    path: '/apis/apps/v1/namespaces/shop/daemonsets/till',
    type: 'application/json-patch+json',
    query: strict,
    body: [
      { op: 'add', path: '/metadata/uid', value: 'u-1' },
      { op: 'add', path: '/metadata/resourceVersion', value: '77' },
      { op: 'remove', path: '/spec/x' },
    ],
  },
  {
    name: 'a patch without a guard',
    change: { ref: daemonSet, verb: 'patch', body: { spec: {} } },
    method: 'PATCH',
    path: '/apis/apps/v1/namespaces/shop/daemonsets/till',
    type: 'application/merge-patch+json',
    query: strict,
    body: { spec: {} },
  },
  {
    name: 'a creation',
    change: { ref: daemonSet, verb: 'create', body: { kind: 'DaemonSet' } },
    method: 'POST',
    path: '/apis/apps/v1/namespaces/shop/daemonsets',
    type: 'application/json',
    query: strict,
    body: { kind: 'DaemonSet' },
  },
  {
    name: 'a deletion',
    change: { ref: pod, verb: 'delete', body: { gracePeriodSeconds: 5 }, guard: { uid: 'u-1' } },
    method: 'DELETE',
    path: '/api/v1/namespaces/shop/pods/cart',
    type: 'application/json',
    query: {},
    body: {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 5,
      preconditions: { uid: 'u-1' },
    },
  },
  {
    name: 'an eviction',
    change: { ref: pod, verb: 'evict', body: null, guard: { uid: 'u-1' } },
    method: 'POST',
    path: '/api/v1/namespaces/shop/pods/cart/eviction',
    type: 'application/json',
    query: strict,
    body: {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'cart', namespace: 'shop' },
      deleteOptions: { preconditions: { uid: 'u-1' } },
    },
  },
];

describe('a change is sent as', () => {
  test.each(cases)('$name', async ({ change, method, path, type, query, body }) => {
    const before = structuredClone(change);
    const { seen } = await withLive(
      () => (change.verb === 'evict' ? accepted : written),
      (live) => live.cluster.send(change),
    );
    const sent = seen.at(-1);
    expect(sent).toMatchObject({ method, path, query });
    expect(sent?.query).toEqual(query);
    expect(sent?.headers['content-type']).toBe(type);
    expect(JSON.parse(sent?.body ?? '')).toEqual(body);
    expect(change).toEqual(before);
  });

  test.each(cases)('a dry run of $name, which stores nothing', async ({ change }) => {
    const { seen } = await withLive(
      () => written,
      (live) => live.cluster.send(change, { isDryRun: true }),
    );
    const sent = seen.at(-1);
    expect(sent?.query['dryRun']).toBe('All');
  });

  // With a body the server takes the options of a deletion from there alone.
  test.each([
    ['delete', { dryRun: ['All'] }],
    ['evict', { deleteOptions: { dryRun: ['All'] } }],
  ] as const)('a dry run in the body as well: %s', async (verb, expected) => {
    const { seen } = await withLive(
      () => written,
      (live) => live.cluster.send({ ref: pod, verb, body: null }, { isDryRun: true }),
    );
    expect(JSON.parse(seen.at(-1)?.body ?? '')).toMatchObject(expected);
  });
});

describe('the answer', () => {
  const change: Change = { ref: daemonSet, verb: 'patch', body: {} };

  test('is the object, with the warnings of the server', async () => {
    const headers = { warning: '299 - "unknown field \\"spec.x\\"", 299 - "grüße"' };
    const { result } = await withLive(
      () => ({ ...written, headers: { warning: Buffer.from(headers.warning).toString('latin1') } }),
      (live) => live.cluster.send(change),
    );
    expect(result).toMatchObject({
      state: 'done',
      value: { kind: 'DaemonSet', metadata: { name: 'till' } },
      warnings: ['unknown field "spec.x"', 'grüße'],
    });
  });

  test('to an eviction is a Status', async () => {
    const { result } = await withLive(
      () => accepted,
      (live) => live.cluster.send({ ref: pod, verb: 'evict', body: null }),
    );
    expect(result).toMatchObject({ state: 'done', value: { kind: 'Status', status: 'Success' } });
  });
});

describe('evictions', () => {
  const resources = (version: string): Reply => ({
    json: { resources: [{ name: 'pods/eviction', kind: 'Eviction', group: 'policy', version }] },
  });
  const evict: Change = { ref: pod, verb: 'evict', body: null };

  test.each([
    ['v1beta1', resources('v1beta1'), 'policy/v1beta1'],
    ['v1', resources('v1'), 'policy/v1'],
    ['one that is not said', status(403, 'no'), 'policy/v1'],
  ])('are of the version that is served: %s', async (_name, served, version) => {
    const { seen } = await withLive(
      ({ path }) => (path === '/api/v1' ? served : accepted),
      (live) => live.cluster.send(evict),
    );
    expect(JSON.parse(seen.at(-1)?.body ?? '')).toMatchObject({ apiVersion: version });
  });

  test('ask for it once', async () => {
    const { seen } = await withLive(
      ({ path }) => (path === '/api/v1' ? resources('v1') : accepted),
      async (live) => {
        await live.cluster.send(evict);
        await live.cluster.send(evict);
      },
    );
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST']);
  });

  const budget = status(429, "Cannot evict pod as it would violate the pod's disruption budget.", {
    reason: 'TooManyRequests',
    details: {
      retryAfterSeconds: 10,
      causes: [{ reason: 'DisruptionBudget', message: 'needs 2 healthy pods and has 2' }],
    },
  });

  test.each([false, true])('that a budget refuses are not tried again (%s)', async (isDryRun) => {
    const { result, seen, clock } = await withLive(
      ({ path }) => (path === '/api/v1' ? resources('v1') : budget),
      (live) => live.cluster.send(evict, { isDryRun }),
    );
    expect(result).toMatchObject({
      state: 'refused',
      status: 429,
      reason: 'TooManyRequests',
      retryAfterSeconds: 10,
      causes: [{ reason: 'DisruptionBudget', message: 'needs 2 healthy pods and has 2' }],
      isOpen: false,
    });
    expect(seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(clock.waits).toEqual([]);
  });

  test('that are only throttled are', async () => {
    const { result } = await withLive(
      inOrder(resources('v1'), status(429, 'too many requests'), accepted),
      (live) => live.cluster.send(evict),
    );
    expect(result).toMatchObject({ state: 'done' });
  });

  test('of a pod with two budgets are refused for good', async () => {
    const text =
      'Internal error occurred: This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    const { result, seen } = await withLive(
      ({ path }) => (path === '/api/v1' ? resources('v1') : status(500, text)),
      (live) => live.cluster.send(evict),
    );
    expect(result).toMatchObject({ state: 'refused', status: 500, isOpen: false });
    expect(seen).toHaveLength(2);
  });
});
