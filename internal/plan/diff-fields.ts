import { isEqual, isFields } from './fields.ts';
import { memberOf } from './json-value.ts';
import { isWhole, namedLists } from './merge-lists.ts';

/** A field that two versions have differently; undefined: not there. */
export interface FieldDifference {
  /** Names of fields, and names of elements in brackets: `['spec', 'containers', '[calico-node]', 'image']`. */
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

/** A path in words: `spec.containers[calico-node].image`. */
export const fieldText = (path: readonly string[]): string =>
  path.reduce(
    (text, part) => (text === '' || part.startsWith('[') ? text + part : `${text}.${part}`),
    '',
  );

/** The name of the field that a path ends in; of an element, that of its list with `[]`. */
export function fieldOf(path: readonly string[]): string {
  const last = path.at(-1) ?? '';
  return last.startsWith('[') ? `${path.at(-2) ?? ''}[]` : last;
}

/**
 * The innermost fields in which two versions differ. What one of them does not have at all is gone into as well, so that two
 * versions that add different members to a new record do not meet; elements of lists are matched as in `namedLists`.
 */
export function differingFields(
  before: unknown,
  after: unknown,
  path: readonly string[] = [],
): readonly FieldDifference[] {
  if (isEqual(before, after)) return [];
  const inner = innerVersions(fieldOf(path), before, after);
  return inner === null
    ? [{ path, before, after }]
    : inner.flatMap(([name, was, is]) => differingFields(was, is, [...path, name]));
}

type Inner = readonly [name: string, before: unknown, after: unknown];

function innerVersions(field: string, before: unknown, after: unknown): readonly Inner[] | null {
  if (isWhole(field)) return null;
  if ([before, after].every((side) => side === undefined || isFields(side))) {
    const [was, is] = [before, after].map((side) => (isFields(side) ? side : {}));
    const names = [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])];
    // An empty record that comes or goes is a difference of its own.
    return names.length === 0
      ? null
      : names.map((name) => [name, memberOf(was, name), memberOf(is, name)]);
  }
  const [was, is] = namedLists(field, [before, after])?.lists ?? [];
  if (!was || !is) return null;
  const names = [...new Set([...was.keys(), ...is.keys()])];
  const inner = names.map((name): Inner => [`[${name}]`, was.get(name), is.get(name)]);
  const isOrderOnly = inner.every(([, a, b]) => isEqual(a, b));
  return isOrderOnly ? null : inner;
}
