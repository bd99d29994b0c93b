import type { SaidLine } from '../../../../internal/calico/autodetection/detect.ts';
import { isAtLeast } from '../../../../internal/calico/version.ts';
import type { Nic } from './facts.ts';
import type { CalicoContext } from './calico-context.ts';
import { sayFelixStart, sayInterfaces } from './calico-felix.ts';
import { calicoIsUp, storeAddress } from './calico-start.ts';
import { settleAddresses } from './detection.ts';
import { establishedPeers, givenOut, peersOf, slownessOf } from './world.ts';

/** The daemons of a calico-node that has started. */
export interface Services {
  /** When the start was through: the time of the nodename file. */
  readonly since: number;
  readonly isFelixServing: () => boolean;
  readonly hasBird: boolean;
  readonly isBirdRunning: () => boolean;
  readonly step: (now: number) => void;
  readonly stop: () => void;
  /** What the preStop hook does. */
  readonly sayDown: (now: number) => void;
}

const felixSeconds = 1;
const felixRequests = 6;
const birdSeconds = 1;
const monitorSeconds = 60;
const upLimitSeconds = 300;
const bgpPort = 179;

interface Progress {
  felixAt: number | null;
  birdAt: number | null;
  nextMonitor: number;
  nextSummary: number;
  nextWait: number;
  isUp: boolean;
  established: ReadonlySet<string>;
  isHealthBlocked: boolean;
  /** The interfaces that the monitor saw last, and what it said of them. */
  seen: { readonly nics: readonly Nic[]; readonly lines: readonly SaidLine[] } | null;
}

const meshName = (peer: string): string => `Mesh_${peer.replaceAll('.', '_')}`;

const healthPortOf = (env: Readonly<Record<string, string>>): number =>
  Number(env['FELIX_HEALTHPORT'] ?? 9099);

function startFelix(context: CalicoContext, progress: Progress, since: number, now: number): void {
  const seconds =
    felixSeconds * slownessOf(context.machine) + felixRequests * context.requestSeconds();
  if (progress.felixAt !== null || now < since + seconds) return;
  progress.felixAt = since + seconds;
  const port = healthPortOf(context.env());
  progress.isHealthBlocked = context.machine.facts.takenPorts.includes(port);
  sayFelixStart(context, progress.felixAt, port, progress.isHealthBlocked);
}

function startBird(
  { machine, speech, world }: CalicoContext,
  progress: Progress,
  since: number,
  now: number,
): void {
  const { facts } = machine;
  if (progress.birdAt !== null || now < since + birdSeconds * slownessOf(machine)) return;
  progress.birdAt = now;
  speech.plain(now, 'bird: Started');
  if (facts.takenPorts.includes(bgpPort)) {
    speech.plain(now, 'bird: Cannot create listening socket: Address in use');
    return;
  }
  const address = givenOut(machine);
  if (address === null) return;
  machine.bird = { since: now, address };
  for (const peer of peersOf(world, machine)) {
    speech.plain(now, `bird: ${meshName(peer)}: Starting`);
    speech.plain(now, `bird: ${meshName(peer)}: State changed to start`);
  }
}

function followSessions(context: CalicoContext, progress: Progress, now: number): void {
  const { world, machine, speech } = context;
  const current = establishedPeers(world, machine, now);
  for (const peer of current) {
    if (progress.established.has(peer)) continue;
    speech.plain(now, `bird: ${meshName(peer)}: State changed to feed`);
    speech.plain(now, `bird: ${meshName(peer)}: State changed to up`);
  }
  for (const peer of progress.established)
    if (!current.has(peer)) speech.plain(now, `bird: ${meshName(peer)}: State changed to start`);
  progress.established = current;
}

const missingPeers = (
  { world, machine }: CalicoContext,
  established: ReadonlySet<string>,
): readonly string[] => peersOf(world, machine).filter((peer) => !established.has(peer));

