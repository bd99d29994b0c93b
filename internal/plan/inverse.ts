import type { KubeObject, Metadata } from '../model/kubernetes.ts';
import type { ApiRef, Change, Guard } from '../model/remedy.ts';
import { differingFields, fieldText } from './diff-fields.ts';
import { type Fields, isEqual, isFields } from './fields.ts';
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
const sending = (change: Change): TakenBack => ({ change, conflicts: [], isBack: false });

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
  if (before === null) return after === null || now === null ? back : deletion(after, now, ref);
  if (after === null) return now === null ? sending(creation(before, ref)) : present(before, now);
  return now === null ? lost(before, after) : restored(before, after, now, ref);
}

const guardOf = ({ metadata: { uid, resourceVersion } }: KubeObject): Guard => ({
  ...(uid === undefined ? {} : { uid }),
  ...(resourceVersion === undefined ? {} : { resourceVersion }),
});

/** Annotations that the API server or a controller keeps by itself. */
const keptAnnotations = [
  'deprecated.daemonset.template.generation',
  'deployment.kubernetes.io/revision',
];

function annotationsAs(
  own: Metadata['annotations'],
  now: Metadata['annotations'],
): Metadata['annotations'] {
  const others = Object.entries(own ?? {}).filter(([name]) => !keptAnnotations.includes(name));
  const kept = Object.entries(now ?? {}).filter(([name]) => keptAnnotations.includes(name));
  return own === undefined && kept.length === 0
    ? undefined
    : Object.fromEntries([...others, ...kept]);
}

// The version with everything that is not ours to bring back as it is now, so that it cannot differ.
function comparable(version: KubeObject, now: KubeObject): Fields {
  const { labels, annotations } = version.metadata;
  const { labels: _, annotations: current, ...metadata } = now.metadata;
  const kept = annotationsAs(annotations, current);
  const status = isFields(now) ? now['status'] : undefined;
  const { apiVersion } = now;
  return {
    ...version,
    kind: now.kind,
    ...(apiVersion === undefined ? {} : { apiVersion }),
    metadata: {
      ...metadata,
      ...(labels === undefined ? {} : { labels }),
      ...(kept === undefined ? {} : { annotations: kept }),
    },
    status,
  };
}

// No member is undefined: then it is not there.
const defined = (record: Fields): Fields =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

function restored(before: KubeObject, after: KubeObject, now: KubeObject, ref: ApiRef): TakenBack {
  const [left, base, right] = [before, after, now].map((version) =>
    defined(comparable(version, now)),
  );
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
  const other = recreated(before, after, now);
  if (other) return inTheWay([other]);
  return sending({ ref, verb: 'patch', patchType: 'json', body, guard: guardOf(now) });
}

// Another object of the same name has what stands in it from somebody else.
function recreated(
  before: KubeObject,
  after: KubeObject,
  now: KubeObject,
): TakeBackConflict | null {
  const { uid } = after.metadata;
  if (uid === undefined || now.metadata.uid === undefined || uid === now.metadata.uid) return null;
  return {
    field: 'metadata.uid',
    before: before.metadata.uid,
    ours: uid,
    now: now.metadata.uid,
  };
}

function contents(object: KubeObject): Fields {
  const { metadata: _, apiVersion: _version, ...rest } = object;
  return Object.fromEntries(Object.entries(rest).filter(([name]) => name !== 'status'));
}

function deletion(after: KubeObject, now: KubeObject, ref: ApiRef): TakenBack {
  const changed = differingFields(contents(after), contents(now)).map((difference) => ({
    field: fieldText(difference.path),
    before: undefined,
    ours: difference.before,
    now: difference.after,
  }));
  const other = recreated(after, after, now);
  const conflicts = [...changed, ...(other ? [{ ...other, before: undefined }] : [])];
  if (conflicts.length > 0) return inTheWay(conflicts);
  return sending({ ref, verb: 'delete', body: null, guard: guardOf(now) });
}

function creation(before: KubeObject, ref: ApiRef): Change {
  const { name, namespace, labels, annotations, finalizers } = before.metadata;
  const metadata = defined({ name, namespace, labels, annotations, finalizers });
  const body = { apiVersion: ref.apiVersion, ...contents(before), kind: ref.kind, metadata };
  return { ref, verb: 'create', body };
}

// It was deleted, and is there: made again by somebody, or never gone.
function present(before: KubeObject, now: KubeObject): TakenBack {
  if (isEqual(contents(before), contents(now))) return back;
  return inTheWay(
    differingFields(contents(before), contents(now)).map((difference) => ({
      field: fieldText(difference.path),
      before: difference.before,
      ours: undefined,
      now: difference.after,
    })),
  );
}

const lost = (before: KubeObject, after: KubeObject): TakenBack =>
  inTheWay([
    {
      field: 'metadata.uid',
      before: before.metadata.uid,
      ours: after.metadata.uid,
      now: undefined,
    },
  ]);
