import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Output } from './shell.ts';

/** Where a question is asked, and where the answer comes from. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stderr: Output;
}

/**
 * Writes a question to standard error and waits for a line of standard input. Null where the input ends before a line, or
 * the signal is aborted.
 */
export function askLine(
  question: string,
  { stdin, stderr }: Terminal,
  signal: AbortSignal,
): Promise<string | null> {
  stderr.write(question);
  // Not as a terminal: the system edits the line, and Ctrl-C stays a signal.
  const lines = createInterface({ input: stdin, terminal: false });
  return new Promise((resolve) => {
    let answer: string | null = null;
    const end = (): void => lines.close();
    signal.addEventListener('abort', end, { once: true });
    lines.once('line', (line) => {
      answer = line;
      end();
    });
    lines.once('close', () => {
      signal.removeEventListener('abort', end);
      // What the user ended with Ctrl-D or Ctrl-C has no line end of its own.
      if (answer === null) stderr.write('\n');
      resolve(answer);
    });
    if (signal.aborted) end();
  });
}
