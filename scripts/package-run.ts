import { spawn } from 'node:child_process';

/**
 * Runs a program and returns what it printed on standard output. Throws with all that it printed if it fails or cannot be
 * started at all.
 */
export async function runQuietly(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const child = spawn(command, [...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  const all: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    out.push(chunk);
    all.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => all.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause) => reject(new Error(`${command} cannot be started`, { cause })));
    child.on('close', resolve);
  });
  if (code === 0) return Buffer.concat(out).toString();
  const printed = Buffer.concat(all).toString().trim();
  throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${printed}`);
}
