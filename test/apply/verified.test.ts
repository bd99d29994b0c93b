import { describe, expect, test } from 'vitest';
import {
  apply,
  errorsIn,
  essence,
  fixRun,
  itemOf,
  planNow,
  planWith,
  undo,
} from '../support/fix-run.ts';
import {
  autodetection,
  daemonSetIn,
  daemonSetRef,
  installationRef,
  methodIn,
  methodOf,
  podUids,
  wellNodes,
  wrongAddress,
} from '../support/fix-samples.ts';
import { simulatedCluster } from '../support/simulated-cluster.ts';
import type { KubeObject } from '../../internal/model/kubernetes.ts';

const addressOf = (node: KubeObject): string | undefined =>
  node.metadata.annotations?.['projectcalico.org/IPv4Address'];

const cases = [
  { install: 'operator', ref: installationRef() },
  { install: 'manifest', ref: daemonSetRef() },
] as const;

describe.each(cases)('a wrong address with $install', ({ install, ref }) => {
  test('is fixed, verified and taken back', async () => {
    const cluster = await wrongAddress({ install });
    const run = fixRun(cluster);
    const before = essence(cluster.stored(ref));
    expect(await errorsIn(cluster)).toEqual(['wrong-ip-autodetected']);

    const outcome = await apply(run, await planNow(run));
    expect(outcome).toMatchObject({ result: 'verified', missingRole: null });
    expect(addressOf(cluster.stored({ kind: 'Node', name: 'n2' }))).toBe('10.8.0.2/24');
    expect(await errorsIn(cluster)).toEqual([]);
    expect(outcome.diagnosis?.verdict).toBe('healthy');
    expect(cluster.writes()).toHaveLength(1);

    const back = await undo(run);
    expect(back.result).toBe('verified');
    expect(essence(cluster.stored(ref))).toEqual(before);
    const [undone, original] = run.journal.list().records;
    expect(undone).toMatchObject({ undoes: original?.id, state: 'verified' });
    expect(original).toMatchObject({ state: 'undone', steps: [{ state: 'undone' }] });
    expect(await errorsIn(cluster)).toEqual(['wrong-ip-autodetected']);
  });

  test('is recorded before the request that changes it', async () => {
    const cluster = await wrongAddress({ install });
    const run = fixRun(cluster);
    let atSending: unknown = null;
    cluster.before({ verb: 'patch', isDryRun: false }, () => {
      atSending = run.journal.writes.at(-1);
    });
    const before = cluster.stored(ref);
    await apply(run, await planNow(run));
    expect(atSending).toMatchObject({
      state: 'begun',
      cluster: { uid: expect.any(String), context: 'test' },
      steps: [{ state: 'sending', isUndoable: true, before: { metadata: before.metadata } }],
    });
    const states = run.journal.writes.map(({ state, steps }) => [state, steps[0]?.state]);
    expect(states).toEqual([
      ['begun', 'planned'],
      ['begun', 'sending'],
      ['begun', 'sent'],
      ['verified', 'sent'],
    ]);
  });
});

test('a plan is taken back after an undo was taken back', async () => {
  const cluster = await wrongAddress({ install: 'manifest' });
  const run = fixRun(cluster);
  const before = essence(cluster.stored(daemonSetRef()));
  await apply(run, await planNow(run));
  const after = essence(cluster.stored(daemonSetRef()));
  await undo(run);
  expect(await undo(run)).toMatchObject({ result: 'verified' });
  expect(essence(cluster.stored(daemonSetRef()))).toEqual(after);
  expect(await undo(run)).toMatchObject({ result: 'verified' });
  expect(essence(cluster.stored(daemonSetRef()))).toEqual(before);
});

test('probes that kill a slow start get more time', async () => {
  const nodes = wellNodes.map((node) =>
    node.name === 'n3' ? { ...node, startSeconds: 90 } : node,
  );
  const cluster = await simulatedCluster({ install: 'manifest', nodes });
  const run = fixRun(cluster);
  expect(await errorsIn(cluster)).toEqual(['slow-startup-liveness-kill']);
  const outcome = await apply(run, await planNow(run));
  expect(outcome.result).toBe('verified');
  expect(await errorsIn(cluster)).toEqual([]);
  const probe = daemonSetIn(cluster).spec?.template?.spec?.containers?.[0]?.livenessProbe;
  expect(probe?.failureThreshold).toBeGreaterThan(6);
  expect((await undo(run)).result).toBe('verified');
});

