import type { ObjectRef } from './finding.ts';
import type { Install } from './install.ts';
import type { KubeObject } from './kubernetes.ts';
import type { Action, AddressForecast, Change, Risk } from './remedy.ts';
import type { Source } from './snapshot.ts';

/** One finding and what is done about it. `finding` is null where the user asked for a method without one. */
export interface PlanItem {
  readonly finding: {
    readonly id: string;
    readonly title: string;
    readonly affected: readonly ObjectRef[];
  } | null;
  readonly remedy: {
    readonly id: string;
    readonly title: string;
    readonly action: Action;
    readonly risk: Risk;
  };
}

/** A change of one object. All changes that the items make to one object are one step: one request, one rollout. */
export interface ChangeStep {
  readonly kind: 'change';
  readonly change: Change;
  /** The object as it stood when the plan was made; null: it is to be created, or was not read. */
  readonly before: KubeObject | null;
  /** As it will stand: reckoned by the tool, or by the API server's dry run. Null: gone, or not reckoned. */
  readonly after: KubeObject | null;
  /** The same in kubectl's words, to copy. */
  readonly kubectl: readonly string[];
}

/** What a drain does with a pod, decided before the first is touched, by the rules of `kubectl drain`. */
export interface JudgedPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string | null;
  readonly verdict: 'evict' | 'skip' | 'blocks';
  /** Of `kubectl drain`: a warning of what is evicted or skipped, the error of what blocks; empty where there is nothing to say. */
  readonly reason: string;
}

/** Something that speaks against a drain, or that has to be known before it. */
export interface DrainConcern {
  readonly id: string;
  readonly text: string;
  /** True: the drain is not begun. */
  readonly isBlocking: boolean;
}

/** One node emptied: cordon, evict, wait. */
export interface DrainStep {
  readonly kind: 'drain';
  readonly node: string;
  /** Null where the node is cordoned already: then it is not uncordoned either. */
  readonly cordon: ChangeStep | null;
  readonly pods: readonly JudgedPod[];
  readonly concerns: readonly DrainConcern[];
  readonly options: DrainOptions;
  readonly kubectl: readonly string[];
}

/** The flags of `kubectl drain`, with its defaults and meanings. */
export interface DrainOptions {
  readonly ignoreDaemonSets: boolean;
  readonly deleteEmptyDirData: boolean;
  readonly force: boolean;
  /** Seconds; below 0: each pod's own. */
  readonly gracePeriodSeconds: number;
  /** Seconds for one node; 0 is without end. */
  readonly timeoutSeconds: number;
  readonly podSelector: string;
  readonly disableEviction: boolean;
  /** Seconds; 0: always wait. */
  readonly skipWaitForDeleteTimeoutSeconds: number;
  readonly allowControlPlane: boolean;
}

export type Step = ChangeStep | DrainStep;

/** Two remedies want different values of one field. */
export interface Conflict {
  readonly ref: ObjectRef;
  readonly field: string;
  readonly remedies: readonly string[];
}

/** Everything that a fix would do, as data: preview, dry run, JSON, kubectl equivalents, record and undo are made of it. */
export interface Plan {
  readonly source: Source;
  readonly install: Install;
  readonly items: readonly PlanItem[];
  /** In the order in which they are carried out; empty: nothing is sent. */
  readonly steps: readonly Step[];
  readonly addresses: readonly AddressForecast[];
  readonly consequences: readonly string[];
  /**
   * Steps for a person, as `Remedy.manual`: of a remedy that cannot be carried out through the API, or what is left to do after one
   * that can.
   */
  readonly manual: readonly string[];
  readonly durable: readonly string[];
  readonly conflicts: readonly Conflict[];
  /** Why nothing of it may be sent, as a sentence; null if it may. */
  readonly refusal: string | null;
}
