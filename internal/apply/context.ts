import type { ApplyEvent } from '../model/apply.ts';
import type { Clock } from '../model/clock.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { ChangeRecord } from '../model/record.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Where records are kept. All throw a UserError where the disk does not do its part. */
export interface Journal {
  /** Writes the record whole, in place of an older one of the same id: on disk when it returns. */
  readonly write: (record: ChangeRecord) => void;
  /** All records that can be read, the newest first; of those that cannot, the file and why. */
  readonly list: () => {
    readonly records: readonly ChangeRecord[];
    readonly damaged: readonly { readonly file: string; readonly reason: string }[];
  };
}

/** What carrying out a plan needs of the world. */
export interface ApplyContext {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly journal: Journal;
  /** The checks, as this room does not know them. */
  readonly diagnose: (snapshot: Snapshot) => Promise<Diagnosis>;
  readonly onEvent: (event: ApplyEvent) => void;
  /** Aborted by Ctrl-C: nothing more is begun, and what stands is said. */
  readonly signal: AbortSignal;
  readonly toolVersion: string;
  /** Random letters and digits for the end of a record's id. */
  readonly newSuffix: () => string;
}

export interface ApplyOptions {
  /** Seconds for waiting and verifying; null: reckoned from the size of the rollout. */
  readonly timeoutSeconds: number | null;
  /** The record that this plan takes back. */
  readonly undoes?: string;
  /** What the plan was made from: errors that are not in it are told as new. Taken anew where it is absent. */
  readonly before?: Diagnosis;
}
