import { describe, expect, it } from 'vitest';
import type { Install } from '../../internal/model/install.ts';
import type { Snapshot } from '../../internal/model/snapshot.ts';
import type { DaemonSet, Installation, Node, Pod } from '../../internal/model/kubernetes.ts';
import type { Plan, Step } from '../../internal/model/plan.ts';
import type { ApiRef, Change, Remedy } from '../../internal/model/remedy.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { planOf, type PlanInput } from '../../internal/plan/plan.ts';
import { findingOf, installOf, remedyOf } from '../support/diagnosis.ts';
import { snapshotOf } from '../support/snapshot.ts';

const namespace = 'harbour';
const daemonSetRef: ApiRef = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  namespace,
  name: 'lantern',
};
const installationRef: ApiRef = {
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  name: 'default',
};

const daemonSet: DaemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'lantern', namespace, uid: 'd-1' },
  spec: { template: { spec: { containers: [{ name: 'anchor', image: 'one' }] } } },
};
const installation: Installation = {
  kind: 'Installation',
  metadata: { name: 'default' },
  spec: { calicoNetwork: { nodeAddressAutodetectionV4: { firstFound: true } } },
};
const nodes: readonly Node[] = ['quay-1', 'quay-2'].map((name) => ({
  kind: 'Node',
  metadata: { name },
  spec: {},
}));
const pods: readonly Pod[] = nodes.map(({ metadata: { name } }) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `lantern-${name}`,
    namespace,
    uid: `p-${name}`,
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'lantern', controller: true },
    ],
  },
  spec: { nodeName: name },
}));

const strategic = (container: object): Change => ({
  ref: daemonSetRef,
  verb: 'patch',
  patchType: 'strategic',
  body: { spec: { template: { spec: { containers: [{ name: 'anchor', ...container }] } } } },
});
const method = (fields: object): Change => ({
  ref: installationRef,
  verb: 'patch',
  patchType: 'merge',
  body: { spec: { calicoNetwork: { nodeAddressAutodetectionV4: fields } } },
});
const restart = (pod: Pod | undefined): Change => ({
  ref: { apiVersion: 'v1', kind: 'Pod', namespace, name: pod?.metadata.name ?? '' },
  verb: 'delete',
  body: null,
});
const restarts = pods.map(restart);
const make: Change = {
  ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'chart' },
  verb: 'create',
  body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'chart', namespace }, data: {} },
};

const remedy = (id: string, changes: readonly Change[], more: Partial<Remedy> = {}): Remedy =>
  remedyOf({ id, changes, consequences: [], manual: [`# by hand: ${id}`], ...more });

const install = (parts: Partial<Install> = {}): Install =>
  installOf({ namespace, daemonSet: 'lantern', reasons: ['it says so'], ...parts });

function plan(remedies: readonly Remedy[], more: Partial<PlanInput> = {}): Plan {
  const snapshot = snapshotOf({
    lists: {
      nodes,
      pods,
      daemonSets: [daemonSet],
      installations: [installation],
      configMaps: [],
    },
  });
  return planOf({
    snapshot,
    install: install(),
    items: remedies.map((one) => ({ finding: findingOf({ id: `found-${one.id}` }), remedy: one })),
    drainFacts: null,
    drainOptions: drainOptionsOf({ ignoreDaemonSets: true, force: true }),
    ...more,
  });
}

const nameOf = (step: Step): string =>
  step.kind === 'drain'
    ? `drain ${step.node}`
    : `${step.change.verb} ${step.change.ref.kind}/${step.change.ref.name}`;
const stepsOf = ({ steps }: Plan): readonly string[] => steps.map(nameOf);

