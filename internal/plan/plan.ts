import type { Finding } from '../model/finding.ts';
import type { Install } from '../model/install.ts';
import type { KubeObject } from '../model/kubernetes.ts';
import type { ChangeStep, Conflict, DrainOptions, Plan, PlanItem, Step } from '../model/plan.ts';
import type { Change, Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { kubectlOf } from './commands.ts';
import type { DrainFacts } from './drain-facts.ts';
import { drainStep } from './drain-step.ts';
import { isEqual } from './fields.ts';
import { isKubeObject } from './json-value.ts';
import { mergeChanges } from './merge.ts';
import { PatchError } from './patch-error.ts';
import { applyChange } from './patch.ts';
import { objectIn } from './plan-objects.ts';
import { refusalOf } from './plan-refusal.ts';

/** A finding, or what of it a plan tells, and the remedy that was chosen for it. */
export interface PlannedItem {
  readonly finding: Pick<Finding, 'id' | 'title' | 'affected'> | null;
  readonly remedy: Remedy;
}

export interface PlanInput {
  readonly snapshot: Snapshot;
  readonly install: Install;
  readonly items: readonly PlannedItem[];
  /** What drains are judged by: of the snapshot, or read from the cluster. Not needed where nothing is drained. */
  readonly drainFacts: DrainFacts | null;
  readonly drainOptions: DrainOptions;
}

const itemOf = ({ finding, remedy: { id, title, action, risk } }: PlannedItem): PlanItem => ({
  finding: finding && { id: finding.id, title: finding.title, affected: finding.affected },
  remedy: { id, title, action, risk },
});

const distinct = <T>(values: readonly T[], keyOf: (value: T) => string): readonly T[] => [
  ...new Map(values.map((value) => [keyOf(value), value])).values(),
];

/** Blocks of lines one after the other, each block once. */
const blocks = (lists: readonly (readonly string[])[]): readonly string[] =>
  distinct(lists, (lines) => lines.join('\n')).flat();

interface Reckoned {
  readonly step: ChangeStep;
  /** Why the object cannot be changed so. */
  readonly conflict: Conflict | null;
}

function reckon(change: Change, before: KubeObject | null, remedies: readonly string[]): Reckoned {
  const step = { kind: 'change', change, before, kubectl: kubectlOf(change) } as const;
  if (change.verb === 'create') {
    const after = isKubeObject(change.body) ? change.body : null;
    return { step: { ...step, after }, conflict: null };
  }
  if (change.verb !== 'patch' || before === null)
    return { step: { ...step, after: null }, conflict: null };
  try {
    return { step: { ...step, after: applyChange(before, change) }, conflict: null };
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    const conflict = { ref: change.ref, field: error.path, remedies };
    return { step: { ...step, after: null }, conflict };
  }
}

const isNeeded = ({ change, before, after }: ChangeStep): boolean =>
  change.verb !== 'patch' || after === null || !isEqual(before, after);

const rankOf = (step: Step): number => {
  if (step.kind === 'drain') return 1;
  const { ref, verb } = step.change;
  if (verb === 'create') return 0;
  if (verb === 'patch') return ref.kind === 'Installation' ? 3 : ref.kind === 'DaemonSet' ? 4 : 2;
  return ref.kind === 'Pod' ? 6 : 5;
};

/**
 * The plan of these remedies: one step for each object, in the order of the work, with what it makes of the object. Objects are made
 * first, then nodes are drained, then objects are patched (the Installation and the DaemonSet last), then pods started anew. A step
 * that changes nothing is left out.
 */
export function planOf(input: PlanInput): Plan {
  const { snapshot, install, items, drainFacts, drainOptions } = input;
  const remedies = items.map(({ remedy }) => remedy);
  const sent = remedies.filter(({ action }) => action === 'apply' || action === 'apply-temporary');
  const wanted = sent.flatMap(({ id, changes }) =>
    changes.map((change) => ({ remedy: id, change })),
  );
  const merged = mergeChanges(wanted, (ref) => objectIn(snapshot, ref));
  const reckoned = merged.changes.map((change) =>
    reckon(
      change,
      objectIn(snapshot, change.ref),
      sent.map(({ id }) => id),
    ),
  );
  const drains = distinct(
    sent.flatMap(({ drains: nodes = [] }) => nodes),
    (node) => node,
  );
  const steps: readonly Step[] = [
    ...reckoned.map(({ step }) => step).filter(isNeeded),
    ...drains.flatMap((node) => (drainFacts ? [drainStep(node, drainFacts, drainOptions)] : [])),
  ].toSorted((a, b) => rankOf(a) - rankOf(b));
  const conflicts = [...merged.conflicts, ...reckoned.flatMap(({ conflict }) => conflict ?? [])];
  return {
    source: snapshot.source,
    install,
    items: items.map(itemOf),
    steps,
    addresses: distinct(
      remedies.flatMap(({ addresses = [] }) => addresses),
      ({ node, family }) => JSON.stringify([node, family]),
    ),
    consequences: distinct(
      remedies.flatMap(({ consequences }) => consequences),
      (text) => text,
    ),
    manual: blocks(remedies.filter((remedy) => !sent.includes(remedy)).map(({ manual }) => manual)),
    durable: blocks(remedies.map(({ durable = [] }) => durable)),
    conflicts,
    refusal: refusalOf({ install, remedies, conflicts }),
  };
}
