import { expect, test } from 'vitest';
import { parseTimeout } from '../../internal/cluster/duration.ts';
import { UserError } from '../../internal/model/error.ts';

test.each([
  ['0', 0],
  ['0s', 0],
  ['30', 30_000],
  ['30s', 30_000],
  ['1m', 60_000],
  ['1m30s', 90_000],
  ['2h', 7_200_000],
  ['500ms', 500],
  ['1.5s', 1500],
])('%s is %i ms', (text, ms) => {
  expect(parseTimeout(text)).toBe(ms);
});

test.each(['', 's', '-1', '10 s', '1d', '3x', '1m30'])('"%s" is none', (text) => {
  expect(() => parseTimeout(text)).toThrow(UserError);
});
