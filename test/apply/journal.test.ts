import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileJournal, localDisk, type Disk } from '../../internal/apply/journal.ts';
import { stateFolder } from '../../internal/apply/state-folder.ts';
import { UserError } from '../../internal/model/error.ts';
import type { ChangeRecord } from '../../internal/model/record.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary.ts';

const uid = '6d1f7c0a-2f5e-4c55-9f0b-77d5c2f0a1b3';

const recordOf = (parts: Partial<ChangeRecord> = {}): ChangeRecord => ({
  version: 1,
  id: '20260301-120000-k3f',
  at: '2026-03-01T12:00:00Z',
  toolVersion: '1.2.3',
  cluster: { uid, context: 'plant', server: 'https://plant.example:6443' },
  items: [],
  state: 'begun',
  steps: [
    {
      change: {
        ref: { apiVersion: 'v1', kind: 'Node', name: 'worker-1' },
        verb: 'patch',
        patchType: 'merge',
        body: { spec: { unschedulable: true } },
      },
      state: 'sending',
      before: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-1' } },
      after: null,
      isUndoable: true,
    },
  ],
  ...parts,
});

let temporary: TemporaryFolder;
let root: string;

beforeEach(() => {
  temporary = temporaryFolder();
  root = path.join(temporary.path, 'state', 'kubectl-calico-fix');
});
afterEach(() => temporary.remove());

const fileOf = (record: ChangeRecord): string =>
  path.join(root, record.cluster.uid, `${record.id}.json`);
const modeOf = (file: string): number => fs.statSync(file).mode & 0o777;
const reasons = (): readonly string[] =>
  fileJournal(root)
    .list()
    .damaged.map(({ file, reason }) => `${path.basename(file)}: ${reason}`);

test('what was written is read, the newest first, of all clusters', () => {
  const journal = fileJournal(root);
  const first = recordOf();
  const second = recordOf({ id: '20260301-120001-a1b' });
  const other = recordOf({
    id: '20260301-110000-zzz',
    cluster: { ...first.cluster, uid: 'other' },
  });
  for (const record of [second, other, first]) journal.write(record);
  expect(journal.list()).toEqual({ records: [second, first, other], damaged: [] });
});

test('a record takes the place of the older one of its id', () => {
  const journal = fileJournal(root);
  journal.write(recordOf());
  journal.write(recordOf({ state: 'verified' }));
  expect(journal.list().records.map(({ state }) => state)).toEqual(['verified']);
  expect(fs.readdirSync(path.dirname(fileOf(recordOf())))).toEqual(['20260301-120000-k3f.json']);
});

test('where nothing was written there is nothing', () => {
  expect(fileJournal(root).list()).toEqual({ records: [], damaged: [] });
});

test('nobody else may read it, not even in a folder that was open', () => {
  fs.mkdirSync(root, { recursive: true, mode: 0o755 });
  fs.chmodSync(root, 0o755);
  fileJournal(root).write(recordOf());
  expect(modeOf(root)).toBe(0o700);
  expect(modeOf(path.dirname(fileOf(recordOf())))).toBe(0o700);
  expect(modeOf(fileOf(recordOf()))).toBe(0o600);
});

test.each([
  ['an id that leads elsewhere', { id: '../../evil' }],
  ['an empty id', { id: '' }],
  ['an id that begins with a dot', { id: '.hidden' }],
  ['a cluster that leads elsewhere', { cluster: { ...recordOf().cluster, uid: '..' } }],
  ['a cluster with a slash', { cluster: { ...recordOf().cluster, uid: 'a/b' } }],
])('%s is refused', (_name, parts) => {
  expect(() => fileJournal(root).write(recordOf(parts))).toThrow(UserError);
  expect(fs.existsSync(root)).toBe(false);
});

test.each(['ref', 'before', 'after', 'body'])('a Secret is never written (%s)', (place) => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, name: 's' };
  const [step] = recordOf().steps;
  if (!step) throw new Error('no step');
  const inChange = { ...step, change: { ...step.change, [place]: secret } };
  const steps = [place === 'ref' || place === 'body' ? inChange : { ...step, [place]: secret }];
  expect(() => fileJournal(root).write(recordOf({ steps }))).toThrow('Secret');
  expect(fs.existsSync(root)).toBe(false);
});

