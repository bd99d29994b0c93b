import { describe, expect, test } from 'vitest';
import { clusterScript } from '../support/cluster-script.ts';
import { daemonSet, node, object } from '../support/cluster-objects.ts';
import { withLive } from '../support/live.ts';
import { orchard } from '../support/orchard.ts';
import { inOrder, type Reply, status } from '../support/stub-api-server.ts';

const till = { apiVersion: 'v1', kind: 'Node', name: 'till' };

describe('one object', () => {
  test('is as the API gives it, in the version that is asked for', async () => {
    const pool = object('crd.projectcalico.org/v1', 'IPPool', 'plums', { spec: { odd: [1] } });
    const cluster = { objects: [pool], groups: { 'crd.projectcalico.org': 'v1' } };
    const { result, seen } = await withLive(clusterScript(cluster), (live) =>
      live.cluster.get({ apiVersion: pool.apiVersion, kind: 'IPPool', name: 'plums' }),
    );
    expect(result).toEqual({ state: 'done', value: pool, warnings: [] });
    expect(seen[0]?.path).toBe('/apis/crd.projectcalico.org/v1/ippools/plums');
  });

  test('that is not there is refused in the words of the server', async () => {
    const gone = status(404, 'nodes "till" not found', { reason: 'NotFound' });
    const { result } = await withLive(
      () => gone,
      (live) => live.cluster.get(till),
    );
    expect(result).toEqual({
      state: 'refused',
      status: 404,
      reason: 'NotFound',
      message: 'nodes "till" not found',
      causes: [],
      retryAfterSeconds: null,
      isOpen: false,
    });
  });

  test.each<[string, Reply]>([
    ['a list', { json: { kind: 'NodeList', items: [] } }],
    ['nothing', { json: null }],
    ['half', { text: '{"kind":"Node",' }],
  ])('that is %s is no object', async (_name, reply) => {
    const { result } = await withLive(
      () => reply,
      (live) => live.cluster.get(till),
    );
    expect(result).toMatchObject({ state: 'refused', status: null, isOpen: false });
  });
});

describe('a list', () => {
  const many = Array.from({ length: 1203 }, (_, index) => node(`n${index}`, '10.0.0.1'));
  const nodes = { apiVersion: 'v1', kind: 'Node' };

  test('comes in pages, each object with its kind', async () => {
    const { result, seen } = await withLive(clusterScript({ objects: many }), (live) =>
      live.cluster.list({ ...nodes, labelSelector: '!odd' }),
    );
    expect(result).toMatchObject({ state: 'done', value: { length: 1203 } });
    const items = result.state === 'done' ? result.value : [];
    expect(items.every(({ kind, apiVersion }) => kind === 'Node' && apiVersion === 'v1')).toBe(
      true,
    );
    expect(seen.map(({ query }) => query)).toEqual([
      { limit: '500', labelSelector: '!odd' },
      { limit: '500', labelSelector: '!odd', continue: '500' },
      { limit: '500', labelSelector: '!odd', continue: '1000' },
    ]);
  });

  test('is begun anew when its pages are too old', async () => {
    let refusals = 1;
    const script = clusterScript({ objects: many }, ({ query }) =>
      query['continue'] === '1000' && refusals-- > 0 ? status(410, 'too old') : undefined,
    );
    const { result } = await withLive(script, (live) => live.cluster.list(nodes));
    expect(result).toMatchObject({ state: 'done', value: { length: 1203 } });
  });

  test('of which a page cannot be read is refused, not short', async () => {
    const script = clusterScript({ objects: many }, ({ query }) =>
      query['continue'] === '1000' ? status(403, 'no') : undefined,
    );
    const { result } = await withLive(script, (live) => live.cluster.list(nodes));
    expect(result).toMatchObject({ state: 'refused', status: 403 });
  });

  test('may be of one namespace, and of some fields', async () => {
    const script = clusterScript({ objects: [daemonSet('shop', 'a'), daemonSet('park', 'b')] });
    const { result, seen } = await withLive(script, (live) =>
      live.cluster.list({
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        namespace: 'shop',
        fieldSelector: 'metadata.name=a',
      }),
    );
    expect(result).toMatchObject({ value: [{ kind: 'DaemonSet', metadata: { name: 'a' } }] });
    expect(seen[0]?.path).toBe('/apis/apps/v1/namespaces/shop/daemonsets');
  });
});

test('a right is asked for with its subresource', async () => {
  const answer = { status: 201, json: { status: { allowed: false } } };
  const { result, seen } = await withLive(
    () => answer,
    (live) =>
      live.cluster.may({
        verb: 'create',
        group: '',
        resource: 'pods/eviction',
        namespace: 'shop',
      }),
  );
  expect(result).toEqual({ state: 'done', value: false, warnings: [] });
  expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        verb: 'create',
        resource: 'pods',
        subresource: 'eviction',
        namespace: 'shop',
      },
    },
  });
});

test('a log gives its newest lines', async () => {
  const logs = { 'shop/till/cash/previous': 'one\ntwo\nthree\n' };
  const { result } = await withLive(clusterScript({ objects: [], logs }), (live) =>
    live.cluster.log(
      { namespace: 'shop', name: 'till', container: 'cash' },
      { previous: true, tailLines: 2 },
    ),
  );
  expect(result).toEqual({ state: 'done', value: 'two\nthree\n', warnings: [] });
});

describe('a snapshot', () => {
  test('is fresh each time, and takes nothing but reading', async () => {
    const cluster = orchard();
    const { result, seen } = await withLive(clusterScript(cluster), async (live) => [
      await live.cluster.gather(),
      await live.cluster.gather(),
    ]);
    expect(result[0]?.lists.nodes).toMatchObject({ items: { length: 3 } });
    expect(result[0]).not.toBe(result[1]);
    expect(seen.filter(({ path }) => path === '/version')).toHaveLength(2);
    expect(new Set(seen.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  test('can be taken after the server was away', async () => {
    let isAway = true;
    const here = clusterScript(orchard());
    const { result } = await withLive(
      (request) => (isAway ? { ends: 'cut' } : here(request)),
      async ({ cluster }) => {
        const before = await cluster.gather().catch((error: unknown) => error);
        for (let count = 0; count < 12; count += 1) await cluster.get(till);
        isAway = false;
        return [before, await cluster.gather()];
      },
    );
    expect(result[0]).toMatchObject({ name: 'UserError' });
    expect(result[1]).toMatchObject({ lists: { nodes: { state: 'read' } } });
  });
});

test('reading goes on after minutes, as each call has its own time', async () => {
  const found: Reply = { json: node('till', '10.0.0.1') };
  const later = { ...status(429, 'slow'), headers: { 'retry-after': '14' } };
  const calls = Array.from({ length: 40 }, () => [later, found]).flat();
  const { result, clock } = await withLive(inOrder(...calls), async ({ cluster }) => {
    const replies = [];
    for (let count = 0; count < 40; count += 1) replies.push(await cluster.get(till));
    return replies;
  });
  expect(clock.waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(300_000);
  expect(result.every(({ state }) => state === 'done')).toBe(true);
});
