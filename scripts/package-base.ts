import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isObject, parseObject } from '../test/support/json.ts';
import { runQuietly } from './package-run.ts';
import { licenceTarget, type Target } from './package-targets.ts';

const root = path.join(import.meta.dirname, '..');
const pinned = path.join(import.meta.dirname, 'base-nodes');

/** Where packaging keeps what it has fetched or built once; git-ignored, safe to remove at any time. */
export const cacheFolder = path.join(root, '.cache');

interface Pin {
  readonly version: string;
  /** SHA-512 of the npm package, as in a lock file. */
  readonly integrity: string;
}

/** Version and checksum of a base package, from the lock file in scripts/base-nodes. Throws if it is not pinned there. */
export async function pinOf({ basePackage }: Target): Promise<Pin> {
  const { packages } = parseObject(await readFile(path.join(pinned, 'package-lock.json'), 'utf8'));
  const entry = isObject(packages) ? packages[`node_modules/${basePackage}`] : null;
  const { version, integrity } = isObject(entry) ? entry : {};
  if (typeof version === 'string' && typeof integrity === 'string') return { version, integrity };
  throw new Error(`scripts/base-nodes/package-lock.json does not pin ${basePackage}`);
}

const exists = async (file: string): Promise<boolean> =>
  await stat(file).then(
    () => true,
    () => false,
  );

// `npm ci` holds the package against the checksum of the lock file, and leaves out what is for another platform than the
// one that it is told.
async function fetchInto(folder: string, { npmOs, npmCpu }: Target): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    await copyFile(path.join(pinned, file), path.join(unfinished, file));
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await runQuietly('npm', ['ci', ...flags, `--os=${npmOs}`, `--cpu=${npmCpu}`], unfinished);
  try {
    await rename(unfinished, folder);
  } catch (error) {
    // Another run was quicker: what it has fetched is the same.
    await rm(unfinished, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
}

async function folderOf(target: Target): Promise<string> {
  const { version, integrity } = await pinOf(target);
  const key = createHash('sha256').update(integrity).digest('hex').slice(0, 12);
  const folder = path.join(cacheFolder, 'base-nodes', `${target.name}-${version}-${key}`);
  if (!(await exists(folder))) await fetchInto(folder, target);
  return path.join(folder, 'node_modules', target.basePackage);
}

/** The path of the untouched Node binary for a target, fetched through npm when it is first needed. */
export async function baseNode(target: Target): Promise<string> {
  const file = target.os === 'windows' ? 'node.exe' : 'node';
  return path.join(await folderOf(target), 'bin', file);
}

/** Node's own licence with those of the libraries inside it. */
export const nodeLicence = async (): Promise<string> =>
  await readFile(path.join(await folderOf(licenceTarget), 'LICENSE'), 'utf8');
