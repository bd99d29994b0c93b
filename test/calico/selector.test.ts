import fc from 'fast-check';
import { expect, it } from 'vitest';
import { selects } from '../../internal/calico/selector.ts';

const labels = { zone: 'north', 'kubernetes.io/hostname': 'edge-1', rack: 'r1' };

it.each<[string | undefined, boolean | null]>([
  [undefined, true],
  ['', true],
  ['all()', true],
  ['!all()', false],
  ['has(zone)', true],
  ['!has(gpu)', true],
  ['zone == "north"', true],
  ["kubernetes.io/hostname == 'edge-2'", false],
  ['zone != "south"', true],
  ['gpu != "a100"', true],
  ['zone in {"south", "north"}', true],
  ["zone not in {'north'}", false],
  ["gpu not in {'a100'}", true],
  ['has(gpu) || zone == "north" && rack == "r1"', true],
  ['(has(gpu) || zone == "north") && rack == "r2"', false],
  ["rack starts with 'r'", true],
  ["rack ends with '2'", false],
  ["zone contains 'ort'", true],
  ['zone ==', null],
  ['zone == north', null],
  ['has()', null],
  ['zone == "north" has(rack)', null],
  ['§', null],
])('%s', (selector, expected) => {
  expect(selects(selector, labels)).toBe(expected);
});

it('never throws', () => {
  fc.assert(
    fc.property(fc.string(), (text) => [true, false, null].includes(selects(text, labels))),
  );
});
