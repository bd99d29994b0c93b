import type { KubeObject } from '../model/kubernetes.ts';
import type { Change } from '../model/remedy.ts';
import { differingFields, fieldOf } from './diff-fields.ts';
import { isEqual, isFields } from './fields.ts';
import { isList, withoutNulls } from './json-value.ts';
import { isWhole, namedLists } from './merge-lists.ts';
import { applyChange } from './patch.ts';
import { type FieldSchema, schemaOf } from './patch-schema.ts';

/** One value that a patch wants to see in one place; undefined: nothing there. The path is that of `differingFields`. */
export interface Intent {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * What a change says about single fields, also where they already are so. A patch that replaces a whole list says only what it
 * changes in it, as it has to send the rest along. Throws a PatchError for a JSON patch that does not fit the object.
 */
export function intentsOf(change: Change, before: KubeObject | null): readonly Intent[] {
  const { verb, patchType, body } = change;
  if (verb === 'patch' && patchType === 'json') {
    if (before === null) return [{ path: [], value: body }];
    const fields = differingFields(before, applyChange(before, change));
    return fields.map(({ path, after }) => ({ path, value: after }));
  }
  const fields = patchType === 'strategic' ? schemaOf(change.ref.kind) : {};
  return intents([], body, before ?? undefined, { fields });
}

function intents(
  path: readonly string[],
  wanted: unknown,
  before: unknown,
  schema: FieldSchema,
): readonly Intent[] {
  if (isWhole(fieldOf(path))) return [{ path, value: wholeWanted(wanted, before) }];
  if (isFields(wanted) && !Object.hasOwn(wanted, '$patch'))
    return Object.entries(wanted).flatMap(([name, value]) =>
      intents(
        [...path, name],
        value,
        isFields(before) ? before[name] : undefined,
        schema.fields?.[name] ?? {},
      ),
    );
  return isList(wanted)
    ? listIntents(path, wanted, before, schema)
    : [{ path, value: wanted ?? undefined }];
}

// Who only takes members out wants what is left.
function wholeWanted(wanted: unknown, before: unknown): unknown {
  const said = withoutNulls(wanted ?? undefined);
  const isTakenOut = isFields(said) && Object.keys(said).length === 0 && isFields(wanted);
  return isTakenOut && isFields(before) ? withoutNulls({ ...before, ...wanted }) : said;
}

function listIntents(
  path: readonly string[],
  wanted: readonly unknown[],
  before: unknown,
  schema: FieldSchema,
): readonly Intent[] {
  const [named, present] =
    namedLists(path.at(-1) ?? '', [wanted, isList(before) ? before : []])?.lists ?? [];
  if (!named || !present) return [{ path, value: wanted }];
  if (schema.key === undefined)
    return differingFields(before, wanted, path).map((field) => ({
      path: field.path,
      value: field.after,
    }));
  const inner = schema.fields === undefined ? {} : { fields: schema.fields };
  return [...named].flatMap(([name, element]) =>
    intents([...path, `[${name}]`], element, present.get(name), inner),
  );
}

function partOf(value: unknown, [first, ...rest]: readonly string[], field = ''): unknown {
  if (first === undefined) return value;
  if (isFields(value)) return partOf(value[first], rest, first);
  const [list] = namedLists(field, [value])?.lists ?? [];
  return partOf(list?.get(first.slice(1, -1)), rest);
}

const isPrefix = (short: readonly string[], long: readonly string[]): boolean =>
  short.length <= long.length && short.every((part, index) => part === long[index]);

function contradicts(short: Intent, long: Intent): boolean {
  if (!isPrefix(short.path, long.path)) return false;
  const rest = long.path.slice(short.path.length);
  return !isEqual(partOf(short.value, rest, short.path.at(-1)), long.value);
}

/** The paths for which two lists of intents want different values. */
export const contradictions = (
  a: readonly Intent[],
  b: readonly Intent[],
): readonly (readonly string[])[] =>
  a.flatMap((one) =>
    b.flatMap((other) =>
      contradicts(one, other) || contradicts(other, one)
        ? [one.path.length > other.path.length ? one.path : other.path]
        : [],
    ),
  );
