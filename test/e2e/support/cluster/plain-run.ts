import { containerLog, type Ending, type Program } from './container-log.ts';
import { lateProbe } from './probe-answers.ts';
import type { Machine } from './world.ts';

/** A program that serves for ever and is well as long as its machine is. */
export function plainRun(machine: Machine, startedAt: number): Program {
  const log = containerLog();
  log.add(startedAt, 'serving');
  return {
    log,
    step: () => {},
    exit: () => null,
    probe: (probe) => lateProbe(machine, probe),
    stop: () => ({ exitCode: 0, reason: 'Completed' }),
  };
}

/** A program with work for some seconds, that prints a line at its end. */
export function shortRun(startedAt: number, seconds: number, line: string): Program {
  const log = containerLog();
  let ending: Ending | null = null;
  return {
    log,
    step: (now) => {
      if (ending || now < startedAt + seconds) return;
      ending = { exitCode: 0, reason: 'Completed' };
      if (line !== '') log.add(startedAt + seconds, line);
    },
    exit: () => ending,
    probe: () => null,
    stop: () => ({ exitCode: 137, reason: 'Error' }),
  };
}
