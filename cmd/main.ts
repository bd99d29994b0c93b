#!/usr/bin/env node
import { isatty } from 'node:tty';
import { printBug, runCli } from './cli.ts';
import { services } from './services.ts';

const interrupt = new AbortController();
process.on('SIGINT', () => {
  // The second Ctrl-C does not wait for anything.
  if (interrupt.signal.aborted) process.exit(130);
  interrupt.abort(new Error('interrupted'));
});

// A reader that has seen enough, such as `head`, is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

// Node's own exit code for this is 1, which here means that the cluster has a fault.
process.on('uncaughtException', (error) => {
  printBug(error, process);
  process.exit(2);
});

const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve());
  });

async function main(): Promise<void> {
  const code = await runCli(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    isInteractive: isatty(0),
    signal: interrupt.signal,
    ask: async (question) => {
      const { askLine } = await import('./prompt.ts');
      return await askLine(question, process, interrupt.signal);
    },
    terminal: process,
    services,
  });
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  // Open connections and timers do not keep a finished run alive.
  process.exit(code);
}

// Not awaited at the top level: the binary's start script is CommonJS, which has no such thing.
void main();
