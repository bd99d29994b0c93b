import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Metafile } from 'esbuild';
import { bundle } from './build.ts';
import { baseNode, pinOf } from './package-base.ts';
import { runQuietly } from './package-run.ts';
import { sign } from './package-sign.ts';
import { binaryParts, type BinaryParts } from './package-start.ts';
import { stripNode } from './package-strip.ts';
import type { Target } from './package-targets.ts';

/** The bundle that goes into every platform's binary. */
export interface Program extends BinaryParts {
  readonly metafile: Metafile;
  /** The folder of the bundle's files. */
  readonly folder: string;
}

/** Builds what all binaries have in common into `folder`. */
export async function buildProgram(folder: string): Promise<Program> {
  const metafile = await bundle(folder);
  return { metafile, folder, ...(await binaryParts(folder, metafile)) };
}

// Paths are relative to the working folder, as Node writes that of `main` into the binary.
const seaConfig = ({ lazy }: Program) => ({
  main: 'start.js',
  executable: 'node',
  output: 'binary',
  disableExperimentalSEAWarning: true,
  useSnapshot: false,
  // It would hold for the building machine's platform only, and saves a millisecond.
  useCodeCache: false,
  // A NODE_OPTIONS meant for somebody's own programs does not reach the plugin.
  execArgvExtension: 'none',
  assets: Object.fromEntries(lazy.map((name) => [name, path.join('parts', name)])),
});

async function layOut(program: Program, target: Target, folder: string): Promise<void> {
  await writeFile(path.join(folder, 'start.js'), program.start);
  await mkdir(path.join(folder, 'parts'));
  for (const name of program.lazy)
    await copyFile(path.join(program.folder, name), path.join(folder, 'parts', name));
  const node = stripNode(target, await readFile(await baseNode(target)));
  await writeFile(path.join(folder, 'node'), node, { mode: 0o755 });
  await writeFile(path.join(folder, 'sea.json'), JSON.stringify(seaConfig(program)));
}

export interface Binary {
  readonly bytes: Buffer;
  /** Why a binary that needs a signature has none; null if all is well. */
  readonly unsigned: string | null;
}

/**
 * Puts a program into Node for a target. Node does that itself (`--build-sea`), for any platform on any other; but the Node that
 * runs this must be of the same version, as the form of what is put in belongs to the version.
 */
export async function buildBinary(program: Program, target: Target): Promise<Binary> {
  const { version } = await pinOf(target);
  if (process.version !== `v${version}`)
    throw new Error(`this needs Node v${version}, not ${process.version}: call it by npm run`);
  const folder = await mkdtemp(path.join(tmpdir(), 'calico-fix-binary-'));
  try {
    await layOut(program, target, folder);
    await runQuietly(process.execPath, ['--build-sea', 'sea.json'], folder);
    const file = path.join(folder, 'binary');
    await chmod(file, 0o755);
    const unsigned = await sign(target, file);
    return { bytes: await readFile(file), unsigned };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
