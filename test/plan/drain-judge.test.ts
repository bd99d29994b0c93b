import { describe, expect, it } from 'vitest';
import type { Pod } from '../../internal/model/kubernetes.ts';
import type { DrainOptions } from '../../internal/model/plan.ts';
import type { DaemonSetSight } from '../../internal/plan/drain-facts.ts';
import { drainErrors, drainWarnings, judgePods } from '../../internal/plan/drain-judge.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { factsOf, podOf } from '../support/drain-sample.ts';

const emptyDir = { spec: { volumes: [{ name: 'v', emptyDir: {} }] } };
const daemon = { owner: 'DaemonSet' } as const;
const nobody = { owner: null } as const;
const mirror = { annotations: { 'kubernetes.io/config.mirror': 'x' } };

const dsFatal = 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)';
const dsWarning = 'ignoring DaemonSet-managed Pods';
const storageFatal = 'Pods with local storage (use --delete-emptydir-data to override)';
const storageWarning = 'deleting Pods with local storage';
const unmanagedFatal = 'Pods that declare no controller (use --force to override)';
const unmanagedWarning = 'deleting Pods that declare no controller';

type Row = readonly [
  name: string,
  parts: Parameters<typeof podOf>[2],
  flags: Partial<DrainOptions>,
  verdict: string,
  reason: string,
];

const rows: readonly Row[] = [
  ['managed', {}, {}, 'evict', ''],
  ['of a Job', { owner: 'Job' }, {}, 'evict', ''],
  ['of a DaemonSet', daemon, {}, 'blocks', dsFatal],
  ['of a DaemonSet, to ignore', daemon, { ignoreDaemonSets: true }, 'skip', dsWarning],
  ['of a DaemonSet, with force only', daemon, { force: true }, 'blocks', dsFatal],
  ['of a DaemonSet, ended', { ...daemon, phase: 'Failed' }, {}, 'evict', ''],
  ['static', { ...mirror, owner: null }, {}, 'skip', ''],
  ['static with emptyDir', { ...mirror, ...emptyDir, owner: null }, {}, 'skip', ''],
  ['with emptyDir', emptyDir, {}, 'blocks', storageFatal],
  ['with emptyDir, to lose', emptyDir, { deleteEmptyDirData: true }, 'evict', storageWarning],
  ['with emptyDir, ended', { ...emptyDir, phase: 'Succeeded' }, {}, 'evict', ''],
  ['with hostPath only', { spec: { volumes: [{ hostPath: { path: '/x' } }] } }, {}, 'evict', ''],
  ['of nobody', nobody, {}, 'blocks', unmanagedFatal],
  ['of nobody, by force', nobody, { force: true }, 'evict', unmanagedWarning],
  ['of nobody, ended', { ...nobody, phase: 'Failed' }, {}, 'evict', ''],
  [
    'of nobody with emptyDir: the first obstacle is named',
    { ...nobody, ...emptyDir },
    { force: true },
    'blocks',
    storageFatal,
  ],
  [
    'of nobody with emptyDir, all allowed',
    { ...nobody, ...emptyDir },
    { force: true, deleteEmptyDirData: true },
    'evict',
    `${storageWarning}; ${unmanagedWarning}`,
  ],
  [
    'going for longer than is waited for',
    { ...nobody, deletedAt: '2026-05-04T09:59:00Z' },
    { skipWaitForDeleteTimeoutSeconds: 59 },
    'skip',
    'pod "p" has DeletionTimestamp older than 59 seconds, skipping',
  ],
  [
    'going for as long as is waited for',
    { deletedAt: '2026-05-04T09:59:00Z' },
    { skipWaitForDeleteTimeoutSeconds: 60 },
    'evict',
    '',
  ],
  ['going, without a limit', { deletedAt: '2026-05-01T00:00:00Z' }, {}, 'evict', ''],
];

describe('judgePods', () => {
  it.each(rows)('%s', (_name, parts, flags, verdict, reason) => {
    const facts = factsOf({ pods: [podOf('p', 'n', parts)] });
    const options = drainOptionsOf(flags);
    expect(judgePods('n', facts, options)).toMatchObject([{ name: 'p', verdict, reason }]);
  });

  const lost = (state: DaemonSetSight['state']) =>
    factsOf({
      pods: [podOf('p', 'n', { ...daemon, ...emptyDir })],
      daemonSets: [
        { namespace: 'orders', name: 'p-of', state, message: 'daemonsets.apps "p-of" not found' },
      ],
    });

  it.each([
    ['missing', {}, 'blocks', 'daemonsets.apps "p-of" not found'],
    ['missing', { ignoreDaemonSets: true }, 'blocks', 'daemonsets.apps "p-of" not found'],
    ['missing', { force: true }, 'blocks', storageFatal],
    [
      'missing',
      { force: true, deleteEmptyDirData: true },
      'evict',
      `daemonsets.apps "p-of" not found; ${storageWarning}`,
    ],
    ['unread', { ignoreDaemonSets: true }, 'skip', dsWarning],
  ] as const)('of a DaemonSet that is %s, with %o: %s', (state, flags, verdict, reason) => {
    expect(judgePods('n', lost(state), drainOptionsOf(flags))).toMatchObject([{ verdict, reason }]);
  });

  it('takes an owner of another group for no DaemonSet', () => {
    const pod = podOf('p', 'n', daemon);
    const [owner] = pod.metadata.ownerReferences ?? [];
    const other: Pod = {
      ...pod,
      metadata: {
        ...pod.metadata,
        ownerReferences: [{ ...owner, apiVersion: 'apps.kruise.io/v1alpha1' }],
      },
    };
    expect(judgePods('n', factsOf({ pods: [other] }), drainOptionsOf())).toMatchObject([
      { verdict: 'evict', reason: '' },
    ]);
  });

  it('looks at the pods of the node alone, and of those at what the selector takes', () => {
    const pods = [
      podOf('z', 'n', { labels: { app: 'a' } }),
      podOf('b', 'n', { labels: { app: 'a' }, namespace: 'cart' }),
      podOf('c', 'n', { labels: { app: 'x' } }),
      podOf('d', 'other', { labels: { app: 'a' } }),
    ];
    const options = drainOptionsOf({ podSelector: 'app in (a, b)' });
    expect(judgePods('n', factsOf({ pods }), options).map(({ name }) => name)).toEqual(['b', 'z']);
  });
});

it('groups errors and warnings as kubectl prints them', () => {
  const pods = [
    podOf('a', 'n', nobody),
    podOf('b', 'n', { ...nobody, namespace: 'cart' }),
    podOf('c', 'n', daemon),
    podOf('d', 'n', emptyDir),
    podOf('e', 'n'),
  ];
  const facts = factsOf({ pods });
  const strict = judgePods('n', facts, drainOptionsOf({ ignoreDaemonSets: true }));
  expect(drainErrors(strict)).toEqual([
    `cannot delete ${unmanagedFatal}: cart/b, orders/a`,
    `cannot delete ${storageFatal}: orders/d`,
  ]);
  const lax = judgePods(
    'n',
    facts,
    drainOptionsOf({ ignoreDaemonSets: true, force: true, deleteEmptyDirData: true }),
  );
  expect(drainErrors(lax)).toEqual([]);
  expect(drainWarnings(lax)).toEqual([
    `${unmanagedWarning}: cart/b, orders/a`,
    `${dsWarning}: orders/c`,
    `${storageWarning}: orders/d`,
  ]);
});
