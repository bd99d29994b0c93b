import { describe, expect, test } from 'vitest';
import type { DaemonSet } from '../../internal/model/kubernetes.ts';
import { dryRunPlan } from '../../internal/apply/dry-run.ts';
import { applyPlan } from '../../internal/apply/apply.ts';
import { UserError } from '../../internal/model/error.ts';
import type { Change } from '../../internal/model/remedy.ts';
import { apply, essence, fixRun, itemOf, memoryJournal, planWith } from '../support/fix-run.ts';
import { daemonSetIn, daemonSetRef, methodOf, podUids, wellNodes } from '../support/fix-samples.ts';
import { everything } from '../support/memory-access.ts';
import { cause, refusal, silence, tooBusy } from '../support/memory-answers.ts';
import { simulatedCluster, type SimulatedCluster } from '../support/simulated-cluster.ts';

const change = methodOf('interface=ens3');
const good = () => itemOf([change]);

const well = (): Promise<SimulatedCluster> =>
  simulatedCluster({ install: 'manifest', nodes: wellNodes });

const setMethod = (cluster: SimulatedCluster, value: string): void => {
  cluster.edit<DaemonSet>(daemonSetRef(), (draft) => {
    const env = draft.spec?.template?.spec?.containers?.[0]?.env ?? [];
    const own = env.find(({ name }) => name === 'IP_AUTODETECTION_METHOD');
    if (own) own.value = value;
    else env.push({ name: 'IP_AUTODETECTION_METHOD', value });
  });
};

const pool: Change = {
  ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'extra' },
  verb: 'create',
  body: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'kube-system', name: 'extra' },
    data: { a: '1' },
  },
};

describe('nothing is sent', () => {
  test.each<{
    readonly name: string;
    readonly prepare: (cluster: SimulatedCluster) => void;
    readonly says: RegExp;
  }>([
    {
      name: 'a right is missing',
      prepare: (cluster) =>
        cluster.allow([{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'create'] }]),
      says: /patch daemonsets\.apps "calico-node"/,
    },
    {
      name: 'somebody changed the field since the plan',
      prepare: (cluster) => setMethod(cluster, 'interface=eth7'),
      says: /IP_AUTODETECTION_METHOD.*eth7/,
    },
    {
      name: 'the object was deleted',
      prepare: (cluster) => cluster.remove(daemonSetRef()),
      says: /not there any more/,
    },
    {
      name: 'the object was made anew',
      prepare: (cluster) => {
        const object = daemonSetIn(cluster);
        cluster.remove(daemonSetRef());
        cluster.put({ ...object, metadata: { ...object.metadata, uid: 'another' } });
      },
      says: /made anew/,
    },
    {
      name: 'the server finds it invalid',
      prepare: (cluster) => {
        const causes = [cause('FieldValueInvalid', 'spec.template', 'no')];
        cluster.before({ verb: 'patch', isDryRun: true }, () =>
          refusal(422, 'DaemonSet.apps is invalid', { causes }),
        );
      },
      says: /invalid/,
    },
    {
      name: 'the cluster cannot be identified',
      prepare: (cluster) => {
        cluster.before({ verb: 'get', kind: 'Namespace' }, () => silence(false));
      },
      says: /identified/,
    },
    {
      name: 'the object is changed all the time',
      prepare: (cluster) => {
        cluster.before({ verb: 'patch', isDryRun: true }, () => refusal(409, 'conflict'));
      },
      says: /all the time/,
    },
  ])('where $name', async ({ prepare, says }) => {
    const cluster = await well();
    const run = fixRun(cluster);
    const plan = await planWith(cluster, [good()]);
    prepare(cluster);
    const outcome = await apply(run, plan);
    expect(outcome).toMatchObject({ result: 'refused', recordId: null });
    expect(outcome.messages.join(' ')).toMatch(says);
    expect(cluster.writes()).toEqual([]);
    expect(run.journal.writes).toEqual([]);
  });

  test('and a missing right comes with the smallest role', async () => {
    const cluster = await well();
    const run = fixRun(cluster);
    const plan = await planWith(cluster, [good()]);
    cluster.allow([{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'create'] }]);
    const { missingRole } = await apply(run, plan);
    expect(missingRole).toContain('kind: Role');
    expect(missingRole).toContain('daemonsets');
    expect(missingRole).not.toContain('pods');
    cluster.allow(everything);
    expect((await apply(run, plan)).result).toBe('verified');
  });

  test.each([
    { name: 'refused by the plan', parts: { refusal: 'No.' }, says: 'No.' },
    {
      name: 'conflicts',
      parts: { conflicts: [{ ref: daemonSetRef(), field: 'spec.x', remedies: ['a', 'b'] }] },
      says: 'spec.x',
    },
    {
      name: 'made from a dump',
      parts: { source: { kind: 'dump' as const, name: '/tmp/dump' } },
      says: 'dump',
    },
    {
      name: 'made for another cluster',
      parts: { source: { kind: 'live' as const, name: 'elsewhere' } },
      says: 'elsewhere',
    },
  ])('of a plan that is $name', async ({ parts, says }) => {
    const cluster = await well();
    const run = fixRun(cluster);
    const plan = { ...(await planWith(cluster, [good()])), ...parts };
    const outcome = await apply(run, plan);
    expect(outcome.result).toBe('refused');
    expect(outcome.messages.join()).toContain(says);
    expect(cluster.writes()).toEqual([]);
  });

  test('where the record cannot be written', async () => {
    const cluster = await well();
    const journal = memoryJournal(() => {
      throw new UserError('the disk is full');
    });
    const run = fixRun(cluster, { journal });
    await expect(apply(run, await planWith(cluster, [good()]))).rejects.toThrow('disk is full');
    expect(cluster.writes()).toEqual([]);
  });

  test('where an object to create is there already, and another', async () => {
    const cluster = await well();
    const run = fixRun(cluster);
    const plan = await planWith(cluster, [itemOf([pool])]);
    cluster.put({ ...(pool.body as DaemonSet), data: { a: '2' } } as never);
    expect((await apply(run, plan)).result).toBe('refused');
  });
});

