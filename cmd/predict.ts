import type { Flags } from './flags.ts';
import type { ExitCode, Shell } from './shell.ts';

export async function predict(_flags: Flags, _shell: Shell): Promise<ExitCode> {
  throw new Error('not wired yet');
}
