import type { KubeObject } from '../model/kubernetes.ts';
import type { Conflict } from '../model/plan.ts';
import type { ApiRef, Change } from '../model/remedy.ts';
import { fieldText } from './diff-fields.ts';
import { isEqual } from './fields.ts';
import { uniteDocuments } from './merge-documents.ts';
import { contradictions, type Intent, intentsOf } from './merge-intents.ts';
import { mergeThreeWay } from './merge-three-way.ts';
import { patchBetween } from './patch-between.ts';
import { PatchError } from './patch-error.ts';
import { type FieldSchema, schemaOf } from './patch-schema.ts';
import { applyChange } from './patch.ts';

/** A change, and the remedy that wants it. */
export interface WantedChange {
  readonly remedy: string;
  readonly change: Change;
}

export interface MergedChanges {
  /** One for each object, in the order of the first that names it; without those that are in conflict. */
  readonly changes: readonly Change[];
  readonly conflicts: readonly Conflict[];
}

/** What names an object; its group counts, the version does not. */
export function objectKey({ apiVersion, kind, namespace, name }: ApiRef): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return JSON.stringify([group, kind, namespace ?? '', name]);
}

/**
 * All changes that are wanted of one object as one change: one request, one rollout. It is a conflict if two of them want different
 * values in one place (null, "not there", is a value), or one takes away what the other changes. `objectOf` gives the object as it
 * stands, or null where that is not known: then patches of different types cannot be put together.
 */
export function mergeChanges(
  wanted: readonly WantedChange[],
  objectOf: (ref: ApiRef) => KubeObject | null = () => null,
): MergedChanges {
  const groups = [...Map.groupBy(wanted, ({ change }) => objectKey(change.ref)).values()];
  const merged = groups.flatMap(([first, ...others]) =>
    first ? mergeGroup(first, others, objectOf(first.change.ref)) : [],
  );
  return {
    changes: merged.flatMap(({ changes }) => changes),
    conflicts: merged.flatMap(({ conflicts }) => conflicts),
  };
}

const isSameChange = (a: Change, b: Change): boolean =>
  a.verb === b.verb && a.patchType === b.patchType && isEqual(a.body, b.body);

function mergeGroup(
  first: WantedChange,
  others: readonly WantedChange[],
  before: KubeObject | null,
): MergedChanges {
  const different = others.filter(({ change }) => !isSameChange(change, first.change));
  if (different.length === 0) return { changes: [first.change], conflicts: [] };
  const all = [first, ...different];
  const { verb, patchType, ref } = first.change;
  const isPatch = verb === 'patch';
  const isOfOneType = different.every(({ change }) => change.patchType === patchType);
  const isUnclear = isPatch && before === null && (!isOfOneType || patchType === 'json');
  if (
    different.some(({ change }) => change.verb !== verb) ||
    isUnclear ||
    verb === 'delete' ||
    verb === 'evict'
  )
    return contradicted(ref, [{ field: '', between: all }]);
  try {
    const disputes = disputesOf(all, before);
    if (disputes.length > 0) return contradicted(ref, disputes);
    return isPatch && before !== null ? onObject(all, before) : withoutObject(all);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    return contradicted(ref, [{ field: error.path, between: all }]);
  }
}

interface Dispute {
  readonly field: string;
  readonly between: readonly WantedChange[];
}

const contradicted = (ref: ApiRef, disputes: readonly Dispute[]): MergedChanges => ({
  changes: [],
  conflicts: disputes.map(({ field, between }) => ({
    ref,
    field,
    remedies: [...new Set(between.map(({ remedy }) => remedy))],
  })),
});

function disputesOf(all: readonly WantedChange[], before: KubeObject | null): readonly Dispute[] {
  const said = all.map((wanted): readonly [WantedChange, readonly Intent[]] => [
    wanted,
    intentsOf(wanted.change, before),
  ]);
  const fields = new Map<string, Set<WantedChange>>();
  said.forEach(([one, first], index) => {
    for (const [other, second] of said.slice(index + 1))
      for (const path of contradictions(first, second)) {
        const field = fieldText(path);
        fields.set(field, (fields.get(field) ?? new Set<WantedChange>()).add(one).add(other));
      }
  });
  return [...fields].map(([field, between]) => ({ field, between: [...between] }));
}

const schemaFor = ({ patchType, ref }: Change): FieldSchema =>
  patchType === 'strategic' ? { fields: schemaOf(ref.kind) } : {};

function united(all: readonly WantedChange[], result: unknown): readonly Change[] {
  const [first, ...others] = all.map(({ change }) => change);
  if (!first) return [];
  const body = others.reduce(
    (document, { body: other }) => uniteDocuments(document, other, result, schemaFor(first)),
    first.body,
  );
  return [{ ...first, body }];
}

const withoutObject = (all: readonly WantedChange[]): MergedChanges => ({
  changes: united(all, undefined),
  conflicts: [],
});

// Each patch is tried on the object as it stands, and what comes of them is put together: indices of a JSON patch and the names
// of a strategic one then mean what they meant to their remedy.
function onObject(all: readonly WantedChange[], before: KubeObject): MergedChanges {
  const results = all.map(({ change }) => applyChange(before, change));
  let result: unknown = before;
  const clashes: string[] = [];
  for (const left of results) {
    const merged = mergeThreeWay({ base: before, left, right: result });
    clashes.push(...merged.clashes.map(({ field }) => field));
    result = merged.value;
  }
  const [first] = all;
  if (!first || clashes.length > 0)
    return first
      ? contradicted(
          first.change.ref,
          clashes.map((field) => ({ field, between: all })),
        )
      : { changes: [], conflicts: [] };
  const { patchType = 'merge' } = first.change;
  if (
    patchType !== 'json' &&
    all.every(({ change }) => (change.patchType ?? 'merge') === patchType)
  )
    return { changes: united(all, result), conflicts: [] };
  const body = patchBetween(before, result);
  return { changes: [{ ...first.change, patchType: 'json', body }], conflicts: [] };
}
