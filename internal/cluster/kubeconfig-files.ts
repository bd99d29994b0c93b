import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { UserError } from '../model/error.ts';
import { isList, isRecord } from './json.ts';
import type { Environment } from './proxy.ts';

export type Raw = Readonly<Record<string, unknown>>;

/** All kubeconfig files together, by name. */
export interface Kubeconfig {
  /** The files that were there. */
  readonly files: readonly string[];
  /** Where a file was looked for, found or not. */
  readonly lookedFor: readonly string[];
  readonly currentContext: string;
  readonly contexts: ReadonlyMap<string, Raw>;
  readonly clusters: ReadonlyMap<string, Raw>;
  readonly users: ReadonlyMap<string, Raw>;
}

// Where a file may stand beside its kubeconfig: client-go tools/clientcmd/loader.go, GetClusterFileReferences and others.
const clusterFiles = ['certificate-authority'];
const userFiles = ['client-certificate', 'client-key', 'tokenFile'];

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function homeDirectories(env: Environment, isWindows: boolean): readonly string[] {
  const { HOME, HOMEDRIVE, HOMEPATH, USERPROFILE } = env;
  const fromDrive = HOMEDRIVE && HOMEPATH ? HOMEDRIVE + HOMEPATH : undefined;
  return (isWindows ? [HOME, fromDrive, USERPROFILE] : [HOME]).filter((home) => home !== undefined);
}

function pathsOf(
  flag: string | undefined,
  env: Environment,
  isWindows: boolean,
): readonly string[] {
  if (flag) return [flag];
  const listed = (env['KUBECONFIG'] ?? '')
    .split(isWindows ? ';' : ':')
    .filter((name) => name !== '');
  if (listed.length > 0) return [...new Set(listed)];
  const homes = homeDirectories(env, isWindows);
  const files = homes.map((home) => path.join(home, '.kube', 'config'));
  const found = files.find((file) => existsSync(file)) ?? files[0];
  return found === undefined ? [] : [found];
}

function readYaml(file: string): Raw {
  let parsed: unknown;
  try {
    parsed = parse(readFileSync(file, 'utf8'), { logLevel: 'error' });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new UserError(`The kubeconfig ${file} cannot be read: ${reason}`, { cause });
  }
  if (parsed === null || parsed === undefined) return {};
  if (isRecord(parsed)) return parsed;
  throw new UserError(`The kubeconfig ${file} is not a kubeconfig`, {
    hint: 'It should begin with "apiVersion: v1" and "kind: Config".',
  });
}

function withAbsolutePaths(entry: Raw, fields: readonly string[], directory: string): Raw {
  const resolved = fields.flatMap((field): [string, string][] => {
    const file = textOf(entry[field]);
    return file === '' ? [] : [[field, path.resolve(directory, file)]];
  });
  return { ...entry, ...Object.fromEntries(resolved) };
}

// A command with a folder in it is meant from the kubeconfig, a bare one from PATH.
function withAbsoluteCommand(user: Raw, directory: string): Raw {
  const exec = user['exec'];
  const command = isRecord(exec) ? textOf(exec['command']) : '';
  if (!isRecord(exec) || path.basename(command) === command) return user;
  return { ...user, exec: { ...exec, command: path.resolve(directory, command) } };
}

function addEntries(
  into: Map<string, Raw>,
  entries: unknown,
  field: string,
  fit: (entry: Raw) => Raw = (entry) => entry,
): void {
  for (const item of isList(entries) ? entries : []) {
    if (!isRecord(item)) continue;
    const name = textOf(item['name']);
    const entry = item[field];
    // The first file that names a thing wins, as in kubectl.
    if (name !== '' && !into.has(name)) into.set(name, fit(isRecord(entry) ? entry : {}));
  }
}

export interface KubeconfigPlace {
  /** `--kubeconfig` */
  readonly file?: string;
  readonly env: Environment;
  readonly isWindows?: boolean;
}

/**
 * Reads and merges kubeconfig files by kubectl's rules: `--kubeconfig` alone (and then it must be there), else all of
 * KUBECONFIG (those missing are passed over), else `~/.kube/config`. The first file to name a context, cluster, user or the
 * current context wins; relative paths are meant from their own file. (The client library's merge takes the last, and fails
 * on missing files and on names that two files share.) Throws a UserError for a file that is no kubeconfig.
 */
export function readKubeconfig({ file, env, isWindows = false }: KubeconfigPlace): Kubeconfig {
  const lookedFor = pathsOf(file, env, isWindows);
  const files = file ? lookedFor : lookedFor.filter((name) => existsSync(name));
  const contexts = new Map<string, Raw>();
  const clusters = new Map<string, Raw>();
  const users = new Map<string, Raw>();
  let currentContext = '';
  for (const name of files) {
    const raw = readYaml(name);
    const directory = path.dirname(path.resolve(name));
    currentContext ||= textOf(raw['current-context']);
    addEntries(contexts, raw['contexts'], 'context');
    addEntries(clusters, raw['clusters'], 'cluster', (entry) =>
      withAbsolutePaths(entry, clusterFiles, directory),
    );
    addEntries(users, raw['users'], 'user', (entry) =>
      withAbsoluteCommand(withAbsolutePaths(entry, userFiles, directory), directory),
    );
  }
  return { files, lookedFor, currentContext, contexts, clusters, users };
}
