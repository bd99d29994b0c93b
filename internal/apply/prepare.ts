import type { Cluster, Refused } from '../model/cluster.ts';
import type { KubeObject } from '../model/kubernetes.ts';
import type { ChangeStep } from '../model/plan.ts';
import { applyChange } from '../plan/patch.ts';
import { isPod, lastWriter, look, nameOf, reasonOf } from './objects.ts';
import { guarded, standing, type Sendable } from './send.ts';
import { isSameObject, touchedFields, type TouchedField } from './touched.ts';

/** A step that was read anew and tried, and what came of it. */
export type Prepared =
  | {
      /** `not-tried`: the server could not be asked without doing it. */
      readonly state: 'changes' | 'unchanged' | 'not-tried';
      readonly step: ChangeStep;
      readonly sendable: Sendable;
      readonly warnings: readonly string[];
      /** Why it was not tried; empty otherwise. */
      readonly reason: string;
    }
  /** What was to be deleted or started anew is gone, or is another one already. */
  | { readonly state: 'gone'; readonly step: ChangeStep }
  | {
      readonly state: 'refused';
      readonly step: ChangeStep;
      readonly reason: string;
      /** The right that is missing, where it is that. */
      readonly refused: Refused | null;
    };

const mostTries = 5;

const refusal = (step: ChangeStep, reason: string, refused: Refused | null = null): Prepared => ({
  state: 'refused',
  step,
  reason,
  refused,
});

// The plan may have been made from a snapshot that leaves parts out: only what it touches is compared.
function drift(step: ChangeStep, now: KubeObject): readonly TouchedField[] {
  const { before, change } = step;
  if (before === null) return [];
  const wanted = step.after ?? applyChange(before, change);
  return touchedFields(before, wanted, now).filter(({ stands }) => stands === 'otherwise');
}

/** Why a step no longer fits what is there now; null if it does. */
function misfit(step: ChangeStep, now: KubeObject): string | null {
  const name = nameOf(step.change.ref);
  const { before, change } = step;
  if (before === null) return null;
  const uid = before.metadata.uid;
  if (uid !== undefined && uid !== now.metadata.uid) return words.recreated(name);
  if (now.metadata.deletionTimestamp !== undefined && change.verb === 'patch')
    return words.going(name);
  if (change.verb === 'patch') {
    const fields = drift(step, now);
    return fields[0] ? words.changed(name, fields, lastWriter(now, fields[0].field)) : null;
  }
  const isOther = change.verb === 'delete' && !isPod(now) && !isSameObject(before, now);
  return isOther ? words.changed(name, [], lastWriter(now)) : null;
}

const isReplacedPod = ({ before, change }: ChangeStep, now: KubeObject): boolean =>
  change.verb !== 'patch' &&
  isPod(now) &&
  before !== null &&
  before.metadata.uid !== now.metadata.uid;

// Some admission webhooks cannot be asked without consequences (sideEffects), and the server then refuses the trial, not the change.
const isUntriable = ({ status, message }: Refused): boolean =>
  status === 400 && /dry[ -]?run/i.test(message);

function reckoned(step: ChangeStep, now: KubeObject | null): KubeObject | null {
  const { change } = step;
  if (change.verb === 'delete' || change.verb === 'evict') return null;
  return now === null ? step.after : applyChange(now, change);
}

const prepared = (
  state: 'changes' | 'unchanged' | 'not-tried',
  step: ChangeStep,
  sendable: Pick<Sendable, 'before' | 'after'>,
  warnings: readonly string[] = [],
  reason = '',
): Prepared => ({
  state,
  step,
  sendable: { change: step.change, ...sendable },
  warnings,
  reason,
});

async function attempt(
  step: ChangeStep,
  before: KubeObject | null,
  cluster: Cluster,
): Promise<Prepared | 'conflict'> {
  const { change } = step;
  const reply = await cluster.send(guarded(change, before), { isDryRun: true });
  if (reply.state === 'done') {
    const isRemoval = change.verb === 'delete' || change.verb === 'evict';
    const after = isRemoval ? null : reply.value;
    const isSame = before !== null && after !== null && isSameObject(before, after);
    return prepared(isSame ? 'unchanged' : 'changes', step, { before, after }, reply.warnings);
  }
  if (isUntriable(reply)) {
    const after = reckoned(step, before);
    return prepared('not-tried', step, { before, after }, [], reasonOf(reply));
  }
  if (reply.status === 409 && before !== null) return 'conflict';
  return refusal(step, reasonOf(reply), reply);
}

function existing(step: ChangeStep, now: KubeObject): Prepared {
  const { after } = step;
  const sendable = { change: step.change, before: null, after: after ?? now };
  return standing(sendable, { state: 'there', object: now }).stands === 'as-ours'
    ? prepared('unchanged', step, { before: now, after: now })
    : refusal(step, words.exists(nameOf(step.change.ref)));
}

/**
 * Reads the object of a step anew, compares what the step touches with what it was planned for, and lets the API server try it
 * (`dryRun=All`). Nothing is stored.
 */
export async function prepareStep(step: ChangeStep, cluster: Cluster): Promise<Prepared> {
  const { ref, verb } = step.change;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const seen = await look(cluster, ref);
    if (seen.state === 'unread')
      return refusal(step, words.unread(nameOf(ref), reasonOf(seen.refused)), seen.refused);
    const now = seen.state === 'there' ? seen.object : null;
    if (now === null && (verb === 'delete' || verb === 'evict')) return { state: 'gone', step };
    if (now === null && verb === 'patch') return refusal(step, words.deleted(nameOf(ref)));
    if (now !== null && verb === 'create') return existing(step, now);
    if (now !== null && isReplacedPod(step, now)) return { state: 'gone', step };
    const reason = now === null ? null : misfit(step, now);
    if (reason !== null) return refusal(step, reason);
    const answer = await attempt(step, now, cluster);
    if (answer !== 'conflict') return answer;
  }
  return refusal(step, words.busy(nameOf(ref)));
}

const shortText = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
};

/** `spec.x is "b" now, not "a"`, for what somebody changed. */
export const fieldChange = ({ field, before, now }: TouchedField): string =>
  `${field} is ${shortText(now)} now, not ${shortText(before)}`;

const words = {
  recreated: (name: string): string => `${name} was deleted and made anew since the plan was made.`,
  going: (name: string): string => `${name} is being deleted.`,
  deleted: (name: string): string => `${name} is not there any more.`,
  exists: (name: string): string => `${name} is there already, and is not as it was planned.`,
  unread: (name: string, reason: string): string => `${name} cannot be read: ${reason}.`,
  busy: (name: string): string => `${name} is being changed all the time: no try got through.`,
  changed: (name: string, fields: readonly TouchedField[], by: string | null): string => {
    const who = by === null ? '' : `, last written by ${by}`;
    const what = fields.length === 0 ? '' : `: ${fields.slice(0, 3).map(fieldChange).join('; ')}`;
    return `${name} was changed since the plan was made${who}${what}.`;
  },
};
