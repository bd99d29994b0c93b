import { existsSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../internal/model/error.ts';
import { words } from './words.ts';

export interface Place {
  /** The running program, links resolved. */
  readonly program: string;
  /** The value of PATH. */
  readonly searchPath: string;
  readonly isWindows: boolean;
}

// By this line a later call knows the file for its own.
const mark = 'Written by "kubectl calico-fix completion install"';

const unixHelper = `#!/bin/sh
# ${mark}: kubectl runs it to complete "kubectl calico-fix".
exec kubectl-calico_fix __complete "$@"
`;

const windowsHelper = [
  '@echo off',
  `rem ${mark}: kubectl runs it to complete "kubectl calico-fix".`,
  'kubectl-calico_fix.exe __complete %*',
  '',
].join('\r\n');

const pluginOf = ({ isWindows }: Place): string =>
  isWindows ? 'kubectl-calico_fix.exe' : 'kubectl-calico_fix';

// kubectl (pkg/cmd/plugin/plugin_completion.go) looks on PATH for this name; on Windows any ending of PATHEXT will do.
const helperOf = ({ isWindows }: Place): string =>
  isWindows ? 'kubectl_complete-calico_fix.cmd' : 'kubectl_complete-calico_fix';

// The folder on PATH through which kubectl finds the plugin: with krew it holds a link, and the program lies elsewhere.
function folderOf(place: Place): string {
  const name = pluginOf(place);
  const folders = place.searchPath
    .split(place.isWindows ? ';' : ':')
    .filter((folder) => folder !== '' && existsSync(path.join(folder, name)));
  const own = folders.find((folder) => realpathSync(path.join(folder, name)) === place.program);
  const found = own ?? folders[0];
  if (found !== undefined) return path.resolve(found);
  const hint = words.en.putOnPath(path.dirname(place.program));
  throw new UserError(words.en.notOnPath(name), { hint });
}

function assertOurs(file: string): void {
  if (!existsSync(file) || readFileSync(file, 'utf8').includes(mark)) return;
  throw new UserError(words.en.foreignFile(file), { hint: words.en.foreignFileHint });
}

/**
 * Writes `kubectl_complete-calico_fix` beside the plugin, where kubectl looks for it, and returns its path. krew cannot: it links
 * one program of each plugin. A file of somebody else's is left alone, with a UserError.
 */
export function installHelper(place: Place): string {
  const file = path.join(folderOf(place), helperOf(place));
  assertOurs(file);
  const unfinished = `${file}.${process.pid}`;
  try {
    const text = place.isWindows ? windowsHelper : unixHelper;
    writeFileSync(unfinished, text, { mode: 0o755, flag: 'wx' });
    renameSync(unfinished, file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = words.en.notWritableHint;
    throw new UserError(words.en.notWritable(file, reason), { hint, cause });
  }
  return file;
}
