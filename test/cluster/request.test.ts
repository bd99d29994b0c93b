import { afterEach, describe, expect, test } from 'vitest';
import type { Api, ApiOptions } from '../../internal/cluster/api.ts';
import { connect } from '../../internal/cluster/connect.ts';
import { createApi } from '../../internal/cluster/request.ts';
import { core } from '../../internal/cluster/target.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import {
  inOrder,
  type Reply,
  type Script,
  startStub,
  status,
  type StubServer,
} from '../support/stub-api-server.ts';

const open: StubServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((stub) => stub.close()));
});

interface Setup {
  readonly stub: StubServer;
  readonly api: Api;
  readonly clock: FakeClock;
}

async function setUp(script: Script, options: ApiOptions = {}): Promise<Setup> {
  const stub = await startStub(script);
  open.push(stub);
  const clock = fakeClock();
  const connection = connect({ server: stub.url }, { env: {}, isInteractive: false });
  return { stub, clock, api: createApi(connection, { clock, random: () => 0.5, ...options }) };
}

const nodes = core('nodes');
const some: Reply = { json: { kind: 'NodeList', items: [] } };

describe('an answer', () => {
  test('is JSON, asked for by path, query and form', async () => {
    const { api, stub } = await setUp(() => some);
    const outcome = await api.getJson(core('pods', { namespace: 'shop' }), {
      query: { labelSelector: 'k8s-app in (till,cart)', limit: '2' },
      metadataOnly: true,
    });
    expect(outcome).toEqual({ state: 'read', value: some.json });
    expect(stub.seen[0]).toMatchObject({
      method: 'GET',
      path: '/api/v1/namespaces/shop/pods',
      query: { labelSelector: 'k8s-app in (till,cart)', limit: '2' },
    });
    expect(stub.seen[0]?.headers.accept).toContain('as=PartialObjectMetadataList');
  });

  test('may be packed', async () => {
    const { api } = await setUp(() => ({ ...some, gzip: true }));
    expect(await api.getJson(nodes)).toEqual({ state: 'read', value: some.json });
  });

  test('comes from behind a path of the server', async () => {
    const stub = await startStub(() => some);
    open.push(stub);
    const server = `${stub.url}/k8s/clusters/c-1/`;
    const api = createApi(connect({ server }, { env: {}, isInteractive: false }));
    await api.getJson(nodes);
    expect(stub.seen[0]?.path).toBe('/k8s/clusters/c-1/api/v1/nodes');
  });

  test('tells the time of the server', async () => {
    const date = 'Sun, 01 Mar 2026 09:30:00 GMT';
    const { api } = await setUp(() => ({ ...some, headers: { date } }));
    expect(api.serverTime()).toBeNull();
    await api.getJson(nodes);
    expect(api.serverTime()).toBe('2026-03-01T09:30:00Z');
  });
});

const gone: readonly [string, Reply, object][] = [
  ['401', status(401, 'Unauthorized'), { kind: 'unauthorized' }],
  ['404', status(404, 'not here'), { kind: 'not-found', message: 'not here' }],
  ['410', status(410, 'too old'), { kind: 'server-error', message: 'too old' }],
  ['HTML', { text: '<html>Sign in</html>' }, { kind: 'damaged' }],
  ['half JSON', { text: '{"kind":"NodeL' }, { kind: 'damaged' }],
  [
    'gzip that is none',
    { text: 'plain', headers: { 'content-encoding': 'gzip' } },
    { kind: 'damaged' },
  ],
];

test.each(gone)('%s is data and not asked again', async (_name, reply, error) => {
  const { api, stub } = await setUp(() => reply);
  expect(await api.getJson(nodes)).toMatchObject({ state: 'failed', error });
  expect(stub.seen).toHaveLength(1);
});

describe('403 names the right that is missing', () => {
  const cases: readonly [string, Parameters<Api['getJson']>[0], string, object][] = [
    [
      'as the server says it',
      core('pods', { namespace: 'shop' }),
      'pods is forbidden: User "till" cannot list resource "pods" in API group "" in the namespace "shop"',
      { verb: 'list', group: '', resource: 'pods', namespace: 'shop' },
    ],
    [
      'at the cluster scope',
      { group: 'crd.projectcalico.org', version: 'v1', resource: 'ippools' },
      'ippools.crd.projectcalico.org is forbidden: User "till" cannot list resource "ippools" in API group "crd.projectcalico.org" at the cluster scope',
      { verb: 'list', group: 'crd.projectcalico.org', resource: 'ippools' },
    ],
    [
      'as the request needs it',
      { ...core('pods', { namespace: 'shop', name: 'till-1' }), subresource: 'log' },
      'no',
      { verb: 'get', group: '', resource: 'pods/log', namespace: 'shop' },
    ],
  ];
  test.each(cases)('%s', async (_name, target, message, right) => {
    const { api } = await setUp(() => status(403, message));
    expect(await api.getJson(target)).toMatchObject({ error: { kind: 'forbidden', right } });
  });
});

