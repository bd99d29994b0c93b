import { isFields, type Fields } from './fields.ts';
import { isList, memberOf, recordOf, withoutNulls } from './json-value.ts';

/**
 * RFC 7396, as the API server carries it out (gopkg.in/evanphx/json-patch.v4 MergePatch): a null takes a member away, records
 * are merged, everything else replaces. Nulls inside the elements of a list that replaces a list vanish too, which the RFC
 * does not ask for.
 */
export function mergePatched(target: unknown, patch: unknown): unknown {
  if (isList(patch)) return isFields(target) ? patch : withoutNulls(patch);
  if (!isFields(patch)) return patch;
  if (!isFields(target)) return withoutNulls(patch);
  return mergedRecords(target, patch);
}

function mergedRecords(target: Fields, patch: Fields): Fields {
  const kept = Object.entries(target).filter(([key]) => memberOf(patch, key) !== null);
  const changed = kept.map(
    ([key, value]) =>
      [key, Object.hasOwn(patch, key) ? mergePatched(value, patch[key]) : value] as const,
  );
  const added = Object.entries(patch)
    .filter(([key, value]) => value !== null && !Object.hasOwn(target, key))
    .map(([key, value]) => [key, withoutNulls(value)] as const);
  return recordOf([...changed, ...added]);
}
