import fc from 'fast-check';
import { expect, it } from 'vitest';
import { drainCommand, drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { fitsExpression, fitsSelector, labelSelector } from '../../internal/plan/drain-selector.ts';
import { amountOf, secondsFrom } from '../../internal/plan/drain-values.ts';

it.each([
  ['250m', 0.25],
  ['2', 2],
  ['1.5', 1.5],
  ['8Gi', 8 * 2 ** 30],
  ['500M', 5e8],
  ['1e3', 1000],
  ['100n', 1e-7],
  [3, 3],
  [undefined, 0],
  ['much', 0],
])('the quantity %s is %d', (text, amount) => {
  expect(amountOf(text)).toBeCloseTo(amount, 12);
});

const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

it('reckons the seconds between any two times', () => {
  const instant = fc.integer({ min: 0, max: 4_102_444_800 });
  fc.assert(
    fc.property(instant, instant, (from, to) => {
      expect(secondsFrom(time(from * 1000), time(to * 1000))).toBe(to - from);
    }),
  );
});

it.each([undefined, '', 'yesterday', '2026-05-04T10:00:00+02:00'])('%s is no such time', (text) => {
  expect(secondsFrom(text, '2026-05-04T10:00:00Z')).toBeNull();
});

const labels = { app: 'web', tier: 'front', 'x.example/size': '5' };

it.each([
  ['', true],
  ['app', true],
  ['!app', false],
  ['!nothing', true],
  ['app=web', true],
  ['app==web', true],
  ['app=shop', false],
  ['app!=shop', true],
  ['nothing!=shop', true],
  ['app in (shop, web)', true],
  ['app in (shop)', false],
  ['app notin (shop)', true],
  ['nothing notin (shop)', true],
  ['app=web,tier=front', true],
  ['app in (a,web),!nothing,tier!=back', true],
  ['app=web,tier=back', false],
  ['x.example/size=5', true],
  ['app=', false],
])('%s takes the labels: %s', (text, expected) => {
  expect(labelSelector(text)?.(labels)).toBe(expected);
});

it.each(['app=a b', 'app in web', 'app in (a b)', '=x', 'a==b==c', 'app,', '/x', 'app>3'])(
  '%s is no selector',
  (text) => {
    expect(labelSelector(text)).toBeNull();
  },
);

it.each([
  [{ operator: 'In', values: ['a'] }, 'a', true],
  [{ operator: 'In', values: ['a'] }, undefined, false],
  [{ operator: 'NotIn', values: ['a'] }, undefined, true],
  [{ operator: 'NotIn', values: ['a'] }, 'a', false],
  [{ operator: 'Exists' }, '', true],
  [{ operator: 'DoesNotExist' }, undefined, true],
  [{ operator: 'Gt', values: ['4'] }, '5', true],
  [{ operator: 'Lt', values: ['4'] }, '5', false],
  [{ operator: 'Like', values: ['a'] }, 'a', false],
])('%o of %s is %s', (expression, own, expected) => {
  expect(fitsExpression(own, expression)).toBe(expected);
});

it.each([
  [{}, true],
  [null, false],
  [undefined, false],
  [{ matchLabels: { app: 'web' } }, true],
  [{ matchLabels: { app: 'web', tier: 'back' } }, false],
  [
    {
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['front'] }],
    },
    false,
  ],
])('the object selector %o fits: %s', (selector, expected) => {
  expect(fitsSelector(labels, selector)).toBe(expected);
});

it('has the defaults of kubectl, but for a limit', () => {
  expect(drainOptionsOf()).toEqual({
    ignoreDaemonSets: false,
    deleteEmptyDirData: false,
    force: false,
    gracePeriodSeconds: -1,
    timeoutSeconds: 600,
    podSelector: '',
    disableEviction: false,
    skipWaitForDeleteTimeoutSeconds: 0,
    allowControlPlane: false,
  });
  expect(drainOptionsOf({ timeoutSeconds: null }).timeoutSeconds).toBe(600);
  expect(drainOptionsOf({ timeoutSeconds: 0 }).timeoutSeconds).toBe(0);
});

it.each([
  [{}, 'kubectl drain n --timeout=600s'],
  [{ timeoutSeconds: 0 }, 'kubectl drain n'],
  [
    {
      ignoreDaemonSets: true,
      deleteEmptyDirData: true,
      force: true,
      gracePeriodSeconds: 0,
      podSelector: 'app in (a,b)',
      disableEviction: true,
      skipWaitForDeleteTimeoutSeconds: 9,
      allowControlPlane: true,
      timeoutSeconds: 90,
    },
    "kubectl drain n --ignore-daemonsets --delete-emptydir-data --force --grace-period=0 --pod-selector='app in (a,b)' --disable-eviction --skip-wait-for-delete-timeout=9 --timeout=90s",
  ],
])('%o in kubectl’s words', (flags, text) => {
  expect(drainCommand('n', drainOptionsOf(flags))).toBe(text);
});
