import { randomUUID } from 'node:crypto';
import nodeFs from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { UserError } from '../model/error.ts';
import type { ChangeRecord } from '../model/record.ts';
import type { Journal } from './context.ts';
import { holdsSecret, parseRecord } from './record-form.ts';

/** The calls to the file system that the journal makes. */
export type Disk = Pick<
  typeof nodeFs,
  | 'chmodSync'
  | 'closeSync'
  | 'fstatSync'
  | 'fsyncSync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readFileSync'
  | 'readdirSync'
  | 'renameSync'
  | 'statSync'
  | 'unlinkSync'
  | 'writeFileSync'
> & {
  /** The user's number; below 0 where there is none (Windows) or it is not known. */
  readonly userId: number;
};

function userId(): number {
  try {
    return userInfo().uid;
  } catch {
    // In a container a user may have no name, and Node wants one.
    return -1;
  }
}

/** The machine's own files. */
export const localDisk: Disk = { ...nodeFs, userId: userId() };

type Damaged = ReturnType<Journal['list']>['damaged'][number];

// Windows has no O_NOFOLLOW: undefined counts as 0 there.
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = nodeFs.constants;

const mostBytes = 64 * 2 ** 20;

// What becomes a path: no separators, no dot at the start, nothing that a file system could take for something else.
const isPlain = (name: string): boolean => /^[0-9A-Za-z][0-9A-Za-z-]{0,99}$/.test(name);

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

// Windows cannot open a folder to flush it, some network file systems cannot flush one.
const mayBeMissing = new Set(['EACCES', 'EBADF', 'EINVAL', 'EISDIR', 'ENOTSUP', 'EPERM']);

function flushFolder(disk: Disk, folder: string): void {
  let file: number | null = null;
  try {
    file = disk.openSync(folder, O_RDONLY);
    disk.fsyncSync(file);
  } catch (error) {
    if (!mayBeMissing.has(codeOf(error))) throw error;
  } finally {
    if (file !== null) disk.closeSync(file);
  }
}

/** Refuses a folder that belongs to somebody else, who could put something else in its place. Root may use anyone's. */
function checkOwner(disk: Disk, folder: string): void {
  const me = disk.userId;
  const stats = [disk.lstatSync(folder), disk.statSync(folder)];
  if (stats.some((one) => me > 0 && one.uid !== me))
    throw new UserError(`${folder} belongs to another user: no record is written there.`, {
      hint: 'Remove it, or set XDG_STATE_HOME to a folder of yours.',
    });
}

function makeFolder(disk: Disk, folder: string): void {
  const made = disk.mkdirSync(folder, { recursive: true, mode: 0o700 });
  checkOwner(disk, folder);
  if (made === undefined) {
    if ((disk.statSync(folder).mode & 0o077) !== 0) disk.chmodSync(folder, 0o700);
    return;
  }
  const end = path.dirname(made);
  for (let place = folder; place !== end; place = path.dirname(place))
    flushFolder(disk, path.dirname(place));
}

function discard(disk: Disk, file: string): void {
  try {
    disk.unlinkSync(file);
  } catch {
    // It is not there, or stays behind as a file that nobody reads.
  }
}

/**
 * Puts a text in place of a file, so that after a crash at any moment either the old one stands there whole or the new one: a new
 * file beside it, flushed, renamed over it, and the folder flushed.
 */
