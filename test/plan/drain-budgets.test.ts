import { expect, it } from 'vitest';
import type { DrainOptions } from '../../internal/model/plan.ts';
import type { DisruptionBudget } from '../../internal/plan/drain-facts.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { drainStep } from '../../internal/plan/drain-step.ts';
import { budgetOf, factsOf, nodeOf, podOf } from '../support/drain-sample.ts';

type Parts = NonNullable<Parameters<typeof podOf>[2]>;

const web = { labels: { app: 'web' } };
const selector = { matchLabels: { app: 'web' } };

function concernsWith(
  budgets: readonly DisruptionBudget[] | null,
  pods: readonly Parts[],
  flags: Partial<DrainOptions> = {},
) {
  const facts = factsOf({
    nodes: [nodeOf('n'), nodeOf('m')],
    pods: pods.map((parts, index) => podOf(`web-${index}`, 'n', { ...web, ...parts })),
    budgets,
  });
  return drainStep('n', facts, drainOptionsOf(flags))
    .concerns.filter(({ id }) => id.includes('budget'))
    .map(({ id, isBlocking }) => [id, isBlocking]);
}

const well = (allowed: number, expected = 3, desired = expected - allowed) => ({
  disruptionsAllowed: allowed,
  expectedPods: expected,
  desiredHealthy: desired,
  currentHealthy: expected,
});

const none: unknown[] = [];
const never = [['budget-never-allows', true]];
const holds = [['budget-holds', false]];
const byTurns = [['budget-one-by-one', false]];

type Row = readonly [
  name: string,
  spec: DisruptionBudget['spec'],
  status: DisruptionBudget['status'],
  pods: readonly Parts[],
  expected: readonly unknown[],
];

const short = { disruptionsAllowed: 0, expectedPods: 3, desiredHealthy: 2, currentHealthy: 2 };
const sick = { ready: false };

const rows: readonly Row[] = [
  ['room for the pod', { selector, maxUnavailable: 1 }, well(1), [{}], none],
  ['a single replica', { selector, minAvailable: 1 }, well(0, 1, 1), [{}], never],
  ['maxUnavailable 0', { selector, maxUnavailable: 0 }, well(0, 3, 3), [{}], never],
  ['maxUnavailable 0%, no status yet', { selector, maxUnavailable: '0%' }, {}, [{}], never],
  ['all have to be there', { selector, minAvailable: '100%' }, well(0, 2, 2), [{}], never],
  ['more asked than there are', { selector, minAvailable: 5 }, well(0, 3, 5), [{}], never],
  ['one short at the moment', { selector, minAvailable: 2 }, short, [{}], holds],
  ['two here, one at a time', { selector, maxUnavailable: 1 }, well(1), [{}, {}], byTurns],
  ['two here, two at a time', { selector, maxUnavailable: 2 }, well(2), [{}, {}], none],
  [
    'a namesake elsewhere',
    { selector, minAvailable: 1 },
    well(0, 1, 1),
    [{ namespace: 'cart' }],
    none,
  ],
  ['another label', { selector: { matchLabels: { app: 'x' } }, maxUnavailable: 0 }, {}, [{}], none],
  ['no selector', { maxUnavailable: 0 }, {}, [{}], none],
  ['an empty selector', { selector: {}, maxUnavailable: 0 }, {}, [{}], never],
  ['a pod that waits', { selector, maxUnavailable: 0 }, {}, [{ phase: 'Pending' }], none],
  ['a pod that ended', { selector, maxUnavailable: 0 }, {}, [{ phase: 'Failed' }], none],
  [
    'a pod that goes already',
    { selector, maxUnavailable: 0 },
    {},
    [{ deletedAt: '2026-05-04T09:59:59Z' }],
    none,
  ],
  ['a pod of a DaemonSet', { selector, maxUnavailable: 0 }, {}, [{ owner: 'DaemonSet' }], none],
  [
    'a sick pod, the others too few',
    { selector, minAvailable: 2 },
    { ...short, currentHealthy: 1 },
    [sick],
    holds,
  ],
  ['a sick pod, the others enough', { selector, minAvailable: 2 }, short, [sick], none],
  [
    'a sick pod that may always go',
    { selector, maxUnavailable: 0, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    { ...short, currentHealthy: 1 },
    [sick],
    none,
  ],
  [
    'a status that is behind',
    { selector, minAvailable: 1 },
    { ...well(0, 1, 1), observedGeneration: 0 },
    [{}],
    [['budget-stale', false]],
  ],
];

it.each(rows)('%s', (_name, spec, status, pods, expected) => {
  const options = { ignoreDaemonSets: true };
  expect(concernsWith([budgetOf('web', spec, status)], pods, options)).toEqual(expected);
});

const two = [
  budgetOf('a', { selector, maxUnavailable: 1 }, well(1)),
  budgetOf('b', { selector: {}, maxUnavailable: 1 }, well(1)),
];

it.each([
  ['never evicted', {}, {}, [['several-budgets', true]]],
  ['evicted while it waits', { phase: 'Pending' }, {}, []],
  ['deleted when asked to', {}, { disableEviction: true }, [['budgets-bypassed', false]]],
])('a pod of two budgets is %s', (_name, parts, flags, expected) => {
  expect(concernsWith(two, [parts], flags)).toEqual(expected);
});

it('tells once of the pods of the same budgets', () => {
  expect(concernsWith(two, [{}, {}])).toEqual([['several-budgets', true]]);
});

it('says nothing of budgets where no pod has one, and of none that were not read', () => {
  expect(concernsWith(two, [{ namespace: 'cart' }], { disableEviction: true })).toEqual([]);
  expect(concernsWith(null, [{}])).toEqual([]);
});
