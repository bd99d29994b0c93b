import * as fc from 'fast-check';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { listsFrom } from '../../internal/cluster/all-lists.ts';
import { writeBundle } from '../../internal/cluster/bundle.ts';
import { readDump } from '../../internal/cluster/dump.ts';
import { kinds, listNames } from '../../internal/cluster/kinds.ts';
import { admit } from '../../internal/cluster/shape.ts';
import { shapes } from '../../internal/cluster/shape-table.ts';
import { UserError } from '../../internal/model/error.ts';
import type { ContainerLog, ListName, ReadError, Snapshot } from '../../internal/model/snapshot.ts';
import { named, valueOf } from '../support/arbitrary-objects.ts';
import { withTree } from '../support/dump-tree.ts';
import { snapshotOf } from '../support/snapshot.ts';

const inFolder = <T>(run: (file: string) => Promise<T>): Promise<T> =>
  withTree({}, (folder) => run(path.join(folder, 'saved.tar.gz')));

const roundTrip = (snapshot: Snapshot): Promise<Snapshot> =>
  inFolder(async (file) => {
    await writeBundle(snapshot, file);
    return { ...(await readDump(file)), source: snapshot.source };
  });

const readError: fc.Arbitrary<ReadError> = fc.record(
  {
    kind: fc.constantFrom('forbidden', 'timeout', 'damaged', 'not-found', 'unreachable'),
    message: fc.string(),
    right: fc.record(
      {
        verb: fc.string(),
        group: fc.string(),
        resource: fc.string(),
        namespace: fc.string({ minLength: 1 }),
      },
      { requiredKeys: ['verb', 'group', 'resource'] },
    ),
  },
  { requiredKeys: ['kind', 'message'] },
);

const text = fc.string({ unit: 'grapheme' });

const log: fc.Arbitrary<ContainerLog> = fc.record({
  namespace: fc.constantFrom('shop', 'harbour', '..'),
  pod: fc.oneof(fc.constantFrom('till', '../../up', ''), fc.string()),
  container: fc.constantFrom('main', 'a/b'),
  previous: fc.boolean(),
  read: fc.oneof(
    fc.record({
      state: fc.constant('read'),
      text: fc.oneof(text, fc.constant('\u{FEFF}x\0y\r\n')),
    }),
    fc.record({ state: fc.constant('failed'), error: readError }),
  ),
});

interface Spec {
  readonly state: 'read' | 'failed' | 'partly' | 'not-asked';
  readonly objects: readonly unknown[];
  readonly error: ReadError;
  readonly reason: string;
}

const spec = (name: ListName): fc.Arbitrary<Spec> =>
  fc.record({
    state: fc.constantFrom('read', 'failed', 'partly', 'not-asked'),
    objects: fc.array(valueOf(shapes[name]).map(named), { maxLength: 2 }),
    error: readError,
    reason: text,
  });

const specs: fc.Arbitrary<Readonly<Record<string, Spec>>> = fc.record(
  Object.fromEntries(listNames.map((name) => [name, spec(name)])),
);

const nothing: Spec = {
  state: 'not-asked',
  objects: [],
  error: { kind: 'damaged', message: '' },
  reason: '',
};

const arbitraryLists = (given: Readonly<Record<string, Spec>>): Snapshot['lists'] =>
  listsFrom((name) => {
    const { state, objects, error, reason } = given[name] ?? nothing;
    const plain: unknown = JSON.parse(JSON.stringify(objects));
    const { items } = admit(name, plain);
    if (state === 'read') return { state, items };
    if (state === 'not-asked') return { state, reason };
    return { state: 'failed', error, ...(state === 'partly' ? { items } : {}) };
  });

const snapshot: fc.Arbitrary<Snapshot> = fc
  .tuple(specs, fc.array(log, { maxLength: 4 }), fc.array(text, { maxLength: 2 }))
  .map(([given, logs, warnings]) => ({
    takenAt: '2026-02-03T04:05:06Z',
    source: { kind: 'live', name: 'quay', server: 'https://10.9.8.7:6443' },
    serverVersion: warnings.length > 1 ? 'v1.30.4' : null,
    apiGroups: warnings.length > 0 ? ['', 'crd.projectcalico.org'] : null,
    lists: arbitraryLists(given),
    ...(logs.length > 1 ? { partial: ['pods', 'events'] as const } : {}),
    logs,
    warnings,
  }));

