import type { KubeObject } from '../model/kubernetes.ts';
import type { Conflict } from '../model/plan.ts';
import type { ApiRef, Change } from '../model/remedy.ts';
import { isEqual } from './fields.ts';
import { uniteDocuments } from './merge-documents.ts';

/** A change, and the remedy that wants it. */
export interface WantedChange {
  readonly remedy: string;
  readonly change: Change;
}

export interface MergedChanges {
  /** One for each object, in the order of the first that names it. */
  readonly changes: readonly Change[];
  readonly conflicts: readonly Conflict[];
}

/** What names an object; the group counts, its version does not. */
export const objectKey = ({ apiVersion, kind, namespace, name }: ApiRef): string =>
  JSON.stringify([
    apiVersion.includes('/') ? apiVersion.split('/')[0] : '',
    kind,
    namespace ?? '',
    name,
  ]);

/** All changes that are wanted of one object as one change: one request, one rollout. */
export function mergeChanges(
  wanted: readonly WantedChange[],
  objectOf: (ref: ApiRef) => KubeObject | null = () => null,
): MergedChanges {
  void objectOf;
  const groups = Map.groupBy(wanted, ({ change }) => objectKey(change.ref));
  const merged = [...groups.values()].map((group) =>
    group.reduce<MergedChanges>(joined, { changes: [], conflicts: [] }),
  );
  return {
    changes: merged.flatMap(({ changes }) => changes),
    conflicts: merged.flatMap(({ conflicts }) => conflicts),
  };
}

function joined(
  { changes: [first], conflicts }: MergedChanges,
  { remedy, change }: WantedChange,
): MergedChanges {
  if (!first) return { changes: [change], conflicts };
  if (isEqual(first.body, change.body) && first.verb === change.verb)
    return { changes: [first], conflicts };
  const { document, disputed } = uniteDocuments(first.body, change.body);
  return {
    changes: [{ ...first, body: document }],
    conflicts: [
      ...conflicts,
      ...disputed.map((field) => ({ ref: first.ref, field, remedies: [remedy] })),
    ],
  };
}