test('files that are no records are told, and cost nothing but themselves', () => {
  const journal = fileJournal(root);
  journal.write(recordOf());
  const folder = path.join(root, uid);
  const text = fs.readFileSync(fileOf(recordOf()), 'utf8');
  const put = (name: string, content: string) => fs.writeFileSync(path.join(folder, name), content);
  put('20260301-120001-aaa.json', text.slice(0, 200));
  put('20260301-120002-bbb.json', text.replace('"version": 1', '"version": 2'));
  put('20260301-120003-ccc.json', text);
  put('20260301-120004-ddd.json', '[]');
  put(
    '20260301-120005-eee.json',
    text.replace('120000-k3f', '120005-eee').replace('"sending"', '"flying"'),
  );
  put(
    '20260301-120006-fff.json',
    text.replace('120000-k3f', '120006-fff').replaceAll(uid, 'other'),
  );
  put('notes.txt', 'mine');
  put('.20260301-120000-k3f.json.0815.tmp', text.slice(0, 20));
  fs.mkdirSync(path.join(folder, '20260301-120007-ggg.json'));
  fs.symlinkSync('/etc/passwd', path.join(folder, '20260301-120008-hhh.json'));
  fs.symlinkSync(folder, path.join(root, 'linked'));
  fs.writeFileSync(path.join(root, 'stray'), 'x');
  expect(journal.list().records).toEqual([recordOf()]);
  expect(reasons()).toEqual([
    '20260301-120001-aaa.json: it is not whole: not JSON',
    '20260301-120002-bbb.json: it was written by a newer release (version 2)',
    '20260301-120003-ccc.json: it is the record 20260301-120000-k3f under another name',
    '20260301-120004-ddd.json: it is not a record of a change',
    '20260301-120005-eee.json: fields of a record are missing or wrong',
    '20260301-120006-fff.json: it is of another cluster than its folder says',
    '20260301-120007-ggg.json: it is not a file',
    '20260301-120008-hhh.json: it is a symbolic link',
    'notes.txt: it is not a record of a change',
    'linked: it is a symbolic link',
    'stray: it is not a record of a change',
  ]);
});

test('whatever stands in a file, it is told and nothing else', () => {
  const journal = fileJournal(root);
  journal.write(recordOf());
  const text = fs.readFileSync(fileOf(recordOf()), 'utf8');
  const file = path.join(root, uid, '20260301-120009-xyz.json');
  const cut = fc.nat(text.length - 1).map((length) => text.slice(0, length));
  const without = fc
    .constantFrom(...Object.keys(recordOf()))
    .map((name) =>
      JSON.stringify({ ...recordOf({ id: '20260301-120009-xyz' }), [name]: undefined }),
    );
  const content = fc.oneof(fc.string(), fc.json(), cut, without);
  fc.assert(
    fc.property(content, (written) => {
      fs.writeFileSync(file, written);
      const { records, damaged } = journal.list();
      expect(records).toEqual([recordOf()]);
      expect(damaged.map((one) => one.file)).toEqual([file]);
    }),
    { numRuns: 200 },
  );
});

test('a link in the place of a record is replaced, not followed', () => {
  const victim = temporary.write('victim', 'untouched');
  fs.mkdirSync(path.dirname(fileOf(recordOf())), { recursive: true, mode: 0o700 });
  fs.symlinkSync(victim, fileOf(recordOf()));
  fileJournal(root).write(recordOf());
  expect(fs.readFileSync(victim, 'utf8')).toBe('untouched');
  expect(fileJournal(root).list()).toEqual({ records: [recordOf()], damaged: [] });
});

test("a link in the place of a cluster's folder is refused", () => {
  fs.mkdirSync(root, { recursive: true });
  fs.mkdirSync(path.join(temporary.path, 'elsewhere'));
  fs.symlinkSync(path.join(temporary.path, 'elsewhere'), path.join(root, uid));
  expect(() => fileJournal(root).write(recordOf())).toThrow(UserError);
  expect(fs.readdirSync(path.join(temporary.path, 'elsewhere'))).toEqual([]);
});

test('a file in the place of the folder is a UserError', () => {
  temporary.write('state/kubectl-calico-fix', 'a file');
  expect(() => fileJournal(root).write(recordOf())).toThrow(UserError);
  expect(() => fileJournal(root).list()).toThrow(UserError);
});

test.each([
  ['a folder of somebody else is refused', 4711, true],
  ['root may use the folder of the user who called it', 0, false],
  ['where users have no numbers, none is compared', -1, false],
])('%s', (_name, userId, isRefused) => {
  let error: unknown = null;
  try {
    fileJournal(root, { ...localDisk, userId }).write(recordOf());
  } catch (caught) {
    error = caught;
  }
  expect(error instanceof UserError).toBe(isRefused);
  expect(fileJournal(root).list().records).toHaveLength(isRefused ? 0 : 1);
});

test('a full disk is a UserError, and the old record stays', () => {
  fileJournal(root).write(recordOf());
  const writeFileSync: Disk['writeFileSync'] = () => {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };
  const full = fileJournal(root, { ...localDisk, writeFileSync });
  expect(() => full.write(recordOf({ state: 'verified' }))).toThrow(UserError);
  expect(fileJournal(root).list()).toEqual({ records: [recordOf()], damaged: [] });
  expect(fs.readdirSync(path.join(root, uid))).toHaveLength(1);
});

