import type { KubeObject } from '../model/kubernetes.ts';
import type { Change } from '../model/remedy.ts';
import { takeBack } from '../plan/inverse.ts';
import { applyChange } from '../plan/patch.ts';
import { aftermathOf, daemonSetRef } from './aftermath.ts';
import { watchDeployment } from './deployment-watch.ts';
import { look, nameOf, plainRef, reasonOf } from './objects.ts';
import { waitForChange } from './operator-wait.ts';
import { workloadBefore, type WorkloadBefore } from './rollout-look.ts';
import { watchRollout } from './rollout-watch.ts';
import type { Run, SentStep } from './run.ts';
import { sendChange } from './send.ts';

export interface RolledBack {
  /** Why something could not be taken back, as a sentence; null if all is. */
  readonly failure: string | null;
  /** What is to be said besides, as sentences. */
  readonly messages: readonly string[];
}

const afterBack = (
  { before }: SentStep,
  now: KubeObject | null,
  change: Change,
): KubeObject | null =>
  change.verb === 'patch' && now !== null ? applyChange(now, change) : before;

/** Takes one change back; a sentence if that cannot be done. */
async function takeBackOne({ context, recorder }: Run, step: SentStep): Promise<string | null> {
  const { ref } = step.change;
  const name = nameOf(ref);
  const seen = await look(context.cluster, ref);
  if (seen.state === 'unread') return words.unread(name, reasonOf(seen.refused));
  const now = seen.state === 'there' ? seen.object : null;
  const { change, conflicts } = takeBack(step.before, step.after, now, ref);
  if (conflicts.length > 0) return words.conflict(name, conflicts[0]?.field ?? '');
  if (change !== null) {
    const answer = await sendChange(
      { change, before: now, after: afterBack(step, now, change) },
      context,
    );
    switch (answer.state) {
      case 'refused':
        return words.refused(name, reasonOf(answer.refused));
      case 'changed-meanwhile':
        return words.conflict(name, answer.fields[0]?.field ?? '');
      case 'open':
        return words.open(name, answer.reason);
      case 'sent':
        context.onEvent({ kind: 'sent', ref: plainRef(ref), warnings: answer.warnings });
        break;
      case 'unchanged':
        break;
    }
  }
  recorder.mark(step.index, 'undone');
  return null;
}

/** The operator's time to put the old template back; it has just shown how long it takes. */
const operatorSeconds = 180;

async function waitBack(
  run: Run,
  step: SentStep,
  workload: WorkloadBefore,
): Promise<string | null> {
  const { context, plan } = run;
  const aftermath = aftermathOf(step, plan);
  if (aftermath.kind === 'deployment') {
    await watchDeployment(aftermath.ref, context, null);
    return null;
  }
  const follows = aftermath.kind === 'operator' || aftermath.kind === 'perhaps';
  if (!follows && aftermath.kind !== 'rollout') return null;
  if (follows && !run.rendered.has(step.index)) return null;
  if (follows && (await waitForChange(workload, operatorSeconds, context)) === null) return null;
  const end = await watchRollout(
    {
      before: workload,
      cured: new Set(),
      forecasts: [],
      holds: () => true,
      isGuarded: false,
      expectedSick: new Set([...run.cured, ...run.sickBefore]),
      limitSeconds: null,
    },
    context,
  );
  if (end.kind === 'complete' || end.kind === 'blocked')
    return end.sick.length > 0 ? words.sick(end.sick.join(', ')) : words.back;
  return words.rolling;
}

const refOf = (run: Run, step: SentStep) =>
  step.change.ref.kind === 'DaemonSet' ? step.change.ref : daemonSetRef(run.plan);

/**
 * Takes back what a run has sent, in reverse, as far as nobody has changed it since, and waits until the pods are as before. The record
 * is kept up to date.
 */
export async function rollBack(run: Run): Promise<RolledBack> {
  const messages: string[] = [];
  run.context.onEvent({
    kind: 'phase',
    phase: 'roll-back',
    expectedSeconds: null,
    limitSeconds: null,
  });
  for (const step of run.sent.toReversed()) {
    run.context.signal.throwIfAborted();
    const workload = await workloadBefore(run.context, refOf(run, step));
    const failure = await takeBackOne(run, step);
    if (failure !== null) return { failure, messages };
    const message = await waitBack(run, step, workload);
    if (message !== null) messages.push(message);
  }
  return { failure: null, messages };
}

const words = {
  unread: (name: string, reason: string): string =>
    `${name} cannot be read (${reason}), so it was not taken back.`,
  conflict: (name: string, field: string): string =>
    `Somebody changed ${name} after it was sent${field ? ` (${field})` : ''}, so it was not taken back.`,
  refused: (name: string, reason: string): string =>
    `The API server refused to take ${name} back: ${reason}.`,
  open: (name: string, reason: string): string =>
    `Whether ${name} was taken back is not known: ${reason}.`,
  back: 'calico-node is on the old template again on every node.',
  sick: (nodes: string): string => `The old template is back; not ready with it: ${nodes}.`,
  rolling: 'The old template is still rolling out; it goes on by itself.',
};
