import type { ListName, Lists } from '../model/snapshot.ts';
import { coreEvent } from './events-form.ts';
import { isList, isRecord } from './json.ts';
import { kinds } from './kinds.ts';
import { nonEmpty, withType } from './object-type.ts';
import { shapes } from './shape-table.ts';
import { fit } from './shape-walk.ts';

export interface Admitted<T> {
  readonly items: readonly T[];
  /** What was left out, one sentence each: "Pod shop/till: spec.containers is not a list". */
  readonly warnings: readonly string[];
}

type Raw = Readonly<Record<string, unknown>>;

/**
 * Makes raw JSON safe for the model's types: fields that the model names are there with their type
 * or not at all, all others stay as they are. The input is not changed; what needs no change is not
 * copied. Takes a list (of any kind, `items` may be null), an array, or one object. Objects without
 * a name are left out with a warning. Never throws.
 */
export function admit<Name extends ListName>(list: Name, raw: unknown): Admitted<Lists[Name]> {
  const warnings: string[] = [];
  const items: Lists[Name][] = [];
  for (const candidate of candidates(list, raw, warnings)) {
    const item = admitOne(list, candidate, warnings);
    if (isOf(list, item)) items.push(item);
  }
  return { items, warnings };
}

// What `admitOne` returns has a name and fits the list's shape, which is all that the list's type
// asks for.
const isOf = <Name extends ListName>(_list: Name, item: unknown): item is Lists[Name] =>
  nameOf(item) !== '';

function nameOf(object: unknown): string {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  const name = isRecord(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

function candidates(list: ListName, raw: unknown, warnings: string[]): readonly unknown[] {
  if (isList(raw)) return raw;
  if (!isRecord(raw) || !Object.hasOwn(raw, 'items') || nameOf(raw) !== '') return [raw];
  const items = raw['items'];
  if (items === null || items === undefined) return [];
  if (!isList(items)) {
    warnings.push(`${nonEmpty(raw['kind']) ?? kinds[list].kinds[0]}: items is not a list`);
    return [];
  }
  return items.map((item) => withTypeOf(raw, item));
}

// Lists of one kind leave kind and apiVersion out of their items; a plain `List` says nothing about
// them.
function withTypeOf(list: Raw, item: unknown): unknown {
  const listKind = nonEmpty(list['kind']) ?? '';
  if (!isRecord(item) || !listKind.endsWith('List') || listKind === 'List') return item;
  const kind = nonEmpty(item['kind']) ?? listKind.slice(0, -'List'.length);
  const apiVersion = nonEmpty(item['apiVersion']) ?? nonEmpty(list['apiVersion']);
  return withType(item, kind, apiVersion);
}

function admitOne(list: ListName, raw: unknown, warnings: string[]): unknown {
  const defaultKind = kinds[list].kinds[0] ?? list;
  if (!isRecord(raw)) {
    if (raw !== null) warnings.push(`${defaultKind}: an entry of the list is not an object`);
    return undefined;
  }
  const kinded = withKind(raw, defaultKind);
  const object = list === 'events' ? coreEvent(kinded) : kinded;
  const kind = nonEmpty(object['kind']) ?? defaultKind;
  const label = labelOf(kind, object);
  if (label === null) {
    warnings.push(`${kind}: an object without a name was left out`);
    return undefined;
  }
  return fit(object, shapes[list], '', (path, expected) =>
    warnings.push(`${label}: ${path} is not ${expected}`),
  );
}

// The API's short form of any object calls itself PartialObjectMetadata, of meta.k8s.io.
function withKind(raw: Raw, defaultKind: string): Raw {
  const kind = nonEmpty(raw['kind']);
  if (kind === 'PartialObjectMetadata') return withType(raw, defaultKind, undefined);
  return withType(raw, kind ?? defaultKind, nonEmpty(raw['apiVersion']));
}

function labelOf(kind: string, object: Raw): string | null {
  const name = nameOf(object);
  if (name === '') return null;
  const metadata = object['metadata'];
  const namespace = isRecord(metadata) ? nonEmpty(metadata['namespace']) : undefined;
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/**
 * Freezes a value and everything in it, and returns it. Without recursion, as data from outside may
 * be nested deeper than the stack reaches.
 */
export function deepFreeze<T>(value: T): T {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null || Object.isFrozen(next)) continue;
    Object.freeze(next);
    for (const part of Object.values(next)) waiting.push(part);
  }
  return value;
}
