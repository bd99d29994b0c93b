import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { itemReader } from '../../internal/cluster/item-reader.ts';

interface Result {
  readonly envelope: unknown;
  readonly items: readonly unknown[];
}

// In chunks of so many bytes; null where an item is not JSON.
function read(text: string, size: number): Result | null {
  const reader = itemReader((item) => item);
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) {
    reader.push(bytes.subarray(start, start + size));
  }
  const list = reader.finish();
  return list && { envelope: JSON.parse(list.envelope), items: list.items };
}

const sizes = [1, 2, 3, 7, 1000];

describe('a list is taken apart', () => {
  const cases: readonly (readonly [string, object, readonly unknown[], object])[] = [
    [
      'of objects',
      { kind: 'PodList', metadata: { continue: 'x' }, items: [{ a: [{}] }, { b: '}' }] },
      [{ a: [{}] }, { b: '}' }],
      { kind: 'PodList', metadata: { continue: 'x' }, items: [{}, {}] },
    ],
    [
      'with its items first',
      { items: [{ a: 1 }], metadata: { items: [{ b: 2 }] } },
      [{ a: 1 }],
      { items: [{}], metadata: { items: [{ b: 2 }] } },
    ],
    ['of nothing', { items: [], kind: 'x' }, [], { items: [], kind: 'x' }],
    ['of null', { items: null }, [], { items: null }],
    [
      'of all sorts',
      { items: [null, { a: 1 }, 7, [{ c: 3 }], 'x', { b: 2 }] },
      [{ a: 1 }, { b: 2 }],
      { items: [null, {}, 7, [{ c: 3 }], 'x', {}] },
    ],
    [
      'beside other lists',
      { other: [{ a: 1 }], items: [{ b: 2 }], more: [{ c: 3 }] },
      [{ b: 2 }],
      { other: [{ a: 1 }], items: [{}], more: [{ c: 3 }] },
    ],
    [
      'of one object',
      { kind: 'Pod', spec: { items: [{ a: 1 }] } },
      [],
      { kind: 'Pod', spec: { items: [{ a: 1 }] } },
    ],
  ];
  test.each(cases)('%s', (_name, list, items, envelope) => {
    for (const space of [0, 2]) {
      const text = JSON.stringify(list, null, space);
      for (const size of sizes) expect(read(text, size)).toEqual({ envelope, items });
    }
  });

  test('whatever stands in its objects, wherever it is cut', () => {
    const object = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue());
    fc.assert(
      fc.property(
        fc.array(object, { maxLength: 4 }),
        fc.integer({ min: 1, max: 20 }),
        (items, size) => {
          const text = JSON.stringify({ kind: 'List', items });
          expect(JSON.stringify(read(text, size)?.items)).toBe(JSON.stringify(items));
        },
      ),
    );
  });
});

test.each([
  ['an object that is not JSON', '{"items":[{"a":nothing}]}'],
  ['an end in the middle of an object', '{"items":[{"a":1},{"b":{"c":1}'],
])('%s is no list', (_name, text) => {
  for (const size of sizes) expect(read(text, size)).toBeNull();
});

test('an end between objects is not JSON', () => {
  expect(() => read('{"items":[{"a":1},', 4)).toThrow(SyntaxError);
});