describe('a passing failure is asked again', () => {
  const cases: readonly [string, Reply, readonly number[]][] = [
    ['429', status(429, 'slow down'), [300, 600]],
    [
      '429 with Retry-After',
      { ...status(429, 'slow down'), headers: { 'retry-after': '3' } },
      [3200, 3200],
    ],
    ['500', status(500, 'etcdserver: leader changed'), [300, 600]],
    ['503', { status: 503, text: 'no backend' }, [300, 600]],
    ['a connection that is cut', { ends: 'cut' }, [300, 600]],
    ['half an answer', { ...some, ends: 'half' }, [300, 600]],
  ];
  test.each(cases)('%s', async (_name, reply, waits) => {
    const { api, clock } = await setUp(inOrder(reply, reply, some));
    expect(await api.getJson(nodes)).toMatchObject({ state: 'read' });
    expect(clock.waits).toEqual(waits);
  });

  test('by an HTTP date', async () => {
    const later = { 'retry-after': 'Sun, 01 Mar 2026 12:00:07 GMT' };
    const { api, clock } = await setUp(inOrder({ ...status(503, ''), headers: later }, some));
    await api.getJson(nodes);
    expect(clock.waits).toEqual([7200]);
  });

  test('five times, then it is data', async () => {
    const { api, stub } = await setUp(() => status(503, 'down'));
    expect(await api.getJson(nodes)).toMatchObject({
      status: 503,
      error: { kind: 'server-error' },
    });
    expect(stub.seen).toHaveLength(5);
  });

  test('but not a 503 of an add-on', async () => {
    const { api, stub } = await setUp(() => status(503, 'down'));
    await api.getJson(nodes, { patience: 'little' });
    expect(stub.seen).toHaveLength(1);
  });

  test('not where the server asks for more time than there is', async () => {
    const reply = { ...status(429, 'later'), headers: { 'retry-after': '900' } };
    const { api, stub } = await setUp(() => reply);
    expect(await api.getJson(nodes)).toMatchObject({ error: { message: 'later' } });
    expect(stub.seen).toHaveLength(1);
  });
});

describe('time limits', () => {
  test('end a request that gets no answer', async () => {
    const { api, stub, clock } = await setUp(
      () => {
        setImmediate(() => clock.expire());
        return { ends: 'silence' };
      },
      { requestTimeoutMs: 30_000 },
    );
    expect(await api.getJson(nodes)).toMatchObject({
      error: { kind: 'timeout', message: expect.stringContaining('30 s') },
    });
    expect(stub.seen).toHaveLength(1);
  });

  test('hold for all requests together', async () => {
    const { api, stub, clock } = await setUp(
      () => {
        setImmediate(() => clock.expire());
        return { ends: 'silence' };
      },
      { requestTimeoutMs: 0, deadlineMs: 90_000 },
    );
    expect(await api.getJson(nodes)).toMatchObject({ error: { kind: 'timeout' } });
    expect(await api.getJson(nodes)).toMatchObject({ error: { kind: 'timeout' } });
    expect(stub.seen).toHaveLength(1);
  });

  test('Ctrl-C ends everything with its own reason', async () => {
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const { api } = await setUp(
      () => {
        setImmediate(() => controller.abort(reason));
        return { ends: 'silence' };
      },
      { signal: controller.signal },
    );
    await expect(api.getJson(nodes)).rejects.toBe(reason);
    await expect(api.getJson(nodes)).rejects.toBe(reason);
  });
});

test('a server that is not there is data', async () => {
  const stub = await startStub(() => some);
  await stub.close();
  const connection = connect({ server: stub.url }, { env: {}, isInteractive: false });
  const api = createApi(connection, { clock: fakeClock() });
  expect(await api.getJson('/version')).toMatchObject({
    error: { kind: 'unreachable', message: 'the connection was refused' },
  });
});

