import type { KubeObject } from '../model/kubernetes.ts';
import { isEqual, isFields, type Fields } from '../plan/fields.ts';
import { isWhole } from '../plan/merge-lists.ts';

/** A field that a change touches, and what stands there now. */
export interface TouchedField {
  /** `spec.template.spec.containers[calico-node].env[IP].value`. */
  readonly field: string;
  readonly before: unknown;
  readonly ours: unknown;
  readonly now: unknown;
  /** Where it is as before and as ours alike, nothing is touched, and the field is not named. */
  readonly stands: 'as-before' | 'as-ours' | 'otherwise';
}

type Three = readonly [before: unknown, ours: unknown, now: unknown];

const nameOf = (value: unknown): string | null =>
  isFields(value) && typeof value['name'] === 'string' ? value['name'] : null;

const isNamedList = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && value.every((entry) => nameOf(entry) !== null);

// Containers, their variables, volumes: entries are the same by their name, wherever they stand.
function byName(value: unknown): Fields {
  if (!isNamedList(value)) return {};
  return Object.fromEntries(value.map((entry) => [nameOf(entry) ?? '', entry]));
}

const leaf = (field: string, [before, ours, now]: Three): TouchedField => ({
  field,
  before,
  ours,
  now,
  stands: isEqual(ours, now) ? 'as-ours' : isEqual(before, now) ? 'as-before' : 'otherwise',
});

interface Place {
  /** As it is told: `spec.template.spec.containers[calico-node].env[IP]`. */
  readonly path: string;
  /** The field's own name; elements of a list go by the list's name and `[]`. */
  readonly field: string;
}

function inside(
  [before, ours, now]: readonly [Fields, Fields, Fields],
  placeOf: (name: string) => Place,
): readonly TouchedField[] {
  const names = new Set([...Object.keys(before), ...Object.keys(ours)]);
  return [...names].flatMap((name) => walk(placeOf(name), [before[name], ours[name], now[name]]));
}

function walk({ path, field }: Place, three: Three): readonly TouchedField[] {
  const [before, ours, now] = three;
  if (isEqual(before, ours)) return [];
  // Somebody's other address method stands beside our fields, and yet it is what our patch would take away.
  if (isWhole(field)) return [leaf(path, three)];
  if (isFields(before) && isFields(ours) && isFields(now))
    return inside([before, ours, now], (name) => ({
      path: path === '' ? name : `${path}.${name}`,
      field: name,
    }));
  const lists = [before ?? [], ours ?? [], now ?? []];
  if (lists.every(isNamedList) && (Array.isArray(before) || Array.isArray(ours)))
    return inside([byName(before), byName(ours), byName(now)], (name) => ({
      path: `${path}[${name}]`,
      field: `${field}[]`,
    }));
  return [leaf(path, three)];
}

/** Annotations that the API server or a controller counts up by itself. */
const counters = new Set([
  'deprecated.daemonset.template.generation',
  'deployment.kubernetes.io/revision',
]);

const ownAnnotations = ({ metadata: { annotations } }: KubeObject): Fields =>
  Object.fromEntries(Object.entries(annotations ?? {}).filter(([name]) => !counters.has(name)));

// Without what the server and the controllers write.
function own(object: KubeObject): Fields {
  const { metadata, ...rest } = object;
  const fields = Object.fromEntries(Object.entries(rest).filter(([name]) => name !== 'status'));
  const { labels, finalizers } = metadata;
  return {
    ...fields,
    metadata: { labels: labels ?? {}, annotations: ownAnnotations(object), finalizers },
  };
}

/**
 * The fields in which `ours` differs from `before`, and what stands there now. Metadata counts only as far as people write it, status
 * not at all.
 */
export const touchedFields = (
  before: KubeObject,
  ours: KubeObject,
  now: KubeObject,
): readonly TouchedField[] => walk({ path: '', field: '' }, [own(before), own(ours), own(now)]);

/** Whether two objects are the same but for what the server writes of its own. */
export const isSameObject = (a: KubeObject, b: KubeObject): boolean => isEqual(own(a), own(b));