test('probes of the operator are set in the Installation, where its schema has them', async () => {
  const nodes = wellNodes.map((node) =>
    node.name === 'n3' ? { ...node, startSeconds: 250 } : node,
  );
  const cluster = await simulatedCluster({
    install: 'operator',
    nodes,
    crd: { hasProbes: true },
    operator: { rendersProbes: true },
    age: 1800,
  });
  const run = fixRun(cluster);
  expect(await errorsIn(cluster)).toEqual(['slow-startup-liveness-kill']);
  const outcome = await apply(run, await planNow(run));
  expect(outcome).toMatchObject({ result: 'verified' });
  expect(cluster.writes()).toMatchObject([{ ref: { kind: 'Installation' } }]);
});

test('an operator that is held up by sick nodes is waited for', async () => {
  const cluster = await wrongAddress({ install: 'operator', operator: { isWaiting: true } });
  cluster.operator?.pause(true);
  const run = fixRun(cluster);
  const plan = await planNow(run);
  cluster.clock.schedule(70_000, () => cluster.operator?.pause(false));
  const outcome = await apply(run, plan);
  expect(outcome.result).toBe('verified');
  expect(run.events).toContainEqual(
    expect.objectContaining({ kind: 'waiting', limitSeconds: 300, elapsedSeconds: 65 }),
  );
});

test('what is so already is not sent', async () => {
  const cluster = await simulatedCluster({ install: 'manifest', nodes: wellNodes });
  const run = fixRun(cluster);
  const plan = await planWith(cluster, [itemOf([methodOf('kubernetes-internal-ip')])]);
  await apply(run, plan);
  const writes = cluster.writes().length;
  expect((await apply(run, plan)).result).toBe('nothing-to-do');
  expect(cluster.writes()).toHaveLength(writes);
  expect(run.journal.records.size).toBe(1);
});

test('an overlay that is changed is followed without its generation', async () => {
  const cluster = await simulatedCluster({ install: 'operator', nodes: wellNodes });
  cluster.put({
    apiVersion: 'operator.tigera.io/v1',
    kind: 'Installation',
    metadata: { name: 'overlay' },
  });
  const run = fixRun(cluster);
  const change = autodetection({ interface: 'ens3' }, { name: 'overlay' });
  const outcome = await apply(run, await planWith(cluster, [itemOf([change])]));
  expect(outcome.result).toBe('verified');
  expect(methodIn(cluster, 'calico-system')).toBe('interface=ens3');
});

test('pods are started anew one after the other', async () => {
  const cluster = await simulatedCluster({ install: 'manifest', nodes: wellNodes });
  const run = fixRun(cluster);
  const before = podUids(cluster);
  let most = 0;
  cluster.store.onChange(() => {
    const fresh = podUids(cluster);
    const isSick = Object.entries(fresh).filter(([node, uid]) => {
      const ready = cluster.calicoPod(node)?.status?.containerStatuses?.[0]?.ready;
      return uid !== before[node] && ready !== true;
    });
    most = Math.max(most, isSick.length);
  });
  const deletions = ['n1', 'n3'].map((node) => deletionOf(cluster.calicoPod(node)?.metadata.name));
  const outcome = await apply(run, await planWith(cluster, [itemOf(deletions)]));
  expect(outcome.result).toBe('verified');
  const after = podUids(cluster);
  expect(Object.keys(after).filter((node) => after[node] !== before[node])).toEqual(['n1', 'n3']);
  expect(most).toBe(1);
  expect(run.journal.list().records[0]?.steps).toMatchObject([
    { state: 'sent', isUndoable: false, before: null },
    { state: 'sent', isUndoable: false, before: null },
  ]);
});

test('the restart stops at the first pod that does not come back', async () => {
  const cluster = await simulatedCluster({ install: 'manifest', nodes: wellNodes });
  const run = fixRun(cluster);
  const before = podUids(cluster);
  cluster.setStart('n1', 10_000);
  const deletions = ['n1', 'n3'].map((node) => deletionOf(cluster.calicoPod(node)?.metadata.name));
  const outcome = await apply(run, await planWith(cluster, [itemOf(deletions)]));
  expect(outcome.result).toBe('not-verified');
  expect(podUids(cluster)['n3']).toBe(before['n3']);
  expect(run.journal.list().records[0]?.steps.map(({ state }) => state)).toEqual([
    'sent',
    'planned',
  ]);
});

const deletionOf = (name = '') =>
  ({
    ref: { apiVersion: 'v1', kind: 'Pod', namespace: 'kube-system', name },
    verb: 'delete',
    body: null,
  }) as const;
