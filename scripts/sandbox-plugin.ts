import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundle } from './build.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

// What it records there is of a cluster that goes away, so that it goes with the cluster.
const callOf = (main: string, state: string): string => `#!/bin/sh
XDG_STATE_HOME=${quoted(state)} exec ${quoted(process.execPath)} ${quoted(main)} "$@"
`;

/**
 * Makes a folder for PATH with kubectl and the plugin as the sources have it now, whatever else is installed.
 * @param folder where that folder, the built plugin and its records are put
 * @param kubectl the path of kubectl
 * @returns the path of the folder for PATH
 */
export async function layOutPlugin(folder: string, kubectl: string): Promise<string> {
  const bin = path.join(folder, 'bin');
  const built = path.join(folder, 'plugin');
  await bundle(built);
  await mkdir(bin);
  await symlink(kubectl, path.join(bin, 'kubectl'));
  const call = callOf(path.join(built, 'main.js'), path.join(folder, 'state'));
  await writeFile(path.join(bin, 'kubectl-calico_fix'), call, { mode: 0o755 });
  return bin;
}
