import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from './package-base.ts';
import { runQuietly } from './package-run.ts';

/** A Go program whose version and checksums a `go.mod` and `go.sum` pin. */
export interface GoTool {
  /** The folder of the `go.mod`. */
  readonly module: string;
  /** The package to build, such as `sigs.k8s.io/krew/cmd/krew`; its last part is the program's name. */
  readonly package: string;
  /** The program's name where the package's last part is another. */
  readonly name?: string;
  /** Values that the linker puts into the program, such as its version: `-X` definitions. */
  readonly definitions?: readonly string[];
}

/** What the program is called in the file system. */
export const nameOfTool = ({ name, package: from }: GoTool): string => name ?? path.basename(from);

// A toolchain is never downloaded, and nothing of the machine's own settings changes what is built.
const goEnvironment = { GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly', CGO_ENABLED: '0' };

/** The version of the Go toolchain on PATH; null if there is none. */
export async function goVersion(): Promise<string | null> {
  try {
    const env = { ...process.env, ...goEnvironment };
    return (await runQuietly('go', ['env', 'GOVERSION'], import.meta.dirname, env)).trim();
  } catch {
    return null; // no Go is an answer, which the callers tell their users
  }
}

async function keyOf(tool: GoTool, version: string): Promise<string> {
  const { module, definitions = [] } = tool;
  const hash = createHash('sha256').update(
    `${[tool.package, version, ...definitions].join(' ')}\n`,
  );
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(path.join(module, file)));
  return hash.digest('hex').slice(0, 12);
}

/**
 * The path of a program built from pinned sources, which is kept in the cache. Throws if there is no Go or if the program cannot
 * be built.
 */
export async function goTool(tool: GoTool): Promise<string> {
  const version = await goVersion();
  if (version === null) throw new Error('there is no Go toolchain on PATH');
  const name = nameOfTool(tool);
  const folder = path.join(cacheFolder, 'go-tools', `${name}-${await keyOf(tool, version)}`);
  const built: readonly string[] = await readdir(folder).catch(() => []);
  if (built.includes(name)) return path.join(folder, name);
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  const linking = ['-s', '-w', ...(tool.definitions ?? []).map((one) => `-X ${one}`)].join(' ');
  const args = ['build', '-trimpath', `-ldflags=${linking}`, '-o', path.join(unfinished, name)];
  await runQuietly('go', [...args, tool.package], tool.module, {
    ...process.env,
    ...goEnvironment,
  });
  await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true, force: true }));
  return path.join(folder, name);
}
