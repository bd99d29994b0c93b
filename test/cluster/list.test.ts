import { describe, expect, test } from 'vitest';
import { connect } from '../../internal/cluster/connect.ts';
import { readList, readOne } from '../../internal/cluster/list.ts';
import { createApi } from '../../internal/cluster/request.ts';
import { slim } from '../../internal/cluster/slim.ts';
import { core } from '../../internal/cluster/target.ts';
import { node } from '../support/cluster-objects.ts';
import { clusterScript } from '../support/cluster-script.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { answer, listAnswer, type Part } from '../support/protobuf.ts';
import { type Reply, type Script, startStub, status } from '../support/stub-api-server.ts';

async function withApi<T>(script: Script, use: (api: ReturnType<typeof createApi>) => Promise<T>) {
  const stub = await startStub(script);
  const connection = connect({ server: stub.url }, { env: {}, isInteractive: false });
  const result = await use(createApi(connection, { clock: fakeClock() }));
  await stub.close();
  return { result, seen: stub.seen };
}

const many = { objects: Array.from({ length: 1203 }, (_, index) => node(`n${index}`, '10.0.0.1')) };
const nodes = core('nodes');

describe('a list', () => {
  test('is read in pages', async () => {
    const { result, seen } = await withApi(clusterScript(many), (api) =>
      readList(api, 'nodes', nodes),
    );
    expect(seen.map(({ query }) => [query['limit'], query['continue']])).toEqual([
      ['500', undefined],
      ['500', '500'],
      ['500', '1000'],
    ]);
    const names =
      result.state === 'read' ? result.value.items.map((item) => item.metadata.name) : [];
    expect(new Set(names).size).toBe(1203);
    expect(result).toMatchObject({ value: { isCut: false, warnings: [] } });
  });

  test('ends when there is enough', async () => {
    const { result } = await withApi(clusterScript(many), (api) =>
      readList(api, 'nodes', nodes, { mostItems: 700 }),
    );
    expect(result).toMatchObject({ value: { isCut: true, items: { length: 1000 } } });
  });

  test('is begun anew when its pages are too old', async () => {
    let refusals = 1;
    const script = clusterScript(many, ({ query }) =>
      query['continue'] === '1000' && refusals-- > 0 ? status(410, 'too old') : undefined,
    );
    const { result, seen } = await withApi(script, (api) => readList(api, 'nodes', nodes));
    expect(result).toMatchObject({ value: { items: { length: 1203 } } });
    expect(seen).toHaveLength(6);
  });

  test('is not absent because its next page is', async () => {
    const script = clusterScript(many, ({ query }) =>
      query['continue'] ? status(404, 'no such page') : undefined,
    );
    const { result } = await withApi(script, (api) => readList(api, 'nodes', nodes));
    expect(result).toMatchObject({ state: 'failed', error: { kind: 'server-error' } });
  });

  test('is given up when they are always too old', async () => {
    const script = clusterScript(many, ({ query }) =>
      query['continue'] ? status(410, 'too old') : undefined,
    );
    const { result, seen } = await withApi(script, (api) => readList(api, 'nodes', nodes));
    expect(result).toMatchObject({ state: 'failed', error: { message: 'too old' } });
    expect(seen).toHaveLength(6);
  });

  test.each([
    ['null items', { kind: 'NodeList', items: null }, { state: 'read', value: { items: [] } }],
    ['no list', { kind: 'Node', items: 'x' }, { state: 'failed', error: { kind: 'damaged' } }],
    ['a number', 7, { state: 'failed', error: { kind: 'damaged' } }],
    [
      'an item without a name',
      { kind: 'NodeList', items: [{}, { metadata: { name: 'a' } }] },
      { state: 'read', value: { items: { length: 1 }, warnings: { length: 1 } } },
    ],
  ])('of %s', async (_name, json, expected) => {
    const { result } = await withApi(
      () => ({ json }),
      (api) => readList(api, 'nodes', nodes),
    );
    expect(result).toMatchObject(expected);
  });

  test('in short form has the kind of its objects', async () => {
    const { result } = await withApi(clusterScript({ objects: [node('a', '10.0.0.1')] }), (api) =>
      readList(api, 'nodes', nodes, { metadataOnly: true }),
    );
    expect(result).toMatchObject({ value: { items: [{ kind: 'Node', metadata: { name: 'a' } }] } });
  });
});

