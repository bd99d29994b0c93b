import type { Diagnosis } from '../internal/model/diagnosis.ts';
import { UserError } from '../internal/model/error.ts';
import type { Severity } from '../internal/model/finding.ts';
import { formats, isFormat, render, type Format } from '../internal/report/render.ts';
import type { Flags } from './flags.ts';
import { printMissingRights } from './rights.ts';
import type { ExitCode, Shell } from './shell.ts';
import { printWarnings, readSnapshot } from './snapshot.ts';
import { textOptions } from './terminal.ts';
import { words } from './words.ts';

function formatOf(output = 'text'): Format {
  if (isFormat(output)) return output;
  throw new UserError(words.en.notAFormat(output, 'diagnose'), {
    hint: words.en.formats(formats.join(', ')),
  });
}

/** The severities that decide the exit code. */
export const countedOf = (failOn: Flags['failOn']): ReadonlySet<Severity> =>
  new Set(failOn === 'warning' ? ['error', 'warning'] : ['error']);

/** The exit code of a diagnosis, the same in each format. */
export function exitCodeOf(
  { verdict, findings }: Diagnosis,
  counted: ReadonlySet<Severity>,
): ExitCode {
  if (verdict === 'undetermined' || verdict === 'unknown') return 2;
  if (verdict === 'findings') return 1;
  return findings.some(({ severity }) => counted.has(severity)) ? 1 : 0;
}

/** Reads a cluster or a dump, prints what is wrong with it, and returns the exit code. */
export async function diagnose(flags: Flags, shell: Shell): Promise<ExitCode> {
  const format = formatOf(flags.output);
  const snapshot = await readSnapshot(flags, shell);
  const diagnosis = await shell.services.diagnose(snapshot, flags.node);
  const counted = countedOf(flags.failOn);
  const code = exitCodeOf(diagnosis, counted);
  const isForEyes = format === 'text' || format === 'wide';
  printWarnings(diagnosis.warnings, shell);
  printMissingRights(snapshot, shell, isForEyes && code === 2);
  const options = textOptions(shell, format === 'wide' ? 160 : 120);
  shell.stdout.write(render(diagnosis, format, { ...options, counted }));
  return code;
}
