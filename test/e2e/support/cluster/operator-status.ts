import { isObject } from '../../../support/json.ts';
import type { Json } from '../kube-client.ts';
import { type Complaint, valueAt } from './operator-rules.ts';

/** What the operator reports of calico-node. */
export interface Verdict {
  readonly isAvailable: boolean;
  readonly progress: string | null;
  readonly degraded: Complaint | null;
}

const name = 'DaemonSet "calico-system/calico-node"';

function progressOf(daemonSet: Json): string | null {
  const number = (key: string): number => Number(valueAt(daemonSet, 'status', key) ?? 0);
  const generation = Number(valueAt(daemonSet, 'metadata', 'generation') ?? 0);
  const observed = number('observedGeneration');
  if (observed !== generation)
    return `${name} update is being processed (generation ${generation}, observed generation ${observed})`;
  const wanted = number('desiredNumberScheduled');
  const updated = number('updatedNumberScheduled');
  if (updated < wanted)
    return `${name} update is rolling out (${updated} out of ${wanted} updated)`;
  const missing = number('numberUnavailable');
  return missing > 0 ? `${name} is not available (awaiting ${missing} nodes)` : null;
}

/**
 * Judges a DaemonSet, after what the last reconciliation complained of and what is said of its pods (status.go: the pods are told
 * behind the complaint, a line each, and while one fails nothing counts as progress).
 */
export function verdictOf(
  daemonSet: Json | null,
  failing: string | null,
  complaint: Complaint | null,
): Verdict {
  const progress = daemonSet ? progressOf(daemonSet) : `${name} not found`;
  if (complaint === null && failing === null)
    return { isAvailable: progress === null, progress, degraded: null };
  const { reason, message } = complaint ?? { reason: 'PodFailure', message: null };
  const told = [message, failing].filter((line) => line !== null).join('\n');
  return {
    isAvailable: false,
    progress: failing === null ? progress : null,
    degraded: { reason, message: told },
  };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

function plain(
  { isAvailable, progress, degraded }: Verdict,
  readyWord: string,
): readonly Condition[] {
  const well = { reason: 'AllObjectsAvailable', message: 'All objects available' };
  const unknown = { reason: 'Unknown', message: '' };
  return [
    progress === null
      ? { type: 'Progressing', status: 'False', ...(isAvailable ? well : unknown) }
      : { type: 'Progressing', status: 'True', reason: 'ResourceNotReady', message: progress },
    degraded === null
      ? { type: 'Degraded', status: 'False', ...(isAvailable ? well : unknown) }
      : { type: 'Degraded', status: 'True', ...degraded },
    { type: readyWord, status: isAvailable ? 'True' : 'False', ...(isAvailable ? well : unknown) },
  ];
}

/** Conditions with the times at which they changed, from those that were there before. */
export function conditionsFor(
  verdict: Verdict,
  readyWord: 'Available' | 'Ready',
  before: unknown,
  generation: number,
  now: string,
): readonly object[] {
  const known = Array.isArray(before) ? before.filter(isObject) : [];
  return plain(verdict, readyWord).map((condition) => {
    const old = known.find(
      ({ type, status }) => type === condition.type && status === condition.status,
    );
    return {
      ...condition,
      observedGeneration: generation,
      lastTransitionTime: old?.['lastTransitionTime'] ?? now,
    };
  });
}