describe('the steps', () => {
  it('stand in the order of the work', () => {
    const annotate: Change = {
      ref: { apiVersion: 'v1', kind: 'Node', name: 'quay-1' },
      verb: 'patch',
      patchType: 'merge',
      body: { metadata: { annotations: { note: 'x' } } },
    };
    const stray: Change = { ...restart(undefined), ref: { ...daemonSetRef, name: 'stray' } };
    const other: Change = {
      ...restarts[0],
      ...restart(undefined),
      ref: { apiVersion: 'v1', kind: 'Pod', namespace, name: 'other' },
    };
    const changes = [
      other,
      stray,
      strategic({ image: 'two' }),
      method({ firstFound: null }),
      annotate,
      make,
    ];
    expect(stepsOf(plan([remedy('all', changes, { drains: ['quay-2'] })]))).toEqual([
      'create ConfigMap/chart',
      'drain quay-2',
      'patch Node/quay-1',
      'patch Installation/default',
      'patch DaemonSet/lantern',
      'delete DaemonSet/stray',
      'delete Pod/other',
    ]);
  });

  it('have the object before and after, and the command', () => {
    const [step] = plan([remedy('image', [strategic({ image: 'two' })])]).steps;
    expect(step).toMatchObject({
      before: daemonSet,
      after: {
        ...daemonSet,
        spec: { template: { spec: { containers: [{ name: 'anchor', image: 'two' }] } } },
      },
      kubectl: [
        `kubectl -n harbour patch daemonset lantern --type strategic -p '{"spec":{"template":{"spec":{"containers":[{"name":"anchor","image":"two"}]}}}}'`,
      ],
    });
    expect(plan([remedy('make', [make])]).steps[0]).toMatchObject({
      before: null,
      after: make.body,
    });
    expect(plan([remedy('restart', restarts.slice(0, 1))]).steps[0]).toMatchObject({
      before: pods[0],
      after: null,
    });
  });

  it('of several remedies about one object are one', () => {
    const made = plan([
      remedy('image', [strategic({ image: 'two' })]),
      remedy('probe', [strategic({ livenessProbe: { timeoutSeconds: 9 } })]),
    ]);
    expect(stepsOf(made)).toEqual(['patch DaemonSet/lantern']);
    expect(made).toMatchObject({
      items: [{ remedy: { id: 'image' } }, { remedy: { id: 'probe' } }],
      conflicts: [],
      refusal: null,
      steps: [{ change: strategic({ image: 'two', livenessProbe: { timeoutSeconds: 9 } }) }],
    });
  });

  it('are none where all is so already', () => {
    const made = plan([
      remedy('image', [strategic({ image: 'one' })]),
      remedy('method', [method({ firstFound: true, canReach: null })]),
    ]);
    expect(made).toMatchObject({ steps: [], refusal: null });
  });

  it('are kept where the object was not read', () => {
    const change = { ...strategic({ image: 'one' }), ref: { ...daemonSetRef, name: 'unseen' } };
    expect(plan([remedy('image', [change])]).steps).toMatchObject([{ before: null, after: null }]);
  });

  it('do not make what is there already', () => {
    const configMap = {
      kind: 'ConfigMap',
      metadata: { name: 'chart', namespace },
      data: { more: 'x' },
    };
    const there = snapshotOf({ lists: { configMaps: [{ apiVersion: 'v1', ...configMap }] } });
    const wanted = { ...make, body: { apiVersion: 'v1', ...configMap, data: {} } };
    expect(
      plan([remedy('make', [{ ...wanted, body: { ...configMap, apiVersion: 'v1' } }])], {
        snapshot: there,
      }).steps,
    ).toEqual([]);
    const different = { ...make, body: { ...configMap, apiVersion: 'v1', data: { more: 'y' } } };
    expect(plan([remedy('make', [different])], { snapshot: there }).steps).toHaveLength(1);
  });
});

describe('pods that a change replaces anyway', () => {
  it.each([
    ['of the DaemonSet', strategic({ image: 'two' })],
    ['of the address method', method({ firstFound: null, canReach: '10.9.0.1' })],
  ])('are not deleted as well: change %s', (_title, change) => {
    const made = plan([remedy('restart', restarts), remedy('change', [change])]);
    expect(stepsOf(made).filter((name) => name.startsWith('delete'))).toEqual([]);
    expect(made.steps).toHaveLength(1);
  });

  it('are deleted where the change rolls nothing', () => {
    const label: Change = {
      ref: daemonSetRef,
      verb: 'patch',
      patchType: 'merge',
      body: { metadata: { labels: { a: 'b' } } },
    };
    expect(plan([remedy('both', [...restarts, label])]).steps).toHaveLength(3);
  });

  it('are deleted where the DaemonSet waits for it', () => {
    const spec = { ...daemonSet.spec, updateStrategy: { type: 'OnDelete' } };
    const snapshot = snapshotOf({ lists: { pods, daemonSets: [{ ...daemonSet, spec }] } });
    const changes = [...restarts, strategic({ image: 'two' })];
    expect(stepsOf(plan([remedy('both', changes)], { snapshot }))).toEqual([
      'patch DaemonSet/lantern',
      'delete Pod/lantern-quay-1',
      'delete Pod/lantern-quay-2',
    ]);
  });
});

it('is narrowed to nodes', () => {
  const both = remedy('both', [...restarts, make], { drains: ['quay-1', 'quay-2'] });
  expect(stepsOf(plan([both], { nodes: ['quay-2'] }))).toEqual([
    'create ConfigMap/chart',
    'drain quay-2',
    'delete Pod/lantern-quay-2',
  ]);
});

