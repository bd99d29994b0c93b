export type Fields = Readonly<Record<string, unknown>>;

/** True for a JSON object. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands at a path of field names; undefined where there is nothing. */
export const fieldAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (here, name) => (isFields(here) && Object.hasOwn(here, name) ? here[name] : undefined),
    value,
  );

/** Equality of JSON values; the order of an object's fields does not count. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, index) => isEqual(one, b[index]));
  if (!isFields(a) || !isFields(b)) return Object.is(a, b);
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]))
  );
}
