import { expect, it } from 'vitest';
import { goSeconds } from '../../internal/calico/go-duration.ts';
import { quantityOf } from '../../internal/calico/quantity.ts';

it.each<[string | undefined, number | null]>([
  ['250m', 0.25],
  ['4', 4],
  ['3950000000n', 3.95],
  ['48Mi', 48 * 2 ** 20],
  ['15Gi', 15 * 2 ** 30],
  ['2G', 2e9],
  ['1e3', 1000],
  ['1E', 1e18],
  ['1Ki', 1024],
  ['', null],
  ['lots', null],
  ['5 Mi', null],
  [undefined, null],
])('quantityOf(%s)', (text, expected) => {
  expect(quantityOf(text)).toEqual(expected === null ? null : expect.closeTo(expected, 6));
});

it.each<[string, number | null]>([
  ['48ms', 0.048],
  ['1m2.1s', 62.1],
  ['1h0m5s', 3605],
  ['350µs', 0.00035],
  ['21.4s', 21.4],
  ['', null],
  ['soon', null],
  ['12', null],
])('goSeconds(%s)', (text, expected) => {
  expect(goSeconds(text)).toEqual(expected === null ? null : expect.closeTo(expected, 6));
});
