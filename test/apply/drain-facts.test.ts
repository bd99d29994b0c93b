import { describe, expect, it } from 'vitest';
import { runUncordon } from '../../internal/apply/drain-cordon.ts';
import { readDrainFacts } from '../../internal/apply/drain-facts.ts';
import { tryDrain } from '../../internal/apply/drain-try.ts';
import type { KubeObject, Node } from '../../internal/model/kubernetes.ts';
import { drainOptionsOf } from '../../internal/plan/drain-options.ts';
import { drainStep } from '../../internal/plan/drain-step.ts';
import { budgetOf, factsOf, nodeOf, podOf } from '../support/drain-sample.ts';
import { drainNodes, drainSetting, living, web } from '../support/drain-setting.ts';
import { refusal } from '../support/memory-answers.ts';

const daemonSet = (name: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace: 'orders' },
});

const claimVolume = { name: 'd', persistentVolumeClaim: { claimName: 'c' } };
const claimed = podOf('db', 'n', {
  owner: 'StatefulSet',
  spec: { volumes: [claimVolume] },
});
const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c', namespace: 'orders' },
  spec: { volumeName: 'v' },
};
const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' } };

function read(objects: readonly KubeObject[], drained: readonly string[] = ['n']) {
  const own = drainSetting(objects);
  return { ...own, facts: () => readDrainFacts(own.cluster, drained, own.cluster.clock) };
}

describe('readDrainFacts', () => {
  it('reads all that a drain is judged by', async () => {
    const budget = budgetOf('b', { selector: {} }, { disruptionsAllowed: 1 });
    const own = read([
      web('a', 'n'),
      web('b', 'm'),
      podOf('over', 'n', { phase: 'Succeeded' }),
      podOf('over', 'm', { phase: 'Succeeded', namespace: 'cart' }),
      podOf('d', 'n', { owner: 'DaemonSet' }),
      podOf('e', 'n', { owner: 'DaemonSet' }),
      daemonSet('d-of'),
      claimed,
      claim,
      volume,
      budget,
    ]);
    const facts = await own.facts();
    expect(facts.now).toBe('2026-03-01T12:00:00Z');
    expect(facts.nodes.map(({ metadata }) => metadata.name)).toEqual(['n', 'm', 'k']);
    expect(
      facts.pods.map((pod) => `${pod.spec?.nodeName} ${pod.metadata.name}`).toSorted(),
    ).toEqual(['m b', 'n a', 'n d', 'n db', 'n e', 'n over']);
    expect(facts.completeNodes).toBeNull();
    expect(facts.daemonSets.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'd-of there',
      'e-of missing',
    ]);
    expect(facts.claims).toHaveLength(1);
    expect(facts.volumes).toHaveLength(1);
    expect(facts.budgets).toHaveLength(1);
    expect(facts.gaps).toEqual([]);
    expect(own.cluster.writes()).toEqual([]);
  });

  it.each([
    ['Node', 'nodes-unread', true],
    ['Pod', 'pods-unread', true],
    ['PodDisruptionBudget', 'budgets-unknown', false],
    ['DaemonSet', 'daemonsets-unknown', false],
    ['PersistentVolumeClaim', 'volumes-unknown', false],
    ['PersistentVolume', 'volumes-unknown', false],
  ])('says that it cannot read a %s', async (kind, id, isBlocking) => {
    const own = read([claimed, claim, volume, podOf('d', 'n', { owner: 'DaemonSet' })]);
    own.cluster.before({ kind }, () => refusal(403, 'forbidden'));
    const { gaps } = await own.facts();
    expect(gaps).toEqual([expect.objectContaining({ id, isBlocking })]);
  });

  it('does without figures of use', async () => {
    const own = read([]);
    own.cluster.before({ kind: 'NodeMetrics' }, () => refusal(404, 'no such thing'));
    expect(await own.facts()).toMatchObject({ metrics: null, gaps: [] });
  });

  it('asks an old server for the budgets that it has', async () => {
    const own = read([]);
    own.cluster.before({ kind: 'PodDisruptionBudget', nth: 1 }, () => refusal(404, 'not found'));
    expect(await own.facts()).toMatchObject({ budgets: [], gaps: [] });
  });

  it('reads of a large cluster only what is needed', async () => {
    const many = Array.from({ length: 200 }, (_, index) => nodeOf(`x${index}`));
    const pods = many.map(({ metadata }) => web(`p-${metadata.name}`, metadata.name));
    const calico = podOf('calico-node-1', 'x199', {
      owner: 'DaemonSet',
      labels: { 'k8s-app': 'calico-node' },
    });
    const own = read([...many, ...pods, web('a', 'n'), calico]);
    const facts = await own.facts();
    const onNodes = new Set(facts.pods.map(({ spec }) => spec?.nodeName));
    expect(onNodes.size).toBeLessThan(40);
    expect(onNodes.has('x199')).toBe(true);
    expect(facts.completeNodes).toHaveLength(31);
    expect(facts.completeNodes).toContain('n');
    const step = drainStep('n', facts, drainOptionsOf());
    expect(step.concerns).toEqual([]);
  });
});

