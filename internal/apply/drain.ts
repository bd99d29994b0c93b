import type { Pod } from '../model/kubernetes.ts';
import type { DrainStep } from '../model/plan.ts';
import type { DrainFacts } from '../plan/drain-facts.ts';
import { drainErrors, judgePods } from '../plan/drain-judge.ts';
import { isReady } from '../plan/drain-nodes.ts';
import type { ApplyContext } from './context.ts';
import { sendScheduling } from './drain-cordon.ts';
import { emptyNode } from './drain-evict.ts';
import { readDaemonSets } from './drain-facts.ts';
import type { DrainHooks } from './drain-hooks.ts';
import { drainOutcome, type DrainResult, notDrained } from './drain-outcome.ts';
import { leavingPods, tryDrain } from './drain-try.ts';
import { isPod, reasonOf } from './objects.ts';
import { timeText } from './recorder.ts';

export type { DrainHooks } from './drain-hooks.ts';
export type { DrainResult } from './drain-outcome.ts';

export type DrainContext = Pick<ApplyContext, 'cluster' | 'clock' | 'onEvent' | 'signal'>;

/** The step judged by the node's pods as they are after the cordon: some may have come or gone since. */
async function judgedAgain(
  step: DrainStep,
  facts: DrainFacts,
  { cluster, clock }: DrainContext,
): Promise<{ readonly step: DrainStep; readonly pods: readonly Pod[] } | string> {
  const fieldSelector = `spec.nodeName=${step.node}`;
  const reply = await cluster.list({ apiVersion: 'v1', kind: 'Pod', fieldSelector });
  if (reply.state === 'refused') return words.unread(reasonOf(reply));
  const pods = reply.value.filter(isPod);
  const now: DrainFacts = {
    ...facts,
    now: timeText(clock.now()),
    pods,
    daemonSets: await readDaemonSets(cluster, pods),
  };
  const fresh = { ...step, pods: judgePods(step.node, now, step.options) };
  const [error] = drainErrors(fresh.pods);
  return error ?? { step: fresh, pods: leavingPods(fresh, now) };
}

function tellSkipped({ node, pods }: DrainStep, { onEvent }: DrainContext): void {
  for (const { namespace, name, verdict, reason } of pods)
    if (verdict === 'skip' && reason !== '')
      onEvent({ kind: 'pod', node, namespace, name, state: 'skipped', reason });
}

async function evictAll(
  step: DrainStep,
  facts: DrainFacts,
  hasCordoned: boolean,
  context: DrainContext,
  hooks: DrainHooks,
  deadlineMs: number | null,
): Promise<DrainResult> {
  const judged = await judgedAgain(step, facts, context);
  if (typeof judged === 'string')
    return notDrained('failed', step.node, hasCordoned, [judged], context);
  tellSkipped(judged.step, context);
  const node = facts.nodes.find(({ metadata }) => metadata.name === step.node);
  const emptied = await emptyNode(
    {
      node: step.node,
      pods: judged.pods,
      options: step.options,
      isNodeLost: node !== undefined && !isReady(node),
      deadlineMs,
    },
    context,
    hooks,
  );
  return drainOutcome(step, hasCordoned, emptied, context);
}

/**
 * Empties one node: reads and judges all anew, has the server try each request, cordons, evicts, and waits until the pods are gone.
 * Whatever does not go well is in the result, and a node that was cordoned stays so. The time limit is that of the step's options,
 * from the beginning. Throws what the hooks throw, and a UserError of the cluster.
 */
export async function runDrain(
  planned: DrainStep,
  context: DrainContext,
  hooks: DrainHooks,
): Promise<DrainResult> {
  const { node, options } = planned;
  const limit = options.timeoutSeconds;
  const deadlineMs = limit > 0 ? context.clock.now() + limit * 1000 : null;
  let hasCordoned = false;
  try {
    context.signal.throwIfAborted();
    const { step, facts, refusals, warnings } = await tryDrain(planned, context);
    if (refusals.length > 0) return notDrained('refused', node, false, refusals, context);
    for (const text of warnings) context.onEvent({ kind: 'note', text });
    context.signal.throwIfAborted();
    if (step.cordon) {
      const cordoned = await sendScheduling(step.cordon, context, hooks);
      if (cordoned.state === 'failed') {
        const text = words.noCordon(node, cordoned.reason);
        return notDrained('failed', node, cordoned.isOpen, [text], context);
      }
      hasCordoned = cordoned.state === 'ours';
      context.onEvent({ kind: 'node', node, state: 'cordoned' });
    }
    return await evictAll(step, facts, hasCordoned, context, hooks, deadlineMs);
  } catch (error) {
    if (!context.signal.aborted) throw error;
    return notDrained('interrupted', node, hasCordoned, [words.interrupted(node)], context);
  }
}

/** Empties several nodes, one after the other, and stops at the first that could not be emptied. */
export async function runDrains(
  steps: readonly DrainStep[],
  context: DrainContext,
  hooks: DrainHooks,
): Promise<readonly DrainResult[]> {
  const results: DrainResult[] = [];
  for (const step of steps) {
    const result = await runDrain(step, context, hooks);
    results.push(result);
    if (result.state !== 'drained') break;
  }
  return results;
}

const words = {
  noCordon: (node: string, reason: string): string =>
    `error: unable to cordon node "${node}": ${reason}. No pod was evicted.`,
  unread: (reason: string): string => `The pods of the node cannot be read: ${reason}.`,
  interrupted: (node: string): string =>
    `The drain of ${node} was interrupted before a pod was evicted.`,
};
