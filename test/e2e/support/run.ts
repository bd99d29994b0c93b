import { spawn } from 'node:child_process';

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly interrupt: (signal: NodeJS.Signals) => void;
  /** What it has printed so far. */
  readonly printed: () => string;
  readonly done: Promise<Ran>;
}

/** Starts a program with exactly this environment. */
export function start(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Running {
  const child = spawn(command, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()));
  const done = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...printed }));
  });
  return {
    pid: child.pid ?? 0,
    interrupt: (signal) => child.kill(signal),
    printed: () => printed.stdout + printed.stderr,
    done,
  };
}

/** Runs a program to its end with exactly this environment. The tests' own server may answer it meanwhile. */
export const run = async (
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> => await start(command, args, env).done;
