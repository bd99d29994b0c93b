import type { Incident } from './incident.ts';
import { addressIncidents } from './incidents-address.ts';
import { drainIncidents } from './incidents-drain.ts';
import { probeIncidents } from './incidents-probes.ts';
import { wellIncidents } from './incidents-well.ts';

/**
 * All incidents: each kind of change that the tool makes meets bad weather in one of them, and so does a diagnosis that finds
 * nothing.
 */
export const incidents: readonly Incident[] = [
  ...wellIncidents,
  ...addressIncidents,
  ...drainIncidents,
  ...probeIncidents,
];
