import type { Dirent } from 'node:fs';
import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { UserError } from '../model/error.ts';
import type { Entry, Limits } from './archive-entry.ts';

interface Walk {
  readonly root: string;
  readonly realRoot: string;
  readonly limits: Limits;
}

/**
 * The files of a folder and of those in it, in the order of their names. Links are not followed.
 */
export async function* folderEntries(root: string, limits: Limits): AsyncGenerator<Entry> {
  const walk = { root, realRoot: await realpath(root), limits };
  const names = await readdir(root, { withFileTypes: true }).catch((cause: unknown) => {
    throw new UserError(`cannot read the folder ${root}`, { hint: 'Is it yours to read?', cause });
  });
  yield* entriesOf(walk, '', names);
}

const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : 1);

async function* entriesOf(walk: Walk, folder: string, found: Dirent[]): AsyncGenerator<Entry> {
  for (const item of found.toSorted(byName)) {
    const path = `${folder}${item.name}`;
    if (item.isDirectory()) {
      yield* subfolder(walk, path);
      continue;
    }
    const entry = item.isSymbolicLink()
      ? await linkEntry(walk, path)
      : await fileEntry(walk, path, item);
    if (entry) yield entry;
  }
}

async function* subfolder(walk: Walk, path: string): AsyncGenerator<Entry> {
  try {
    const found = await readdir(join(walk.root, path), { withFileTypes: true });
    yield* entriesOf(walk, `${path}/`, found);
  } catch (error) {
    if (error instanceof UserError) throw error;
    yield { path, problem: 'unreadable' };
  }
}

// calicoctl and support bundles link to their own files a second time; those are read where they
// are.
async function linkEntry(walk: Walk, path: string): Promise<Entry | null> {
  const target = await realpath(join(walk.root, path)).catch(() => null);
  const isInside = target?.startsWith(`${walk.realRoot}${sep}`) ?? false;
  return isInside ? null : { path, problem: 'link' };
}

async function fileEntry(walk: Walk, path: string, item: Dirent): Promise<Entry> {
  if (!item.isFile()) return { path, problem: 'not a file' };
  const full = join(walk.root, path);
  try {
    const { size } = await lstat(full);
    if (size > walk.limits.fileBytes) return { path, problem: 'too large' };
    return { path, bytes: await readFile(full) };
  } catch {
    return { path, problem: 'unreadable' };
  }
}