describe('a server that has gone', () => {
  const cut: Reply = { ends: 'cut' };
  const many = Array.from({ length: 12 }, (_, index) => core(`things${index}`));

  test('is not asked for ever', async () => {
    const { api, stub } = await setUp(() => cut, { maxInFlight: 3 });
    const outcomes = await Promise.all(many.map((target) => api.getJson(target)));
    expect(outcomes).toEqual(
      many.map(() =>
        expect.objectContaining({ error: expect.objectContaining({ kind: 'unreachable' }) }),
      ),
    );
    // Three, and those that began while these ended.
    expect(new Set(stub.seen.map(({ path }) => path)).size).toBeLessThan(6);
  });

  test('has not if it answers now and then', async () => {
    const answers = (path: string): boolean => /[05]$/.test(path);
    const { api, stub } = await setUp(({ path }) => (answers(path) ? some : cut), {
      maxInFlight: 5,
    });
    for (const target of many) await api.getJson(target);
    expect(new Set(stub.seen.map(({ path }) => path)).size).toBe(12);
  });

  test('is another than a node that does not answer', async () => {
    const log = { ...core('pods', { namespace: 'shop', name: 'till' }), subresource: 'log' };
    const { api, stub } = await setUp(({ path }) => (path.endsWith('/log') ? cut : some), {
      maxInFlight: 2,
    });
    const ask = { query: {}, keep: 'head', maxBytes: 10 } as const;
    for (let count = 0; count < 4; count += 1) await api.getText(log, ask);
    expect(await api.getJson(nodes)).toMatchObject({ state: 'read' });
    expect(stub.seen.at(-1)?.path).toBe('/api/v1/nodes');
  });
});

test.each([10, 3])('%i requests are under way, no more, over as many connections', async (most) => {
  const waiting: ((reply: Reply) => void)[] = [];
  const allTogether: Script = () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === most) for (const answer of waiting.splice(0)) answer(some);
    });
  const { api, stub } = await setUp(allTogether, { maxInFlight: most });
  await Promise.all(Array.from({ length: 4 * most }, () => api.getJson(nodes)));
  expect(stub.seen).toHaveLength(4 * most);
  expect(stub.mostAtOnce()).toBe(most);
  expect(stub.connections()).toBe(most);
});

describe('text', () => {
  const text = 'first\nsecond\nthird\n';
  const log = { ...core('pods', { namespace: 'shop', name: 'till-1' }), subresource: 'log' };
  test.each([
    ['head', 100, text, 19],
    ['tail', 100, text, 19],
    ['head', 8, 'first\nse', 19],
    ['tail', 8, 'd\nthird\n', 19],
  ] as const)('%s of %i bytes', async (keep, maxBytes, kept, bytes) => {
    const { api, stub } = await setUp(() => ({ text }));
    const outcome = await api.getText(log, { query: { container: 'till' }, keep, maxBytes });
    expect(outcome).toEqual({ state: 'read', value: { text: kept, bytes } });
    expect(stub.seen[0]).toMatchObject({
      path: '/api/v1/namespaces/shop/pods/till-1/log',
      query: { container: 'till' },
    });
  });

  test('of a node that cannot be reached is not asked again', async () => {
    const { api, stub } = await setUp(() => status(500, 'dial tcp 10.0.0.9:10250: i/o timeout'));
    const outcome = await api.getText(log, { query: {}, keep: 'head', maxBytes: 9 });
    expect(outcome).toMatchObject({ error: { kind: 'server-error' } });
    expect(stub.seen).toHaveLength(1);
  });
});

test('post sends JSON', async () => {
  const { api, stub } = await setUp(() => ({ status: 201, json: { status: { allowed: true } } }));
  const target = {
    group: 'authorization.k8s.io',
    version: 'v1',
    resource: 'selfsubjectaccessreviews',
  };
  expect(await api.post(target, { spec: {} })).toMatchObject({ state: 'read' });
  expect(stub.seen[0]).toMatchObject({ method: 'POST', body: '{"spec":{}}' });
});

test('the log has a line for each try', async () => {
  const lines: string[] = [];
  const { api, stub } = await setUp(inOrder(status(500, ''), some), {
    log: (line) => lines.push(line),
  });
  await api.getJson(nodes, { query: { limit: '5' } });
  expect(lines).toEqual([
    `GET ${stub.url}/api/v1/nodes?limit=5 500 in 0 ms`,
    `GET ${stub.url}/api/v1/nodes?limit=5 200 in 0 ms`,
  ]);
});
