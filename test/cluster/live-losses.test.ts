import { afterEach, describe, expect, test } from 'vitest';
import type { ApiOptions } from '../../internal/cluster/api.ts';
import { connect } from '../../internal/cluster/connect.ts';
import { liveCluster } from '../../internal/cluster/live-cluster.ts';
import type { Change } from '../../internal/model/remedy.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { type Live, startLive, withLive } from '../support/live.ts';
import { inOrder, type Reply, type Script, startStub, status } from '../support/stub-api-server.ts';

const ref = { apiVersion: 'v1', kind: 'Node', name: 'till' };
const change: Change = { ref, verb: 'patch', body: { spec: { unschedulable: true } } };
const written: Reply = { json: { kind: 'Node', apiVersion: 'v1', metadata: { name: 'till' } } };
const whole = (code: number, message: string): Reply =>
  status(code, message, { reason: 'ServerTimeout' });
const soon = { 'retry-after': '1' };

describe('a change whose answer does not tell is open, and not sent again', () => {
  test.each<[string, Reply]>([
    ['no answer', { ends: 'cut' }],
    ['half an answer', { ...written, ends: 'half' }],
    ['no JSON', { text: '<html>welcome</html>' }],
    ['half JSON', { text: '{"kind":"No' }],
    ['no object', { json: [] }],
    ['500', status(500, 'etcdserver: request timed out')],
    ['502', { status: 502, text: 'bad gateway' }],
    ['503 of a proxy', { status: 503, text: 'upstream reset', headers: soon }],
    ['503 without more', whole(503, 'unavailable')],
    ['504', whole(504, 'the request did not end in time')],
  ])('%s', async (_name, reply) => {
    const { result, seen } = await withLive(
      () => reply,
      (live) => live.cluster.send(change),
    );
    expect(result).toMatchObject({ state: 'refused', isOpen: true });
    expect(seen).toHaveLength(1);
  });
});

describe('a change that was surely not carried out is sent again', () => {
  test.each<[string, Reply]>([
    ['429', status(429, 'slow down')],
    ['429 without a Status', { status: 429, text: 'slow down' }],
    ['503 of a server that starts', { ...whole(503, 'starting'), headers: soon }],
  ])('%s', async (_name, reply) => {
    const { result, seen } = await withLive(inOrder(reply, reply, written), (live) =>
      live.cluster.send(change),
    );
    expect(result).toMatchObject({ state: 'done' });
    expect(seen).toHaveLength(3);
  });

  test('half a minute long, then it is refused', async () => {
    const { result, seen, clock } = await withLive(
      () => status(429, 'slow down'),
      (live) => live.cluster.send(change),
    );
    expect(result).toMatchObject({ state: 'refused', status: 429, isOpen: false });
    expect(seen).toHaveLength(9);
    const waited = clock.waits.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThan(20_000);
    expect(waited).toBeLessThan(60_000);
  });

  test.each(['there', 'found'])('a server that is not %s', async (lack) => {
    const stub = await startStub(() => written);
    await stub.close();
    const clock = fakeClock();
    const server = lack === 'there' ? stub.url : 'http://till.invalid:1';
    const connection = connect({ server }, { env: {}, isInteractive: false });
    const cluster = liveCluster(connection, { api: { clock, random: () => 0.5 } });
    expect(await cluster.send(change)).toMatchObject({
      state: 'refused',
      status: null,
      isOpen: false,
    });
    expect(clock.waits.length).toBe(lack === 'there' ? 8 : clock.waits.length);
  });
});

