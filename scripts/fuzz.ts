import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { parseObject } from '../test/support/json.ts';

const usage = `Mutates the samples in test/dumps and gives them to diagnose and fix --dry-run=client, as folders and archives.

  npm run fuzz -- [--minutes N] [--seed S] [--limit SECONDS]
  npm run fuzz -- --case SEED   one case again

  --minutes  how long, 1 unless told
  --seed     what the cases follow from; a new one unless told
  --limit    how long one case may take, 60 s unless told
`;

const worker = path.join(import.meta.dirname, '../test/fuzz/worker.ts');
// What a case may cost at most, 32 MiB of it unpacked; beyond it Node gives up, and the case has failed.
const heapMiB = 1024;
const peakMiB = 1536;
const print = (text: string): void => void process.stdout.write(`${text}\n`);

interface Told {
  readonly made: string;
  readonly ms: number;
  readonly peak: number;
  readonly faults: readonly string[];
}

function toldOf(line: string): Told {
  const value = parseObject(line);
  const faults = Array.isArray(value['faults']) ? value['faults'].map(String) : [];
  return {
    made: String(value['made']),
    ms: Number(value['ms']),
    peak: Number(value['peakMiB']),
    faults,
  };
}

/** A process that runs cases; it is started anew when one has killed it. */
interface Bench {
  readonly run: (seed: string, limitMs: number) => Promise<Told>;
  readonly stop: () => void;
}

function bench(): Bench {
  let child: ChildProcess | null = null;
  let settle: ((told: Told) => void) | null = null;
  const failed = (reason: string): Told => ({ made: '', ms: 0, peak: 0, faults: [reason] });
  const end = (told: Told): void => {
    settle?.(told);
    settle = null;
  };
  const start = (): ChildProcess => {
    const fresh = spawn(process.execPath, [`--max-old-space-size=${heapMiB}`, worker], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: fresh.stdout }).on('line', (line) => {
      const told = toldOf(line);
      // Its peak would be that of all that follow.
      if (told.peak > peakMiB && child === fresh) {
        child = null;
        fresh.stdin.end();
      }
      end(told);
    });
    fresh.stdin.on('error', () => {}); // told by its end
    fresh.once('exit', (code, signal) => {
      // One that was killed for its silence has been told already.
      if (child !== fresh) return;
      child = null;
      end(failed(`the process has ended: ${code ?? signal}`));
    });
    return fresh;
  };
  return {
    run: (seed, limitMs) =>
      new Promise((resolve) => {
        child ??= start();
        const own = child;
        const timer = setTimeout(() => {
          child = null;
          own.kill('SIGKILL');
          end(failed(`no answer after ${limitMs / 1000} s`));
        }, limitMs);
        settle = (told) => {
          clearTimeout(timer);
          resolve(told);
        };
        own.stdin?.write(`${seed}\n`);
      }),
    stop: () => {
      child?.stdin?.end();
    },
  };
}

interface Tally {
  cases: number;
  failed: number;
  peak: number;
  slowest: number;
}

function take(tally: Tally, seed: string, { made, ms, peak, faults }: Told): void {
  tally.cases += 1;
  tally.peak = Math.max(tally.peak, peak);
  tally.slowest = Math.max(tally.slowest, ms);
  const all = peak > peakMiB ? [...faults, `it took ${peak} MiB of memory`] : faults;
  if (all.length === 0) return;
  tally.failed += 1;
  print(`\ncase ${seed} (${made})`);
  for (const fault of all) print(`  BROKEN: ${fault}`);
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { minutes: text, seed: text, limit: text, case: text } });
  const { minutes = '1', limit = '60', seed = String(Date.now() % 1_000_000) } = values;
  if (!(Number(minutes) > 0) || !(Number(limit) > 0) || /\s/.test(seed)) {
    process.stderr.write(usage);
    return 2;
  }
  const tally: Tally = { cases: 0, failed: 0, peak: 0, slowest: 0 };
  const { run, stop } = bench();
  const limitMs = Number(limit) * 1000;
  if (values.case === undefined) {
    print(`fuzz: seed ${seed}`);
    const end = Date.now() + Number(minutes) * 60_000;
    for (let index = 0; Date.now() < end; index += 1) {
      const own = `${seed}/${index}`;
      take(tally, own, await run(own, limitMs));
    }
  } else take(tally, values.case, await run(values.case, limitMs));
  stop();
  print(
    `\nthe slowest case took ${tally.slowest} ms of a processor; the peak of memory was ${tally.peak} MiB`,
  );
  print(`fuzz: ${tally.cases} cases, ${tally.failed} failed`);
  return tally.failed === 0 && tally.cases > 0 ? 0 : 1;
}

if (import.meta.main) process.exit(await main());