const calls = [
  'mkdirSync',
  'chmodSync',
  'openSync',
  'writeFileSync',
  'fsyncSync',
  'closeSync',
  'renameSync',
  'unlinkSync',
] as const;

/** The file system of a process that is killed at its n-th change; half of what it was writing then is written. */
function dyingDisk(last: number): { disk: Disk; seen: string[]; isDead: () => boolean } {
  const seen: string[] = [];
  let isDead = false;
  const mortal = (name: (typeof calls)[number]) => {
    const real = fs[name] as (...args: unknown[]) => unknown;
    return (...args: unknown[]): unknown => {
      if (isDead || seen.length === last) {
        if (name === 'writeFileSync' && !isDead) real(args[0], String(args[1]).slice(0, 90));
        isDead = true;
        throw new Error('killed');
      }
      seen.push(name);
      return real(...args);
    };
  };
  const own = Object.fromEntries(calls.map((name) => [name, mortal(name)]));
  return { disk: { ...localDisk, ...own }, seen, isDead: () => isDead };
}

test('killed at any call, the record before or the new one is there whole', () => {
  const outcomes = new Set<string>();
  for (let last = 0; ; last += 1) {
    const place = path.join(root, `run-${last}`);
    fileJournal(place).write(recordOf());
    const { disk, isDead } = dyingDisk(last);
    const next = recordOf({ state: 'verified' });
    try {
      fileJournal(place, disk).write(next);
    } catch {
      // The process is gone.
    }
    const { records, damaged } = fileJournal(place).list();
    expect(damaged).toEqual([]);
    expect(records).toHaveLength(1);
    const [record] = records;
    expect([recordOf(), next]).toContainEqual(record);
    outcomes.add(record?.state ?? '');
    // A dead process does not hinder the next one.
    fileJournal(place).write(recordOf({ state: 'undone' }));
    expect(
      fileJournal(place)
        .list()
        .records.map(({ state }) => state),
    ).toEqual(['undone']);
    if (!isDead()) break;
  }
  expect([...outcomes]).toEqual(['begun', 'verified']);
});

test('killed while the first record is written, there is the record or nothing', () => {
  for (let last = 0; ; last += 1) {
    const place = path.join(root, `run-${last}`);
    const { disk, isDead } = dyingDisk(last);
    let hasReturned = true;
    try {
      fileJournal(place, disk).write(recordOf());
    } catch {
      hasReturned = false;
    }
    const { records, damaged } = fileJournal(place).list();
    expect(damaged).toEqual([]);
    expect(records).toEqual(hasReturned || records.length > 0 ? [recordOf()] : []);
    if (!isDead()) break;
  }
});

test('everything is flushed before it counts: the file before it is renamed, the folder after', () => {
  const { disk, seen } = dyingDisk(1000);
  fileJournal(root).write(recordOf());
  fileJournal(root, disk).write(recordOf({ state: 'verified' }));
  const [from] = [seen.indexOf('writeFileSync')];
  expect(seen.slice(from)).toEqual([
    'writeFileSync',
    'fsyncSync',
    'closeSync',
    'renameSync',
    'openSync',
    'fsyncSync',
    'closeSync',
  ]);
});

test.each([
  [{ HOME: '/home/me' }, 'linux', '/home/me/.local/state/kubectl-calico-fix'],
  [{ HOME: '/Users/me' }, 'darwin', '/Users/me/.local/state/kubectl-calico-fix'],
  [{ HOME: '/home/me', XDG_STATE_HOME: '/var/me' }, 'linux', '/var/me/kubectl-calico-fix'],
  [{ XDG_STATE_HOME: '/var/me' }, 'darwin', '/var/me/kubectl-calico-fix'],
  [
    { HOME: '/home/me', XDG_STATE_HOME: 'state' },
    'linux',
    '/home/me/.local/state/kubectl-calico-fix',
  ],
  [{ HOME: '/home/me', XDG_STATE_HOME: '' }, 'linux', '/home/me/.local/state/kubectl-calico-fix'],
  [
    { LOCALAPPDATA: 'C:\\Users\\me\\AppData\\Local' },
    'win32',
    'C:\\Users\\me\\AppData\\Local\\kubectl-calico-fix',
  ],
  [{ USERPROFILE: 'C:\\Users\\me' }, 'win32', 'C:\\Users\\me\\AppData\\Local\\kubectl-calico-fix'],
])('the folder for %o on %s', (env, platform, expected) => {
  expect(stateFolder(env, platform)).toBe(expected);
});

test.each([
  [{}, 'linux'],
  [{ HOME: '' }, 'linux'],
  [{ HOME: 'me' }, 'darwin'],
  [{ HOME: '/home/me' }, 'win32'],
])('there is no folder for %o on %s', (env, platform) => {
  expect(() => stateFolder(env, platform)).toThrow(UserError);
});