describe('a change that is refused', () => {
  test.each<[string, Reply, object]>([
    [
      'by somebody else who wrote meanwhile',
      status(409, 'modified', { reason: 'Conflict' }),
      { status: 409, reason: 'Conflict', isOpen: false },
    ],
    [
      'as not valid',
      status(422, 'invalid', {
        reason: 'Invalid',
        details: {
          causes: [{ reason: 'FieldValueInvalid', field: 'spec.x', message: 'must be y' }],
        },
      }),
      {
        status: 422,
        causes: [{ reason: 'FieldValueInvalid', field: 'spec.x', message: 'must be y' }],
      },
    ],
    [
      'as it is for another object of that name',
      status(422, 'invalid', {
        reason: 'Invalid',
        details: { causes: [{ reason: 'FieldValueInvalid', field: 'metadata.uid' }] },
      }),
      { status: 409, reason: 'Conflict' },
    ],
    [
      'as the object is no longer what the patch was made for',
      status(422, 'the server rejected our request due to an error in our request', {
        reason: 'Invalid',
        details: {},
      }),
      { status: 409, reason: 'Conflict' },
    ],
    [
      'for a field that is not known, without the object before it',
      status(422, ' "" is invalid: patch: Invalid value: "{}": strict decoding error: unknown x', {
        reason: 'Invalid',
        details: { causes: [{ message: 'value: "{}": strict decoding error: unknown x' }] },
      }),
      {
        status: 422,
        message: 'strict decoding error: unknown x',
        causes: [{ reason: '', field: '', message: 'strict decoding error: unknown x' }],
      },
    ],
    [
      'by a webhook that fails',
      status(500, 'Internal error occurred: failed calling webhook "x.example": no route'),
      { status: 500, isOpen: false },
    ],
    [
      'by RBAC, which names the right',
      status(
        403,
        'nodes "till" is forbidden: User "eve" cannot patch resource "nodes" in API group "" at the cluster scope',
      ),
      { status: 403, right: { verb: 'patch', group: '', resource: 'nodes' } },
    ],
  ])('%s', async (_name, reply, expected) => {
    const { result, seen } = await withLive(
      () => reply,
      (live) => live.cluster.send(change),
    );
    expect(result).toMatchObject({ state: 'refused', ...expected });
    expect(seen).toHaveLength(1);
  });

  test('by admission lacks no right', async () => {
    const reply = status(403, 'admission webhook "x.example" denied the request: no');
    const { result } = await withLive(
      () => reply,
      (live) => live.cluster.send(change),
    );
    expect(result).toMatchObject({ state: 'refused', status: 403 });
    expect(result).not.toHaveProperty('right');
  });
});

test.each<[string, Reply]>([
  ['500', status(500, 'leader changed')],
  ['a cut', { ends: 'cut' }],
])('a dry run is retried like reading, and never open: %s', async (_name, reply) => {
  const again = await withLive(inOrder(reply, written), (live) =>
    live.cluster.send(change, { isDryRun: true }),
  );
  expect(again.result).toMatchObject({ state: 'done' });
  const never = await withLive(
    () => reply,
    (live) => live.cluster.send(change, { isDryRun: true }),
  );
  expect(never.result).toMatchObject({ state: 'refused', isOpen: false });
});

describe('interrupted', () => {
  const open: Live[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map(({ stub }) => stub.close()));
  });
  const reason = new Error('interrupted');

  async function interrupt(
    answer: (signal: AbortSignal) => ReturnType<Script>,
    api: ApiOptions = {},
  ) {
    const controller = new AbortController();
    const live = await startLive(
      () => {
        setImmediate(() => controller.abort(reason));
        return answer(controller.signal);
      },
      { signal: controller.signal, ...api },
    );
    open.push(live);
    return live;
  }

  test('a change under way is open, once it had its time', async () => {
    const { cluster, clock, stub } = await interrupt(() => ({ ends: 'silence' }));
    expect(await cluster.send(change)).toMatchObject({ state: 'refused', isOpen: true });
    expect(clock.waits).toEqual([5000]);
    expect(stub.seen).toHaveLength(1);
    await expect(cluster.send(change)).rejects.toBe(reason);
    expect(stub.seen).toHaveLength(1);
  });

  test('a change that ends in that time is done', async () => {
    const clock = { now: () => 0, after: () => () => undefined };
    const later = (signal: AbortSignal): Promise<Reply> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => setImmediate(() => resolve(written)));
      });
    const { cluster } = await interrupt(later, { clock });
    expect(await cluster.send(change)).toMatchObject({ state: 'done' });
  });

  test('a change that was turned away is not sent again', async () => {
    const clock = { now: () => 0, after: () => () => undefined };
    const { cluster, stub } = await interrupt(() => status(429, 'slow down'), { clock });
    await expect(cluster.send(change)).rejects.toBe(reason);
    expect(stub.seen).toHaveLength(1);
  });

  test('reading and dry runs end at once', async () => {
    const { cluster } = await interrupt(() => ({ ends: 'silence' }));
    await expect(cluster.send(change, { isDryRun: true })).rejects.toBe(reason);
    await expect(cluster.get(ref)).rejects.toBe(reason);
  });
});

test('a change that gets no answer in time is open', async () => {
  const live = await startLive(() => {
    setImmediate(() => live.clock.expire());
    return { ends: 'silence' };
  });
  expect(await live.cluster.send(change)).toMatchObject({
    state: 'refused',
    status: null,
    isOpen: true,
  });
  await live.stub.close();
});

test('the log of requests shows neither bodies nor headers', async () => {
  const lines: string[] = [];
  const secret = { ...change, body: { metadata: { annotations: { plum: 'jam' } } } };
  await withLive(
    inOrder(status(409, 'jam', { reason: 'Conflict' })),
    (live) => live.cluster.send(secret),
    { log: (line) => lines.push(line) },
  );
  expect(lines).toEqual([
    expect.stringMatching(/^PATCH http:\S+nodes\/till\?fieldManager=\S+ 409 in \d+ ms$/),
  ]);
});
