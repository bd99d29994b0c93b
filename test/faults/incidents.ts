import type { Incident } from './incident.ts';
import { addressIncidents } from './incidents-address.ts';
import { drainIncidents } from './incidents-drain.ts';
import { probeIncidents } from './incidents-probes.ts';
import { wellIncidents } from './incidents-well.ts';

/** All incidents: each kind of change that the tool makes meets bad weather in one of them. */
export const incidents: readonly Incident[] = [
  ...addressIncidents,
  ...probeIncidents,
  ...drainIncidents,
  ...wellIncidents,
];
