import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { filesIn } from '../../internal/cluster/archive.ts';
import { defaultLimits, type Entry, type Limits } from '../../internal/cluster/archive-entry.ts';
import { UserError } from '../../internal/model/error.ts';
import { linkTo, tarGzOf, tarOf, withTree, zipOf, type Tree } from '../support/dump-tree.ts';

const tree: Tree = { 'nodes.json': '{"a":1}', 'shop/pods.json': '[]', 'shop/till/logs.txt': 'x\n' };

async function entriesOf(target: string, limits?: Limits): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of filesIn(target, limits)) entries.push(entry);
  return entries;
}

const brief = (entries: readonly Entry[]): Record<string, string> =>
  Object.fromEntries(
    entries.map((entry) => [
      entry.path,
      'problem' in entry ? entry.problem : Buffer.from(entry.bytes).toString(),
    ]),
  );

const inFile = (
  name: string,
  bytes: Uint8Array,
  limits?: Limits,
): Promise<Record<string, string>> =>
  withTree({ [name]: bytes }, async (folder) =>
    brief(await entriesOf(path.join(folder, name), limits)),
  );

const packed = {
  'dump/nodes.json': '{"a":1}',
  'dump/shop/pods.json': '[]',
  'dump/shop/till/logs.txt': 'x\n',
};

