import type { ObjectRef } from './finding.ts';

/**
 * What may be done with a change (spec, "Where a change goes"): made here; made here but reverted on an event; printed for its
 * real source; done by a person; not done at all.
 */
export type Action = 'apply' | 'apply-temporary' | 'emit' | 'manual' | 'refuse';

export type Risk = 'none' | 'restarts-pods' | 'interrupts-traffic';

/** An object as a request names it. */
export interface ApiRef extends ObjectRef {
  readonly apiVersion: string;
}

/**
 * What the API server compares before it writes: another object of the same name (409), or a write since (409). Sent in the
 * request itself, so that nothing can happen in between.
 */
export interface Guard {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export interface Change {
  readonly ref: ApiRef;
  readonly verb: 'patch' | 'evict' | 'delete' | 'create';
  readonly patchType?: 'merge' | 'strategic' | 'json';
  /** The patch, the object to create, or the DeleteOptions (null: the defaults). */
  readonly body: unknown;
  /** Put in when it is sent. */
  readonly guard?: Guard;
}

/** The address that a node has and the one that it would get. */
export interface AddressForecast {
  readonly node: string;
  readonly family: 4 | 6;
  readonly now: string | null;
  readonly nowInterface: string | null;
  /** Null: none, or not foreseeable. */
  readonly then: string | null;
  readonly thenInterface: string | null;
  readonly outcome: 'stays' | 'changes' | 'none' | 'unknown';
}

export interface Remedy {
  readonly id: string;
  /** Imperative: "Use the address that Kubernetes knows". */
  readonly title: string;
  readonly action: Action;
  readonly risk: Risk;
  readonly target?: ObjectRef;
  readonly changes: readonly Change[];
  /** Nodes that are cordoned and emptied, one after the other; which pods that takes is judged when the plan is made. */
  readonly drains?: readonly string[];
  /** What each node's address would become, where that is what the remedy is about. */
  readonly addresses?: readonly AddressForecast[];
  /** Only done where the user gives this flag of `fix`, as it has a price that has to be known. */
  readonly consent?: 'freeze-operator';
  readonly consequences: readonly string[];
  /** Commands to copy, in order; a line that begins with `#` is a remark. */
  readonly manual: readonly string[];
  /** What is left for a person once the changes and drains are made, such as the reboot of a machine; as `manual`. */
  readonly afterwards?: readonly string[];
  /** The same by the node that was drained, for a plan of only some of them. */
  readonly afterwardsOf?: Readonly<Record<string, readonly string[]>>;
  /** The edit at its real source (Helm values, HelmChartConfig, inventory, Git), where the owner is not a person; as `manual`. */
  readonly durable?: readonly string[];
}
