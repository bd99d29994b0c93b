import { UserError } from '../internal/model/error.ts';
import type { Flags } from './flags.ts';
import type { ExitCode, Shell } from './shell.ts';
import { canDraw, glyphsFor, styleFor, textOptions } from './terminal.ts';
import { words } from './words.ts';

async function talk(flags: Flags, shell: Shell): Promise<ExitCode> {
  const { sessionCore } = await import('./tui/session-core.ts');
  const { runPlain } = await import('./tui/plain.ts');
  const { narrator } = await import('./apply-progress.ts');
  const { core, close } = await sessionCore(flags, shell);
  const { onEvent } = narrator(shell, 1);
  shell.holdInterrupt?.();
  try {
    return await runPlain(
      core,
      {
        write: (text) => shell.stdout.write(text),
        ask: shell.ask,
        text: textOptions(shell),
        now: () => Date.now(),
        signal: shell.signal,
        onEvent,
      },
      { isDump: flags.from !== undefined },
    );
  } finally {
    close();
  }
}

// Requests that are shown as they are made would be written over the screen.
const quiet = (flags: Flags, { stderr }: Shell): Flags =>
  stderr.isTTY === true ? { ...flags, verbosity: 0 } : flags;

async function draw(flags: Flags, shell: Shell): Promise<ExitCode> {
  const { terminal, stdout, env, signal } = shell;
  if (!terminal) throw new UserError(words.en.noTerminal, { hint: words.en.noTerminalHint });
  const { sessionCore } = await import('./tui/session-core.ts');
  const { openWizard } = await import('./tui/open.ts');
  const { core, close } = await sessionCore(quiet(flags, shell), shell);
  const text = { style: styleFor(stdout, env), glyphs: glyphsFor(env) };
  shell.holdInterrupt?.();
  try {
    const { stdin, stdout: screenOut } = terminal;
    const now = (): number => Date.now();
    const screen = { stdin, stdout: screenOut, env, text, signal, now };
    return await openWizard(core, screen, { isDump: flags.from !== undefined });
  } finally {
    close();
  }
}

/**
 * The way a person takes through it: on a screen of its own, or with `--plain` and on dumb terminals line by line. Returns the
 * exit code; throws a UserError where nobody is there to answer.
 */
export async function wizard(flags: Flags, shell: Shell): Promise<ExitCode> {
  if (!shell.isInteractive) {
    throw new UserError(words.en.noTerminal, { hint: words.en.noTerminalHint });
  }
  return flags.plain || !canDraw(shell) ? await talk(flags, shell) : await draw(flags, shell);
}
