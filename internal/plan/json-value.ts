import type { KubeObject } from '../model/kubernetes.ts';
import { type Fields, isFields } from './fields.ts';

/** True for a JSON list. */
export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** The member of that name, own members only (`constructor` is a name like any other); undefined where there is none. */
export const memberOf = (record: Fields | undefined, key: string): unknown =>
  record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;

/** A record of these members, `__proto__` a name like any other. */
export const recordOf = (entries: Iterable<readonly [string, unknown]>): Fields =>
  Object.fromEntries(entries);

/** The value without members that are null, at any depth; elements of lists stay, as their place counts. */
export function withoutNulls(value: unknown): unknown {
  if (isList(value)) return value.map(withoutNulls);
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return recordOf(kept.map(([key, member]) => [key, withoutNulls(member)]));
}

/** True for what has the parts that every Kubernetes object has. */
export const isKubeObject = (value: unknown): value is KubeObject =>
  isFields(value) &&
  typeof value['kind'] === 'string' &&
  isFields(value['metadata']) &&
  typeof value['metadata']['name'] === 'string';
