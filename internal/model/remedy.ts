import type { ObjectRef } from './finding.ts';

/**
 * What may be done with a change (spec, "Where a change goes"): made here; made here but reverted on an event; printed for its
 * real source; done by a person; not done at all.
 */
export type Action = 'apply' | 'apply-temporary' | 'emit' | 'manual' | 'refuse';

export type Risk = 'none' | 'restarts-pods' | 'interrupts-traffic';

export interface Change {
  readonly ref: ObjectRef & { readonly apiVersion: string };
  readonly verb: 'patch' | 'evict' | 'delete' | 'create';
  readonly patchType?: 'merge' | 'strategic' | 'json';
  readonly body: unknown;
}

export interface Remedy {
  readonly id: string;
  /** Imperative: "Use the address that Kubernetes knows". */
  readonly title: string;
  readonly action: Action;
  readonly risk: Risk;
  readonly target?: ObjectRef;
  readonly changes: readonly Change[];
  readonly consequences: readonly string[];
  /** Commands to copy, in order; a line that begins with `#` is a remark. */
  readonly manual: readonly string[];
}
