import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Extract, type Header } from 'tar-stream';
import { UserError } from '../model/error.ts';
import { tooMuch, type Entry, type Limits, type UnreadFile } from './archive-entry.ts';
import { allOf, atMost, peek } from './bytes.ts';
import { safePath } from './safe-path.ts';

const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;
const isTar = (head: Buffer): boolean => head.subarray(257, 262).toString('latin1') === 'ustar';

// Other ways to pack, by their first bytes: xz, bzip2, zstd, 7z, rar, lz4.
const otherPacks: readonly (readonly [name: string, magic: string])[] = [
  ['xz', '\u00fd7zXZ'],
  ['bzip2', 'BZh'],
  ['zstd', '\u0028\u00b5\u002f\u00fd'],
  ['7z', '7z\u00bc\u00af'],
  ['rar', 'Rar!'],
  ['lz4', '\u0004\u0022\u004d\u0018'],
];

/** The files of a tar, gzip or not, or the one file that the path is. */
export async function* streamEntries(path: string, limits: Limits): AsyncGenerator<Entry> {
  const packed = await peek(createReadStream(path));
  refuseOtherPacks(path, packed.head);
  const plain = isGzip(packed.head) ? gunzip(packed.rest) : packed.rest;
  // Twice the total: what is skipped is counted too, so that a tar of large files that are left out
  // ends somewhere.
  const bounded = atMost(plain, limits.totalBytes * 2, () => tooMuch(path, limits));
  const { head, rest } = await peek(bounded).catch((cause: unknown) => {
    if (cause instanceof UserError) throw cause;
    throw damaged(path, cause);
  });
  yield* isTar(head) ? tarEntries(path, rest, limits) : singleFile(path, rest, limits);
}

function refuseOtherPacks(path: string, head: Buffer): void {
  const pack = otherPacks.find(([, magic]) => head.toString('latin1').startsWith(magic));
  if (pack) {
    throw new UserError(`${path} is packed with ${pack[0]}, which is not supported`, {
      hint: 'Unpack it and give the folder to --from.',
    });
  }
}

const damaged = (path: string, cause: unknown): UserError =>
  new UserError(`${path} is damaged: nothing in it can be read`, {
    hint: 'Was it copied whole? Try to unpack it by hand and give the folder to --from.',
    cause,
  });

function gunzip(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const unpacked = createGunzip();
  // The error comes out of the reading end as well, where it is handled.
  pipeline(Readable.from(source), unpacked).catch(() => undefined);
  return unpacked;
}

async function* singleFile(
  path: string,
  stream: AsyncIterable<Uint8Array>,
  limits: Limits,
): AsyncGenerator<Entry> {
  const name = basename(path).replace(/\.gz$/i, '');
  try {
    const bytes = await allOf(stream, limits.fileBytes);
    yield bytes ? { path: name, bytes } : { path: name, problem: 'too large' };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw damaged(path, error);
  }
}

type Part = Extract extends AsyncIterable<infer Item> ? Item : never;

async function* tarEntries(
  path: string,
  stream: AsyncIterable<Uint8Array>,
  limits: Limits,
): AsyncGenerator<Entry> {
  const unpacked = extract();
  const end = endOf(stream);
  let failure: unknown = null;
  const filled = pipeline(Readable.from(end.stream), unpacked).catch((error: unknown) => {
    failure = error;
  });
  try {
    for await (const part of unpacked) {
      const entry = await tarEntry(part, limits);
      if (entry) yield entry;
    }
  } catch (error) {
    failure ??= error;
  }
  await filled;
  if (failure instanceof UserError) throw failure;
  if (failure !== null || !end.isWhole()) yield { path: basename(path), problem: 'cut' };
}

// A tar ends with two blocks of zeros; one that was cut between two files would look complete
// without them.
function endOf(stream: AsyncIterable<Uint8Array>): {
  readonly stream: AsyncIterable<Uint8Array>;
  readonly isWhole: () => boolean;
} {
  let tail = Buffer.alloc(0);
  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const chunk of stream) {
      tail = Buffer.concat([tail, chunk.subarray(-512)]).subarray(-512);
      yield chunk;
    }
  }
  return { stream: watched(), isWhole: () => tail.every((byte) => byte === 0) };
}

async function tarEntry(part: Part, limits: Limits): Promise<Entry | null> {
  const { header } = part;
  const { path, isInside } = safePath(header.name);
  const problem = problemOf(header, isInside, limits);
  if (isFile(header) && problem === null) {
    const bytes = await allOf(bytesOf(part), limits.fileBytes);
    return bytes ? { path, bytes } : { path, problem: 'too large' };
  }
  part.resume();
  return problem === null ? null : { path, problem };
}

async function* bytesOf(part: Part): AsyncGenerator<Uint8Array> {
  for await (const chunk of part) if (chunk instanceof Uint8Array) yield chunk;
}

const isFile = ({ type }: Header): boolean => type === 'file' || type === 'contiguous-file';

function problemOf(
  header: Header,
  isInside: boolean,
  limits: Limits,
): UnreadFile['problem'] | null {
  if (header.type === 'directory') return null;
  if (!isInside) return 'outside';
  if (header.type === 'symlink' || header.type === 'link') {
    return staysInside(header) ? null : 'link';
  }
  if (!isFile(header)) return 'not a file';
  return header.size > limits.fileBytes ? 'too large' : null;
}

// A link to another file of the archive is that file a second time. Hard links name their target
// from the root.
function staysInside(header: Header): boolean {
  const target: unknown = header.linkname; // null in a damaged header, whatever the types say
  if (typeof target !== 'string' || target.startsWith('/')) return false;
  const folder = header.type === 'link' ? [] : header.name.split('/').slice(0, -1);
  return safePath([...folder, target].join('/'), { isResolved: true }).isInside;
}
