import { expect, test } from 'vitest';
import type { KubeObject, Pod } from '../../internal/model/kubernetes.ts';
import type { ApiRef, Change } from '../../internal/model/remedy.ts';
import { healthyCluster } from '../support/cluster.ts';
import { memoryCluster, type MemoryOptions } from '../support/memory-cluster.ts';
import type { Budget } from '../support/memory-pods.ts';

const budgetOf = (name: string, spec: object, status?: object): KubeObject =>
  ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'shop' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
    ...(status ? { status } : {}),
  }) as KubeObject;

function shop(objects: readonly KubeObject[], options: MemoryOptions = {}) {
  const cluster = memoryCluster({ sample: healthyCluster(), objects, ...options });
  const names = cluster.store.list('Pod', 'shop').map(({ metadata }) => metadata.name);
  const ref = (index: number): ApiRef => ({
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: 'shop',
    name: names[index] ?? '',
  });
  const evict = (index: number, isDryRun = false) => {
    const change: Change = { ref: ref(index), verb: 'evict', body: null };
    return cluster.send(change, { isDryRun });
  };
  const allowed = (name: string) =>
    (cluster.stored({ kind: 'PodDisruptionBudget', namespace: 'shop', name }) as Budget).status
      ?.disruptionsAllowed;
  return { cluster, ref, evict, allowed };
}

test('a budget is used up by the first eviction', async () => {
  const { cluster, ref, evict, allowed } = shop([budgetOf('web', { maxUnavailable: 1 })]);
  expect(allowed('web')).toBe(1);
  expect(await evict(0, true)).toMatchObject({ state: 'done' });
  expect(await evict(0)).toMatchObject({ state: 'done', value: { kind: 'Status' } });
  expect(allowed('web')).toBe(0);
  expect(await evict(1)).toMatchObject({
    status: 429,
    reason: 'TooManyRequests',
    causes: [
      {
        reason: 'DisruptionBudget',
        message: 'The disruption budget web needs 2 healthy pods and has 2 currently',
      },
    ],
    retryAfterSeconds: null,
  });
  const first = cluster.stored(ref(0)) as Pod;
  expect(first.metadata.deletionTimestamp).toBe('2026-03-01T12:00:30Z');
  expect(first.status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' }),
  );
  expect(await evict(0)).toMatchObject({ state: 'done' });
});

test.each([
  ['minAvailable as a share', { minAvailable: '50%' }, 1],
  ['minAvailable of all', { minAvailable: 3 }, 0],
  ['maxUnavailable as a share', { maxUnavailable: '34%' }, 2],
  ['an empty selector', { selector: {}, maxUnavailable: 3 }, 3],
  [
    'a selector that nothing fits',
    { selector: { matchLabels: { app: 'none' } }, minAvailable: 1 },
    0,
  ],
])('%s', (_name, spec, expected) => {
  expect(shop([budgetOf('web', spec)]).allowed('web')).toBe(expected);
});

test('two budgets for one pod are an error of the server', async () => {
  const { evict } = shop([
    budgetOf('a', { maxUnavailable: 3 }),
    budgetOf('b', { maxUnavailable: 3 }),
  ]);
  expect(await evict(0)).toMatchObject({ status: 500, causes: [] });
});

test('a budget that is not yet processed asks to come back', async () => {
  const status = {
    observedGeneration: 0,
    disruptionsAllowed: 1,
    currentHealthy: 3,
    desiredHealthy: 2,
  };
  const { evict } = shop([budgetOf('web', { maxUnavailable: 1 }, status)]);
  expect(await evict(0)).toMatchObject({
    status: 429,
    causes: [{ reason: 'DisruptionBudget' }],
    retryAfterSeconds: 10,
  });
});

const sicken = ({ status }: { status?: { conditions?: { type?: string; status?: string }[] } }) => {
  for (const condition of status?.conditions ?? [])
    if (condition.type === 'Ready') condition.status = 'False';
};

test.each([
  ['is stuck by the default policy', {}, { status: 429 }],
  ['goes with AlwaysAllow', { unhealthyPodEvictionPolicy: 'AlwaysAllow' }, { state: 'done' }],
])(
  'a pod that is not ready where the rest is not healthy either %s',
  async (_name, spec, answer) => {
    const { cluster, ref, evict } = shop([budgetOf('web', { minAvailable: 3, ...spec })]);
    cluster.edit<Pod>(ref(0), sicken);
    expect(await evict(0)).toMatchObject(answer);
  },
);

test('pods that are done or wait are not counted', async () => {
  const { cluster, ref, evict } = shop([budgetOf('web', { maxUnavailable: 0 })]);
  cluster.edit<Pod>(ref(0), ({ status }) => {
    if (status) status.phase = 'Failed';
  });
  expect(await evict(0)).toMatchObject({ state: 'done' });
  expect(cluster.store.get(ref(0))).toBeNull();
  expect(await evict(1)).toMatchObject({ status: 429 });
});

test('a namespace that ends takes no eviction', async () => {
  const { cluster, evict } = shop([]);
  cluster.edit({ kind: 'Namespace', name: 'shop' }, (draft) => {
    Object.assign(draft, { status: { phase: 'Terminating' } });
  });
  expect(await evict(0)).toMatchObject({
    status: 403,
    causes: [{ reason: 'NamespaceTerminating' }],
  });
});

test('a pod is Terminating for its grace period, asked for or its own', async () => {
  const { cluster, ref } = shop([]);
  const remove = (index: number, body: unknown) =>
    cluster.send({ ref: ref(index), verb: 'delete', body });
  await remove(0, null);
  await remove(1, { gracePeriodSeconds: 4 });
  await remove(2, { gracePeriodSeconds: 0 });
  const left = () => [0, 1, 2].filter((index) => cluster.store.get(ref(index)) !== null);
  expect(left()).toEqual([0, 1]);
  await cluster.clock.advance(4000);
  expect(left()).toEqual([0]);
  await cluster.clock.advance(26_000);
  expect(left()).toEqual([]);
});

test('a pod that hangs, or whose node is lost, stays until it is forced', async () => {
  const { cluster, ref, evict } = shop([], {
    ending: ({ spec }) => (spec?.nodeName === 'worker-1' ? 'never' : 1),
  });
  cluster.edit<Pod>({ kind: 'Node', name: 'worker-2' }, sicken);
  for (const index of [0, 1, 2]) await evict(index);
  await cluster.clock.advance(3_600_000);
  expect([0, 1, 2].map((index) => cluster.store.get(ref(index)) !== null)).toEqual([
    true,
    true,
    false,
  ]);
  await cluster.send({ ref: ref(0), verb: 'delete', body: { gracePeriodSeconds: 0 } });
  expect(cluster.store.get(ref(0))).toBeNull();
});

test('the eviction of another pod of that name is refused', async () => {
  const { cluster, ref } = shop([]);
  const change: Change = { ref: ref(0), verb: 'evict', body: { preconditions: { uid: 'old' } } };
  expect(await cluster.send(change)).toMatchObject({ status: 409 });
  expect(await cluster.send({ ...change, ref: { ...ref(0), name: 'gone' } })).toMatchObject({
    status: 404,
  });
});