describe('filesIn', () => {
  test('a folder, in the order of names', async () => {
    await withTree(tree, async (folder) => {
      expect((await entriesOf(folder)).map((entry) => entry.path)).toEqual(Object.keys(tree));
      expect(brief(await entriesOf(folder))).toEqual(tree);
    });
  });

  test('a single file', async () => {
    expect(await inFile('objects.yaml', Buffer.from('kind: Node'))).toEqual({
      'objects.yaml': 'kind: Node',
    });
    expect(await inFile('objects.yaml.gz', gzipSync('kind: Node'))).toEqual({
      'objects.yaml': 'kind: Node',
    });
  });

  test.each(['x.tar.gz', 'x.tgz', 'x.dump', 'x.zip'])('a packed tar called %s', async (name) => {
    expect(await inFile(name, await tarGzOf(tree))).toEqual(packed);
  });

  test('a plain tar and a zip', async () => {
    const entries = Object.entries(packed).map(([name, content]) => ({ name, content }));
    expect(await inFile('x.tar', await tarOf(entries))).toEqual(packed);
    expect(await inFile('x.zip', zipOf(packed))).toEqual(packed);
    expect(await inFile('x.zip', zipOf({}))).toEqual({});
  });

  test('links are not followed; those within a dump are no loss', async () => {
    await withTree({ 'a/pods.json': '[]', 'b/x': '' }, async (folder) => {
      await linkTo(folder, 'b/again.json', '../a/pods.json');
      await linkTo(folder, 'b/folder', '../a');
      await linkTo(folder, 'b/hosts', '/etc/hosts');
      await linkTo(folder, 'b/up', '../..');
      await linkTo(folder, 'b/nowhere', 'nothing');
      expect(brief(await entriesOf(folder))).toEqual({
        'a/pods.json': '[]',
        'b/x': '',
        'b/hosts': 'link',
        'b/up': 'link',
        'b/nowhere': 'link',
      });
    });
  });

  test('names and links of a tar that lead outside are refused', async () => {
    const hostile = await tarOf([
      { name: '../up.json', content: 'x' },
      { name: 'a/../../up.json', content: 'x' },
      { name: '/etc/abs.json', content: 'x' },
      { name: 'C:\\win.json', content: 'x' },
      { name: '..\\win.json', content: 'x' },
      { name: 'a/link', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'a/link2', type: 'symlink', linkname: '../../x' },
      { name: 'a/inside', type: 'symlink', linkname: '../b/good.json' },
      { name: 'a/hard', type: 'link', linkname: 'b/good.json' },
      { name: 'a/pipe', type: 'fifo' },
      { name: './b/good.json', content: 'y' },
    ]);
    expect(await inFile('x.tar', hostile)).toEqual({
      '../up.json': 'outside',
      'a/../../up.json': 'outside',
      '/etc/abs.json': 'outside',
      'C:/win.json': 'outside',
      '../win.json': 'outside',
      'a/link': 'link',
      'a/link2': 'link',
      'a/pipe': 'not a file',
      'b/good.json': 'y',
    });
  });

  test('names of a zip that lead outside are refused, the others are read', async () => {
    const hostile = { '../up.json': 'x', '/abs.json': 'x', 'a\\..\\..\\b': 'x', 'good.json': 'y' };
    expect(await inFile('x.zip', zipOf(hostile))).toEqual({
      '../up.json': 'outside',
      '/abs.json': 'outside',
      'a/../../b': 'outside',
      'good.json': 'y',
    });
  });

  const limits: Limits = { fileBytes: 100, totalBytes: 250, files: 3 };
  const roomy: Limits = { fileBytes: 100, totalBytes: 100_000, files: 9 };
  const [small, large] = ['s'.repeat(100), 'l'.repeat(101)];

  test.each(['folder', 'tar', 'zip'])(
    'files beyond the limit cost themselves: %s',
    async (form) => {
      const files = { 'a.json': large, 'b.json': small };
      const found = await withTree({ ...files, 'x.tgz': '' }, async (folder) => {
        if (form === 'folder') return brief(await entriesOf(folder, roomy));
        const bytes = form === 'tar' ? await tarGzOf(files) : zipOf(files);
        return inFile('x', bytes, roomy);
      });
      const stripped = Object.entries(found).map(([name, value]) => [path.basename(name), value]);
      expect(Object.fromEntries(stripped)).toMatchObject({
        'a.json': 'too large',
        'b.json': small,
      });
    },
  );

  test('a zip that lies about a size gives that file up', async () => {
    const bytes = zipOf({ 'a.json': 'a'.repeat(60), 'b.json': 'b' }, { 'a.json': 10 });
    expect(await inFile('x.zip', bytes)).toEqual({ 'a.json': 'unreadable', 'b.json': 'b' });
  });

  test.each([
    ['too many files', { a: '', b: '', c: '', d: '' }],
    ['too many bytes', { a: small, b: small, c: small }],
  ])('%s: refused as a whole', async (_, files) => {
    await withTree(files, async (folder) => {
      await expect(entriesOf(folder, limits)).rejects.toThrow(UserError);
    });
    await expect(inFile('x.tgz', await tarGzOf(files), limits)).rejects.toThrow(UserError);
    await expect(inFile('x.zip', zipOf(files), limits)).rejects.toThrow(UserError);
  });

  test('a tar that grows beyond all measure is given up, though all in it is left out', async () => {
    const bomb = gzipSync(await tarOf([{ name: 'a', content: 'z'.repeat(2_000_000) }]));
    await expect(inFile('x.tgz', bomb, limits)).rejects.toThrow(UserError);
  });

  test('a packed tar that was cut gives what it has, and says so', async () => {
    const whole = await tarGzOf({ a: 'first', b: 'x'.repeat(50_000), c: noise(50_000) });
    const found = await inFile('x.tgz', whole.subarray(0, whole.length - 20_000));
    expect(found).toMatchObject({ 'dump/a': 'first', 'x.tgz': 'cut' });
    expect(Object.keys(found)).not.toContain('dump/c');
  });

  test('a tar that was cut between two files says so too', async () => {
    const plain = await tarOf([
      { name: 'a', content: 'first' },
      { name: 'b', content: 'second' },
    ]);
    expect(await inFile('x.tar', plain.subarray(0, 1024))).toEqual({ a: 'first', 'x.tar': 'cut' });
    expect(await inFile('x.tar', plain)).toEqual({ a: 'first', b: 'second' });
  });

  test.each([
    ['xz', '\u00fd7zXZ\0'],
    ['zstd', '\u0028\u00b5\u002f\u00fd'],
    ['bzip2', 'BZh9'],
  ])('%s is named, not guessed at', async (name, magic) => {
    await expect(inFile('x', Buffer.from(`${magic}rest`, 'latin1'))).rejects.toThrow(name);
  });

  test.each([
    ['no gzip behind its mark', Buffer.from([0x1f, 0x8b, 1, 2, 3])],
    ['no zip behind its mark', Buffer.from('PK\u0003\u0004rest')],
    ['half a zip', zipOf(packed).subarray(0, 120)],
  ])('%s: a UserError', async (_, bytes) => {
    await expect(inFile('x', bytes)).rejects.toThrow(UserError);
  });

  test.each(['/dev/null', path.join(import.meta.dirname, 'no-such-dump')])(
    '%s: a UserError',
    async (target) => {
      await expect(entriesOf(target, defaultLimits)).rejects.toThrow(UserError);
    },
  );
});

// Bytes that do not pack, the same each time.
function noise(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
}
