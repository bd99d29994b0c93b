import type { ProbeSpec } from './container-log.ts';
import { type Machine, slownessOf } from './world.ts';

// A probe of an idle machine takes about this long.
const probeSeconds = 0.25;

/** What the kubelet says of a probe that the machine is too slow for; null where it is in time. */
export function lateProbe(
  machine: Machine,
  { command, port, path, timeoutSeconds }: ProbeSpec,
): string | null {
  if (probeSeconds * slownessOf(machine) <= timeoutSeconds) return null;
  if (command === null)
    return `Get "http://localhost:${port}${path}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
  return `command timed out: "${command.join(' ')}" timed out after ${timeoutSeconds}s`;
}
