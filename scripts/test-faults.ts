import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { goVersion } from './go-tool.ts';
import { incidents } from '../test/faults/incidents.ts';
import { isObject } from '../test/support/json.ts';
import type { Journey, Leg } from '../test/faults/journey.ts';

const usage = `Sends diagnose, fix and undo through bad weather: a proxy before a real API server that breaks requests at random.

  npm run test:faults -- [--runs N] [--seed S] [--speed K]
  npm run test:faults -- --journey INCIDENT/SEED   one journey again, told in full

  --runs   how many journeys, 100 unless told
  --seed   what they follow from; a new one unless told
  --speed  how much faster the tool's clock runs than the machine's, 20 unless told
`;

const noGo = `There is no Go on PATH, which is needed to build Kubernetes and etcd from source (https://go.dev/dl/).
`;

const progressStep = 25;
const worker = path.join(import.meta.dirname, '../test/faults/worker.ts');
const print = (text: string): void => void process.stdout.write(`${text}\n`);

const isJourney = (value: unknown): value is Journey =>
  isObject(value) && Array.isArray(value['legs']) && Array.isArray(value['faults']);

const isWhole = ({ faults, legs }: Journey): boolean =>
  faults.length === 0 && legs.every((leg) => leg.faults.length === 0);

const indented = (text: string): string => text.trimEnd().replaceAll(/^/gm, '      ');

function tellLeg({ args, weather, code, seconds, writes, faults, stderr, stdout }: Leg): void {
  print(`  ${args.join(' ')}\n    ${weather}\n    exit code ${code} after ${seconds.toFixed(1)} s`);
  for (const write of writes) print(`    wrote ${write}`);
  for (const fault of faults) print(`    BROKEN: ${fault}`);
  if (faults.length > 0)
    print(`${indented(stdout.slice(-2000))}\n${indented(stderr.slice(-2000))}`);
}

function tell(id: string, journey: Journey): void {
  print(`\njourney ${id}/${journey.seed}`);
  for (const leg of journey.legs) tellLeg(leg);
  for (const fault of journey.faults) print(`  BROKEN: ${fault}`);
}

interface Tally {
  passed: number;
  failed: number;
  commands: number;
  writes: number;
  longest: number;
  readonly codes: Map<number, number>;
}

function count(tally: Tally, journey: Journey): void {
  if (isWhole(journey)) tally.passed += 1;
  else tally.failed += 1;
  for (const { code, seconds, writes } of journey.legs) {
    tally.commands += 1;
    tally.writes += writes.length;
    tally.longest = Math.max(tally.longest, seconds);
    tally.codes.set(code, (tally.codes.get(code) ?? 0) + 1);
  }
}

/** Runs the journeys of one cluster in a process of its own. */
async function runOn(
  id: string,
  seeds: readonly string[],
  speed: string,
  take: (journey: Journey) => void,
): Promise<boolean> {
  const child = spawn(process.execPath, [worker, id, speed, ...seeds], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    told += 1;
    const value: unknown = JSON.parse(line);
    if (isJourney(value)) take(value);
  });
  await once(child, 'close');
  return child.exitCode === 0 && told === seeds.length;
}

function close({ passed, failed, commands, writes, longest, codes }: Tally, speed: string): number {
  const ends = [...codes].toSorted(([a], [b]) => a - b).map(([code, n]) => `${n} × ${code}`);
  print(
    `\n${commands} commands, ${writes} writes; exit codes ${ends.join(', ')}; the longest took ${longest.toFixed(0)} s of a clock ${speed} times as fast as the machine's`,
  );
  print(`faults: ${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const options = { runs: text, seed: text, speed: text, journey: text };
  const { values } = parseArgs({ options });
  const {
    runs = '100',
    seed = String(Date.now() % 1_000_000),
    speed = '20',
    journey: one,
  } = values;
  if (!/^\d+$/.test(runs) || !/^\d+$/.test(speed) || /\s/.test(seed)) {
    process.stderr.write(usage);
    return 2;
  }
  if ((await goVersion()) === null) {
    process.stderr.write(noGo);
    return 2;
  }
  const [only, ...rest] = one?.split('/') ?? [];
  const tally: Tally = {
    passed: 0,
    failed: 0,
    commands: 0,
    writes: 0,
    longest: 0,
    codes: new Map(),
  };
  if (one === undefined) print(`faults: seed ${seed}`);
  const ends = await Promise.all(
    incidents.map(async ({ id }, place) => {
      const all = Array.from({ length: Number(runs) }, (_, index) => `${seed}/${index}`);
      const own = all.filter((_, index) => index % incidents.length === place);
      const seeds = one === undefined ? own : only === id ? [rest.join('/')] : [];
      if (seeds.length === 0) return true;
      return runOn(id, seeds, speed, (journey) => {
        count(tally, journey);
        const done = tally.passed + tally.failed;
        if (done % progressStep === 0) print(`${done} of ${runs}`);
        if (one !== undefined || !isWhole(journey)) tell(id, journey);
      });
    }),
  );
  if (ends.includes(false)) {
    tally.failed += 1;
    print('a cluster ended before its journeys did');
  }
  return close(tally, speed);
}

if (import.meta.main) process.exit(await main());
