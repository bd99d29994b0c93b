import { existsSync } from 'node:fs';
import { UserError } from '../internal/model/error.ts';
import { sanitize } from '../internal/report/sanitize.ts';
import type { Flags } from './flags.ts';
import { printMissingRights } from './rights.ts';
import type { ExitCode, Shell } from './shell.ts';
import { printWarnings, readSnapshot } from './snapshot.ts';
import { words } from './words.ts';

/** Saves what `diagnose` would read as a file that `--from` reads back. An existing file is never written over. */
export async function collect(flags: Flags, shell: Shell): Promise<ExitCode> {
  const path = flags.output;
  if (path === undefined || path === '') {
    throw new UserError(words.en.noOutputFile, { hint: words.en.outputFileHint });
  }
  if (existsSync(path)) {
    throw new UserError(words.en.fileExists(path), { hint: words.en.fileExistsHint });
  }
  const snapshot = await readSnapshot(flags, shell);
  printWarnings(snapshot.warnings, shell);
  printMissingRights(snapshot, shell, true);
  await shell.services.writeBundle(snapshot, path);
  const name = sanitize(path);
  shell.stdout.write(`${words.en.collected(name)}\n${words.en.readItBack(name)}\n`);
  return 0;
}
