import type { Finding } from '../model/finding.ts';
import type { Install } from '../model/install.ts';
import type { DrainOptions, DrainStep, Plan, PlanItem } from '../model/plan.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { type DrainFacts, drainFactsOf } from './drain-facts.ts';
import { drainStep } from './drain-step.ts';
import { mergeChanges, objectKey, type WantedChange } from './merge.ts';
import { objectIn } from './plan-objects.ts';
import { isSent, refusalOf } from './plan-refusal.ts';
import { inOrder, isAbout, isNeeded, reckon, withoutDoubleRestarts } from './plan-steps.ts';

/** A finding, or what of it a plan tells, and the remedy that was chosen for it. */
export interface PlannedItem {
  readonly finding: Pick<Finding, 'id' | 'title' | 'affected'> | null;
  readonly remedy: Remedy;
}

export interface PlanInput {
  readonly snapshot: Snapshot;
  readonly install: Install;
  readonly items: readonly PlannedItem[];
  /** Only these nodes are drained, written to, and their pods started anew; absent or empty: all that the remedies name. */
  readonly nodes?: readonly string[];
  /** What drains are judged by, as read from the cluster; null: what the snapshot tells. */
  readonly drainFacts: DrainFacts | null;
  readonly drainOptions: DrainOptions;
}

// What is done for each node by itself is about the nodes that are named; a rollout is about all.
function affectedBy(
  { affected }: Pick<Finding, 'affected'>,
  { drains = [], changes }: Remedy,
  { nodes = [], snapshot }: PlanInput,
): Finding['affected'] {
  const isOfEach = drains.length > 0 || changes.some((one) => !isAbout(one.ref, nodes, snapshot));
  return isOfEach
    ? affected.filter((ref) => isAbout({ apiVersion: 'v1', ...ref }, nodes, snapshot))
    : affected;
}

const itemOf = ({ finding, remedy }: PlannedItem, input: PlanInput): PlanItem => {
  const { id, title, action, risk } = remedy;
  return {
    finding: finding && {
      id: finding.id,
      title: finding.title,
      affected: affectedBy(finding, remedy, input),
    },
    remedy: { id, title, action, risk },
  };
};

function afterwardsIn(
  { afterwards = [], afterwardsOf }: Remedy,
  { nodes = [] }: PlanInput,
): readonly string[] {
  return afterwardsOf && nodes.length > 0
    ? nodes.flatMap((node) => afterwardsOf[node] ?? [])
    : afterwards;
}

const distinct = <T>(values: readonly T[], keyOf: (value: T) => string): readonly T[] => [
  ...new Map(values.map((value) => [keyOf(value), value])).values(),
];

/** Blocks of lines one after the other, each block once. */
const blocks = (lists: readonly (readonly string[])[]): readonly string[] =>
  distinct(lists, (lines) => lines.join('\n')).flat();

const wantedOf = (
  { snapshot, nodes = [] }: PlanInput,
  sent: readonly Remedy[],
): readonly WantedChange[] =>
  sent.flatMap(({ id, changes }) =>
    changes
      .filter((change) => isAbout(change.ref, nodes, snapshot))
      .map((change) => ({ remedy: id, change })),
  );

function drainsOf(input: PlanInput, sent: readonly Remedy[]): readonly DrainStep[] {
  const { nodes = [], snapshot, drainOptions } = input;
  const named = new Set(sent.flatMap(({ drains = [] }) => drains));
  const drained = [...named].filter((node) => nodes.length === 0 || nodes.includes(node));
  if (drained.length === 0) return [];
  const facts = input.drainFacts ?? drainFactsOf(snapshot);
  return drained.map((node) => drainStep(node, facts, drainOptions));
}

/**
 * The plan of these remedies, as data: one step for each object with what it makes of the object, in the order of the work, and all
 * that has to be known before. Steps that change nothing are left out; with conflicts or a refusal nothing of it may be sent.
 */
export function planOf(input: PlanInput): Plan {
  const { snapshot, install, items } = input;
  const remedies = items.map(({ remedy }) => remedy);
  const sent = remedies.filter(isSent);
  const wanted = wantedOf(input, sent);
  const merged = mergeChanges(wanted, (ref) => objectIn(snapshot, ref));
  const reckoned = merged.changes.map((change) => {
    const key = objectKey(change.ref);
    const authors = wanted.filter((one) => objectKey(one.change.ref) === key);
    const ids = new Set(authors.map(({ remedy }) => remedy));
    return reckon(change, objectIn(snapshot, change.ref), [...ids]);
  });
  const needed = reckoned.map(({ step }) => step).filter(isNeeded);
  const drains = drainsOf(input, sent);
  const conflicts = [...merged.conflicts, ...reckoned.flatMap(({ conflict }) => conflict ?? [])];
  return {
    source: snapshot.source,
    install,
    items: items.map((item) => itemOf(item, input)),
    steps: inOrder([...withoutDoubleRestarts(needed, snapshot, install), ...drains]),
    addresses: distinct(
      remedies.flatMap(({ addresses = [] }) => addresses),
      ({ node, family }) => JSON.stringify([node, family]),
    ),
    consequences: [...new Set(remedies.flatMap(({ consequences }) => consequences))],
    manual: blocks(
      remedies.map((remedy) => (isSent(remedy) ? afterwardsIn(remedy, input) : remedy.manual)),
    ),
    durable: blocks(remedies.map(({ durable = [] }) => durable)),
    conflicts,
    refusal: refusalOf({ install, remedies, conflicts, drains, snapshot }),
  };
}