test('one object is a list of one', async () => {
  const script = clusterScript({ objects: [node('a', '10.0.0.1')] });
  const { result } = await withApi(script, (api) =>
    readOne(api, 'nodes', core('nodes', { name: 'a' })),
  );
  expect(result).toMatchObject({ value: { items: [{ metadata: { name: 'a' } }] } });
});

describe('slim', () => {
  const metadata = { name: 'a', managedFields: [] };
  test.each([
    [
      'nodes',
      { metadata, status: { images: [], addresses: [] } },
      { metadata: { name: 'a' }, status: { addresses: [] } },
    ],
    [
      'ipamBlocks',
      { metadata, spec: { cidr: 'c', attributes: [] } },
      { metadata: { name: 'a' }, spec: { cidr: 'c' } },
    ],
    ['daemonSets', { metadata }, { metadata }],
    ['installations', { metadata }, { metadata }],
    ['pods', { metadata: 7 }, { metadata: 7 }],
    ['pods', null, null],
  ] as const)('%s', (list, object, rest) => {
    const before = structuredClone(object);
    expect(slim(list, object)).toEqual(rest);
    expect(object).toEqual(before);
  });
});

describe('a list of nodes is asked for in the binary form', () => {
  const type = 'application/vnd.kubernetes.protobuf';
  const inBinary = (bytes: Buffer, code = 200): Reply => ({
    status: code,
    bytes,
    headers: { 'content-type': type },
  });
  const named = (name: string): readonly Part[] => [[1, [[1, name]]]];
  const inJson: Reply = { json: { kind: 'NodeList', items: [node('n2', '10.0.0.2')] } };
  const wantsBinary = (accept = ''): boolean => accept.startsWith(type);

  test.each<readonly [string, Reply, readonly string[], readonly boolean[]]>([
    ['and read', inBinary(listAnswer('Node', [named('n2')])), ['n1', 'n2'], [true, true]],
    ['and may come in JSON all the same', inJson, ['n1', 'n2'], [true, true]],
    [
      'and in JSON where it has what is not known',
      inBinary(
        listAnswer('Node', [
          [
            [1, [[1, 'n2']]],
            [9, 'new'],
          ],
        ]),
      ),
      ['n1', 'n2'],
      [true, true, false],
    ],
    [
      'and in JSON where that is refused',
      status(406, 'only JSON here'),
      ['n1', 'n2'],
      [true, true, false],
    ],
  ])('%s', async (_name, second, names, asked) => {
    const first = inBinary(listAnswer('Node', [named('n1')], 'more'));
    const script: Script = ({ query, headers }) => {
      if (query['continue'] === undefined) return first;
      return wantsBinary(headers.accept) ? second : inJson;
    };
    const { result, seen } = await withApi(script, (api) => readList(api, 'nodes', nodes));
    expect(result).toMatchObject({
      state: 'read',
      value: { items: names.map((name) => ({ kind: 'Node', metadata: { name } })) },
    });
    expect(seen.map(({ headers }) => wantsBinary(headers.accept))).toEqual(asked);
  });

  test('and a refusal in it is understood', async () => {
    const script: Script = () =>
      inBinary(
        answer('Status', [
          [3, 'nodes is forbidden: no right'],
          [4, 'Forbidden'],
          [6, 403],
        ]),
        403,
      );
    const { result } = await withApi(script, (api) => readList(api, 'nodes', nodes));
    expect(result).toMatchObject({
      state: 'failed',
      error: { kind: 'forbidden', message: expect.stringContaining('no right') },
    });
  });
});
