import { realpathSync } from 'node:fs';
import { isSea } from 'node:sea';
import { UserError } from '../internal/model/error.ts';
import { sanitize } from '../internal/report/sanitize.ts';
import { installHelper } from './completion-install.ts';
import { completionScripts } from './completion-scripts.ts';
import type { ExitCode, Shell } from './shell.ts';
import { words } from './words.ts';

// The binary is its own Node; else Node runs a file.
const ownPath = (): string => (isSea() ? process.execPath : (process.argv[1] ?? ''));

/** Prints the completion script of a shell, or writes the helper by which kubectl completes the plugin. */
export function completion(what: string | undefined, { stdout, env }: Shell): Promise<ExitCode> {
  const script = completionScripts.get(what ?? '');
  if (script !== undefined) {
    stdout.write(script);
    return Promise.resolve(0);
  }
  if (what !== 'install') {
    throw new UserError(words.en.notAShell(what ?? ''), { hint: words.en.shells });
  }
  const helper = installHelper({
    program: realpathSync(ownPath()),
    searchPath: env['PATH'] ?? env['Path'] ?? '',
    isWindows: process.platform === 'win32',
  });
  stdout.write(`${words.en.helperInstalled(sanitize(helper))}\n${words.en.completionOfKubectl}\n`);
  return Promise.resolve(0);
}
