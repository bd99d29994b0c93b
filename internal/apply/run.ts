import type { Plan } from '../model/plan.ts';
import type { Prepared } from './prepare.ts';
import type { Recorder } from './recorder.ts';
import type { SentChange } from './aftermath.ts';
import type { ApplyContext, ApplyOptions } from './context.ts';

/** A change that was carried out, by its place in the record. */
export interface SentStep extends SentChange {
  readonly index: number;
}

/** One application while it is under way. What it has done so far is kept here, so that whatever ends it can say it. */
export interface Run {
  readonly plan: Plan;
  readonly context: ApplyContext;
  readonly options: ApplyOptions;
  readonly recorder: Recorder;
  /** The change steps of the plan, read anew and tried; for a drain null. */
  readonly prepared: readonly (Prepared | null)[];
  /** Nodes that the plan is to cure. */
  readonly cured: ReadonlySet<string>;
  /** When waiting has to end, by the context's clock; null where no limit was given. */
  readonly deadlineMs: number | null;
  readonly sent: SentStep[];
  /** Changes (by their place in the record) after which the DaemonSet was rendered anew. */
  readonly rendered: Set<number>;
  /** Changes that somebody else took back. */
  readonly reverted: Set<number>;
  /** Nodes whose calico-node was not ready before something was sent. */
  readonly sickBefore: Set<string>;
  /** Pods that were restarted or evicted: nothing brings them back. */
  readonly gonePods: string[];
  /** Nodes that were cordoned here and still are, with the place of that in the record. */
  readonly cordoned: Map<string, number>;
  /** What is to be said besides the end, as sentences. */
  readonly notes: string[];
  readonly hints: string[];
}

/** How a step, and with it the run, goes on. */
export type StepEnd =
  | { readonly kind: 'done' }
  /** Nothing more is sent; what was sent stays. */
  | { readonly kind: 'stopped'; readonly reason: string }
  /** What was sent is to be taken back. */
  | { readonly kind: 'worse'; readonly reason: string };

/** True for a run that takes a record back: that things get worse again is what was asked for. */
export const isUndo = ({ options }: Pick<Run, 'options'>): boolean => options.undoes !== undefined;

/** Seconds that are left for waiting; null without a limit. */
export const secondsLeft = ({ deadlineMs, context }: Run): number | null =>
  deadlineMs === null ? null : Math.max(0, (deadlineMs - context.clock.now()) / 1000);
