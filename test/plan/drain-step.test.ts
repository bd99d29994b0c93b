import { describe, expect, it } from 'vitest';
import { drainFactsOf } from '../../internal/plan/drain-facts.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { drainRefusals, drainStep, uncordonStep } from '../../internal/plan/drain-step.ts';
import { applyChange } from '../../internal/plan/patch.ts';
import { healthyCluster } from '../support/cluster.ts';
import { factsOf, nodeOf, podOf } from '../support/drain-sample.ts';
import { snapshotOf } from '../support/snapshot.ts';

describe('drainStep', () => {
  const nodes = [nodeOf('n'), nodeOf('m')];

  it('cordons, names each pod, and says it in kubectl’s words', () => {
    const pods = [podOf('a', 'n'), podOf('b', 'n', { owner: 'DaemonSet' }), podOf('c', 'm')];
    const step = drainStep(
      'n',
      factsOf({ nodes, pods }),
      drainOptionsOf({ ignoreDaemonSets: true }),
    );
    expect(step.cordon?.change).toEqual({
      ref: { apiVersion: 'v1', kind: 'Node', name: 'n' },
      verb: 'patch',
      patchType: 'merge',
      body: { spec: { unschedulable: true } },
      guard: { uid: 'uid-n', resourceVersion: '7' },
    });
    expect(step.pods.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      'a evict',
      'b skip',
    ]);
    expect(step.kubectl).toEqual([
      'kubectl drain n --ignore-daemonsets --timeout=600s',
      'kubectl uncordon n',
    ]);
    expect(drainRefusals(step)).toEqual([]);
  });

  it('refuses in kubectl’s words', () => {
    const pods = [podOf('b', 'n', { owner: 'DaemonSet' })];
    const step = drainStep('n', factsOf({ nodes, pods }), drainOptionsOf());
    expect(drainRefusals(step)).toEqual([
      'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): orders/b',
    ]);
  });

  it.each([
    ['a node that is not there', 'x', '', 'no-such-node'],
    ['a selector that is none', 'n', 'a b', 'bad-pod-selector'],
  ])('refuses %s', (_name, node, podSelector, id) => {
    const step = drainStep(node, factsOf({ nodes }), drainOptionsOf({ podSelector }));
    expect(step.concerns.filter(({ isBlocking }) => isBlocking).map((one) => one.id)).toEqual([id]);
    expect(drainRefusals(step)).toHaveLength(1);
  });

  it('leaves alone who cordoned before', () => {
    const cordoned = [nodeOf('n', { cordoned: true }), nodeOf('m')];
    expect(drainStep('n', factsOf({ nodes: cordoned }), drainOptionsOf()).cordon).toBeNull();
  });

  it('says what blocks before the rest', () => {
    const node = nodeOf('n', { ready: 'Unknown' });
    const { concerns } = drainStep('n', factsOf({ nodes: [node] }), drainOptionsOf());
    expect(concerns.map(({ isBlocking }) => isBlocking)).toEqual([true, false]);
  });
});

it('cordon and uncordon give the same node, and what is reckoned is what the patch does', () => {
  const node = nodeOf('n', { taints: [{ key: 'a', effect: 'NoSchedule' }] });
  const { cordon } = drainStep('n', factsOf({ nodes: [node] }), drainOptionsOf());
  const cordoned = cordon && applyChange(node, cordon.change);
  expect(cordoned).toEqual(cordon?.after);
  const back = uncordonStep(nodeOf('n', { cordoned: true, taints: node.spec?.taints }));
  expect(back && cordoned && applyChange(cordoned, back.change)).toEqual(node);
  expect(uncordonStep(node)).toBeNull();
});

describe('drainFactsOf', () => {
  it('says what a snapshot does not hold', () => {
    const snapshot = snapshotOf(healthyCluster());
    const facts = drainFactsOf(snapshot);
    expect(facts.gaps.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['budgets-unknown', 'volumes-unknown']),
    );
    expect(facts.gaps.every(({ isBlocking }) => !isBlocking)).toBe(true);
    expect([facts.budgets, facts.claims, facts.volumes]).toEqual([null, null, null]);
    const [node] = facts.nodes;
    const step = drainStep(
      node?.metadata.name ?? '',
      facts,
      drainOptionsOf({ ignoreDaemonSets: true, allowControlPlane: true }),
    );
    expect(step.pods.length).toBeGreaterThan(0);
    expect(step.pods.some(({ name }) => name.startsWith('calico-node'))).toBe(true);
    expect(step.concerns).toEqual(expect.arrayContaining([...facts.gaps]));
  });

  it.each([
    ['read', 'there', 'missing'],
    ['not-asked', 'unread', 'unread'],
  ] as const)('with DaemonSets %s', (state, own, other) => {
    const whole = snapshotOf(healthyCluster());
    const daemonSets =
      state === 'read' ? whole.lists.daemonSets : { state, reason: 'not in the dump' };
    const [calico] = whole.lists.daemonSets.state === 'read' ? whole.lists.daemonSets.items : [];
    const namespace = calico?.metadata.namespace ?? '';
    const owned = (name: string) => ({
      ...podOf(name, 'n', { namespace }),
      metadata: {
        name,
        namespace,
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name, controller: true }],
      },
    });
    const pods = [owned(calico?.metadata.name ?? ''), owned('gone')];
    const lists = { ...whole.lists, daemonSets, pods: { state: 'read' as const, items: pods } };
    const facts = drainFactsOf({ ...whole, lists });
    expect(facts.daemonSets.map((one) => one.state)).toEqual([own, other]);
    expect(facts.gaps.some(({ id }) => id === 'daemonsets-unknown')).toBe(state !== 'read');
  });

  it.each([
    ['dump', undefined, true],
    ['live', undefined, false],
    ['live', ['pods'], true],
  ] as const)('a %s snapshot, in part: %s', (kind, partial, isUnsure) => {
    const whole = snapshotOf(healthyCluster());
    const { partial: _, ...rest } = whole;
    const source = { kind, name: 'x' };
    const facts = drainFactsOf({ ...rest, source, ...(partial ? { partial } : {}) });
    expect(facts.gaps.some(({ id }) => id === 'pods-unknown')).toBe(isUnsure);
    expect(facts.completeNodes).toEqual(partial ? [] : null);
  });
});