describe('a bundle', () => {
  test('gives back the snapshot that was written', async () => {
    const property = fc.asyncProperty(snapshot, async (written) => {
      expect(await roundTrip(written)).toEqual(written);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  const till = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'till', namespace: 'shop' } };
  const small = snapshotOf({
    lists: { pods: [till], nodes: [] },
    logs: [
      {
        namespace: 'shop',
        pod: 'till',
        container: 'main',
        previous: true,
        read: { state: 'read', text: 'one\n' },
      },
    ],
  });

  test('keeps two logs of one container apart', async () => {
    const twice = small.logs.flatMap((entry) => [
      entry,
      { ...entry, read: { state: 'read', text: 'two\n' } as const },
    ]);
    expect((await roundTrip({ ...small, logs: twice })).logs).toEqual(twice);
  });

  test('is called a dump when it is read, of the server that it came from', async () => {
    const source = { kind: 'live', name: 'quay', server: 'https://10.9.8.7:6443' } as const;
    await inFolder(async (file) => {
      await writeBundle({ ...small, source }, file);
      expect((await readDump(file)).source).toEqual({
        kind: 'dump',
        name: file,
        server: source.server,
      });
    });
  });

  test('is the same, byte for byte, for the same snapshot', async () => {
    const bytes = (): Promise<Buffer> =>
      inFolder(async (file) => {
        await writeBundle(small, file);
        return readFile(file);
      });
    expect((await bytes()).equals(await bytes())).toBe(true);
  });

  test('may be read by its owner alone, though an older file there was open to all', async () => {
    await inFolder(async (file) => {
      await writeFile(file, 'older', { mode: 0o666 });
      await writeBundle(small, file);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await readdir(path.dirname(file))).toEqual([path.basename(file)]);
    });
  });

  test('holds no Secret, and nothing outside of its folder', async () => {
    const secret = { ...till, kind: 'Secret', data: { key: 'aGlkZGVu' } };
    const hostile = small.logs.map((entry) => ({ ...entry, pod: '../../../up' }));
    const lists = {
      ...small.lists,
      fluxObjects: { state: 'read', items: [secret, till] },
    } as const;
    await inFolder(async (file) => {
      await writeBundle({ ...small, lists, logs: hostile }, file);
      const tar = gunzipSync(await readFile(file)).toString('latin1');
      expect(tar).not.toContain('aGlkZGVu');
      const names = [...tar.matchAll(/calico-fix-bundle\/[^\0\n]*\.(?:json|log)/g)].map(
        ([name]) => name,
      );
      expect(names).toContain('calico-fix-bundle/bundle.json');
      expect(names.filter((name) => name.includes('..'))).toEqual([]);
      expect((await readDump(file)).lists.fluxObjects).toMatchObject({ items: [till] });
    });
  });

  test('that was cut has failed lists and logs, and no whole ones too few', async () => {
    await inFolder(async (file) => {
      const noise = Array.from({ length: 9000 }, (_, n) => `${(n * 7919) % 10_007}`).join(' ');
      const [first] = small.logs;
      if (!first) throw new Error('there is a log');
      const long = { ...first, previous: false, read: { state: 'read', text: noise } as const };
      await writeBundle({ ...small, logs: [first, long] }, file);
      const whole = await readFile(file);
      await writeFile(file, whole.subarray(0, whole.length - 3000));
      const read = await readDump(file);
      expect(read.lists.pods).toMatchObject({ state: 'read', items: [till] });
      expect(read.logs).toMatchObject([
        { previous: true, read: { state: 'read', text: 'one\n' } },
        { previous: false, read: { state: 'failed', error: { kind: 'damaged' } } },
      ]);
    });
  });

  test('with files that are missing or broken has those lists failed', async () => {
    await inFolder(async (file) => {
      await writeBundle(small, file);
      const tar = gunzipSync(await readFile(file));
      const at = tar.indexOf('"kind": "List"');
      tar.write('"kind": @List"', at, 'latin1');
      await writeFile(file, gzipSync(tar));
      const { lists } = await readDump(file);
      expect(lists.nodes).toMatchObject({ state: 'failed', error: { kind: 'damaged' } });
      expect(lists.pods).toMatchObject({ state: 'read' });
    });
  });

  test('whose manifest is made up is read all the same', async () => {
    const manifest = {
      apiVersion: 'calico-fix/v1',
      kind: 'Bundle',
      takenAt: 'yesterday',
      apiGroups: [1, 'apps'],
      warnings: 'none',
      lists: { nodes: 3, pods: { state: 'read', file: '/etc/passwd' }, events: { state: 'maybe' } },
      logs: [null, { pod: 'till', file: 7 }],
    };
    await withTree({ 'x/bundle.json': manifest }, async (folder) => {
      const read = await readDump(folder);
      expect(read).toMatchObject({
        takenAt: '1970-01-01T00:00:00Z',
        apiGroups: ['apps'],
        warnings: [],
        lists: { nodes: { state: 'not-asked' }, pods: { state: 'failed' } },
        logs: [{ pod: 'till', read: { state: 'failed' } }],
      });
    });
  });

  test('that cannot be written is a UserError, and leaves nothing behind', async () => {
    await withTree({ 'a/b': '' }, async (folder) => {
      await expect(writeBundle(small, path.join(folder, 'no/x.tgz'))).rejects.toThrow(UserError);
      await expect(writeBundle(small, path.join(folder, 'a'))).rejects.toThrow(UserError);
      expect(await readdir(folder)).toEqual(['a']);
    });
  });

  test('has a file of its own for each list', () => {
    const files = listNames.map((name) => kinds[name].plurals[0]);
    expect(new Set(files).size).toBe(listNames.length);
  });
});
