import type { Snapshot } from '../model/snapshot.ts';
import { isUnauthorized } from './api-errors.ts';
import { cniFailures, type CniFailure } from './cni-failures.ts';
import { answered, sickTelling, type Telling } from './speech.ts';

const quietSeconds = 240;

/** The sick calico-node pods whose credentials the API server rejects (HTTP 401), by their own words. */
export const rejectedPods = (snapshot: Snapshot): readonly Telling<true>[] =>
  sickTelling(snapshot, ({ text }) => (isUnauthorized(text) ? true : null), {
    cured: answered,
    quiet: () => quietSeconds,
  });

/** Pods that wait for their network because the CNI plugin's credentials are rejected. */
export const rejectedNetworks = (snapshot: Snapshot): readonly CniFailure[] =>
  cniFailures(snapshot).filter(({ event }) => isUnauthorized(event.message));
