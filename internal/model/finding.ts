import type { Remedy } from './remedy.ts';

export interface ObjectRef {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

export type Severity = 'error' | 'warning' | 'info';

/** Confirmed: a signature of the component itself plus an independent object. Likely: one of them, nothing against it. */
export type Confidence = 'confirmed' | 'likely' | 'possible';

export interface Evidence {
  readonly from: ObjectRef & { readonly container?: string };
  /** A field path as in the API (`status.addresses`), `event Unhealthy`, or `log`, `previous log`. */
  readonly field: string;
  /** The value or the log line, unchanged; it is made harmless when printed. */
  readonly text: string;
  /** RFC 3339, where the source has a time. */
  readonly at?: string;
}

/** The typed facts of a finding: what its words are made of, and what JSON carries. */
export type Facts = Readonly<Record<string, unknown>>;

/** Other observations that a cause explains: check ids (nested under it) or plain symptom ids, with the objects concerned. */
export interface Symptom {
  readonly id: string;
  readonly affected: readonly ObjectRef[];
}

/** What a check returns; words are added by the runner. */
export interface Draft<F extends Facts = Facts> {
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly facts: F;
  readonly affected: readonly ObjectRef[];
  readonly evidence: readonly Evidence[];
  readonly explains?: readonly Symptom[];
  /** What is found is as a rule brought about by something else: it stands below any other error about the same objects. */
  readonly isSymptom?: boolean;
  readonly remedies: readonly Remedy[];
}

export interface Finding {
  readonly id: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly title: string;
  readonly summary: string;
  /** Why look-alikes were ruled out. */
  readonly ruledOut: readonly string[];
  readonly facts: Facts;
  readonly affected: readonly ObjectRef[];
  readonly evidence: readonly Evidence[];
  readonly symptoms: readonly Symptom[];
  readonly isSymptom?: boolean;
  readonly remedies: readonly Remedy[];
}
