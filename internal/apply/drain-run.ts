import type { DrainStep } from '../model/plan.ts';
import type { KubeObject } from '../model/kubernetes.ts';
import type { Change } from '../model/remedy.ts';
import { uncordonStep } from '../plan/drain-step.ts';
import { runDrain, type DrainHooks } from './drain.ts';
import { isNode, look, nameOf, reasonOf } from './objects.ts';
import type { Run, StepEnd } from './run.ts';
import { sendChange } from './send.ts';

/** Writes down what a drain sends: the cordon can be taken back, evicted pods cannot. */
function hooksOf(run: Run): DrainHooks {
  const indexes = new Map<string, number>();
  const keyOf = ({ verb, ref }: Change): string => `${verb} ${nameOf(ref)}`;
  const { recorder } = run;
  return {
    sending: (change, before) => {
      const isUndoable = change.ref.kind === 'Node';
      const known = indexes.get(keyOf(change));
      if (known !== undefined) return recorder.sending(known, before);
      const kept = isUndoable ? before : null;
      indexes.set(
        keyOf(change),
        recorder.add({ change, state: 'sending', before: kept, after: null, isUndoable }),
      );
    },
    sent: (change, after) => {
      const index = indexes.get(keyOf(change));
      if (index === undefined) return;
      recorder.sent(index, after);
      const { before = null } = recorder.record().steps[index] ?? {};
      if (change.ref.kind === 'Node') run.sent.push({ index, change, before, after });
      else run.gonePods.push(nameOf(change.ref));
    },
    refused: (change) => {
      const index = indexes.get(keyOf(change));
      if (index !== undefined) recorder.mark(index, 'refused');
    },
  };
}

/** Empties a node. The node stays cordoned; what stopped the drain is the end's reason. */
export async function carryOutDrain(run: Run, step: DrainStep): Promise<StepEnd> {
  const { context } = run;
  context.signal.throwIfAborted();
  context.onEvent({
    kind: 'phase',
    phase: 'drain',
    expectedSeconds: null,
    limitSeconds: step.options.timeoutSeconds || null,
  });
  const result = await runDrain(step, context, hooksOf(run));
  if (result.hasCordoned) run.cordoned.add(step.node);
  run.hints.push(...result.hints);
  context.signal.throwIfAborted();
  if (result.state !== 'drained') return { kind: 'stopped', reason: result.messages.join(' ') };
  run.notes.push(...result.messages);
  return { kind: 'done' };
}

async function uncordon(run: Run, name: string): Promise<string | null> {
  const { context, recorder } = run;
  const seen = await look(context.cluster, { apiVersion: 'v1', kind: 'Node', name });
  if (seen.state === 'unread') return reasonOf(seen.refused);
  const node: KubeObject | null = seen.state === 'there' ? seen.object : null;
  const step = node !== null && isNode(node) ? uncordonStep(node) : null;
  if (step) {
    const answer = await sendChange(
      { change: step.change, before: step.before, after: step.after },
      context,
    );
    if (answer.state === 'refused') return reasonOf(answer.refused);
    if (answer.state === 'open') return answer.reason;
    if (answer.state === 'changed-meanwhile') return words.meanwhile;
  }
  for (const { index, change } of run.sent)
    if (change.ref.kind === 'Node' && change.ref.name === name) recorder.mark(index, 'undone');
  context.onEvent({ kind: 'node', node: name, state: 'uncordoned' });
  return null;
}

/** Gives the nodes that were cordoned here back to the scheduler; tells of those that could not be. */
export async function uncordonAll(run: Run): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const node of run.cordoned) {
    const failure = await uncordon(run, node);
    if (failure === null) run.cordoned.delete(node);
    else failures.push(words.notUncordoned(node, failure));
  }
  return failures;
}

/** Says which nodes stay cordoned, and how they are given back. */
export function tellCordoned(run: Run): void {
  for (const node of run.cordoned) {
    run.context.onEvent({ kind: 'node', node, state: 'left-cordoned' });
    run.notes.push(words.left(node));
    run.hints.push(`kubectl uncordon ${node}`);
  }
}

const words = {
  meanwhile: 'somebody changed it meanwhile',
  notUncordoned: (node: string, reason: string): string =>
    `${node} could not be uncordoned: ${reason}.`,
  left: (node: string): string =>
    `${node} is cordoned and empty: no pod is scheduled to it until it is uncordoned.`,
};
