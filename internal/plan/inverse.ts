import type { KubeObject } from '../model/kubernetes.ts';
import type { ApiRef, Change } from '../model/remedy.ts';
import { differingFields, fieldText } from './diff-fields.ts';
import { comparable, contentsOf, creation, guardOf } from './inverse-versions.ts';
import { mergeThreeWay } from './merge-three-way.ts';
import { patchBetween } from './patch-between.ts';

/** A field that stands in the way: it was changed by us, and since then by somebody else. Undefined: not there. */
export interface TakeBackConflict {
  readonly field: string;
  readonly before: unknown;
  readonly ours: unknown;
  readonly now: unknown;
}

export interface TakenBack {
  /** What to send; null where all is back already, or conflicts forbid it. */
  readonly change: Change | null;
  readonly conflicts: readonly TakeBackConflict[];
  readonly isBack: boolean;
}

const back: TakenBack = { change: null, conflicts: [], isBack: true };

const inTheWay = (conflicts: readonly TakeBackConflict[]): TakenBack => ({
  change: null,
  conflicts,
  isBack: false,
});

const by = (change: Change): TakenBack => ({ change, conflicts: [], isBack: false });

/**
 * The inverse of a change, by the object before it, after it (as the server answered) and now; null stands for no object. Only what
 * the change did is taken back: what others changed elsewhere in the object stays, and where they changed the same field there
 * is a conflict and no inverse. A patched object gets a JSON patch that tests each value before it replaces it, as custom
 * resources take it too; a created one is deleted, a deleted one made again. Status and metadata do not count, but for labels and
 * annotations.
 */
export function takeBack(
  before: KubeObject | null,
  after: KubeObject | null,
  now: KubeObject | null,
  ref: ApiRef,
): TakenBack {
  if (before === null) return after === null || now === null ? back : removal(after, now, ref);
  if (after === null) return now === null ? by(creation(before, ref)) : remade(before, now);
  return now === null
    ? inTheWay([identity(before, after, null)])
    : restored(before, after, now, ref);
}

const identity = (
  before: KubeObject | null,
  ours: KubeObject,
  now: KubeObject | null,
): TakeBackConflict => ({
  field: 'metadata.uid',
  before: before?.metadata.uid,
  ours: ours.metadata.uid,
  now: now?.metadata.uid,
});

// Another object of the same name has what stands in it from somebody else.
const isOther = (ours: KubeObject, now: KubeObject): boolean =>
  ours.metadata.uid !== undefined &&
  now.metadata.uid !== undefined &&
  ours.metadata.uid !== now.metadata.uid;

function restored(before: KubeObject, after: KubeObject, now: KubeObject, ref: ApiRef): TakenBack {
  const [left, base, right] = [before, after, now].map((version) => comparable(version, now));
  const { value, clashes } = mergeThreeWay({ base, left, right });
  if (clashes.length > 0)
    return inTheWay(
      clashes.map((clash) => ({
        field: clash.field,
        before: clash.left,
        ours: clash.base,
        now: clash.right,
      })),
    );
  const body = patchBetween(right, value);
  if (body.length === 0) return back;
  if (isOther(after, now)) return inTheWay([identity(before, after, now)]);
  return by({ ref, verb: 'patch', patchType: 'json', body, guard: guardOf(now) });
}

// An object that we made goes again, if nobody has worked on it since.
function removal(after: KubeObject, now: KubeObject, ref: ApiRef): TakenBack {
  const changed = differingFields(contentsOf(after), contentsOf(now)).map((difference) => ({
    field: fieldText(difference.path),
    before: undefined,
    ours: difference.before,
    now: difference.after,
  }));
  const conflicts = [...changed, ...(isOther(after, now) ? [identity(null, after, now)] : [])];
  if (conflicts.length > 0) return inTheWay(conflicts);
  return by({ ref, verb: 'delete', body: null, guard: guardOf(now) });
}

// It was deleted and is there all the same: made again by somebody, or never gone.
function remade(before: KubeObject, now: KubeObject): TakenBack {
  const differences = differingFields(contentsOf(before), contentsOf(now));
  if (differences.length === 0) return back;
  return inTheWay(
    differences.map((difference) => ({
      field: fieldText(difference.path),
      before: difference.before,
      ours: undefined,
      now: difference.after,
    })),
  );
}
