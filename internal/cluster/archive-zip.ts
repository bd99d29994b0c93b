import { basename } from 'node:path';
import { openPromise, type Entry as ZipEntry, type ZipFile } from 'yauzl';
import { UserError } from '../model/error.ts';
import type { Entry, Limits } from './archive-entry.ts';
import { allOf } from './bytes.ts';
import { safePath } from './safe-path.ts';

/**
 * The files of a zip. A file that cannot be unpacked costs that file; a zip without its directory
 * cannot be read at all.
 */
export async function* zipEntries(path: string, limits: Limits): AsyncGenerator<Entry> {
  // Names are judged here: yauzl would give up the whole archive for one bad name.
  const zip = await openPromise(path, { decodeStrings: false, autoClose: false }).catch(
    (cause: unknown) => {
      throw new UserError(`${path} is damaged: it is no whole zip archive`, {
        hint: 'Was it copied whole? Try to unpack it by hand and give the folder to --from.',
        cause,
      });
    },
  );
  try {
    for await (const item of zip.eachEntry()) {
      const entry = await zipEntry(zip, item, limits);
      if (entry) yield entry;
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    yield { path: basename(path), problem: 'cut' };
  } finally {
    zip.close();
  }
}

const symbolicLink = 0o12;

async function zipEntry(zip: ZipFile, item: ZipEntry, limits: Limits): Promise<Entry | null> {
  const name = item.fileNameRaw.toString('utf8');
  const { path, isInside } = safePath(name);
  if (/[/\\]$/.test(name)) return null;
  if (!isInside) return { path, problem: 'outside' };
  // The upper half holds the Unix mode where the archive was made on Unix, else zero.
  if (item.externalFileAttributes >>> 28 === symbolicLink) return { path, problem: 'link' };
  if (item.uncompressedSize > limits.fileBytes) return { path, problem: 'too large' };
  if (item.isEncrypted() || !item.canDecodeFileData()) return { path, problem: 'unreadable' };
  try {
    // yauzl ends the stream with an error when it gives more than the size that was just judged.
    const bytes = await allOf(await zip.openReadStreamPromise(item), limits.fileBytes);
    return bytes ? { path, bytes } : { path, problem: 'too large' };
  } catch {
    return { path, problem: 'unreadable' };
  }
}
