import { isFields, type Fields } from './fields.ts';
import { isList, recordOf, withoutNulls } from './json-value.ts';
import { PatchError } from './patch-error.ts';
import { identityOf, ordered } from './patch-order.ts';
import type { FieldSchema, Schema } from './patch-schema.ts';

const directive = '$patch';
const retained = '$retainKeys';
const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

/**
 * A strategic merge patch as the API server carries it out (k8s.io/apimachinery pkg/util/strategicpatch, mergeMap). Throws a
 * PatchError for what the server refuses. Nulls vanish at the end: a built-in type does not keep them.
 */
export const strategicPatched = (target: Fields, patch: Fields, schema: Schema): unknown =>
  withoutNulls(mergedRecord(target, patch, schema));

function mergedRecord(target: Fields, patch: Fields, schema: Schema): Fields {
  if (Object.hasOwn(patch, directive)) return directed(patch);
  const result = new Map(Object.entries(retainedOf(target, patch)));
  const fields = Object.keys(patch).filter((key) => !key.startsWith('$'));
  for (const field of new Set([...fields, ...listsNamed(patch)])) {
    const value = mergedField(result.get(field), patch, field, schema[field] ?? {});
    if (value === undefined) result.delete(field);
    else result.set(field, value);
  }
  return recordOf(result);
}

// The whole record by the patch's members, or none of it.
function directed(patch: Fields): Fields {
  const { [directive]: kind, ...rest } = patch;
  if (kind === 'replace') return rest;
  if (kind === 'delete') return {};
  throw new PatchError('invalid', directive, words.directive(kind));
}

const listsNamed = (patch: Fields): readonly string[] =>
  Object.keys(patch).flatMap((key) =>
    [orderPrefix, deletePrefix].flatMap((prefix) =>
      key.startsWith(prefix) ? [key.slice(prefix.length)] : [],
    ),
  );

function retainedOf(target: Fields, patch: Fields): Fields {
  if (!Object.hasOwn(patch, retained)) return target;
  const kept = patch[retained];
  if (!isList(kept)) throw new PatchError('invalid', retained, words.retained);
  const isForeign = ([key, value]: readonly [string, unknown]): boolean =>
    value !== null && !key.startsWith('$') && !kept.includes(key);
  if (Object.entries(patch).some(isForeign))
    throw new PatchError('invalid', retained, words.retained);
  return recordOf(Object.entries(target).filter(([key]) => kept.includes(key)));
}

function mergedField(before: unknown, patch: Fields, field: string, schema: FieldSchema): unknown {
  const present = trimmed(before, patch[deletePrefix + field]);
  const order = patch[orderPrefix + field];
  if (order !== undefined && !isList(order))
    throw new PatchError('invalid', orderPrefix + field, words.order);
  if (!Object.hasOwn(patch, field))
    return order && isList(present) ? ordered(present, order, present, schema.key ?? '') : present;
  const value = patch[field];
  if (value === null) return undefined;
  if (isFields(present) && isFields(value))
    return mergedRecord(present, value, schema.fields ?? {});
  if (isList(present) && isList(value) && schema.key !== undefined)
    return mergedList(present, value, field, { ...schema, key: schema.key }, order);
  const taken = withoutDirectives(value);
  return order && isList(taken) ? ordered(taken, order, [], schema.key ?? '') : taken;
}

const trimmed = (before: unknown, unwanted: unknown): unknown =>
  isList(before) && isList(unwanted)
    ? before.filter((element) => !unwanted.includes(element))
    : before;

// What is new has nothing to merge with: only the directives in it go.
function withoutDirectives(value: unknown): unknown {
  if (isList(value)) return value.map(withoutDirectives).filter((element) => element !== undefined);
  if (!isFields(value)) return value;
  if (Object.hasOwn(value, directive)) return undefined;
  const kept = Object.entries(value).filter(([key]) => !key.startsWith('$'));
  return recordOf(
    kept
      .map(([key, member]) => [key, withoutDirectives(member)] as const)
      .filter(([, member]) => member !== undefined),
  );
}

// Into a list the server takes a new element with the directives in it, which no field of the type then holds.
function withoutMarks(value: unknown): unknown {
  if (isList(value)) return value.map(withoutMarks);
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !key.startsWith('$'));
  return recordOf(kept.map(([key, member]) => [key, withoutMarks(member)]));
}

function mergedList(
  before: readonly unknown[],
  patch: readonly unknown[],
  field: string,
  { key, fields = {} }: { readonly key: string; readonly fields?: Schema },
  order: readonly unknown[] | undefined,
): readonly unknown[] {
  if (key === '') {
    const merged = [...new Set([...before, ...patch])];
    return ordered(merged, order ?? patch, before, key);
  }
  const { rest, entries } = prepared(before, patch, field, key);
  const merged = [...rest];
  for (const entry of entries) {
    const place = merged.findIndex((element) => identityOf(element, key) === entry[key]);
    const present = merged[place];
    if (isFields(present)) merged[place] = mergedRecord(present, entry, fields);
    else merged.push(withoutMarks(entry));
  }
  return ordered(merged, order ?? entries, rest, key);
}

// Deletes and replaces first, as the server does; what is left are entries to merge.
function prepared(
  before: readonly unknown[],
  patch: readonly unknown[],
  field: string,
  key: string,
): { readonly rest: readonly unknown[]; readonly entries: readonly Fields[] } {
  const records = patch.filter(isFields);
  const isReplaced = records.some((entry) => entry[directive] === 'replace');
  const marked = records.filter((entry) => Object.hasOwn(entry, directive));
  const hasKey = (entry: Fields): boolean =>
    entry[directive] === 'replace' || Object.hasOwn(entry, key);
  if (records.length !== patch.length || !records.every(hasKey))
    throw new PatchError('invalid', field, words.key(field, key));
  const unknown = marked.find((entry) => !['replace', 'delete'].includes(String(entry[directive])));
  if (unknown) throw new PatchError('invalid', field, words.directive(unknown[directive]));
  const deleted = new Set(marked.map((entry) => entry[key]));
  return {
    rest: isReplaced ? [] : before.filter((element) => !deleted.has(identityOf(element, key))),
    entries: records.filter((entry) => !Object.hasOwn(entry, directive)),
  };
}

const words = {
  directive: (kind: unknown): string => `$patch: ${String(kind)} is not known.`,
  retained: '$retainKeys has to be a list of all members that the patch sets.',
  order: '$setElementOrder has to be a list.',
  key: (field: string, key: string): string =>
    `Every entry of ${field} in a strategic merge patch needs a ${key}.`,
};
