import { CommanderError } from 'commander';
import { UserError } from '../internal/model/error.ts';
import { sanitize, sanitizeLines } from '../internal/report/sanitize.ts';
import { normalizeArguments } from './flags.ts';
import { buildProgram } from './program.ts';
import type { ExitCode, Shell } from './shell.ts';
import { versionLine } from './version.ts';
import { words } from './words.ts';

// commander's own ways to end a run that went well.
const wellEnded = ['commander.helpDisplayed', 'commander.version'];

function printUserError({ message, hint }: UserError, { stderr }: Shell): void {
  stderr.write(`${words.en.error(sanitize(message))}\n`);
  if (hint !== '') stderr.write(`${sanitizeLines(hint)}\n`);
}

/** Prints an error that nobody expected: what, where, and what to do with it. */
export function printBug(error: unknown, { stderr }: Pick<Shell, 'stderr'>): void {
  const runtime = `Node ${process.version}, ${process.platform} ${process.arch}`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = [
    words.en.error(words.en.bug(versionLine.split(' ').at(-1) ?? '', runtime)),
    sanitizeLines(stack),
    words.en.reportBug,
  ];
  stderr.write(`${lines.join('\n')}\n`);
}

interface Interruption {
  /** Ends the run with 130 as soon as somebody interrupts it, unless it is held. */
  readonly promise: Promise<ExitCode>;
  readonly hold: () => void;
  readonly isHeld: () => boolean;
}

function interruptionOf(signal: AbortSignal): Interruption {
  let isHeld = false;
  const promise = new Promise<ExitCode>((resolve) => {
    const end = (): void => {
      if (!isHeld) resolve(130);
    };
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
  });
  const hold = (): void => {
    isHeld = true;
  };
  return { promise, hold, isHeld: () => isHeld };
}

// What shells call, with words that are not a command line yet: nothing of it may be put right or complained about.
const completeCommand = '__complete';

async function runProgram(args: readonly string[], shell: Shell): Promise<ExitCode> {
  if (args[0] === completeCommand) {
    return await (await import('./complete.ts')).complete(args.slice(1), shell);
  }
  let code: ExitCode = 0;
  let complaint = '';
  const program = buildProgram(
    shell,
    (result) => {
      code = result;
    },
    (text) => {
      complaint += text;
    },
  );
  try {
    await program.parseAsync(normalizeArguments(args), { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Without a command commander takes its help for a complaint; here it is the answer.
    if (error.code === 'commander.help') shell.stdout.write(complaint);
    else shell.stderr.write(sanitizeLines(complaint));
    return error.code === 'commander.help' || wellEnded.includes(error.code) ? 0 : 2;
  }
}

/**
 * Runs one command line from its arguments to its exit code. Throws nothing: this is the single place where an error ends.
 */
export async function runCli(args: readonly string[], shell: Shell): Promise<ExitCode> {
  const { promise, hold, isHeld } = interruptionOf(shell.signal);
  // A command that holds interruptions says itself what stands.
  const sayInterrupted = (): void => {
    shell.stderr.write(`${isHeld() ? words.en.interruptedMidway : words.en.interrupted}\n`);
  };
  try {
    const code = await Promise.race([runProgram(args, { ...shell, holdInterrupt: hold }), promise]);
    if (code === 130 && !isHeld()) sayInterrupted();
    return code;
  } catch (error) {
    if (shell.signal.aborted) {
      sayInterrupted();
      return 130;
    }
    if (error instanceof UserError) printUserError(error, shell);
    else printBug(error, shell);
    return 2;
  }
}
