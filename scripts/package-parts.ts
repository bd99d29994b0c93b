import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Metafile } from 'esbuild';
import { isObject, parseObject } from '../test/support/json.ts';

const root = path.join(import.meta.dirname, '..');

/** An npm package of which something is in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json says, such as `MIT`. */
  readonly license: string;
  /** Who holds the rights, as its package.json says; empty if it does not. */
  readonly author: string;
  /** The texts of its licence and notice files; empty if it brings none. */
  readonly texts: readonly string[];
}

const licenceFile = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;
const inPackage = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

function authorOf({ author, name }: Readonly<Record<string, unknown>>): string {
  if (typeof author === 'string') return author;
  const named = isObject(author) ? author['name'] : undefined;
  return typeof named === 'string' ? named : `the authors of ${String(name)}`;
}

async function packageAt(folder: string): Promise<BundledPackage> {
  const manifest = parseObject(await readFile(path.join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter((file) => licenceFile.test(file)).toSorted();
  const texts = files.map(async (file) => (await readFile(path.join(folder, file), 'utf8')).trim());
  const { name, version, license } = manifest;
  return {
    name: String(name),
    version: String(version),
    license: typeof license === 'string' ? license : 'see its text',
    author: authorOf(manifest),
    texts: await Promise.all(texts),
  };
}

// Some packages have a package.json in a folder inside, to say how its files are written: the outermost one has the name.
function foldersOf({ outputs }: Metafile): readonly string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
  const folders = used.flatMap((file) => inPackage.exec(file)?.[1] ?? []);
  return [...new Set(folders)].map((folder) => path.join(root, folder)).filter(existsSync);
}

/** The packages whose code is in the bundle, by name. */
export async function bundledPackages(metafile: Metafile): Promise<readonly BundledPackage[]> {
  const packages = await Promise.all(foldersOf(metafile).map(packageAt));
  const keyOf = ({ name, version }: BundledPackage): string => `${name}@${version}`;
  return packages.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
