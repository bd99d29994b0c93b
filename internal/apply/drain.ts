import type { KubeObject } from '../model/kubernetes.ts';
import type { DrainStep } from '../model/plan.ts';
import type { Change } from '../model/remedy.ts';
import type { ApplyContext } from './context.ts';

/** Told around each request that is to be carried out, never around a dry run. What they throw ends the drain. */
export interface DrainHooks {
  /** Before it is sent, with the object as it stands (a Node, a Pod): on disk when it returns. */
  readonly sending: (change: Change, before: KubeObject) => void | Promise<void>;
  /** After the server took it; the object as it stands then, null where it is gone or going (an eviction). */
  readonly sent: (change: Change, after: KubeObject | null) => void | Promise<void>;
  /** After the server surely did not carry it out, and it is not sent again. */
  readonly refused: (change: Change, reason: string) => void | Promise<void>;
}

export interface DrainResult {
  readonly state:
    | 'drained'
    /** Nothing was sent. */
    | 'refused'
    /** Pods could not be evicted, or their end not be waited for. */
    | 'failed'
    | 'timed-out'
    | 'interrupted';
  /** This drain cordoned the node, so whoever began it may uncordon it. */
  readonly hasCordoned: boolean;
  /** Pods that were evicted or deleted, `namespace/name`. */
  readonly evicted: readonly string[];
  /** What happened and what stands, as sentences. */
  readonly messages: readonly string[];
  /** What to do next, as commands or sentences. */
  readonly hints: readonly string[];
}

export type DrainContext = Pick<ApplyContext, 'cluster' | 'clock' | 'onEvent' | 'signal'>;

/**
 * Empties one node: reads and judges all anew, tries each eviction without carrying it out, cordons, evicts, and waits until the
 * pods are gone. Whatever does not go well is in the result; a node that was cordoned stays so.
 */
export async function runDrain(
  step: DrainStep,
  context: DrainContext,
  hooks: DrainHooks,
): Promise<DrainResult> {
  void [step, context, hooks];
  await Promise.resolve();
  throw new Error('not written yet');
}
