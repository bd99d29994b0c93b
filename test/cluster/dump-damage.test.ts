import * as fc from 'fast-check';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../internal/cluster/archive-entry.ts';
import { readDump } from '../../internal/cluster/dump.ts';
import { UserError } from '../../internal/model/error.ts';
import type { Snapshot } from '../../internal/model/snapshot.ts';
import { linkTo, tarGzOf, tarOf, withTree, zipOf, type Tree } from '../support/dump-tree.ts';
import { event, ipPool, list, logLine, marked, node, pod, typed } from '../support/harbour.ts';

const read = (tree: Tree): Promise<Snapshot> => withTree(tree, (folder) => readDump(folder));
const json = (value: object): string => JSON.stringify(value, null, 4);

const nodes = list('Node', [node('pier-1')]);
const pods = list('Pod', [pod('till', 'shop'), pod('desk', 'shop')]);

describe('a damaged file', () => {
  test.each([
    ['cut JSON', json(pods).slice(0, -300)],
    ['cut in its first line', '{'],
    ['empty', ''],
    ['zero bytes', Buffer.alloc(500)],
    ['a comma too many', json(pods).replace('"items"', ',"items"')],
    ['text of a proxy', '<html>Bad gateway</html>'],
    ['an error of a proxy', '{"error":"bad gateway"}'],
  ])('%s: its list is failed, with what other files have of it', async (_, broken) => {
    const snapshot = await read({
      'nodes.json': nodes,
      'kube-system/pods.json': list('Pod', [pod('calico-node-q7w2e', 'kube-system')]),
      'shop/pods.json': broken,
    });
    expect(snapshot.lists.pods).toMatchObject({
      state: 'failed',
      error: { kind: 'damaged' },
      items: [{ metadata: { name: 'calico-node-q7w2e' } }],
    });
    expect(snapshot.lists.nodes).toMatchObject({ state: 'read' });
    expect(snapshot.warnings.join('\n')).toContain('shop/pods.json');
  });

  test.each([
    [
      'cut behind the second item',
      'x/all.yaml',
      'apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: a\n',
    ],
    ['cut within a word', 'pods.yaml', 'apiVersion: v1\nitems:\n- apiVersion: v1\n  kin'],
  ])('YAML %s', async (_, file, text) => {
    const snapshot = await read({ 'nodes.json': nodes, [file]: text });
    expect(snapshot.lists.pods).toMatchObject({ state: 'failed', error: { kind: 'damaged' } });
    expect(snapshot.lists.pods).not.toHaveProperty('items');
  });

  test('in a row of documents, only the cut one is lost', async () => {
    const events = json(list('Event', [event('e1', 'shop')])).slice(0, -40);
    const snapshot = await read({ 'dump.txt': `${json(nodes)}\n${json(pods)}\n${events}` });
    expect(snapshot.lists).toMatchObject({
      nodes: { state: 'read' },
      pods: {
        state: 'read',
        items: [{ metadata: { name: 'till' } }, { metadata: { name: 'desk' } }],
      },
      events: { state: 'failed', error: { kind: 'damaged' } },
    });
  });

  test('a dump on standard output that was cut in a log keeps what came before', async () => {
    const text = `${json(nodes)}\n${json(pods)}\n${marked('shop', 'till', 'calico-node', 'one\n').slice(0, 80)}`;
    const snapshot = await read({ 'dump.txt': text });
    expect(snapshot.logs).toMatchObject([{ pod: 'till', read: { state: 'read' } }]);
    expect(snapshot.warnings).toHaveLength(1);
  });

  test('what has no room is lost, whatever is small enough beside it is kept', async () => {
    const bomb = `{"kind":"PodList","apiVersion":"v1","items":[${'{},'.repeat(20_000)}{}]}`;
    const tree = { 'nodes.json': nodes, 'shop/pods.json': bomb, 'zone/pods.json': pods };
    const snapshot = await withTree(tree, (folder) =>
      readDump(folder, defaultLimits, { bytes: 1_000_000 }),
    );
    expect(snapshot.lists.nodes).toMatchObject({ state: 'read' });
    expect(snapshot.lists.pods).toMatchObject({
      state: 'failed',
      error: { kind: 'damaged', message: expect.stringContaining('memory') },
      items: [{ metadata: { name: 'till' } }, { metadata: { name: 'desk' } }],
    });
  });

  test('many small files have no more room than a large one', async () => {
    const tree = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [
        `space-${index}/pods.json`,
        list('Pod', [pod('till', `space-${index}`)]),
      ]),
    );
    const snapshot = await withTree({ 'nodes.json': nodes, ...tree }, (folder) =>
      readDump(folder, defaultLimits, { bytes: 20_000 }),
    );
    const { pods: found } = snapshot.lists;
    expect(found.state).toBe('failed');
    const items = found.state === 'not-asked' ? [] : (found.items ?? []);
    expect(items.length).toBeGreaterThan(1);
    expect(items.length).toBeLessThan(50);
  });

  test('items without a name are counted and not kept', async () => {
    const snapshot = await read({
      'nodes.json': nodes,
      'pods.json': `{"kind":"PodList","apiVersion":"v1","items":[${'{},'.repeat(499)}{}]}`,
    });
    expect(snapshot.lists.pods).toMatchObject({ state: 'read', items: [] });
    expect(snapshot.warnings).toHaveLength(11);
    expect(snapshot.warnings.at(-1)).toContain('490 more');
  });

  test('an empty file of a kind that a cluster may lack is no failure', async () => {
    const snapshot = await read({
      'nodes.json': nodes,
      'installations.yaml': '',
      'daemonsets.yaml': '',
    });
    expect(snapshot.lists.installations).toMatchObject({ state: 'not-asked' });
    expect(snapshot.lists.daemonSets).toMatchObject({ state: 'failed' });
  });

  test('too large a file costs its list', async () => {
    await withTree(
      { 'nodes.json': nodes, 'pods.json': json(pods).padEnd(5000) },
      async (folder) => {
        const snapshot = await readDump(folder, {
          fileBytes: 4000,
          totalBytes: 100_000,
          files: 10,
        });
        expect(snapshot.lists.pods).toMatchObject({ state: 'failed' });
        expect(snapshot.lists.nodes).toMatchObject({ state: 'read' });
      },
    );
  });

  test('an archive that was cut makes all that it has failed', async () => {
    const filler = Array.from({ length: 4000 }, (_, n) => `${(n * 7919) % 10_007}`).join(' ');
    const whole = await tarGzOf({ 'nodes.json': nodes, 'z.log': filler });
    await withTree({ 'x.tgz': whole.subarray(0, whole.length - 4000) }, async (folder) => {
      const snapshot = await readDump(path.join(folder, 'x.tgz'));
      expect(snapshot.lists.nodes).toMatchObject({
        state: 'failed',
        error: { kind: 'damaged' },
        items: [{ metadata: { name: 'pier-1' } }],
      });
    });
  });

  test('wrong fields are left out and told', async () => {
    const snapshot = await read({
      'nodes.json': nodes,
      'pods.json': list('Pod', [{ ...pod('till', 'shop'), spec: [] }]),
    });
    expect(snapshot.warnings).toEqual(['Pod shop/till: spec is not an object']);
  });
});

