import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { UserError } from '../model/error.ts';
import { defaultLimits, tooMuch, type Entry, type Limits } from './archive-entry.ts';
import { folderEntries } from './archive-folder.ts';
import { streamEntries } from './archive-tar.ts';
import { zipEntries } from './archive-zip.ts';
import { headOf } from './bytes.ts';

const zipMagic = Buffer.from('PK\u0003\u0004');
const emptyZipMagic = Buffer.from('PK\u0005\u0006');

/**
 * The files of a folder, of a `.zip`, of a tar (plain or gzip, whatever its name), or the one file
 * that the path names. Nothing is written to disk and no link is followed. Throws a UserError where
 * the path cannot be read or is beyond the limits.
 */
export async function* filesIn(
  path: string,
  limits: Limits = defaultLimits,
): AsyncGenerator<Entry> {
  const found = await statOf(path);
  if (!found.isDirectory() && !found.isFile()) {
    throw new UserError(`${path} is neither a file nor a folder`, {
      hint: 'Give a folder, an archive, or a file with objects to --from.',
    });
  }
  const entries = found.isDirectory()
    ? folderEntries(path, limits)
    : await fileEntries(path, limits);
  yield* within(path, entries, limits);
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const reason = code === 'ENOENT' ? 'there is no such file or folder' : 'it cannot be opened';
    throw new UserError(`cannot read ${path}: ${reason}`, {
      hint: 'Give a folder, an archive (.tar.gz, .tar, .zip), or a file with objects to --from.',
      cause,
    });
  }
}

async function fileEntries(path: string, limits: Limits): Promise<AsyncIterable<Entry>> {
  const head = await headOf(path).catch((cause: unknown) => {
    throw new UserError(`cannot read ${path}`, { hint: 'Is it yours to read?', cause });
  });
  const isZip = [zipMagic, emptyZipMagic].some((magic) => head.subarray(0, 4).equals(magic));
  return isZip ? zipEntries(path, limits) : streamEntries(path, limits);
}

async function* within(
  path: string,
  entries: AsyncIterable<Entry>,
  limits: Limits,
): AsyncGenerator<Entry> {
  let files = 0;
  let bytes = 0;
  for await (const entry of entries) {
    files += 1;
    bytes += 'bytes' in entry ? entry.bytes.length : 0;
    if (files > limits.files || bytes > limits.totalBytes) throw tooMuch(path, limits);
    yield entry;
  }
}
