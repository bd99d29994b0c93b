import type { ApplyEvent, ApplyOutcome } from '../../internal/model/apply.ts';
import type { Diagnosis } from '../../internal/model/diagnosis.ts';
import type { Plan } from '../../internal/model/plan.ts';
import type { AddressForecast } from '../../internal/model/remedy.ts';
import type { Trial } from '../../internal/report/plan-verdict.ts';

/** A method, simulated on every node, in the order of the nodes. */
export interface MethodColumn {
  readonly method: string;
  readonly cells: readonly AddressForecast[];
  /** What speaks against it; empty: it is safe on every node. */
  readonly objections: readonly string[];
}

/** What a drain may destroy, which `kubectl drain` does with a flag only: files in emptyDir volumes; pods that nobody makes anew. */
export type Loss = 'empty-dir' | 'force';

/** What is to be planned: a remedy of a finding, or a method for it. */
export type PlanRequest =
  | {
      readonly kind: 'remedy';
      readonly finding: number;
      readonly remedy: string;
      /** What the user accepts to be lost by a drain; absent: nothing. */
      readonly losses?: readonly Loss[];
    }
  | { readonly kind: 'method'; readonly finding: number; readonly method: string }
  | { readonly kind: 'undo'; readonly record: string };

export interface PlanReply {
  readonly plan: Plan | null;
  /** Why there is no plan. */
  readonly problems: readonly string[];
  readonly hints: readonly string[];
}

export interface DryRunReply {
  /** With the objects as the API server has them and would have them. */
  readonly plan: Plan;
  readonly trial: Trial;
  readonly isRefused: boolean;
  /** A Role with what is missing, as YAML; empty if it is not that. */
  readonly missingRole: string;
}

export interface GatherProgress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

/** The newest record of this cluster that can be taken back. */
export interface NewestRecord {
  /** Null if there is none, or it is a dump. */
  readonly id: string | null;
  /** Why none could be looked for; empty if it could. */
  readonly problem: string;
}

/**
 * All that the wizard can have done, the same that `diagnose`, `fix` and `undo` do. Whatever it throws is shown, and nothing is
 * lost. The snapshot stays behind it: the wizard knows the diagnosis alone.
 */
export interface Core {
  /** Reads the cluster or the dump anew, and judges it. */
  readonly gather: (onProgress: (progress: GatherProgress) => void) => Promise<Diagnosis>;
  readonly plan: (request: PlanRequest) => Promise<PlanReply>;
  /** The methods worth a look for a finding, the best first; none where addresses are not detected. */
  readonly methods: (finding: number) => Promise<readonly MethodColumn[]>;
  /** One method; a sentence where it is none. */
  readonly simulate: (finding: number, method: string) => Promise<MethodColumn | string>;
  readonly dryRun: (plan: Plan) => Promise<DryRunReply>;
  readonly apply: (
    plan: Plan,
    options: {
      readonly undoes: string | null;
      readonly onEvent: (event: ApplyEvent) => void;
      readonly signal: AbortSignal;
    },
  ) => Promise<ApplyOutcome>;
  /** Writes the diagnosis as Markdown and returns the file's path. */
  readonly save: (diagnosis: Diagnosis) => Promise<string>;
  readonly newestRecord: () => Promise<NewestRecord>;
}
