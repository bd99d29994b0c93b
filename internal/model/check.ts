import type { Draft, Facts, Finding } from './finding.ts';
import type { ListName, Snapshot } from './snapshot.ts';

/** `logs` stands for the container logs of the snapshot. */
export type Need = ListName | 'logs';

export interface NotApplicable {
  readonly notApplicable: string;
}

/** Sentences about a finding, made of its facts alone. */
export interface Words<F extends Facts> {
  readonly title: (facts: F) => string;
  readonly summary: (facts: F) => string;
  readonly ruledOut?: (facts: F) => readonly string[];
}

/** A check as it is written: typed by its facts. */
export interface CheckDefinition<F extends Facts> {
  readonly id: string;
  /** The healthy state, as a fact. */
  readonly title: string;
  /** What must have been read before nothing found means "passed". */
  readonly needs: readonly Need[];
  /** What makes the answer better, if it is there. */
  readonly uses?: readonly Need[];
  readonly run: (snapshot: Snapshot) => readonly Draft<F>[] | NotApplicable;
  readonly words: { readonly en: Words<F> };
}

/** A check as the runner sees it. */
export interface Check {
  readonly id: string;
  readonly title: string;
  readonly needs: readonly Need[];
  readonly uses: readonly Need[];
  readonly run: (snapshot: Snapshot) => readonly Finding[] | NotApplicable;
}

export type CheckResult = 'passed' | 'found' | 'unknown' | 'not-applicable';

export interface CheckOutcome {
  readonly id: string;
  readonly title: string;
  readonly result: CheckResult;
  /** Why it is unknown or not applicable; empty otherwise. */
  readonly reason: string;
  /** True where the input is there but could not be read (403, damaged file, …): such a check forbids "healthy". */
  readonly failed: boolean;
}
