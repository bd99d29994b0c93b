import { describe, expect, it } from 'vitest';
import { mergeThreeWay } from '../../internal/plan/merge-three-way.ts';

const merged = (base: unknown, left: unknown, right: unknown): unknown => {
  const { value, clashes } = mergeThreeWay({ base, left, right });
  expect(clashes).toEqual([]);
  return value;
};
const list = (...names: readonly string[]): unknown => ({ env: names.map((name) => ({ name })) });

describe('the changes of both', () => {
  it.each<[string, unknown, unknown, unknown, unknown]>([
    ['of different members', { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 3 }, { a: 2, b: 3 }],
    ['that are the same', { a: 1 }, { a: 2 }, { a: 2 }, { a: 2 }],
    ['where one adds and one takes away', { a: 1 }, {}, { a: 1, b: 2 }, { b: 2 }],
    ['where both add to what is new', {}, { n: { a: 1 } }, { n: { b: 2 } }, { n: { a: 1, b: 2 } }],
    ['where one takes away what the other has emptied', { n: { a: 1 } }, {}, { n: {} }, {}],
    ['where one takes away a list that the other has emptied', list('a'), {}, list(), {}],
    [
      'where nobody takes away what is empty',
      { n: { a: 1, b: 1 } },
      { n: { a: 1 } },
      { n: { b: 1 } },
      { n: {} },
    ],
    [
      'where one turns the order round',
      list('a', 'b'),
      list('b', 'a'),
      list('a', 'b', 'c'),
      list('b', 'c', 'a'),
    ],
    [
      'where the other turns the order round',
      list('a', 'b'),
      list('a', 'b', 'c'),
      list('b', 'a'),
      list('b', 'c', 'a'),
    ],
    [
      'where both turn it round alike',
      list('a', 'b'),
      list('b', 'a', 'c'),
      list('d', 'b', 'a'),
      list('d', 'b', 'a', 'c'),
    ],
    [
      'where a whole one came back beside what took its place',
      { nodeAddressAutodetectionV4: { kubernetes: 'NodeInternalIP' } },
      { nodeAddressAutodetectionV4: { firstFound: true } },
      { nodeAddressAutodetectionV4: { kubernetes: 'NodeInternalIP', firstFound: true } },
      { nodeAddressAutodetectionV4: { firstFound: true } },
    ],
    [
      'with names that every object has',
      { constructor: 'a' },
      { constructor: 'b' },
      { constructor: 'a', toString: 'c' },
      { constructor: 'b', toString: 'c' },
    ],
  ])('are put together %s', (_title, base, left, right, expected) => {
    expect(merged(base, left, right)).toEqual(expected);
  });

  it.each<[string, unknown, unknown, unknown, string]>([
    ['a value', { a: { b: 1 } }, { a: { b: 2 } }, { a: { b: 3 } }, 'a.b'],
    ['what one took away', { a: { b: 1 } }, { a: { b: 2 } }, {}, 'a.b'],
    ['a value and a record', { a: 1 }, { a: 2 }, { a: { b: 1 } }, 'a'],
    ['the order of a list', list('a', 'b', 'c'), list('b', 'a', 'c'), list('a', 'c', 'b'), 'env'],
    ['a list without names', { x: [1] }, { x: [1, 2] }, { x: [1, 3] }, 'x'],
    [
      'a method',
      { nodeAddressAutodetectionV4: { a: 1 } },
      { nodeAddressAutodetectionV4: { b: 1 } },
      { nodeAddressAutodetectionV4: { c: 1 } },
      'nodeAddressAutodetectionV4',
    ],
    [
      'a whole one beside which something else came',
      { nodeAddressAutodetectionV4: { a: 1 } },
      { nodeAddressAutodetectionV4: { b: 1 } },
      { nodeAddressAutodetectionV4: { a: 1, c: 1 } },
      'nodeAddressAutodetectionV4',
    ],
  ])('clash about %s, and the right stays', (_title, base, left, right, field) => {
    const { value, clashes } = mergeThreeWay({ base, left, right });
    expect(clashes.map((clash) => clash.field)).toEqual([field]);
    expect(value).toEqual(right);
  });
});
