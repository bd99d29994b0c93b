import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseObject } from '../../support/json.ts';

/** Programs that end with this process, however it ends. */
export interface Supervised {
  /** A private folder with the given files and a log for each program; it goes with the last program. */
  readonly folder: string;
  /** The process that watches over the programs. */
  readonly pid: number;
  readonly start: (name: string, command: string, args: readonly string[]) => Promise<void>;
  /** Ends a program at once (SIGKILL); nothing happens where it does not run. */
  readonly stop: (name: string) => Promise<void>;
  /** Why a program has ended; null while it runs. */
  readonly endOf: (name: string) => string | null;
  /** The end of what a program has printed. */
  readonly printed: (name: string) => Promise<string>;
  /** Ends all programs and removes the folder. */
  readonly end: () => Promise<void>;
}

const printedChars = 3000;

/** Starts the process that will watch over programs, with a folder of these files (name to text). */
export async function supervise(files: Readonly<Record<string, string>>): Promise<Supervised> {
  const folder = path.join(tmpdir(), `calico-fix-cluster-${randomUUID()}`);
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'supervisor.ts')], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ends = new Map<string, string>();
  const waiting = new Map<string, () => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const news = parseObject(line);
    if (typeof news['ended'] === 'string') ends.set(news['ended'], String(news['why']));
    for (const word of ['prepared', 'started', 'stopped'])
      if (typeof news[word] === 'string') waiting.get(`${word} ${news[word]}`)?.();
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stdin.on('error', () => {}); // it has gone, which the next order tells
  const order = (what: object, answer: string): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.set(answer, resolve);
      void gone.then(() => reject(new Error('the process that watches over programs has ended')));
      child.stdin.write(`${JSON.stringify(what)}\n`);
    });
  await order({ folder, files }, `prepared ${folder}`);
  return {
    folder,
    pid: child.pid ?? 0,
    start: async (name, command, args) => {
      ends.delete(name);
      await order({ start: name, command, args }, `started ${name}`);
    },
    stop: (name) => order({ stop: name }, `stopped ${name}`),
    endOf: (name) => ends.get(name) ?? null,
    printed: async (name) =>
      (await readFile(path.join(folder, `${name}.log`), 'utf8').catch(() => '')).slice(
        -printedChars,
      ),
    end: async () => {
      child.stdin.end();
      await gone;
    },
  };
}
