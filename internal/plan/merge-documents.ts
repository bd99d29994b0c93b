import { type Fields, isFields } from './fields.ts';
import { isList, memberOf, recordOf } from './json-value.ts';
import { namedLists } from './merge-lists.ts';
import type { FieldSchema } from './patch-schema.ts';

/**
 * One merge patch of two that do not contradict one another: the members of both. Lists that the patch merges by a key (those of
 * the schema) get the elements of both; of others it sends the whole, which is taken from `result`, the object with both changes
 * made; where that is not known, both are united by the names of their elements.
 */
export function uniteDocuments(
  a: unknown,
  b: unknown,
  result: unknown,
  schema: FieldSchema,
  field = '',
): unknown {
  if (a === undefined) return b;
  if (b === undefined) return a;
  if (isFields(a) && isFields(b)) return unitedFields(a, b, result, schema);
  if (!isList(a) || !isList(b)) return a;
  if (schema.key === undefined && isList(result)) return result;
  const [first, second] = namedLists(field, [a, b])?.lists ?? [];
  if (!first || !second) return a;
  const inner = schema.fields === undefined ? {} : { fields: schema.fields };
  return [...new Set([...first.keys(), ...second.keys()])].map((name) =>
    uniteDocuments(first.get(name), second.get(name), undefined, inner),
  );
}

const unitedFields = (a: Fields, b: Fields, result: unknown, schema: FieldSchema): Fields =>
  recordOf(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => {
      const part = isFields(result) ? memberOf(result, name) : undefined;
      return [
        name,
        uniteDocuments(
          memberOf(a, name),
          memberOf(b, name),
          part,
          schema.fields?.[name] ?? {},
          name,
        ),
      ];
    }),
  );