function replaceFile(disk: Disk, target: string, text: string): void {
  const folder = path.dirname(target);
  const temporary = path.join(folder, `.${path.basename(target)}.${randomUUID()}.tmp`);
  const file = disk.openSync(temporary, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
  try {
    try {
      disk.writeFileSync(file, text);
      disk.fsyncSync(file);
    } finally {
      disk.closeSync(file);
    }
    disk.renameSync(temporary, target);
  } catch (error) {
    discard(disk, temporary);
    throw error;
  }
  flushFolder(disk, folder);
}

function write(disk: Disk, root: string, record: ChangeRecord): void {
  const { uid } = record.cluster;
  if (!isPlain(record.id)) throw new UserError(`"${record.id}" cannot be the name of a record.`);
  if (!isPlain(uid))
    throw new UserError(`The cluster's identity "${uid}" cannot be the name of a folder.`);
  if (holdsSecret(record)) throw new Error('a record must not hold a Secret');
  const folder = path.join(root, uid);
  const target = path.join(folder, `${record.id}.json`);
  try {
    makeFolder(disk, root);
    if (isLink(disk, folder)) throw new Error('it is a symbolic link');
    makeFolder(disk, folder);
    replaceFile(disk, target, `${JSON.stringify(record, null, 2)}\n`);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`Could not write the record ${target}: ${messageOf(error)}`, {
      hint: 'Without a record a change could not be taken back. Set XDG_STATE_HOME to a folder that can be written to.',
      cause: error,
    });
  }
}

const isLink = (disk: Disk, file: string): boolean =>
  disk.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

function readText(disk: Disk, file: string): string {
  if (isLink(disk, file)) throw new Error('it is a symbolic link');
  const open = disk.openSync(file, O_RDONLY | O_NOFOLLOW);
  try {
    const stat = disk.fstatSync(open);
    if (!stat.isFile()) throw new Error('it is not a file');
    if (stat.size > mostBytes) throw new Error('it is too large for a record');
    return disk.readFileSync(open, 'utf8');
  } finally {
    disk.closeSync(open);
  }
}

function readRecord(disk: Disk, file: string, uid: string): ChangeRecord | string {
  const id = path.basename(file, '.json');
  if (!file.endsWith('.json') || !isPlain(id)) return 'it is not a record of a change';
  try {
    const record = parseRecord(readText(disk, file));
    if (typeof record === 'string') return record;
    if (record.id !== id) return `it is the record ${record.id} under another name`;
    return record.cluster.uid === uid ? record : 'it is of another cluster than its folder says';
  } catch (error) {
    return messageOf(error);
  }
}

// Left behind by a write that did not end, or just being written: what counts is the file beside it.
const isTemporary = (name: string): boolean => name.startsWith('.') && name.endsWith('.tmp');

function namesIn(disk: Disk, folder: string): readonly string[] | string {
  try {
    if (isLink(disk, folder)) return 'it is a symbolic link';
    if (!disk.statSync(folder).isDirectory()) return 'it is not a record of a change';
    return disk.readdirSync(folder).filter((name) => !isTemporary(name));
  } catch (error) {
    return messageOf(error);
  }
}

function clustersIn(disk: Disk, root: string): readonly string[] {
  try {
    return disk.readdirSync(root);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw new UserError(`Could not read the records in ${root}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function list(disk: Disk, root: string): ReturnType<Journal['list']> {
  const records: ChangeRecord[] = [];
  const damaged: Damaged[] = [];
  for (const uid of clustersIn(disk, root).toSorted()) {
    const folder = path.join(root, uid);
    const names = namesIn(disk, folder);
    if (typeof names === 'string') {
      damaged.push({ file: folder, reason: names });
      continue;
    }
    for (const name of names.toSorted()) {
      const file = path.join(folder, name);
      const record = readRecord(disk, file, uid);
      if (typeof record === 'string') damaged.push({ file, reason: record });
      else records.push(record);
    }
  }
  // Ids begin with the time.
  return { records: records.toSorted((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)), damaged };
}

/**
 * Records as files, `<folder>/<UID of the cluster>/<id>.json`, readable by their owner alone (0700, 0600). What `write` returned
 * from is on disk whole, whatever happens then; damaged and foreign files cost only themselves. Objects are kept whole, but a
 * Secret is never written. `disk` is for tests.
 */
export const fileJournal = (folder: string, disk: Disk = localDisk): Journal => ({
  write: (record) => write(disk, folder, record),
  list: () => list(disk, folder),
});
