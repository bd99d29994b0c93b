import { setTimeout as wait } from 'node:timers/promises';
import { newestUndoable } from '../../cmd/records.ts';
import { anyTimeout, within } from './incident.ts';
import { expiredCertificate, nameOfFault } from './fault.ts';
import { differences, readObjects, readPods, type Objects } from './objects.ts';
import { randomOf, type Random } from './random.ts';
import { isStepAt, readRecords } from './records.ts';
import { brokenRules } from './rules.ts';
import type { Seen } from './proxy.ts';
import type { Station } from './station.ts';
import { runTool, type Ran } from './tool.ts';
import { calm, weatherOf, type Weather } from './weather.ts';

/** One command of a journey, as it is told where something is wrong. */
export interface Leg {
  readonly args: readonly string[];
  readonly weather: string;
  readonly code: number;
  readonly seconds: number;
  readonly stderr: string;
  readonly stdout: string;
  readonly writes: readonly string[];
  /** The names of what the weather did. */
  readonly injected: readonly string[];
  readonly faults: readonly string[];
}

export interface Journey {
  readonly seed: string;
  readonly circumstance: string;
  readonly legs: readonly Leg[];
  /** What is wrong beyond a single command. */
  readonly faults: readonly string[];
}

const requestTimeout = 20;

const format = (random: Random): readonly string[] => (random.chance(0.4) ? ['-o', 'json'] : []);
const timeout = (random: Random, seconds: readonly number[]): string =>
  `--timeout=${random.pick(seconds)}s`;

const fixOf = (random: Random, { incident }: Station): readonly string[] => [
  'fix',
  ...random.pick(incident.fixes),
  ...random.pick<() => readonly string[]>([
    () => ['--dry-run=client'],
    () => ['--dry-run=server', ...format(random)],
    ...Array.from({ length: 8 }, () => () => [
      '--yes',
      timeout(random, incident.timeouts),
      ...format(random),
    ]),
  ])(),
];

const undoOf = (random: Random): readonly string[] =>
  random.chance(0.1)
    ? ['undo', '--dry-run=server']
    : ['undo', '--yes', timeout(random, anyTimeout), ...format(random)];

// There is something to undo only after a fix; without it, asking for it is rarely worth a journey.
function commandOf(random: Random, station: Station): readonly string[] {
  const hasRecord = newestUndoable(readRecords(station.env)) !== null;
  const dice = random.next();
  const share = hasRecord ? { undo: 0.5, fix: 0.65 } : { undo: 0.03, fix: 0.75 };
  if (dice < share.undo) return undoOf(random);
  if (dice < share.fix) return fixOf(random, station);
  if (dice < 0.93) return ['diagnose', ...format(random)];
  return ['history', ...format(random)];
}

// Gathering has a limit of 300 s of its own; each request may take its time, a few one after another, more where something is
// sent; waiting has --timeout for the fix, and for taking it back once more. The machine may be busy.
function limitOf(args: readonly string[]): number {
  if (!args.includes('--yes')) return 300 + 8 * requestTimeout;
  const waiting = Number(/^--timeout=(\d+)s$/m.exec(args.join('\n'))?.[1] ?? 0);
  return 300 + 20 * requestTimeout + 2 * waiting;
}

async function quiet({ proxy }: Station): Promise<void> {
  for (let count = -1; count !== proxy.seen().length;) {
    count = proxy.seen().length;
    await wait(50);
  }
}

interface Went {
  readonly ran: Ran;
  /** When Ctrl-C was pressed, by the tool's clock; null where it was not. */
  readonly interruptedAt: number | null;
}

/** Runs a command in a weather; throws where it does not come to an end by itself. */
async function send(
  args: readonly string[],
  weather: Weather,
  { proxy, clock, env }: Station,
): Promise<Went> {
  const controller = new AbortController();
  let interruptedAt: number | null = null;
  proxy.begin(weather, () => {
    interruptedAt = clock.now();
    controller.abort(new Error('interrupted'));
  });
  let cancel = (): void => {};
  // Twice the limit: a little more than it is told as too long, with all that belongs to it.
  const hanging = new Promise<never>((_, reject) => {
    const message = `${args.join(' ')} hangs (${weather.title})`;
    cancel = clock.after(2000 * limitOf(args), () => reject(new Error(message)));
  });
  const running = runTool(args, { clock, env, signal: controller.signal });
  const ran = await Promise.race([running, hanging]).finally(() => cancel());
  return { ran, interruptedAt };
}

const writesIn = (seen: readonly Seen[]): readonly string[] =>
  seen
    .filter(({ isWrite }) => isWrite)
    .map(({ method, url, answer, fault }) =>
      [method, url.split('?')[0], answer?.status ?? 'not asked', JSON.stringify(fault)].join(' '),
    );

