import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBefore, newest, secondsBetween, secondsOf, timeOf } from '../../internal/calico/time.ts';

describe('secondsOf', () => {
  it('agrees with the platform on every date', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(secondsOf(date.toISOString())).toBeCloseTo(date.getTime() / 1000, 2);
        },
      ),
    );
  });
  it.each([
    ['2026-03-01T12:00:00+02:00', '2026-03-01T10:00:00Z'],
    ['2026-03-01T00:00:00.5-05:30', '2026-03-01T05:30:00.500Z'],
  ])('knows zones: %s', (time, utc) => {
    expect(secondsOf(time)).toBe(secondsOf(utc));
  });
  it.each([null, undefined, '', 'yesterday', '2026-03-01'])('gives null for %s', (time) => {
    expect(secondsOf(time)).toBeNull();
  });
});

it('reckons and compares', () => {
  expect(secondsBetween('2026-03-01T12:00:00Z', '2026-03-01T12:01:30Z')).toBe(90);
  expect(isBefore('2026-03-01T12:00:00Z', '2026-03-01T12:00:01Z')).toBe(true);
  expect(isBefore('2026-03-01T12:00:00Z', null)).toBe(false);
  expect(newest([null, '2026-03-01T12:00:00Z', 'x', '2026-03-02T12:00:00+12:00'])).toBe(
    '2026-03-02T12:00:00+12:00',
  );
});

describe('timeOf', () => {
  it.each([0, 951_782_399, 951_782_400, 1_709_164_800, 1_709_251_199.9, 4_107_542_400])(
    'agrees with the calendar at %d',
    (seconds) => {
      const whole = Math.floor(seconds) * 1000;
      expect(timeOf(seconds)).toBe(`${new Date(whole).toISOString().slice(0, 19)}Z`);
    },
  );

  it('knows no time for what is no number of seconds', () => {
    expect([timeOf(Number.NaN), timeOf(-1)]).toEqual([null, null]);
  });
});
