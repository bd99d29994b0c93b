import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { openPromise } from 'yauzl';

/** A file as an archive has it. */
export interface Member {
  readonly name: string;
  readonly type: string;
  /** Permission bits. */
  readonly mode: number;
  readonly mtime: string;
  readonly bytes: Buffer;
}

async function readTar(file: string): Promise<readonly Member[]> {
  const members: Member[] = [];
  const tar = createReadStream(file).pipe(createGunzip()).pipe(extract());
  for await (const entry of tar) {
    const { name, type, mode, mtime } = entry.header;
    const at = mtime?.toISOString() ?? '';
    members.push({
      name,
      type,
      mode: mode ?? 0,
      mtime: at,
      bytes: await buffer(entry),
    });
  }
  return members;
}

// Unix modes stand in the upper half of a zip's external attributes: 0o100000 is a plain file.
async function readZip(file: string): Promise<readonly Member[]> {
  const zip = await openPromise(file);
  const members: Member[] = [];
  for await (const entry of zip.eachEntry()) {
    const attributes = entry.externalFileAttributes >>> 16;
    members.push({
      name: entry.fileName,
      type: (attributes & 0o170000) === 0o100000 ? 'file' : 'other',
      mode: attributes & 0o7777,
      mtime: entry.getLastModDate({ timezone: 'UTC' }).toISOString(),
      bytes: await buffer(await zip.openReadStreamPromise(entry)),
    });
  }
  return members;
}

/** All that an archive holds. */
export const membersOf = async (file: string): Promise<readonly Member[]> =>
  file.endsWith('.zip') ? await readZip(file) : await readTar(file);
