import { type Fields, isEqual, isFields } from './fields.ts';
import { memberOf, recordOf } from './json-value.ts';
import { isWhole, type NamedList, namedLists } from './merge-lists.ts';

/** Two versions that were made of one; undefined: not there. */
export interface Versions {
  readonly base: unknown;
  readonly left: unknown;
  readonly right: unknown;
}

/** A field that both changed, and not to the same. */
export interface Clash extends Versions {
  /** `spec.template.spec.containers[calico-node].env[IP].value` */
  readonly field: string;
}

export interface Merged {
  readonly value: unknown;
  readonly clashes: readonly Clash[];
}

/** A place in an object: how it is written, and the name of the field that it belongs to. */
interface Place {
  readonly text: string;
  readonly field: string;
}

/**
 * The base with the changes of both: what only one of them changed is as there, what both changed alike is so, the rest clashes
 * and stays as on the right. Elements of lists are matched by name where they have one (see `namedLists`), and keep their order.
 */
export const mergeThreeWay = (versions: Versions): Merged =>
  merge({ text: '', field: '' }, versions);

const settled = (value: unknown): Merged => ({ value, clashes: [] });

// A record that means something only as a whole, to which all of the left one came back and from which nothing of the base went:
// without what only the base has it is the left one. A merge of fields that never knew the base's does that (kubectl apply).
function isBeside({ base, left, right }: Versions): boolean {
  if (!isFields(base) || !isFields(left) || !isFields(right)) return false;
  return isEqual(right, recordOf(Object.entries({ ...base, ...left })));
}

const isFieldsOrNone = (value: unknown): value is Fields | undefined =>
  value === undefined || isFields(value);

function merge(place: Place, versions: Versions): Merged {
  const { base, left, right } = versions;
  if (isEqual(left, base) || isEqual(left, right)) return settled(right);
  if (isEqual(right, base)) return settled(left);
  const clash = { value: right, clashes: [{ field: place.text, ...versions }] };
  if (isWhole(place.field)) return isBeside(versions) ? settled(left) : clash;
  if (isFieldsOrNone(base) && isFieldsOrNone(left) && isFieldsOrNone(right))
    return mergedFields(place, base ?? {}, left, right);
  const lists = namedLists(place.field, [base, left, right]);
  const [of, from, to] = lists?.lists ?? [];
  return of && from && to ? mergedLists(place, versions, [of, from, to]) : clash;
}

// Nothing is left of what one of them took away, unless the other put something new into it.
const unlessEmpty = (value: unknown, size: number, { left, right }: Versions): unknown =>
  size === 0 && (left === undefined || right === undefined) ? undefined : value;

function mergedFields(
  place: Place,
  base: Fields,
  left: Fields | undefined,
  right: Fields | undefined,
): Merged {
  const names = new Set([right, left].flatMap((side) => Object.keys(side ?? {})));
  const parts = [...names].map((name) => {
    const text = place.text === '' ? name : `${place.text}.${name}`;
    const versions = {
      base: memberOf(base, name),
      left: memberOf(left, name),
      right: memberOf(right, name),
    };
    return [name, merge({ text, field: name }, versions)] as const;
  });
  const kept = parts.flatMap(([name, { value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return {
    value: unlessEmpty(recordOf(kept), kept.length, { base, left, right }),
    clashes: parts.flatMap(([, { clashes }]) => clashes),
  };
}

function mergedLists(
  place: Place,
  versions: Versions,
  [base, left, right]: readonly [NamedList, NamedList, NamedList],
): Merged {
  const names = [...new Set([...right.keys(), ...left.keys()])];
  const parts = names.map((name) => {
    const inner = { base: base.get(name), left: left.get(name), right: right.get(name) };
    return [
      name,
      merge({ text: `${place.text}[${name}]`, field: `${place.field}[]` }, inner),
    ] as const;
  });
  const kept = new Map(parts.filter(([, { value }]) => value !== undefined));
  const order = mergedOrder(kept, [base, left, right]);
  const value = order.names.flatMap((name) => kept.get(name)?.value ?? []);
  const clashes = parts.flatMap(([, part]) => part.clashes);
  return {
    value: unlessEmpty(value, value.length, versions),
    clashes: order.isDisputed ? [...clashes, { field: place.text, ...versions }] : clashes,
  };
}

function mergedOrder(
  kept: ReadonlyMap<string, unknown>,
  [base, left, right]: readonly [NamedList, NamedList, NamedList],
): { readonly names: readonly string[]; readonly isDisputed: boolean } {
  const isCommon = (name: string): boolean =>
    kept.has(name) && base.has(name) && left.has(name) && right.has(name);
  const [was, here, there] = [base, left, right].map((list) => [...list.keys()].filter(isCommon));
  const isOurs = !isEqual(here, was);
  const isTheirs = !isEqual(there, was);
  const ours = [...left.keys()].filter((name) => kept.has(name));
  const theirs = [...right.keys()].filter((name) => kept.has(name));
  return {
    names: isOurs && !isTheirs ? inserted(ours, theirs) : inserted(theirs, ours),
    isDisputed: isOurs && isTheirs && !isEqual(here, there),
  };
}

// Each of the others goes behind the one that it stood behind in its own list.
function inserted(names: readonly string[], others: readonly string[]): readonly string[] {
  const result = [...names];
  others.forEach((name, index) => {
    if (result.includes(name)) return;
    const previous = others[index - 1];
    result.splice(previous === undefined ? 0 : result.indexOf(previous) + 1, 0, name);
  });
  return result;
}
