import type { ApplyEvent, ApplyOutcome } from '../../internal/model/apply.ts';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import type { Plan } from '../../internal/model/plan.ts';
import type { DryRunReply, GatherProgress, MethodColumn, PlanReply, PlanRequest } from './core.ts';
import type { KeyName } from './keys.ts';
import type { State } from './state.ts';

/** What happens to the wizard. Answers carry the question, so that a late one is known. */
export type Event =
  /** `mostScroll`: how far the text that was on the screen could be scrolled; absent where nothing is drawn. */
  | { readonly type: 'key'; readonly key: KeyName; readonly mostScroll?: number }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly type: 'tick'; readonly nowMs: number }
  | { readonly type: 'gather-progress'; readonly progress: GatherProgress }
  | {
      readonly type: 'gathered';
      readonly diagnosis: Diagnosis;
      readonly recordId: string | null;
      /** Why no record could be looked for; empty if it could. */
      readonly undoProblem?: string;
    }
  | { readonly type: 'gather-failed'; readonly problem: string; readonly hint: string }
  | { readonly type: 'planned'; readonly request: PlanRequest; readonly reply: PlanReply }
  | { readonly type: 'dry-run'; readonly asked: Plan; readonly reply: DryRunReply }
  | {
      readonly type: 'methods';
      readonly finding: number;
      readonly columns: readonly MethodColumn[];
    }
  | {
      readonly type: 'simulated';
      readonly method: string;
      readonly column: MethodColumn | string;
    }
  | { readonly type: 'apply-event'; readonly event: ApplyEvent }
  | { readonly type: 'applied'; readonly outcome: ApplyOutcome }
  | { readonly type: 'done'; readonly notice: string }
  /** An effect failed: a sentence. */
  | { readonly type: 'failed'; readonly problem: string; readonly hint: string };

/** What the wizard wants done. */
export type Effect =
  | { readonly do: 'gather' }
  | { readonly do: 'plan'; readonly request: PlanRequest }
  | { readonly do: 'dry-run'; readonly plan: Plan }
  | { readonly do: 'methods'; readonly finding: number }
  | { readonly do: 'simulate'; readonly finding: number; readonly method: string }
  | { readonly do: 'apply'; readonly plan: Plan; readonly undoes: string | null }
  /** Ends an application as Ctrl-C does. */
  | { readonly do: 'stop' }
  | { readonly do: 'copy'; readonly text: string }
  | { readonly do: 'save'; readonly diagnosis: Diagnosis };

/** A state, and what has to be done for it. */
export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** A step with nothing to do. */
export const still = (state: State): Step => ({ state, effects: [] });
