import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { isObject, parseObject } from '../../support/json.ts';

// Runs the programs of a control plane in a process of its own, and outlives the test that asked for them: when the test's end
// of standard input is closed, by `stop` or because the test was killed, it ends them all and removes their folder.

const programs = new Map<string, ChildProcess>();
let folder = '';

function say(message: object): void {
  // The test may have gone already: then nobody is left to be told.
  if (!process.stdout.destroyed) process.stdout.write(`${JSON.stringify(message)}\n`);
}

function prepare(order: Readonly<Record<string, unknown>>): void {
  folder = String(order['folder']);
  mkdirSync(folder, { mode: 0o700 });
  const files = isObject(order['files']) ? order['files'] : {};
  for (const [name, text] of Object.entries(files))
    writeFileSync(path.join(folder, name), String(text), { mode: 0o600 });
  say({ prepared: folder });
}

function start(order: Readonly<Record<string, unknown>>): void {
  const name = String(order['start']);
  const args = Array.isArray(order['args']) ? order['args'].map(String) : [];
  const log = openSync(path.join(folder, `${name}.log`), 'a', 0o600);
  const child = spawn(String(order['command']), args, {
    cwd: folder,
    stdio: ['ignore', log, log],
    env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder },
  });
  closeSync(log);
  programs.set(name, child);
  child.once('error', ({ message }) => say({ ended: name, why: message }));
  child.once('exit', (code, signal) => {
    if (programs.get(name) === child) programs.delete(name);
    say({ ended: name, why: `exit ${code ?? signal}` });
  });
  say({ started: name, pid: child.pid });
}

function kill(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

async function stop(name: string): Promise<void> {
  const child = programs.get(name);
  if (child) await kill(child);
  say({ stopped: name });
}

async function endAll(): Promise<void> {
  await Promise.all([...programs.values()].map(kill));
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

function obey(line: string): void {
  const order = parseObject(line);
  if (typeof order['folder'] === 'string') prepare(order);
  else if (typeof order['start'] === 'string') start(order);
  else if (typeof order['stop'] === 'string') void stop(order['stop']);
  else if (order['kill'] === true) void endAll();
}

// What is meant for a terminal's whole group, or for the test, is not meant for the one who has to clean up.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM', 'SIGPIPE'] as const)
  process.on(signal, () => {});
process.stdout.on('error', () => {});
createInterface({ input: process.stdin })
  .on('line', obey)
  .once('close', () => void endAll());