describe('while it is sent', () => {
  test('a write of the status is no conflict', async () => {
    const cluster = await well();
    const run = fixRun(cluster);
    const plan = await planWith(cluster, [good()]);
    cluster.before({ verb: 'patch', isDryRun: false, nth: 1 }, () => {
      cluster.edit<DaemonSet>(daemonSetRef(), (draft) => {
        draft.metadata.labels = { ...draft.metadata.labels, touched: 'yes' };
      });
    });
    expect((await apply(run, plan)).result).toBe('verified');
    expect(cluster.writes()).toHaveLength(2);
    expect(cluster.stored(daemonSetRef()).metadata.labels?.['touched']).toBe('yes');
  });

  test('somebody else who is faster is left alone', async () => {
    const cluster = await well();
    const run = fixRun(cluster);
    const plan = await planWith(cluster, [good()]);
    cluster.before({ verb: 'patch', isDryRun: false }, () => setMethod(cluster, 'interface=eth7'));
    const outcome = await apply(run, plan);
    expect(outcome).toMatchObject({ result: 'refused', recordId: null });
    expect(outcome.messages.join()).toContain('eth7');
    expect(run.journal.list().records[0]).toMatchObject({
      state: 'refused',
      steps: [{ state: 'refused' }],
    });
  });

  test.each([
    ['carried out', 'lost' as const],
    ['not carried out', silence(true)],
    ['an error of the server', refusal(500, 'etcdserver: request timed out')],
  ])('a lost answer is cleared up by reading: %s', async (_name, answer) => {
    const cluster = await well();
    const run = fixRun(cluster);
    const plan = await planWith(cluster, [good()]);
    cluster.before({ verb: 'patch', isDryRun: false, nth: 1 }, () => answer);
    const outcome = await apply(run, plan);
    expect(outcome.result).toBe('verified');
    expect(cluster.writes()).toHaveLength(answer === 'lost' ? 1 : 2);
    expect(cluster.stored(daemonSetRef()).metadata.generation).toBe(2);
  });

  test('an answer that stays lost leaves a record that can be undone', async () => {
    const cluster = await well();
    const run = fixRun(cluster);
    const plan = await planWith(cluster, [good()]);
    cluster.before({ verb: 'patch', isDryRun: false }, () => {
      cluster.before({ verb: 'get', kind: 'DaemonSet' }, () => silence(false));
      return 'lost';
    });
    const outcome = await apply(run, plan);
    expect(outcome.result).toBe('not-verified');
    expect(outcome.hints.join()).toContain(outcome.recordId);
    expect(run.journal.list().records[0]?.steps[0]?.state).toBe('sending');
  });

  test('a server that stays busy is not asked for ever', async () => {
    const cluster = await well();
    const run = fixRun(cluster);
    const plan = await planWith(cluster, [good()]);
    cluster.before({ verb: 'patch', isDryRun: false }, () => tooBusy());
    const outcome = await apply(run, plan);
    expect(outcome.result).toBe('refused');
    expect(cluster.writes()).toHaveLength(1);
  });

  test('what comes after a step that was refused is not sent', async () => {
    const cluster = await well();
    const run = fixRun(cluster);
    const pods = podUids(cluster);
    const plan = await planWith(cluster, [itemOf([pool, change])]);
    cluster.before({ verb: 'patch', isDryRun: false }, () => refusal(403, 'a webhook says no'));
    const outcome = await apply(run, plan);
    expect(outcome.result).toBe('not-verified');
    expect(outcome.messages.join()).toContain('webhook');
    expect(podUids(cluster)).toEqual(pods);
    expect(run.journal.list().records[0]?.steps.map(({ state }) => state)).toEqual([
      'sent',
      'refused',
    ]);
  });

  test('an API server that goes away is waited for until the limit, and nothing is taken back', async () => {
    const cluster = await well();
    const run = fixRun(cluster);
    const plan = await planWith(cluster, [good()]);
    cluster.before({ verb: 'patch', isDryRun: false }, () => {
      for (const verb of ['get', 'list'] as const) cluster.before({ verb }, () => silence(false));
    });
    const outcome = await apply(run, plan, { timeoutSeconds: 400 });
    expect(outcome.result).toBe('not-verified');
    expect(cluster.writes()).toHaveLength(1);
    expect(run.events).toContainEqual(expect.objectContaining({ kind: 'waiting' }));
    expect(outcome.hints.join()).toContain('undo');
  });

  test('--timeout ends the waiting, not the rollout', async () => {
    const cluster = await well();
    const run = fixRun(cluster);
    const plan = await planWith(cluster, [good()]);
    const begun = cluster.clock.elapsedSeconds();
    const outcome = await apply(run, plan, { timeoutSeconds: 6 });
    expect(outcome.result).toBe('not-verified');
    expect(outcome.messages.join()).toContain('still rolling out');
    expect(cluster.clock.elapsedSeconds() - begun).toBe(6);
  });
});

