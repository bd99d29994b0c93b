import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parseObject } from '../test/support/json.ts';
import { archive } from './package-archive.ts';
import { nodeLicence, pinOf } from './package-base.ts';
import { type Binary, buildBinary, buildProgram, type Program } from './package-binary.ts';
import type { BuiltArchive } from './package-manifest.ts';
import { noticesText } from './package-notices.ts';
import { type BundledPackage, bundledPackages } from './package-parts.ts';
import { billOfMaterials } from './package-sbom.ts';
import { archiveOf, executableOf, type Target, targetNamed, targets } from './package-targets.ts';

const root = path.join(import.meta.dirname, '..');

/** Where archives go unless the command line says otherwise. */
export const releaseFolder = path.join(root, 'release');

/** A target's archive, and what somebody should know of it. */
export interface Packaged extends BuiltArchive {
  readonly file: string;
  readonly size: number;
  /** Why the binary has no signature although its platform asks for one; null if all is well. */
  readonly unsigned: string | null;
}

/** The version in package.json. */
export async function packageVersion(): Promise<string> {
  const manifest = parseObject(await readFile(path.join(root, 'package.json'), 'utf8'));
  return String(manifest['version']);
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

// Only what a run of this script may have written, whatever the folder is.
async function clear(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const isOurs = /^kubectl-calico-fix_v.*\.(?:tar\.gz|zip|cdx\.json)$/.test(name);
    if (isOurs || name === 'SHA256SUMS') await rm(path.join(folder, name));
  }
}

interface Plan {
  readonly version: string;
  readonly program: Program;
  readonly packages: readonly BundledPackage[];
  readonly folder: string;
}

async function entriesOf(target: Target, { bytes }: Binary, packages: readonly BundledPackage[]) {
  const { version } = await pinOf(target);
  const notices = noticesText(packages, version, await nodeLicence());
  return [
    { name: executableOf(target), bytes, isExecutable: true },
    { name: 'LICENSE', bytes: await readFile(path.join(root, 'LICENSE')), isExecutable: false },
    { name: 'THIRD_PARTY_NOTICES', bytes: Buffer.from(notices), isExecutable: false },
  ];
}

async function packageTarget(target: Target, plan: Plan): Promise<Packaged> {
  const binary = await buildBinary(plan.program, target);
  const bytes = await archive(target, await entriesOf(target, binary, plan.packages));
  const file = path.join(plan.folder, archiveOf(target, `v${plan.version}`));
  await writeFile(file, bytes);
  return {
    target,
    file,
    sha256: sha256(bytes),
    size: bytes.length,
    unsigned: binary.unsigned,
  };
}

async function writeSums(folder: string, files: readonly string[]): Promise<void> {
  const lines = files.map(
    async (file) => `${sha256(await readFile(file))}  ${path.basename(file)}`,
  );
  await writeFile(path.join(folder, 'SHA256SUMS'), `${(await Promise.all(lines)).join('\n')}\n`);
}

/**
 * Builds the binaries of targets into `folder`: an archive each, the bill of materials and SHA256SUMS. What an earlier run has
 * left there is removed. The same sources give the same bytes. `onDone` hears of each archive when it is written.
 */
export async function packageAll(
  wanted: readonly Target[],
  folder: string,
  onDone: (packaged: Packaged) => void,
): Promise<readonly Packaged[]> {
  await clear(folder);
  const version = await packageVersion();
  const parts = path.join(folder, '.program');
  try {
    const program = await buildProgram(parts);
    const packages = await bundledPackages(program.metafile);
    const plan = { version, program, packages, folder };
    const done: Packaged[] = [];
    for (const target of wanted) {
      const packaged = await packageTarget(target, plan);
      done.push(packaged);
      onDone(packaged);
    }
    const bill = path.join(folder, `kubectl-calico-fix_v${version}_sbom.cdx.json`);
    await writeFile(bill, await billOfMaterials(version, packages, wanted));
    await writeSums(folder, [...done.map(({ file }) => file), bill]);
    return done;
  } finally {
    await rm(parts, { recursive: true, force: true });
  }
}

/** A line for each archive, and one more where its binary lacks a signature. */
export function reportOf({ target, file, size, unsigned }: Packaged): string {
  const megabytes = `${(size / 1e6).toFixed(1)} MB`;
  const line = `${target.name.padEnd(14)}  ${megabytes}  ${path.relative(process.cwd(), file)}`;
  if (unsigned === null) return line;
  const refused = target.arch === 'arm64' ? ' macOS does not run it like this.' : '';
  const cure = `codesign --force --sign - ${executableOf(target)}`;
  return `${line}\n  NOT SIGNED: ${unsigned}.${refused} On a Mac, "${cure}" signs it.`;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      target: { type: 'string', multiple: true },
      out: { type: 'string', default: releaseFolder },
    },
  });
  const names = values.target ?? targets.map(({ name }) => name);
  const unknown = names.filter((name) => targetNamed(name) === null);
  if (unknown.length > 0) {
    const known = targets.map(({ name }) => name).join(', ');
    console.error(`no target named ${unknown.join(', ')}; there are ${known}`);
    return 2;
  }
  const wanted = targets.filter(({ name }) => names.includes(name));
  await packageAll(wanted, path.resolve(values.out), (packaged) => {
    console.log(reportOf(packaged));
  });
  return 0;
}

if (import.meta.main) process.exitCode = await main();
