import type { Diagnosis } from './diagnosis.ts';
import type { ObjectRef } from './finding.ts';

/** Where an application is. The order is that of the work; `roll-back` only where something got worse. */
export type Phase =
  | 'rights'
  | 'preconditions'
  | 'dry-run'
  | 'record'
  | 'send'
  | 'operator'
  | 'rollout'
  | 'drain'
  | 'verify'
  | 'roll-back';

/** What happens while a plan is carried out, told as it happens: text and screens are made of it. Times in seconds. */
export type ApplyEvent =
  | {
      readonly kind: 'phase';
      readonly phase: Phase;
      readonly expectedSeconds: number | null;
      readonly limitSeconds: number | null;
    }
  | { readonly kind: 'recorded'; readonly id: string }
  | { readonly kind: 'sent'; readonly ref: ObjectRef; readonly warnings: readonly string[] }
  | { readonly kind: 'unchanged'; readonly ref: ObjectRef }
  | {
      readonly kind: 'waiting';
      /** What for: "the operator has not yet taken up the change". */
      readonly text: string;
      readonly elapsedSeconds: number;
      readonly limitSeconds: number;
    }
  | {
      readonly kind: 'rollout';
      readonly ref: ObjectRef;
      readonly desired: number;
      readonly updated: number;
      readonly ready: number;
      /** Nodes whose pod is of the new revision, or being replaced, with its state. */
      readonly nodes: readonly {
        readonly node: string;
        readonly state: 'replacing' | 'starting' | 'ready' | 'failing';
        readonly reason: string;
      }[];
      readonly elapsedSeconds: number;
      readonly expectedSeconds: number;
      readonly limitSeconds: number;
    }
  | {
      readonly kind: 'node';
      readonly node: string;
      readonly state: 'cordoned' | 'drained' | 'uncordoned' | 'left-cordoned';
    }
  | {
      readonly kind: 'pod';
      readonly node: string;
      readonly namespace: string;
      readonly name: string;
      readonly state:
        | 'deleting'
        | 'evicting'
        | 'blocked'
        | 'terminating'
        | 'gone'
        | 'ready'
        | 'skipped'
        | 'failed';
      readonly reason: string;
    }
  | { readonly kind: 'note'; readonly text: string };

export type ApplyResult =
  | 'verified'
  | 'nothing-to-do'
  /** Sent, but not all of it is seen to work. */
  | 'not-verified'
  | 'rolled-back'
  /** Something got worse and could not be taken back: the user has to. */
  | 'roll-back-failed'
  /** Nothing was sent. */
  | 'refused'
  | 'interrupted';

export interface ApplyOutcome {
  readonly result: ApplyResult;
  /** Of the record that `undo` takes; null where nothing was sent. */
  readonly recordId: string | null;
  /** What happened and what stands, as sentences. */
  readonly messages: readonly string[];
  /** What to do next: commands or sentences. */
  readonly hints: readonly string[];
  /** A Role or ClusterRole with what is missing, as YAML; null if it is not that. */
  readonly missingRole: string | null;
  /** Of the cluster afterwards; null where it was not taken. */
  readonly diagnosis: Diagnosis | null;
}
