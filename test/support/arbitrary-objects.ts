import * as fc from 'fast-check';
import type { Shape } from '../../internal/cluster/shape-types.ts';

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Any value of the shape, with fields of other names among those that it names. */
export function valueOf(shape: Shape, depth = 0): fc.Arbitrary<unknown> {
  const text = fc.string({ maxLength: 6 });
  const number = fc.integer();
  if (shape === 'string') return text;
  if (shape === 'number') return number;
  if (shape === 'boolean') return fc.boolean();
  if (shape === 'string or number') return fc.oneof(text, number);
  if (shape === 'string or boolean') return fc.oneof(text, fc.boolean());
  if (shape === 'list of strings') return fc.array(text, { maxLength: 2 });
  if (shape === 'list of numbers') return fc.array(number, { maxLength: 2 });
  if (shape === 'numbers or nulls') {
    return fc.array(fc.option(number), { maxLength: 3 });
  }
  if (shape === 'map of strings') return fc.dictionary(text, text, { maxKeys: 2 });
  if ('listOf' in shape) {
    return fc.array(valueOf(shape.listOf, depth + 1), { maxLength: depth > 3 ? 1 : 2 });
  }
  const fields = Object.entries(shape.fields).map(([name, inner]) => [
    name,
    valueOf(inner, depth + 1),
  ]);
  return fc
    .tuple(
      fc.record(Object.fromEntries(fields), { requiredKeys: [] }),
      fc.dictionary(
        fc.constantFrom('extra', '__proto__', 'constructor'),
        fc.jsonValue({ maxDepth: 1 }),
        {
          maxKeys: 1,
        },
      ),
    )
    .map(([named, extra]) =>
      Object.fromEntries([...Object.entries(extra), ...Object.entries(named)]),
    );
}

/** The value with a name, as every object has one. */
export const named = (value: unknown): unknown =>
  isObject(value)
    ? {
        ...value,
        metadata: { ...(isObject(value['metadata']) ? value['metadata'] : {}), name: 'aster' },
      }
    : value;
