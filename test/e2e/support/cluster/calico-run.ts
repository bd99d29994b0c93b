import { isAtLeast } from '../../../../internal/calico/version.ts';
import { calicoServices, type Services } from './calico-services.ts';
import type { CalicoContext } from './calico-context.ts';
import { healthAnswer } from './calico-health.ts';
import { sayNoDatastore, startPhases } from './calico-start.ts';
import { speechOf } from './calico-speech.ts';
import { containerLog, type Ending, type Program } from './container-log.ts';
import { type Machine, slownessOf, type World } from './world.ts';

export interface CalicoRunOptions {
  readonly world: World;
  readonly machine: Machine;
  readonly version: string;
  readonly env: () => Readonly<Record<string, string>>;
  readonly startedAt: number;
}

const datastoreRetry = 30;

interface Starting {
  /** The index in the phases, and when it began. */
  phase: number;
  since: number;
  lastRetry: number;
}

/** Goes through the start as far as the time allows; says how it ended, if it did. */
function goOn(context: CalicoContext, starting: Starting, now: number): Ending | null {
  for (;;) {
    const phase = startPhases[starting.phase];
    if (!phase) return null;
    const { machine } = context;
    if (phase.requests > 0 && !machine.facts.isServiceIpReachable) {
      if (now < starting.lastRetry + datastoreRetry) return null;
      starting.lastRetry = now;
      sayNoDatastore(context, now);
      return null;
    }
    const seconds = phase.seconds * slownessOf(machine) + phase.requests * context.requestSeconds();
    const end = starting.since + seconds;
    if (now < end) return null;
    const ending = phase.act(context, end);
    if (ending) return ending;
    starting.phase += 1;
    starting.since = end;
  }
}

/** calico-node in its container: the start, then Felix, BIRD and the others until it is stopped. */
export function calicoRun(options: CalicoRunOptions): Program {
  const { world, machine, version, env, startedAt } = options;
  const log = containerLog();
  const speech = speechOf(log, version);
  const requestSeconds = (): number => machine.facts.secondsPerRequest * slownessOf(machine);
  const context: CalicoContext = { world, machine, version, env, speech, requestSeconds };
  const starting: Starting = { phase: 0, since: startedAt, lastRetry: startedAt };
  let services: Services | null = null;
  let ending: Ending | null = null;
  const step = (now: number): void => {
    if (ending) return;
    ending = goOn(context, starting, now);
    if (ending || starting.phase < startPhases.length) return;
    services ??= calicoServices(context, starting.since);
    services.step(now);
  };
  return {
    log,
    step,
    exit: () => ending,
    probe: (probe, now) => healthAnswer(context, services, probe, now),
    stop: (now, isPodDeleted) => {
      const hasStarted = services !== null;
      services?.stop();
      if (hasStarted && isPodDeleted && isAtLeast(version, '3.20.3')) services?.sayDown(now);
      // PID 1 of the start is a shell that ignores SIGTERM; later it is runsvdir, which ends with 0.
      return hasStarted ? { exitCode: 0, reason: 'Completed' } : { exitCode: 137, reason: 'Error' };
    },
  };
}