const injectedIn = ({ proxy }: Station): readonly string[] => [
  ...proxy.seen().flatMap(({ fault }) => (fault === null ? [] : nameOfFault(fault))),
  ...Array.from({ length: proxy.refusals() }, () => expiredCertificate),
];

/** Runs a command and holds the rules against it. */
async function walk(args: readonly string[], weather: Weather, station: Station): Promise<Leg> {
  const { cluster, incident, env, proxy, clock, unannounced } = station;
  const { client } = cluster;
  const before = await readObjects(client, incident.namespace);
  const podsBefore = await readPods(client);
  const recordsBefore = readRecords(env);
  const wasSick = await incident.isSick(cluster);
  const { ran, interruptedAt } = await send(args, weather, station);
  const secondsSinceInterrupt =
    interruptedAt === null ? null : (clock.now() - interruptedAt) / 1000;
  // What was under way at a Ctrl-C comes through all the same.
  if (interruptedAt !== null) await quiet(station);
  const isSick = await incident.isSick(cluster);
  const isWell = await incident.isWell(cluster);
  const after = await readObjects(client, incident.namespace);
  const records = readRecords(env);
  const seen = proxy.seen();
  const faults = brokenRules({
    ran,
    namespace: incident.namespace,
    mayWrite: incident.mayWrite,
    meddledWith: station.meddledWith(),
    damaged: station.damaged(),
    speed: station.speed,
    seen,
    before,
    after,
    podsBefore,
    wasSick,
    isSick,
    isWell,
    recordsBefore,
    records,
    secondsSinceInterrupt,
    limitSeconds: limitOf(args),
  });
  const secret = unannounced.splice(0).map((write) => `sent before it was recorded: ${write}`);
  // What somebody else has done holds for one command.
  await station.mend();
  const { code, stdout, stderr, seconds } = ran;
  return {
    args,
    weather: weather.title,
    code,
    seconds,
    stdout,
    stderr,
    writes: writesIn(seen),
    injected: injectedIn(station),
    faults: [...faults, ...secret],
  };
}

const mostUndos = 5;
const standingMs = 60_000;

/** Takes back in calm weather what a journey has left, and says what cannot be taken back. */
async function wayBack(station: Station, start: Objects, legs: Leg[]): Promise<readonly string[]> {
  const { cluster, incident, env } = station;
  for (let count = 0; newestUndoable(readRecords(env)) !== null; count += 1) {
    if (count === mostUndos) return ['undo does not come to an end'];
    legs.push(await walk(['undo', '--yes', '--timeout=200s'], calm, station));
    const code = legs.at(-1)?.code;
    if (code !== 0 && code !== 1) return [`undo ends with ${code} in calm weather`];
  }
  let left: readonly string[] = [];
  const isBack = await within(10_000, async () => {
    left = differences(start, await readObjects(cluster.client, incident.namespace));
    return left.length === 0;
  });
  return isBack ? [] : [`not as before, with nothing left to undo: ${left.join(', ')}`];
}

// Somebody may change again what a fix has changed: an undo that comes then has to leave it.
async function isMeddledWith({ env, incident, meddle }: Station): Promise<boolean> {
  const record = newestUndoable(readRecords(env));
  const place = incident.rival?.path;
  if (place === undefined || !record?.steps.some((step) => isStepAt(step, place))) return false;
  return await meddle(place);
}

async function isBroughtBack({ cluster, incident }: Station): Promise<boolean> {
  if (await incident.isStanding(cluster)) return true;
  await incident.bringBack(cluster);
  return false;
}

/** A journey at random, from a seed: some commands in bad weather, then everything is taken back. */
export async function travel(seed: string, station: Station): Promise<Journey> {
  const { cluster, incident } = station;
  const random = randomOf(seed);
  station.clear();
  const circumstance = random.pick(incident.circumstances);
  const told = { seed, circumstance: circumstance.id };
  await incident.bringBack(cluster);
  if (!(await within(standingMs, () => isBroughtBack(station))))
    return { ...told, legs: [], faults: ['the incident does not come back'] };
  await circumstance.begin(cluster);
  if (random.chance(0.15)) await station.damage();
  const start = await readObjects(cluster.client, incident.namespace);
  const legs: Leg[] = [];
  // Where only reading is at stake a command takes no time.
  const count = incident.isOfReading ? 4 + random.below(5) : 1 + random.below(3);
  for (let leg = 0; leg < count; leg += 1) {
    const weather = weatherOf(`${seed}/${leg}`, {
      isOfReading: incident.isOfReading ?? false,
      hasRival: incident.rival !== null,
    });
    const isMeddled = random.chance(0.2) && (await isMeddledWith(station));
    const command = isMeddled ? undoOf(random) : commandOf(random, station);
    const args = [...command, `--request-timeout=${requestTimeout}s`];
    legs.push(await walk(args, weather, station));
  }
  const faults = await wayBack(station, start, legs);
  return { ...told, legs, faults };
}
