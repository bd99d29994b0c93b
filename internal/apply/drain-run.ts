import type { DrainStep } from '../model/plan.ts';
import type { Change } from '../model/remedy.ts';
import { applyChange } from '../plan/patch.ts';
import { runUncordon } from './drain-cordon.ts';
import type { DrainHooks } from './drain-hooks.ts';
import { runDrain } from './drain.ts';
import { nameOf } from './objects.ts';
import type { Run, StepEnd } from './run.ts';

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
        // Whoever takes it back where the answer was never seen, has to know what it was to make of the node.
        recorder.add({
          change,
          state: 'sending',
          before: kept,
          after: kept && applyChange(kept, change),
          isUndoable,
        }),
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
  run.notes.push(...(result.state === 'interrupted' ? result.messages : []));
  run.hints.push(...(result.state === 'drained' ? [] : result.hints));
  context.signal.throwIfAborted();
  if (result.state !== 'drained') return { kind: 'stopped', reason: result.messages.join(' ') };
  const cordon = run.sent.findLast(
    ({ change: { ref } }) => ref.kind === 'Node' && ref.name === step.node,
  );
  if (result.hasCordoned && cordon) run.cordoned.set(step.node, cordon.index);
  run.notes.push(...result.messages);
  return { kind: 'done' };
}

// An uncordon is the cordon taken back: the record needs no step of its own, and after a crash undo finds the node as it was.
const unrecorded: DrainHooks = {
  sending: () => undefined,
  sent: () => undefined,
  refused: () => undefined,
};

/** Gives the nodes that were cordoned here back to the scheduler, as far as they are well; says how it went. */
export async function uncordonAll(run: Run): Promise<readonly string[]> {
  const messages: string[] = [];
  for (const [node, index] of run.cordoned) {
    const result = await runUncordon(node, run.context, unrecorded);
    messages.push(...result.messages);
    run.hints.push(...result.hints);
    run.cordoned.delete(node);
    const isBack = result.state === 'uncordoned' || result.state === 'not-needed';
    if (isBack) run.recorder.mark(index, 'undone');
  }
  return messages;
}

/** Says which nodes stay cordoned, and how they are given back. */
export function tellCordoned(run: Run): void {
  for (const node of run.cordoned.keys()) {
    run.context.onEvent({ kind: 'node', node, state: 'left-cordoned' });
    run.notes.push(words.left(node));
    run.hints.push(`kubectl uncordon ${node}`);
  }
}

const words = {
  left: (node: string): string =>
    `${node} is cordoned and empty: no pod is scheduled to it until it is uncordoned.`,
};
