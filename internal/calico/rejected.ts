import type { Snapshot } from '../model/snapshot.ts';
import { distrust, isUnauthorized, type Distrust } from './api-errors.ts';
import { cniFailures, type CniFailure } from './cni-failures.ts';
import { answered, sickTelling, type Telling } from './speech.ts';

/** Who does not accept whom: the API server the token (HTTP 401), or the client the API server's certificate. */
export type Rejection = { readonly cause: 'token' } | Distrust;

const quietSeconds = 240;

const rejection = (text: string): Rejection | null =>
  isUnauthorized(text) ? { cause: 'token' } : distrust(text);

/** The sick calico-node pods that do not come to terms with the API server about credentials, by their own words. */
export const rejectedPods = (snapshot: Snapshot): readonly Telling<Rejection>[] =>
  sickTelling(snapshot, ({ text }) => rejection(text), {
    cured: answered,
    quiet: () => quietSeconds,
  });

/** A pod that waits for its network because of the CNI plugin's credentials. */
export interface RejectedNetwork extends CniFailure {
  readonly rejection: Rejection;
}

/** Pods that wait for their network because the CNI plugin's credentials, or the API server's, are rejected. */
export const rejectedNetworks = (snapshot: Snapshot): readonly RejectedNetwork[] =>
  cniFailures(snapshot).flatMap((failure) => {
    const found = rejection(failure.event.message);
    return found ? [{ ...failure, rejection: found }] : [];
  });
