import type { KubeObject, Pod } from '../model/kubernetes.ts';
import { aftermathOf, daemonSetRef, type Aftermath, type SentChange } from './aftermath.ts';
import type { OperatorSays } from '../plan/operator-status.ts';
import { fieldChange, type Prepared } from './prepare.ts';
import { isPod, look, nameOf, plainRef, reasonOf } from './objects.ts';
import { readOperator } from './operator-blame.ts';
import { podsBefore } from './restart.ts';
import { workloadBefore, type WorkloadBefore } from './rollout-look.ts';
import type { Run, StepEnd } from './run.ts';
import { sendChange, standing, type Sendable, type Sent } from './send.ts';

/** How things were right before a change was sent, as far as waiting for it needs to know. */
export interface BeforeSending {
  readonly workload: WorkloadBefore | null;
  readonly said: OperatorSays | null;
  /** The pod that is started anew, and the pods beside it. */
  readonly pod: { readonly old: Pod; readonly known: ReadonlySet<string> } | null;
}

/** What was sent and has to be waited for. */
export interface Carried {
  readonly sent: SentChange;
  readonly before: BeforeSending;
}

export type CarriedOut =
  | { readonly kind: 'carried'; readonly carried: Carried }
  | { readonly kind: 'end'; readonly end: StepEnd };

type Ready = Extract<Prepared, { sendable: Sendable }>;

const over = (end: StepEnd): CarriedOut => ({ kind: 'end', end });
const stopped = (reason: string): CarriedOut => over({ kind: 'stopped', reason });

async function beforeSending(run: Run, sendable: Sendable): Promise<BeforeSending> {
  const { context, plan } = run;
  const { change, before } = sendable;
  if (change.verb === 'delete' && before !== null && isPod(before))
    return {
      workload: null,
      said: null,
      pod: { old: before, known: await podsBefore(context, before) },
    };
  const aftermath: Aftermath = aftermathOf(sendable, plan);
  const isOperator = aftermath.kind === 'operator';
  if (aftermath.kind === 'rollout')
    return { workload: await workloadBefore(context, aftermath.ref), said: null, pod: null };
  if (!isOperator && aftermath.kind !== 'perhaps') return { workload: null, said: null, pod: null };
  const workload = await workloadBefore(context, daemonSetRef(plan));
  return { workload, said: isOperator ? await readOperator(context) : null, pod: null };
}

// Earlier steps may have taken minutes: the object is read once more, and only what was read is sent for.
async function refreshed(run: Run, ready: Ready): Promise<Sendable | CarriedOut> {
  const { sendable } = ready;
  const { ref } = sendable.change;
  const seen = await look(run.context.cluster, ref);
  if (seen.state === 'unread') return stopped(words.unread(nameOf(ref), reasonOf(seen.refused)));
  const { stands, fields } = standing(sendable, seen);
  if (stands === 'otherwise') return stopped(words.meanwhile(nameOf(ref), fields.map(fieldChange)));
  if (stands === 'as-ours') {
    run.context.onEvent({ kind: 'unchanged', ref: plainRef(ref) });
    return over({ kind: 'done' });
  }
  return { ...sendable, before: seen.state === 'there' ? seen.object : null };
}

function settle(run: Run, index: number, sendable: Sendable, answer: Sent): StepEnd | SentChange {
  const { change } = sendable;
  const name = nameOf(change.ref);
  switch (answer.state) {
    case 'sent': {
      run.recorder.sent(index, answer.object);
      run.context.onEvent({ kind: 'sent', ref: plainRef(change.ref), warnings: answer.warnings });
      const { before = null } = run.recorder.record().steps[index] ?? {};
      return { change, before: before ?? sendable.before, after: answer.object };
    }
    case 'unchanged':
      run.recorder.mark(index, 'refused');
      run.context.onEvent({ kind: 'unchanged', ref: plainRef(change.ref) });
      return { kind: 'done' };
    case 'changed-meanwhile': {
      run.recorder.mark(index, 'refused');
      const by = answer.by === null ? [] : [words.by(answer.by)];
      const reason = words.meanwhile(name, [...answer.fields.map(fieldChange), ...by]);
      return { kind: 'stopped', reason };
    }
    case 'refused':
      run.recorder.mark(index, 'refused');
      return { kind: 'stopped', reason: words.refused(name, reasonOf(answer.refused)) };
    case 'open':
      run.hints.push(words.openHint);
      return { kind: 'stopped', reason: words.open(name, answer.reason) };
  }
}

const isEnd = (value: StepEnd | SentChange): value is StepEnd => 'kind' in value;
const isSendable = (value: Sendable | CarriedOut): value is Sendable => 'change' in value;

/**
 * Sends the change of one step: reads the object once more, writes the record, sends, writes the record. What follows by itself is
 * still to be waited for.
 */
export async function carryOut(run: Run, index: number, prepared: Prepared): Promise<CarriedOut> {
  const { context, recorder } = run;
  const { change } = prepared.step;
  context.signal.throwIfAborted();
  if (prepared.state === 'refused') return stopped(prepared.reason);
  if (prepared.state === 'gone' || prepared.state === 'unchanged') {
    context.onEvent({ kind: 'unchanged', ref: plainRef(change.ref) });
    return over({ kind: 'done' });
  }
  const sendable = await refreshed(run, prepared);
  if (!isSendable(sendable)) return sendable;
  const before = await beforeSending(run, sendable);
  for (const { node, isPodReady } of before.workload?.nodes.values() ?? [])
    if (!isPodReady) run.sickBefore.add(node);
  context.signal.throwIfAborted();
  tellPod(run, sendable.before, change.verb);
  recorder.sending(index, sendable.before);
  const answer = await sendChange(sendable, context, (object) => recorder.sending(index, object));
  const settled = settle(run, index, sendable, answer);
  if (isEnd(settled)) return over(settled);
  if (before.pod) run.gonePods.push(nameOf(change.ref));
  else run.sent.push({ ...settled, index });
  return { kind: 'carried', carried: { sent: settled, before } };
}

function tellPod({ context }: Run, before: KubeObject | null, verb: string): void {
  if (before === null || !isPod(before) || (verb !== 'delete' && verb !== 'evict')) return;
  const { name, namespace = '' } = before.metadata;
  const node = before.spec?.nodeName ?? '';
  const state = verb === 'evict' ? 'evicting' : 'deleting';
  context.onEvent({ kind: 'pod', node, namespace, name, state, reason: '' });
}

const words = {
  unread: (name: string, reason: string): string => `${name} cannot be read: ${reason}.`,
  by: (writer: string): string => `last written by ${writer}`,
  meanwhile: (name: string, details: readonly string[]): string =>
    `Somebody changed ${name} meanwhile${details.length > 0 ? ` (${details.slice(0, 3).join('; ')})` : ''}: it was left as it is.`,
  refused: (name: string, reason: string): string =>
    `The API server refused the change of ${name}: ${reason}.`,
  open: (name: string, reason: string): string =>
    `No answer came to the change of ${name}, and it cannot be read (${reason}): it may or may not have been made.`,
  openHint: 'When the API server answers again, undo looks what was made and takes back only that.',
};
