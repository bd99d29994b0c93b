import { isList, isRecord } from './json.ts';
import type { Fields, Shape } from './shape-types.ts';

/** Told of a field that was left out: its path as in the API, and what it should have been. */
export type Report = (path: string, expected: string) => void;

type ScalarShape = 'string' | 'number' | 'boolean' | 'string or number' | 'string or boolean';

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);

const scalars: { readonly [S in ScalarShape]: (value: unknown) => boolean } = {
  string: (value) => typeof value === 'string',
  number: isNumber,
  boolean: (value) => typeof value === 'boolean',
  'string or number': (value) => typeof value === 'string' || isNumber(value),
  'string or boolean': (value) => typeof value === 'string' || typeof value === 'boolean',
};

/**
 * The value with everything in it left out that is not of the shape; the value itself if nothing is
 * to be left out, undefined if it is not of the shape at all. Null counts as absent and is not
 * reported.
 */
export function fit(value: unknown, shape: Shape, path: string, report: Report): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof shape === 'object') {
    return 'fields' in shape
      ? fitObject(value, shape, path, report)
      : fitList(value, shape.listOf, path, report);
  }
  switch (shape) {
    case 'list of strings':
      return fitList(value, 'string', path, report);
    case 'list of numbers':
      return fitList(value, 'number', path, report);
    case 'numbers or nulls':
      return fitPositions(value, path, report);
    case 'map of strings':
      return fitMap(value, path, report);
    default:
      return scalars[shape](value) ? value : refuse(path, `a ${shape}`, report);
  }
}

function refuse(path: string, expected: string, report: Report): undefined {
  report(path, expected);
  return undefined;
}

function fitObject(value: unknown, shape: Fields, path: string, report: Report): unknown {
  if (!isRecord(value)) return refuse(path, 'an object', report);
  const changes = new Map<string, unknown>();
  for (const [name, fieldShape] of Object.entries(shape.fields)) {
    if (!Object.hasOwn(value, name)) continue;
    const before = value[name];
    const after = fit(before, fieldShape, path === '' ? name : `${path}.${name}`, report);
    if (after === undefined || after !== before) changes.set(name, after);
  }
  return withChanges(value, changes);
}

function fitMap(value: unknown, path: string, report: Report): unknown {
  if (!isRecord(value)) return refuse(path, 'an object', report);
  const changes = new Map<string, unknown>();
  for (const [name, entry] of Object.entries(value)) {
    if (typeof entry === 'string') continue;
    changes.set(name, undefined);
    if (entry !== null && entry !== undefined)
      report(`${path}[${JSON.stringify(name)}]`, 'a string');
  }
  return withChanges(value, changes);
}

// fromEntries and not assignment: a field may be called __proto__.
function withChanges(
  value: Readonly<Record<string, unknown>>,
  changes: ReadonlyMap<string, unknown>,
): Readonly<Record<string, unknown>> {
  if (changes.size === 0) return value;
  const entries = Object.entries(value)
    .map(([name, before]): [string, unknown] => [
      name,
      changes.has(name) ? changes.get(name) : before,
    ])
    .filter(([name, after]) => after !== undefined || !changes.has(name));
  return Object.fromEntries(entries);
}

function fitList(value: unknown, shape: Shape, path: string, report: Report): unknown {
  if (!isList(value)) return refuse(path, 'a list', report);
  const after = value.map((item, index) => fit(item, shape, `${path}[${index}]`, report));
  return after.every((item, index) => item !== undefined && item === value[index])
    ? value
    : after.filter((item) => item !== undefined);
}

function fitPositions(value: unknown, path: string, report: Report): unknown {
  if (!isList(value)) return refuse(path, 'a list', report);
  const isWhole = value.every((item) => item === null || isNumber(item));
  return isWhole ? value : refuse(path, 'a list of numbers', report);
}