it('is about those nodes alone, where each is mended for itself', () => {
  const node = (name: string) => ({ kind: 'Node', name });
  const finding = { id: 'dark', title: 'dark', affected: [node('quay-1'), node('quay-2')] };
  const drains = {
    drains: ['quay-1', 'quay-2'],
    afterwards: ['reboot 1', 'reboot 2'],
    afterwardsOf: { 'quay-1': ['reboot 1'], 'quay-2': ['reboot 2'] },
  };
  const items = [{ finding, remedy: remedy('drain', [], drains) }];
  const made = plan([], { items, nodes: ['quay-2'] });
  expect(made.items[0]?.finding?.affected).toEqual([node('quay-2')]);
  expect(made.manual).toEqual(['reboot 2']);
  const everywhere = [{ finding, remedy: remedy('both', [strategic({ image: 'two' })]) }];
  const whole = plan([], { items: everywhere, nodes: ['quay-2'] });
  expect(whole.items[0]?.finding?.affected).toEqual(finding.affected);
});

describe('what is told', () => {
  it('is told once, in the order of the remedies', () => {
    const address = {
      node: 'quay-1',
      family: 4,
      now: '10.9.0.1',
      nowInterface: 'a',
      then: '10.9.0.2',
      thenInterface: 'b',
      outcome: 'changes',
    } as const;
    const one = { consequences: ['A.', 'B.'], durable: ['# values', 'a: 1'], addresses: [address] };
    const two = { consequences: ['B.', 'C.'], durable: ['# values', 'a: 1'], addresses: [address] };
    const made = plan([
      remedy('one', [make], one),
      remedy('two', restarts, { ...two, afterwards: ['# then', 'reboot'] }),
      remedy('three', [], { action: 'manual', manual: ['# look', 'dmesg'] }),
    ]);
    expect(made).toMatchObject({
      consequences: ['A.', 'B.', 'C.'],
      durable: ['# values', 'a: 1'],
      addresses: [address],
      manual: ['# then', 'reboot', '# look', 'dmesg'],
    });
  });
});

describe('a refusal', () => {
  const sent = remedy('sent', [strategic({ image: 'two' })]);
  it.each<[string, readonly Remedy[], Partial<Install>]>([
    ['a remedy that is refused', [sent, remedy('no', [], { action: 'refuse' })], {}],
    ['only what has to be made at its source', [remedy('emit', [], { action: 'emit' })], {}],
    ['only steps by hand', [remedy('hand', [], { action: 'manual' })], {}],
    ['what only commands describe', [remedy('hand', [], { action: 'apply' })], {}],
    ['an installation on the move', [sent], { state: 'migrating' }],
    ['a move that is stuck', [sent], { state: 'migration-blocked' }],
    ['two installations', [sent], { state: 'two-installations' }],
    [
      'remedies that contradict one another',
      [sent, remedy('other', [strategic({ image: 'three' })])],
      {},
    ],
    ['a node that cannot be drained', [remedy('drain', [], { drains: ['nowhere'] })], {}],
  ])('is given for %s', (_title, remedies, parts) => {
    const { refusal } = plan(remedies, { install: install(parts) });
    expect(refusal).toEqual(expect.any(String));
  });

  it.each<[string, readonly Remedy[]]>([
    ['what may be sent', [sent]],
    ['what is sent for the time being', [{ ...sent, action: 'apply-temporary' }]],
    ['what may be sent beside steps by hand', [sent, remedy('hand', [], { action: 'manual' })]],
    ['nothing at all', []],
  ])('is not given for %s', (_title, remedies) => {
    expect(plan(remedies).refusal).toBeNull();
  });

  it.each(['nodes', 'pods', 'daemonSets'] as const)('is given where no %s were read', (name) => {
    const whole = snapshotOf({});
    const failed = { state: 'failed', error: { kind: 'timeout', message: 'no answer' } } as const;
    const lists = (read: Snapshot['lists'][typeof name]) => ({
      snapshot: { ...whole, lists: { ...whole.lists, [name]: read } },
    });
    expect(plan([sent], lists(failed)).refusal).toContain('no answer');
    expect(plan([sent], lists({ ...failed, items: [] })).refusal).toBeNull();
  });

  it('says why, and sends nothing of what is for its source', () => {
    const emit = remedy('emit', [strategic({ image: 'two' })], {
      action: 'emit',
      durable: ['x: 1'],
    });
    const made = plan([emit], { install: install({ action: 'emit' }) });
    expect(made.refusal).toContain('it says so.');
    expect(plan([emit]).refusal).not.toContain('it says so');
    expect(made).toMatchObject({ steps: [], durable: ['x: 1'], manual: ['# by hand: emit'] });
  });

  it('names what does not fit the object', () => {
    const patch: Change = {
      ref: daemonSetRef,
      verb: 'patch',
      patchType: 'json',
      body: [{ op: 'test', path: '/spec/paused', value: true }],
    };
    const made = plan([remedy('pause', [patch])]);
    expect(made.conflicts).toEqual([
      { ref: daemonSetRef, field: '/spec/paused', remedies: ['pause'] },
    ]);
    expect(made.refusal).not.toBeNull();
  });
});