describe('a dry run', () => {
  const dry = async (cluster: SimulatedCluster, changes: readonly Change[]) =>
    dryRunPlan(await planWith(cluster, [itemOf(changes)]), fixRun(cluster).context);

  test('shows what the server would store, and stores nothing', async () => {
    const cluster = await well();
    const before = essence(cluster.stored(daemonSetRef()));
    const { answers, plan, refusal: no } = await dry(cluster, [change]);
    expect(answers).toMatchObject([{ state: 'changes', reason: null }]);
    expect(no).toBeNull();
    const [step] = plan.steps;
    expect(step?.kind === 'change' && step.after?.metadata.generation).toBe(2);
    expect(essence(cluster.stored(daemonSetRef()))).toEqual(before);
    expect(cluster.writes()).toEqual([]);
  });

  test('tells what the server says', async () => {
    const cluster = await well();
    cluster.before({ verb: 'patch' }, () => refusal(422, 'it is wrong'));
    const { answers, refusal: no } = await dry(cluster, [change]);
    expect(answers).toMatchObject([{ state: 'refused' }]);
    expect(no).toContain('it is wrong');
  });

  test('passes over a webhook that cannot be asked', async () => {
    const cluster = await well();
    const text = 'admission webhook "x" does not support dry run';
    cluster.before({ verb: 'patch', isDryRun: true }, () => refusal(400, text));
    const { answers, refusal: no, plan } = await dry(cluster, [change]);
    expect(answers).toMatchObject([{ state: 'not-tried', reason: text }]);
    expect(no).toBeNull();
    expect(await applyPlan(plan, fixRun(cluster).context, { timeoutSeconds: null })).toMatchObject({
      result: 'verified',
    });
  });
});
