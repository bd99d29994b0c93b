import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { fieldEvidence } from './evidence.ts';
import { conditionOf } from './pods.ts';
import { itemsOf } from './snapshot-lists.ts';
import { secondsBetween } from './time.ts';

/** What keeps the operator from making the pools of its Installation. */
export interface PoolTrouble {
  readonly cause: 'no-pools' | 'no-api-server' | 'not-owned';
  readonly evidence: Evidence;
}

// tigera/operator pkg/controller/{installation,ippool}
const causes: readonly (readonly [PoolTrouble['cause'], RegExp])[] = [
  ['no-api-server', /Unable to modify IP pools while Calico API server is unavailable/i],
  ['not-owned', /Cannot update an IP pool not owned by the operator/i],
  ['no-pools', /waiting for enabled IP pools to be created/i],
];

// A new installation waits for a moment, until its own API server runs.
const patienceSeconds = 180;

/** Why the operator has not made the pools, as it says for some minutes now; null if it does not. */
export function poolTrouble(snapshot: Snapshot): PoolTrouble | null {
  const said = itemsOf(snapshot, 'tigeraStatuses').flatMap((object) => {
    const condition = conditionOf(object.status?.conditions, 'Degraded');
    const since = secondsBetween(condition?.lastTransitionTime, snapshot.takenAt) ?? Infinity;
    return condition?.status === 'True' && since >= patienceSeconds
      ? [{ object, message: condition.message ?? '' }]
      : [];
  });
  for (const [cause, pattern] of causes) {
    const found = said.find(({ message }) => pattern.test(message));
    if (found) {
      const evidence = fieldEvidence(found.object, 'status.conditions Degraded', found.message);
      return { cause, evidence };
    }
  }
  return null;
}
