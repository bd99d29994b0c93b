import { expect, it } from 'vitest';
import { goSeconds } from '../../internal/calico/go-duration.ts';
import { quantityOf } from '../../internal/calico/quantity.ts';

it.each<[string, number]>([
  ['250m', 0.25],
  ['4', 4],
  ['3950000000n', 3.95],
  ['48Mi', 48 * 2 ** 20],
  ['15Gi', 15 * 2 ** 30],
  ['2G', 2e9],
  ['1e3', 1000],
  ['1E', 1e18],
  ['1Ki', 1024],
])('quantityOf(%s) is %d', (text, expected) => {
  expect(quantityOf(text)).toBeCloseTo(expected, 6);
});

it.each(['', 'lots', '5 Mi', 'Mi', undefined])('%s is no quantity', (text) => {
  expect(quantityOf(text)).toBeNull();
});

it.each<[string, number]>([
  ['48ms', 0.048],
  ['1m2.1s', 62.1],
  ['1h0m5s', 3605],
  ['350µs', 0.000_35],
  ['21.4s', 21.4],
])('goSeconds(%s) is %d', (text, expected) => {
  expect(goSeconds(text)).toBeCloseTo(expected, 6);
});

it.each(['', 'soon', '12', '1m2'])('%s is no duration of Go', (text) => {
  expect(goSeconds(text)).toBeNull();
});
