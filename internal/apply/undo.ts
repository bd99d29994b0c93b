import type { ObjectRef } from '../model/finding.ts';
import type { ChangeStep, Plan } from '../model/plan.ts';
import type { ChangeRecord, RecordedStep } from '../model/record.ts';
import { kubectlOf } from '../plan/commands.ts';
import { takeBack, type TakeBackConflict } from '../plan/inverse.ts';
import { applyChange } from '../plan/patch.ts';
import type { ApplyContext } from './context.ts';
import { look, nameOf, plainRef, reasonOf } from './objects.ts';
import { identify } from './preconditions.ts';
import { closed } from './undo-close.ts';

/** A field that somebody changed since: it is not taken back over their head. */
export interface UndoConflict extends TakeBackConflict {
  readonly ref: ObjectRef;
}

export type UndoPlan =
  /** What brings the objects back, for `applyPlan(plan, context, {undoes: record.id})`; notes say what cannot be brought back. */
  | { readonly kind: 'plan'; readonly plan: Plan; readonly notes: readonly string[] }
  | { readonly kind: 'conflicts'; readonly conflicts: readonly UndoConflict[] }
  /** All is back already (`record`: as it is to be written then), or there is nothing that could be taken back (null). */
  | { readonly kind: 'nothing'; readonly reason: string; readonly record: ChangeRecord | null }
  /** Another cluster, or an object that cannot be read. */
  | { readonly kind: 'refused'; readonly reason: string };

type UndoContext = Pick<ApplyContext, 'cluster' | 'diagnose' | 'signal'>;

interface Inverse {
  readonly steps: readonly ChangeStep[];
  readonly conflicts: readonly UndoConflict[];
  /** Why an object could not be read; null if all could. */
  readonly unread: string | null;
}

// `sending` was written before the request: whether it was carried out is seen in the object.
const mayStand = ({ state }: RecordedStep): boolean => state === 'sent' || state === 'sending';

async function inverseOf(step: RecordedStep, { cluster }: UndoContext): Promise<Inverse> {
  const { ref } = step.change;
  const seen = await look(cluster, ref);
  if (seen.state === 'unread')
    return { steps: [], conflicts: [], unread: words.unread(nameOf(ref), reasonOf(seen.refused)) };
  const now = seen.state === 'there' ? seen.object : null;
  const { change, conflicts } = takeBack(step.before, step.after, now, ref);
  const named = conflicts.map((conflict) => ({ ...conflict, ref: plainRef(ref) }));
  if (change === null) return { steps: [], conflicts: named, unread: null };
  const after =
    change.verb === 'delete'
      ? null
      : change.verb === 'patch' && now !== null
        ? applyChange(now, change)
        : step.before;
  const kubectl = kubectlOf(change);
  return {
    steps: [{ kind: 'change', change, before: now, after, kubectl }],
    conflicts: named,
    unread: null,
  };
}

async function inverses(record: ChangeRecord, context: UndoContext): Promise<Inverse> {
  const steps: ChangeStep[] = [];
  const conflicts: UndoConflict[] = [];
  for (const step of record.steps.toReversed()) {
    if (!mayStand(step) || !step.isUndoable) continue;
    context.signal.throwIfAborted();
    const inverse = await inverseOf(step, context);
    if (inverse.unread !== null) return { steps: [], conflicts: [], unread: inverse.unread };
    steps.push(...inverse.steps);
    conflicts.push(...inverse.conflicts);
  }
  return { steps, conflicts, unread: null };
}

function notesOf({ steps }: ChangeRecord): readonly string[] {
  const gone = steps.filter((step) => mayStand(step) && !step.isUndoable);
  return gone.length > 0 ? [words.gone(gone.map(({ change }) => nameOf(change.ref)))] : [];
}

// A change of these makes new calico-node pods, if the fix did.
const templates = new Set(['DaemonSet', 'Installation', 'HelmChartConfig']);

function consequencesOf({ items }: ChangeRecord, steps: readonly ChangeStep[]): readonly string[] {
  const restarts =
    items.some(({ remedy }) => remedy.risk !== 'none') &&
    steps.some(({ change }) => templates.has(change.ref.kind));
  const findings = [...new Set(items.flatMap(({ finding }) => finding?.id ?? []))];
  return [
    ...(restarts ? [words.restarts] : []),
    ...(findings.length > 0 ? [words.comesBack(findings)] : []),
  ];
}

function nothing(record: ChangeRecord): UndoPlan {
  const standing = record.steps.filter(mayStand);
  if (standing.some(({ isUndoable }) => isUndoable))
    return { kind: 'nothing', reason: words.isBack, record: closed(record) };
  const isUndone = record.steps.some(({ state }) => state === 'undone');
  const reason = standing.length > 0 ? words.onlyPods : isUndone ? words.undone : words.neverSent;
  return { kind: 'nothing', reason, record: null };
}

/**
 * What would take a recorded change back, by the objects as they are now: in reverse, and only what it did. A step whose request may or
 * may not have been carried out is judged by its object. Reads only; a fresh diagnosis gives the plan its installation.
 */
export async function undoPlan(record: ChangeRecord, context: UndoContext): Promise<UndoPlan> {
  const identity = await identify(context.cluster);
  if ('missingRole' in identity) return { kind: 'refused', reason: identity.reason };
  if (identity.uid !== record.cluster.uid)
    return { kind: 'refused', reason: words.otherCluster(record) };
  const { steps, conflicts, unread } = await inverses(record, context);
  if (unread !== null) return { kind: 'refused', reason: unread };
  if (conflicts.length > 0) return { kind: 'conflicts', conflicts };
  if (steps.length === 0) return nothing(record);
  const { source, install } = await context.diagnose(await context.cluster.gather());
  const plan: Plan = {
    source,
    install,
    items: record.items,
    steps,
    addresses: [],
    consequences: consequencesOf(record, steps),
    manual: [],
    durable: [],
    conflicts: [],
    refusal: null,
  };
  return { kind: 'plan', plan, notes: notesOf(record) };
}

const few = (names: readonly string[]): string =>
  names.length > 5
    ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`
    : names.join(', ');

const words = {
  otherCluster: ({ id, cluster }: ChangeRecord): string =>
    `${id} was made on another cluster (context ${cluster.context}, ${cluster.server}).`,
  unread: (name: string, reason: string): string => `${name} cannot be read: ${reason}.`,
  gone: (names: readonly string[]): string =>
    `Deleted or evicted, and not to be brought back: ${few(names)}.`,
  restarts: 'calico-node restarts again, node by node; pods that run keep their network meanwhile.',
  comesBack: (findings: readonly string[]): string =>
    `What it was made for comes back, unless its cause is gone: ${few(findings)}.`,
  undone: 'It was taken back already.',
  neverSent: 'Nothing of it was ever sent.',
  isBack: 'Everything is as it was before already.',
  onlyPods: 'Only pods were deleted or evicted: there is nothing to bring back.',
};
