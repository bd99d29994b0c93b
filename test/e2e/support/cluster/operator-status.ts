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

const crashing = (pod: Json): boolean => {
  const statuses = valueAt(pod, 'status', 'containerStatuses');
  return (
    Array.isArray(statuses) &&
    statuses.some((status) => valueAt(status, 'state', 'waiting', 'reason') === 'CrashLoopBackOff')
  );
};

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

/** Judges a DaemonSet with its pods, after what the last reconciliation complained of (status.go). */
export function verdictOf(
  daemonSet: Json | null,
  pods: readonly Json[],
  complaint: Complaint | null,
): Verdict {
  const progress = daemonSet ? progressOf(daemonSet) : `${name} not found`;
  if (complaint !== null) return { isAvailable: false, progress, degraded: complaint };
  const failing = pods.find(crashing);
  if (failing) {
    const message = `Pod calico-system/${String(valueAt(failing, 'metadata', 'name'))} has crash looping container: calico-node`;
    return { isAvailable: false, progress: null, degraded: { reason: 'PodFailure', message } };
  }
  return { isAvailable: progress === null, progress, degraded: null };
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
