import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { middle } from './bench-cluster-measure.ts';

/** How long the wizard took to answer keys of one sort, from the key to what it drew. */
export interface KeyTimes {
  readonly what: string;
  readonly keys: number;
  /** Keys by which nothing on the screen changed, or not within the time that was waited. */
  readonly silent: number;
  readonly middleMs: number;
  readonly worstMs: number;
}

interface Steps {
  readonly what: string;
  readonly keys: readonly string[];
  /** What has to be drawn before a key counts as answered; anything unless told. */
  readonly shows?: RegExp;
}

const enter = '\r';
const escape = '\u001B';
const [up, down, right, left, pageDown] = ['[A', '[B', '[C', '[D', '[6~'].map(
  (code) => `${escape}${code}`,
);
const times = (count: number, key = ''): readonly string[] =>
  Array.from({ length: count }, () => key);

// The list of findings; one finding, its remedies, and what they come to on each node; back again.
const steps: readonly Steps[] = [
  { what: 'opening a finding, then its remedies', keys: [enter, enter] },
  { what: 'opening the table of nodes and methods', keys: [enter], shows: /kubernetes-int/ },
  { what: 'moving in it by rows', keys: [...times(15, down), ...times(5, up)] },
  { what: 'moving in it by pages, to its end and back', keys: [...times(2, pageDown), 'G', 'g'] },
  {
    what: 'moving in it by columns',
    keys: [...times(2, right), ...times(2, left), ...times(2, right)],
  },
  { what: 'filtering it', keys: ['/', ...'worker-4'.split(''), enter] },
  {
    what: 'typing a method, simulated on every node',
    keys: ['m', ...'interface=^ens3$'.split('')],
  },
  { what: 'going back to the list of findings', keys: times(5, escape) },
  { what: 'the list of findings: opening the checks, moving', keys: ['o', ...times(10, down)] },
];

const startWithinMs = 180_000;
const answerWithinMs = 15_000;
const quietMs = 80;

interface Pty {
  readonly child: ChildProcessWithoutNullStreams;
  /** All that was drawn. */
  readonly drawn: () => string;
  readonly lastAt: () => number;
}

// util-linux's `script` lends a terminal, as a pipe cannot be one.
function openPty(inside: string, env: Readonly<Record<string, string>>): Pty {
  const child = spawn('script', ['-qefc', inside, '/dev/null'], {
    env: { ...env, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' },
  });
  let text = '';
  let at = performance.now();
  child.stdin.on('error', () => {}); // it has ended, which the next key tells
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    at = performance.now();
  });
  return { child, drawn: () => text, lastAt: () => at };
}

async function until(isSo: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > deadline) return false;
    await wait(2);
  }
  return true;
}

const untilQuiet = async ({ lastAt }: Pty): Promise<boolean> =>
  await until(() => performance.now() - lastAt() > quietMs, answerWithinMs);

// Null where nothing on the screen changes by it.
async function press({ child }: Pty, key: string, shows: RegExp): Promise<number | null> {
  const began = performance.now();
  let text = '';
  const { promise, resolve } = Promise.withResolvers<number>();
  const listen = (chunk: string): void => {
    text += chunk;
    if (shows.test(text)) resolve(performance.now() - began);
  };
  child.stdout.on('data', listen);
  child.stdin.write(key);
  const ms = await Promise.race([promise, wait(answerWithinMs, null, { ref: false })]);
  child.stdout.off('data', listen);
  return ms;
}

async function measureSteps(pty: Pty, all: readonly Steps[]): Promise<readonly KeyTimes[]> {
  const told: KeyTimes[] = [];
  for (const { what, keys, shows = /./s } of all) {
    const taken: number[] = [];
    for (const key of keys) {
      const ms = await press(pty, key, shows);
      if (ms !== null) taken.push(ms);
      await untilQuiet(pty);
    }
    if (taken.length === 0) throw new Error(`nothing answers to a key (${what})`);
    told.push({
      what,
      keys: keys.length,
      silent: keys.length - taken.length,
      middleMs: middle(taken),
      worstMs: Math.max(...taken),
    });
  }
  return told;
}

/** Keys to a program that only sends them back. */
export const bareKeys = 'for comparison: a program that only sends keys back';
const bareSteps: readonly Steps[] = [{ what: bareKeys, keys: times(20, 'x') }];

// What the machine, as busy as it is, takes for the way to a program in a terminal and back.
async function measureBare(env: Readonly<Record<string, string>>): Promise<readonly KeyTimes[]> {
  const pty = openPty('stty raw -echo; echo ready; exec cat', env);
  await until(() => pty.drawn().includes('ready'), answerWithinMs);
  try {
    return await measureSteps(pty, bareSteps);
  } finally {
    pty.child.kill('SIGKILL');
  }
}

/**
 * Sits down at the wizard in a terminal and presses keys, each when the screen has come to rest. Throws where it does not start
 * or does not answer; null where this machine has no `script` to lend a terminal.
 */
export async function measureWizard(
  command: string,
  env: Readonly<Record<string, string>>,
): Promise<readonly KeyTimes[] | null> {
  const pty = openPty(`stty cols 120 rows 40; exec '${command}'`, env);
  const { child, drawn } = pty;
  const failed = new Promise<null>((resolve) => child.once('error', () => resolve(null)));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const start = until(() => drawn().includes('wrong-ip-autodetected'), startWithinMs);
  const hasStarted = await Promise.race([start, failed]);
  if (hasStarted === null) return null;
  try {
    if (!hasStarted) throw new Error(`the wizard does not come up:\n${drawn().slice(-2000)}`);
    await untilQuiet(pty);
    const bare = await measureBare(env);
    return [...bare, ...(await measureSteps(pty, steps))];
  } finally {
    child.stdin.write('q');
    await Promise.race([ended, wait(5000, null, { ref: false })]);
    child.kill('SIGKILL');
  }
}
