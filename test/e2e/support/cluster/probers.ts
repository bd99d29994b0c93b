import { isObject } from '../../../support/json.ts';
import type { ProbeSpec, Program } from './container-log.ts';

type Raw = Readonly<Record<string, unknown>>;

const numberOf = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;

/** A container's probe with all its numbers; null if it has none of that kind. */
export function probeSpec(container: Raw, kind: ProbeSpec['kind']): ProbeSpec | null {
  const probe = container[`${kind}Probe`];
  if (!isObject(probe)) return null;
  const { exec, httpGet } = probe;
  const command = isObject(exec) && Array.isArray(exec['command']) ? exec['command'] : null;
  const http = isObject(httpGet) ? httpGet : {};
  return {
    kind,
    command: command?.map(String) ?? null,
    port: numberOf(http['port'], 0),
    path: typeof http['path'] === 'string' ? http['path'] : '/',
    initialDelaySeconds: numberOf(probe['initialDelaySeconds'], 0),
    periodSeconds: numberOf(probe['periodSeconds'], 10),
    timeoutSeconds: numberOf(probe['timeoutSeconds'], 1),
    failureThreshold: numberOf(probe['failureThreshold'], 3),
  };
}

/** One probe of one run of a container. */
export interface Prober {
  readonly spec: ProbeSpec;
  next: number;
  failures: number;
  hasSucceeded: boolean;
}

/** The probers of a container that starts. */
export const probersOf = (container: Raw, startedAt: number): readonly Prober[] =>
  (['startup', 'liveness', 'readiness'] as const)
    .map((kind) => probeSpec(container, kind))
    .filter((spec) => spec !== null)
    .map((spec) => ({
      spec,
      next: startedAt + Math.max(spec.initialDelaySeconds, 0.3),
      failures: 0,
      hasSucceeded: false,
    }));

/** What a round of probes comes to. */
export interface Probed {
  /** The newest answer of the readiness probe; null where it was not asked. */
  readonly isReady: boolean | null;
  readonly failures: readonly { readonly spec: ProbeSpec; readonly message: string }[];
  /** The probe that has failed too often. */
  readonly killer: ProbeSpec | null;
}

const nothing: Probed = { isReady: null, failures: [], killer: null };

function ask(prober: Prober, program: Program, now: number): Probed {
  const { spec } = prober;
  prober.next = now + spec.periodSeconds;
  const message = program.probe(spec, now);
  if (message === null) {
    prober.failures = 0;
    prober.hasSucceeded = true;
    return { ...nothing, isReady: spec.kind === 'readiness' ? true : null };
  }
  prober.failures += 1;
  const isOver = prober.failures >= spec.failureThreshold;
  return {
    isReady: spec.kind === 'readiness' && isOver ? false : null,
    failures: [{ spec, message }],
    killer: spec.kind !== 'readiness' && isOver ? spec : null,
  };
}

/** Asks the probes that are due. The others wait until a startup probe has succeeded. */
export function askProbers(probers: readonly Prober[], program: Program, now: number): Probed {
  const startup = probers.find(({ spec }) => spec.kind === 'startup');
  const active =
    startup && !startup.hasSucceeded ? [startup] : probers.filter((one) => one !== startup);
  const answers = active.filter(({ next }) => next <= now).map((one) => ask(one, program, now));
  return {
    isReady: answers.map(({ isReady }) => isReady).findLast((value) => value !== null) ?? null,
    failures: answers.flatMap(({ failures }) => failures),
    killer: answers.map(({ killer }) => killer).find((spec) => spec !== null) ?? null,
  };
}
