import type { KubeObject } from '../model/kubernetes.ts';

export type JsonRecord = Readonly<Record<string, unknown>>;

/** True for a JSON object: no list, no null. */
export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** True for a JSON list. */
export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** The member of that name, own members only (`constructor` is a name like any other); undefined where there is none. */
export const memberOf = (record: JsonRecord, key: string): unknown =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** True for two equal JSON values; the order of members does not matter, that of list elements does. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isList(a) && isList(b))
    return a.length === b.length && a.every((element, index) => isSame(element, b[index]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  );
}

/** A record of these members, `__proto__` a name like any other. */
export const recordOf = (entries: Iterable<readonly [string, unknown]>): JsonRecord =>
  Object.fromEntries(entries);

/** The value without members that are null, at any depth; elements of lists stay, as their place counts. */
export function withoutNulls(value: unknown): unknown {
  if (isList(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return recordOf(kept.map(([key, member]) => [key, withoutNulls(member)]));
}

/** True for what has the parts that every Kubernetes object has. */
export const isKubeObject = (value: unknown): value is KubeObject =>
  isRecord(value) &&
  typeof value['kind'] === 'string' &&
  isRecord(value['metadata']) &&
  typeof value['metadata']['name'] === 'string';
