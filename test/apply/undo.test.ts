import { describe, expect, test } from 'vitest';
import { undoPlan } from '../../internal/apply/undo.ts';
import type { DaemonSet } from '../../internal/model/kubernetes.ts';
import type { ChangeRecord } from '../../internal/model/record.ts';
import { apply, essence, fixRun, itemOf, planWith, undo, type FixRun } from '../support/fix-run.ts';
import {
  daemonSetIn,
  daemonSetRef,
  methodIn,
  methodOf,
  wellNodes,
} from '../support/fix-samples.ts';
import { forbidden } from '../support/memory-answers.ts';
import { simulatedCluster, type SimulatedCluster } from '../support/simulated-cluster.ts';

interface Done {
  readonly cluster: SimulatedCluster;
  readonly run: FixRun;
  readonly record: ChangeRecord;
  /** As it was before. */
  readonly daemonSet: DaemonSet;
}

async function applied(): Promise<Done> {
  const cluster = await simulatedCluster({ install: 'manifest', nodes: wellNodes });
  const run = fixRun(cluster);
  const daemonSet = structuredClone(daemonSetIn(cluster));
  await apply(run, await planWith(cluster, [itemOf([methodOf('interface=ens3')])]));
  const [record] = run.journal.list().records;
  if (!record) throw new Error('there is no record');
  return { cluster, run, record, daemonSet };
}

const setMethod = (cluster: SimulatedCluster, value: string): void => {
  cluster.edit<DaemonSet>(daemonSetRef(), (draft) => {
    const env = draft.spec?.template?.spec?.containers?.[0]?.env ?? [];
    const own = env.find(({ name }) => name === 'IP_AUTODETECTION_METHOD');
    if (own) own.value = value;
  });
};

test('somebody who changed the same field since is shown, and not overwritten', async () => {
  const { cluster, run, record } = await applied();
  setMethod(cluster, 'interface=eth7');
  const made = await undoPlan(record, run.context);
  expect(made).toMatchObject({
    kind: 'conflicts',
    conflicts: [{ ref: { kind: 'DaemonSet' }, ours: expect.anything(), now: expect.anything() }],
  });
  expect(JSON.stringify(made)).toContain('interface=eth7');
});

test('what somebody changed elsewhere in the object stays', async () => {
  const { cluster, run } = await applied();
  cluster.edit<DaemonSet>(daemonSetRef(), (draft) => {
    draft.spec?.template?.spec?.containers?.[0]?.env?.push({ name: 'EXTRA', value: '1' });
  });
  expect((await undo(run)).result).toBe('verified');
  expect(methodIn(cluster)).toBeUndefined();
  const env = daemonSetIn(cluster).spec?.template?.spec?.containers?.[0]?.env ?? [];
  expect(env.map(({ name }) => name)).toContain('EXTRA');
});

test('that calico-node restarts is told before, and nothing of it where no pod does', async () => {
  const { run, record } = await applied();
  const restarting = await undoPlan(record, run.context);
  expect(restarting).toMatchObject({ plan: { consequences: [expect.any(String)] } });
  const items = record.items.map((item) => ({
    ...item,
    remedy: { ...item.remedy, risk: 'none' as const },
  }));
  const quiet = await undoPlan({ ...record, items }, run.context);
  expect(quiet).toMatchObject({ plan: { consequences: [] } });
});

test('somebody who is faster than the undo stops it', async () => {
  const { cluster, run } = await applied();
  cluster.before({ verb: 'patch', isDryRun: false }, () => setMethod(cluster, 'interface=eth7'));
  const outcome = await undo(run);
  expect(outcome.result).toBe('refused');
  expect(methodIn(cluster)).toBe('interface=eth7');
});

test('an undo that is interrupted while it waits has taken the change back', async () => {
  const { cluster, run, record } = await applied();
  cluster.before({ verb: 'patch', isDryRun: false }, () => {
    cluster.before({ verb: 'list', kind: 'ControllerRevision' }, () => run.abort());
  });
  expect(await undo(run)).toMatchObject({ result: 'interrupted' });
  expect(run.journal.records.get(record.id)).toMatchObject({ state: 'undone' });
});

test('a record of another cluster is refused, by the plan and by whoever carries it out', async () => {
  const { run, record } = await applied();
  const foreign = { ...record, id: 'foreign', cluster: { ...record.cluster, uid: 'other' } };
  expect(await undoPlan(foreign, run.context)).toMatchObject({ kind: 'refused' });
  const made = await undoPlan(record, run.context);
  if (made.kind !== 'plan') throw new Error('no plan');
  run.journal.write(foreign);
  const outcome = await apply(run, made.plan, { undoes: 'foreign' });
  expect(outcome.result).toBe('refused');
  expect((await apply(run, made.plan, { undoes: 'unknown' })).result).toBe('refused');
});

test('an object that cannot be read is no reason to guess', async () => {
  const { cluster, run, record } = await applied();
  cluster.before({ verb: 'get', kind: 'DaemonSet' }, () =>
    forbidden({ verb: 'get', group: 'apps', resource: 'daemonsets' }),
  );
  expect(await undoPlan(record, run.context)).toMatchObject({ kind: 'refused' });
});

describe('there is nothing to take back', () => {
  test('where somebody did it', async () => {
    const { cluster, run, record, daemonSet: before } = await applied();
    const { spec } = before;
    cluster.edit<DaemonSet>(daemonSetRef(), (draft) => {
      draft.spec = structuredClone(spec) as typeof draft.spec;
    });
    expect(await undoPlan(record, run.context)).toMatchObject({ kind: 'nothing' });
  });

  test('where it was taken back', async () => {
    const { run } = await applied();
    await undo(run);
    const original = run.journal.list().records.find(({ undoes }) => undoes === undefined);
    if (!original) throw new Error('no record');
    expect(await undoPlan(original, run.context)).toMatchObject({ kind: 'nothing' });
  });

  test('where only pods were deleted', async () => {
    const cluster = await simulatedCluster({ install: 'manifest', nodes: wellNodes });
    const run = fixRun(cluster);
    const name = cluster.calicoPod('n1')?.metadata.name ?? '';
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'kube-system', name };
    await apply(run, await planWith(cluster, [itemOf([{ ref, verb: 'delete', body: null }])]));
    const [record] = run.journal.list().records;
    if (!record) throw new Error('no record');
    expect(await undoPlan(record, run.context)).toMatchObject({ kind: 'nothing' });
  });
});

describe('objects that were made and deleted', () => {
  const configMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'kube-system', name: 'extra' },
    data: { a: '1' },
  };
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'extra' };

  test('a made one is deleted', async () => {
    const cluster = await simulatedCluster({ install: 'manifest', nodes: wellNodes });
    const run = fixRun(cluster);
    const change = { ref, verb: 'create', body: configMap } as const;
    expect((await apply(run, await planWith(cluster, [itemOf([change])]))).result).toBe('verified');
    expect((await undo(run)).result).toBe('verified');
    expect(cluster.store.get(ref)).toBeNull();
  });

  test('a deleted one is made again', async () => {
    const cluster = await simulatedCluster({
      install: 'manifest',
      nodes: wellNodes,
      objects: [configMap],
    });
    const run = fixRun(cluster);
    const change = { ref, verb: 'delete', body: null } as const;
    expect((await apply(run, await planWith(cluster, [itemOf([change])]))).result).toBe('verified');
    expect(cluster.store.get(ref)).toBeNull();
    expect((await undo(run)).result).toBe('verified');
    expect(essence(cluster.stored(ref))).toMatchObject({ data: { a: '1' } });
  });
});