describe('what is no object and no log', () => {
  test('is named, alike ones in one sentence', async () => {
    const tree = {
      'nodes.json': nodes,
      'photo.png': Buffer.from([0x89, 0x50, 0, 0]),
      'package.json': { name: 'x' },
      'notes.txt': 'call Ada',
      'pods.txt': 'NAME    READY\ntill    1/1\n',
      ...Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`iptables-${n}.txt`, '*nat'])),
    };
    await withTree(tree, async (folder) => {
      await linkTo(folder, 'hosts.json', '/etc/hosts');
      const { warnings } = await readDump(folder);
      expect(warnings).toHaveLength(4);
      for (const name of ['photo.png', 'pods.txt', 'hosts.json', '11 files']) {
        expect(warnings.filter((warning) => warning.includes(name))).toHaveLength(1);
      }
    });
  });

  test('what macOS adds is passed over', async () => {
    const tree = {
      'nodes.json': nodes,
      '._nodes.json': Buffer.alloc(9),
      '.DS_Store': Buffer.alloc(9),
    };
    expect((await read({ ...tree, '__MACOSX/._nodes.json': Buffer.alloc(9) })).warnings).toEqual(
      [],
    );
  });

  test('a hostile archive gives its good files', async () => {
    const bytes = await tarOf([
      { name: '../../pods.json', content: json(pods) },
      { name: 'nodes.json', content: json(nodes) },
      { name: 'passwd', type: 'symlink', linkname: '/etc/passwd' },
    ]);
    await withTree({ 'x.tar': bytes }, async (folder) => {
      const snapshot = await readDump(path.join(folder, 'x.tar'));
      expect(snapshot.lists).toMatchObject({
        nodes: { state: 'read' },
        pods: { state: 'not-asked' },
      });
      expect(snapshot.warnings).toHaveLength(2);
    });
  });
});

