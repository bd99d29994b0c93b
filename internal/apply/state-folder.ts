import path from 'node:path';
import { UserError } from '../model/error.ts';

const folderName = 'kubectl-calico-fix';

type Environment = Readonly<Record<string, string | undefined>>;

const absolute = (of: typeof path.posix, folder: string | undefined): string | null =>
  folder !== undefined && of.isAbsolute(folder) ? folder : null;

function windowsFolder(env: Environment): string | null {
  const home = absolute(path.win32, env['USERPROFILE']);
  const base =
    absolute(path.win32, env['LOCALAPPDATA']) ??
    (home && path.win32.join(home, 'AppData', 'Local'));
  return base && path.win32.join(base, folderName);
}

function unixFolder(env: Environment): string | null {
  const home = absolute(path.posix, env['HOME']);
  // A relative path is to be ignored (XDG Base Directory Specification).
  const base =
    absolute(path.posix, env['XDG_STATE_HOME']) ??
    (home && path.posix.join(home, '.local', 'state'));
  return base && path.posix.join(base, folderName);
}

/**
 * Where the records of changes are kept: below `XDG_STATE_HOME`, else `~/.local/state` (macOS too); on Windows below
 * `%LOCALAPPDATA%`. `platform` is Node's word for the system. A UserError where there is no home.
 */
export function stateFolder(env: Environment, platform: string): string {
  const isWindows = platform === 'win32';
  const folder = isWindows ? windowsFolder(env) : unixFolder(env);
  if (folder !== null) return folder;
  const name = isWindows ? 'LOCALAPPDATA' : 'XDG_STATE_HOME';
  throw new UserError('There is no folder to keep records of changes in: the home is not known.', {
    hint: `Set ${name} to a folder of yours; without a record a change could not be taken back.`,
  });
}
