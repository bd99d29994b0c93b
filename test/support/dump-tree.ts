import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';

/** Files of a dump by path; an object is written as JSON. */
export type Tree = Readonly<Record<string, string | Uint8Array | object>>;

const bytesOf = (content: Tree[string]): Uint8Array => {
  if (content instanceof Uint8Array) return content;
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content, null, 4));
};

/** Runs with a new folder of these files; the folder is gone afterwards. */
export async function withTree<T>(tree: Tree, run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dump-'));
  try {
    for (const [name, content] of Object.entries(tree)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), bytesOf(content));
    }
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Makes a link in a folder. */
export const linkTo = (folder: string, name: string, target: string): Promise<void> =>
  symlink(target, path.join(folder, name));

export interface TarEntry extends Partial<Header> {
  readonly name: string;
  readonly content?: string | Uint8Array;
}

/** A tar of these entries, as they are: links and hostile names too. */
export async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const packed = pack();
  for (const { content = '', ...header } of entries) packed.entry(header, Buffer.from(content));
  packed.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of packed) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The tree in one folder, as `tar czf` packs it. */
export async function tarGzOf(tree: Tree): Promise<Buffer> {
  const entries = Object.entries(tree).map(([name, content]) => ({
    name: `dump/${name}`,
    content: bytesOf(content),
  }));
  return gzipSync(await tarOf([{ name: 'dump/', type: 'directory' }, ...entries]));
}

/** A zip. `sizes` lies about the size of the files named. */
export function zipOf(tree: Tree, sizes: Readonly<Record<string, number>> = {}): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  for (const [name, content] of Object.entries(tree)) {
    const bytes = bytesOf(content);
    const deflated = deflateRawSync(bytes);
    const offset = locals.reduce((sum, { length }) => sum + length, 0);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(0x800, 2);
    head.writeUInt16LE(8, 4);
    head.writeUInt32LE(crc32(bytes), 10);
    head.writeUInt32LE(deflated.length, 14);
    head.writeUInt32LE(sizes[name] ?? bytes.length, 18);
    head.writeUInt16LE(Buffer.byteLength(name), 22);
    const attributes = Buffer.alloc(16);
    attributes.writeUInt32LE(offset, 12);
    locals.push(Buffer.concat([Buffer.from('PK\u0003\u0004'), head, Buffer.from(name), deflated]));
    const made = Buffer.from('PK\u0001\u0002\u0014\u0003', 'latin1');
    centrals.push(Buffer.concat([made, head, attributes.subarray(2), Buffer.from(name)]));
  }
  const [files, directory] = [Buffer.concat(locals), Buffer.concat(centrals)];
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(centrals.length, 8);
  end.writeUInt16LE(centrals.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(files.length, 16);
  return Buffer.concat([files, directory, end]);
}