test.each([
  ['an empty folder', {}],
  ['only text', { 'notes.txt': 'x' }],
  ['only output for people', { 'pods.txt': 'NAME    READY\ntill    1/1\n' }],
  ['only damage', { 'pods.json': '{' }],
  ['only a Secret', { 'x.json': typed('Secret', 'v1', { metadata: { name: 's' } }) }],
  ['only empty lists', { 'pods.json': list('Pod', null) }],
  ['only an error', { 'pods.json': 'Error from server (Forbidden): pods is forbidden' }],
])('%s: a UserError with a hint', async (_, tree) => {
  const failed = read(tree);
  await expect(failed).rejects.toThrow(UserError);
  await expect(failed).rejects.toMatchObject({ hint: /kubectl|JSON/ });
});

describe('whatever bytes are changed', () => {
  const tree: Tree = {
    'nodes.json': nodes,
    'shop/pods.json': json(pods),
    'shop/till/logs.txt': marked('shop', 'till', 'calico-node', logLine('x')),
    'pools.yaml':
      'apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Node\n  metadata: {name: a}\nkind: List\n',
    'ippool.json': ipPool,
  };
  const names = Object.keys(tree);

  // Replaces, removes or puts in bytes at one place.
  const changed = (bytes: Uint8Array, at: number, cut: number, by: Uint8Array): Buffer => {
    const from = at % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(from + cut)]);
  };

  const change = fc.tuple(fc.nat(), fc.nat({ max: 40 }), fc.uint8Array({ maxLength: 8 }));

  async function survives(target: Tree, name: string): Promise<void> {
    await withTree(target, async (folder) => {
      const isFine = await readDump(path.join(folder, name)).then(
        (snapshot) => Object.isFrozen(snapshot),
        (error: unknown) => error instanceof UserError,
      );
      expect(isFine).toBe(true);
    });
  }

  test('of a file in a folder, nothing but a UserError is thrown', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...names),
      change,
      async (name, [at, cut, by]) => {
        const content = tree[name];
        const bytes = Buffer.from(typeof content === 'string' ? content : json(content ?? {}));
        await survives({ ...tree, [name]: changed(bytes, at, cut, by) }, '.');
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  test.each(['x.tar', 'x.tar.gz', 'x.zip'])(
    'of %s, nothing but a UserError is thrown',
    async (name) => {
      const entries = Object.entries(tree).map(([file, content]) => ({
        name: file,
        content: typeof content === 'string' ? content : json(content),
      }));
      const whole =
        name === 'x.zip' ? zipOf(tree) : await (name === 'x.tar' ? tarOf(entries) : tarGzOf(tree));
      const property = fc.asyncProperty(change, ([at, cut, by]) =>
        survives({ [name]: changed(whole, at, cut, by) }, name),
      );
      await fc.assert(property, { numRuns: 40 });
    },
  );
});