// From v3.31 on the node is called usable only when all peers are there, or after five minutes.
function completeStart(
  context: CalicoContext,
  progress: Progress,
  since: number,
  now: number,
): void {
  const { machine, speech, version, env } = context;
  if (progress.isUp || progress.felixAt === null || !isAtLeast(version, '3.31.0')) return;
  const hasBird = (env()['CALICO_NETWORKING_BACKEND'] ?? 'bird') === 'bird';
  const missing = hasBird ? missingPeers(context, progress.established) : [];
  if (missing.length === 0 || now > since + upLimitSeconds) {
    progress.isUp = true;
    machine.network = calicoIsUp(now);
    machine.isDirty = true;
    return;
  }
  if (now < progress.nextWait) return;
  progress.nextWait = now + 1;
  const component = isAtLeast(version, '3.32.0') ? 'node-services' : 'complete-startup';
  const reason = `calico/node is not ready: BIRD is not ready: BGP not established with ${missing.join(',')}`;
  speech.line(
    now,
    'WARNING',
    component,
    'startup.go',
    `Calico is not ready yet, waiting... reason="${reason}"`,
  );
}

// The check of the start, once a minute: a changed address is given out without a restart.
function monitor(context: CalicoContext, progress: Progress, now: number): void {
  if (now < progress.nextMonitor) return;
  progress.nextMonitor = now + monitorSeconds;
  const { world, machine, speech, version } = context;
  const component = isAtLeast(version, '3.32.0') ? 'node-services' : 'monitor-addresses';
  const say = (lines: readonly SaidLine[]): void => {
    for (const { level, message } of lines)
      if (/autodetect|changed/i.test(message))
        speech.line(now, level, component, 'autodetection_methods.go', message);
  };
  if (progress.seen?.nics === machine.facts.nics) return say(progress.seen.lines);
  const before = givenOut(machine);
  const result = settleAddresses(world, machine, context.env(), version);
  say(result.log);
  const isSettled = result.exit === null && result.changed === false;
  progress.seen = isSettled ? { nics: machine.facts.nics, lines: result.log } : null;
  if (result.exit !== null) return;
  storeAddress(context, result);
  const after = givenOut(machine);
  if (after === null || after === before) return;
  world.facts.say(`node ${machine.facts.name} noticed a new address and gives out ${after}`);
  sayInterfaces(context, now);
  if (machine.bird) machine.bird = { since: now, address: after };
}

function summarise({ machine, speech }: CalicoContext, progress: Progress, now: number): void {
  if (now < progress.nextSummary) return;
  progress.nextSummary = now + monitorSeconds + 2;
  const slowness = slownessOf(machine);
  const longest =
    slowness > 20 ? `${(slowness * 0.25).toFixed(1)}s` : `${Math.round(48 * slowness)}ms`;
  const text = `Summarising 18 dataplane reconciliation loops over 1m2.1s: avg=6ms longest=${longest} ()`;
  speech.info(now, 'felix', 'summary.go', text);
}

/** Starts the daemons. */
export function calicoServices(context: CalicoContext, since: number): Services {
  const { machine, env } = context;
  const hasBird = (env()['CALICO_NETWORKING_BACKEND'] ?? 'bird') === 'bird';
  const progress: Progress = {
    felixAt: null,
    birdAt: null,
    nextMonitor: since + monitorSeconds,
    nextSummary: since + monitorSeconds + 4,
    nextWait: since + 2,
    isUp: false,
    established: new Set(),
    isHealthBlocked: false,
    seen: null,
  };
  return {
    since,
    hasBird,
    isFelixServing: () => progress.felixAt !== null && !progress.isHealthBlocked,
    isBirdRunning: () => progress.birdAt !== null,
    step: (now) => {
      startFelix(context, progress, since, now);
      if (hasBird) startBird(context, progress, since, now);
      if (hasBird) followSessions(context, progress, now);
      monitor(context, progress, now);
      if (progress.felixAt !== null) summarise(context, progress, now);
      completeStart(context, progress, since, now);
    },
    stop: () => {
      machine.bird = null;
    },
    sayDown: (now) => {
      const message = 'Calico is shutting down on this node';
      machine.network = { status: 'True', reason: 'CalicoIsDown', message, since: now };
      machine.isDirty = true;
    },
  };
}
