import { type Fields, isEqual, isFields } from './fields.ts';
import { recordOf } from './json-value.ts';
import { type NamedList, namedLists } from './merge-lists.ts';

export interface UnitedDocuments {
  readonly document: unknown;
  /** Fields for which the two have different values. */
  readonly disputed: readonly string[];
}

/** One patch document of two: every field of both. Lists of named elements are united by name, others have to be equal. */
export function uniteDocuments(a: unknown, b: unknown, path = '', field = ''): UnitedDocuments {
  if (isEqual(a, b)) return { document: a, disputed: [] };
  if (isFields(a) && isFields(b)) return unitedFields(a, b, path);
  const [first, second] = namedLists(field, [a, b])?.lists ?? [];
  if (first && second) return unitedLists(first, second, path);
  return { document: a, disputed: [path] };
}

function unitedFields(a: Fields, b: Fields, path: string): UnitedDocuments {
  const parts = [...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => {
    const inner = path === '' ? name : `${path}.${name}`;
    return [name, united(a[name], b[name], inner, name)] as const;
  });
  return {
    document: recordOf(parts.map(([name, { document }]) => [name, document])),
    disputed: parts.flatMap(([, { disputed }]) => disputed),
  };
}

function unitedLists(a: NamedList, b: NamedList, path: string): UnitedDocuments {
  const parts = [...new Set([...a.keys(), ...b.keys()])].map((name) =>
    united(a.get(name), b.get(name), `${path}[${name}]`, ''),
  );
  return {
    document: parts.map(({ document }) => document),
    disputed: parts.flatMap(({ disputed }) => disputed),
  };
}

function united(a: unknown, b: unknown, path: string, field: string): UnitedDocuments {
  if (a === undefined) return { document: b, disputed: [] };
  return b === undefined ? { document: a, disputed: [] } : uniteDocuments(a, b, path, field);
}