describe('tryDrain', () => {
  const planned = drainStep('n', factsOf({ nodes: drainNodes }), drainOptionsOf());

  it('changes nothing, and tells what would wait', async () => {
    const own = drainSetting([
      web('a', 'n'),
      web('b', 'm', { ready: false }),
      living('web', { minAvailable: 1 }),
    ]);
    const trial = await tryDrain(planned, own.context);
    expect(trial.refusals).toEqual([]);
    expect(trial.warnings).toEqual([expect.stringContaining('The disruption budget web needs 1')]);
    expect(trial.step.pods).toMatchObject([{ name: 'a', verdict: 'evict' }]);
    expect(own.cluster.writes()).toEqual([]);
    const tried = own.cluster.requests.flatMap(({ change }) => (change ? [change.verb] : []));
    expect(tried).toEqual(['patch', 'evict']);
  });

  it('names the right that is missing', async () => {
    const own = drainSetting([web('a', 'n')], {
      rights: [
        { verbs: ['get', 'list'], apiGroups: ['*'], resources: ['*'] },
        { verbs: ['patch'], apiGroups: [''], resources: ['nodes'] },
      ],
    });
    const trial = await tryDrain(planned, own.context);
    expect(trial.refusals).toHaveLength(1);
    expect(trial.missing).toEqual([
      expect.objectContaining({ verb: 'create', resource: 'pods/eviction' }),
    ]);
  });
});

describe('runUncordon', () => {
  const calico = (ready = true) =>
    podOf('calico-node-1', 'n', {
      owner: 'DaemonSet',
      labels: { 'k8s-app': 'calico-node' },
      ready,
    });

  const cordoned = (objects: readonly KubeObject[]) => {
    const own = drainSetting(objects);
    own.cluster.edit<Node>({ kind: 'Node', name: 'n' }, (draft) => {
      draft.spec = { ...draft.spec, unschedulable: true };
    });
    return own;
  };

  it('gives a node that is well back', async () => {
    const own = cordoned([calico()]);
    expect(await runUncordon('n', own.context, own.hooks)).toMatchObject({ state: 'uncordoned' });
    expect(own.isCordoned()).toBe(false);
    expect(own.nodeStates()).toEqual(['uncordoned']);
    expect(own.journal).toEqual(['sending patch n', 'sent patch n']);
  });

  it.each<readonly [string, readonly KubeObject[], 'True' | 'False']>([
    ['without a kubelet', [calico()], 'False'],
    ['without calico-node', [], 'True'],
    ['with a sick calico-node', [calico(false)], 'True'],
  ])('leaves a node %s', async (_name, objects, status) => {
    const own = cordoned(objects);
    own.cluster.edit<Node>({ kind: 'Node', name: 'n' }, (draft) => {
      for (const condition of draft.status?.conditions ?? []) condition.status = status;
    });
    const result = await runUncordon('n', own.context, own.hooks);
    expect(result).toMatchObject({ state: 'not-well', hints: ['kubectl uncordon n'] });
    expect(own.isCordoned()).toBe(true);
    expect(own.cluster.writes()).toEqual([]);
  });

  it('has nothing to do where somebody did it', async () => {
    const own = drainSetting([calico()]);
    expect(await runUncordon('n', own.context, own.hooks)).toMatchObject({ state: 'not-needed' });
    expect(own.cluster.writes()).toEqual([]);
  });

  it('tells why it could not', async () => {
    const own = cordoned([calico()]);
    own.cluster.before({ verb: 'patch' }, () => refusal(403, 'no'));
    const result = await runUncordon('n', own.context, own.hooks);
    expect(result).toMatchObject({ state: 'failed', hints: ['kubectl uncordon n'] });
    expect(own.isCordoned()).toBe(true);
  });
});
