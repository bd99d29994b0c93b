import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { goVersion } from './go-tool.ts';
import { faultNames } from '../test/faults/fault.ts';
import { incidents } from '../test/faults/incidents.ts';
import { isObject } from '../test/support/json.ts';
import type { Journey, Leg } from '../test/faults/journey.ts';

const usage = `Sends diagnose, fix and undo through bad weather: a proxy before a real API server that breaks requests at random.

  npm run test:faults -- [--runs N] [--seed S] [--speed K]
  npm run test:faults -- --first       ends with the first journey that breaks a rule
  npm run test:faults -- --journey INCIDENT/SEED   one journey again, told in full

  --runs   how many journeys, 100 unless told
  --seed   what they follow from; a new one unless told
  --speed  how much faster the tool's clock runs than the machine's, 20 unless told
  --clusters  how many clusters run at a time, 3 unless told

Incidents: ${incidents.map(({ id }) => id).join(', ')}
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
  print(`\njourney ${id}/${journey.seed}, ${journey.circumstance}`);
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
  readonly injected: Map<string, number>;
}

const newTally = (): Tally => ({
  passed: 0,
  failed: 0,
  commands: 0,
  writes: 0,
  longest: 0,
  codes: new Map(),
  injected: new Map(faultNames.map((name) => [name, 0])),
});

const increase = <K>(counts: Map<K, number>, key: K): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1);

function count(tally: Tally, journey: Journey): void {
  if (isWhole(journey)) tally.passed += 1;
  else tally.failed += 1;
  for (const { code, seconds, writes, injected } of journey.legs) {
    tally.commands += 1;
    tally.writes += writes.length;
    tally.longest = Math.max(tally.longest, seconds);
    increase(tally.codes, code);
    for (const name of injected) increase(tally.injected, name);
  }
}

/** Runs the journeys of one cluster in a process of its own. */
async function runOn(
  id: string,
  seeds: readonly string[],
  speed: string,
  take: (journey: Journey) => void,
  signal: AbortSignal,
): Promise<boolean> {
  if (signal.aborted) return true;
  const child = spawn(process.execPath, [worker, id, speed, ...seeds], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = (): void => void child.kill();
  signal.addEventListener('abort', end, { once: true });
  let told = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    told += 1;
    const value: unknown = JSON.parse(line);
    if (isJourney(value)) take(value);
  });
  await once(child, 'close');
  signal.removeEventListener('abort', end);
  return signal.aborted || (child.exitCode === 0 && told === seeds.length);
}

function close(tally: Tally, speed: string): number {
  const { passed, failed, commands, writes, longest, codes, injected } = tally;
  const ends = [...codes].toSorted(([a], [b]) => a - b).map(([code, n]) => `${n} × ${code}`);
  const weather = [...injected].map(([name, n]) => `${n} × ${name}`);
  print(
    `\n${commands} commands, ${writes} writes; exit codes ${ends.join(', ')}; the longest took ${longest.toFixed(0)} s of a clock ${speed} times as fast as the machine's`,
  );
  print(`injected: ${weather.join(', ')}`);
  print(`faults: ${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Takes one after the other, so many at a time. */
async function inTurn<T>(items: readonly T[], atATime: number, run: (item: T) => Promise<void>) {
  const queue = items.values();
  const work = async (): Promise<void> => {
    for (const item of queue) await run(item);
  };
  await Promise.all(Array.from({ length: atATime }, work));
}

interface Wish {
  readonly runs: number;
  readonly seed: string;
  readonly speed: string;
  readonly clusters: number;
  readonly isOnlyFirst: boolean;
  /** `INCIDENT/SEED`, told in full. */
  readonly journey: string | null;
}

/** Whose journeys are which: each incident has its share. */
function sharesOf({
  runs,
  seed,
  journey,
}: Wish): readonly (readonly [string, readonly string[]])[] {
  if (journey !== null) {
    const [id = '', ...rest] = journey.split('/');
    return [[id, [rest.join('/')]]];
  }
  const all = Array.from({ length: runs }, (_, index) => `${seed}/${index}`);
  return incidents.map(({ id }, place) => [
    id,
    all.filter((__, index) => index % incidents.length === place),
  ]);
}

async function runAll(wish: Wish): Promise<number> {
  const { runs, speed, clusters, isOnlyFirst, journey: one } = wish;
  const enough = new AbortController();
  const tally = newTally();
  const shares = sharesOf(wish).filter(([, seeds]) => seeds.length > 0);
  await inTurn(shares, clusters, async ([id, seeds]) => {
    const take = (journey: Journey): void => {
      if (enough.signal.aborted) return;
      count(tally, journey);
      const done = tally.passed + tally.failed;
      if (done % progressStep === 0) print(`${done} of ${runs}`);
      if (one !== null || !isWhole(journey)) tell(id, journey);
      if (isOnlyFirst && !isWhole(journey)) enough.abort();
    };
    const isDone = await runOn(id, seeds, speed, take, enough.signal);
    if (isDone) return;
    tally.failed += 1;
    print(`the cluster of ${id} ended before its journeys did`);
  });
  return close(tally, speed);
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const first = { type: 'boolean' } as const;
  const options = { runs: text, seed: text, speed: text, clusters: text, journey: text, first };
  const { values } = parseArgs({ options });
  const { runs = '100', speed = '20', clusters = '3', journey = null } = values;
  const { seed = String(Date.now() % 1_000_000) } = values;
  if (![runs, speed, clusters].every((number) => /^[1-9]\d*$/.test(number)) || /\s/.test(seed)) {
    process.stderr.write(usage);
    return 2;
  }
  if ((await goVersion()) === null) {
    process.stderr.write(noGo);
    return 2;
  }
  if (journey === null) print(`faults: seed ${seed}`);
  return await runAll({
    runs: Number(runs),
    seed,
    speed,
    clusters: Number(clusters),
    isOnlyFirst: values.first ?? false,
    journey,
  });
}

if (import.meta.main) process.exit(await main());
