import type { KubeObject } from './kubernetes.ts';
import type { PlanItem } from './plan.ts';
import type { Change } from './remedy.ts';

/** How far a recorded change got. What is on disk is never ahead of what is true in the cluster, only behind by one request. */
export type RecordState =
  /** Written before the first request; what follows may or may not have been sent. */
  'begun' | 'verified' | 'not-verified' | 'rolled-back' | 'refused' | 'interrupted' | 'undone';

export interface RecordedStep {
  readonly change: Change;
  /** `sending` is written before the request: after a crash it may have been carried out. */
  readonly state: 'planned' | 'sending' | 'sent' | 'refused' | 'undone';
  /** The whole object before; null: it did not exist (create), or there is nothing to bring back (evicted, restarted pods). */
  readonly before: KubeObject | null;
  /** The object as the server's dry run answered, then as the request did; null where it is gone. */
  readonly after: KubeObject | null;
  /** False for pods that were evicted or started anew: there is nothing to take back. */
  readonly isUndoable: boolean;
}

/** One application of a plan, or one undo, on the local disk. */
export interface ChangeRecord {
  readonly version: 1;
  /** Sorts by time and can be typed: `20261121-134507-k3f`. */
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
  readonly toolVersion: string;
  readonly cluster: {
    /** UID of the namespace kube-system. */
    readonly uid: string;
    readonly context: string;
    readonly server: string;
  };
  readonly items: readonly PlanItem[];
  readonly state: RecordState;
  readonly steps: readonly RecordedStep[];
  /** The record that this one takes back; absent for a fix. */
  readonly undoes?: string;
}
