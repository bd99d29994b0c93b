import { describe, expect, test } from 'vitest';
import { diagnose } from '../../internal/checks/run.ts';
import type { DaemonSet, Node, Pod } from '../../internal/model/kubernetes.ts';
import type { ApiRef } from '../../internal/model/remedy.ts';
import { simulatedCluster } from '../support/simulated-cluster.ts';
import {
  addressOf,
  bridge,
  envOf,
  findings,
  isReady,
  machines,
  pass,
  placeOf,
  setEnv,
  setMethod,
  setNodeLost,
} from '../support/simulated-steps.ts';

describe.each(['manifest', 'operator', 'vxlan', 'kubespray'] as const)('%s', (install) => {
  test('is healthy where nothing is wrong', async () => {
    const cluster = await simulatedCluster({ install });
    expect(diagnose(await cluster.gather(), { toolVersion: 'test' }).verdict).toBe('healthy');
    const { status }: DaemonSet = cluster.stored(placeOf(cluster));
    expect(status).toMatchObject({
      numberReady: 3,
      numberUnavailable: 0,
      updatedNumberScheduled: 3,
    });
  });
});

test('canal stores no addresses and is healthy', async () => {
  const cluster = await simulatedCluster({ install: 'canal' });
  expect(await findings(cluster)).toEqual([]);
  expect(addressOf(cluster, 'worker-1')).toBeUndefined();
});

test('first-found takes a bridge; another method gives the node its own address back', async () => {
  const cluster = await simulatedCluster({ nodes: machines(4, { more: [bridge] }) });
  expect(await findings(cluster)).toEqual(['wrong-ip-autodetected n2']);
  expect(addressOf(cluster, 'n2')).toBe('10.99.0.1/24');
  expect(isReady(cluster.calicoPod('n2') ?? ({} as Pod))).toBe(false);
  await setEnv(cluster, 'IP_AUTODETECTION_METHOD', 'kubernetes-internal-ip');
  await pass(cluster, 180);
  expect(addressOf(cluster, 'n2')).toBe('10.8.0.2/24');
  expect(await findings(cluster)).toEqual([]);
});

test('the same through the Installation', async () => {
  const nodes = machines(4, { more: [bridge] });
  const cluster = await simulatedCluster({ install: 'operator', nodes });
  expect(await findings(cluster)).toEqual(['wrong-ip-autodetected n2']);
  await setMethod(cluster, { firstFound: null, kubernetes: 'NodeInternalIP' });
  await pass(cluster, 1);
  expect(envOf(cluster, 'IP_AUTODETECTION_METHOD')).toBe('first-found');
  await pass(cluster, 1);
  expect(envOf(cluster, 'IP_AUTODETECTION_METHOD')).toBe('kubernetes-internal-ip');
  await pass(cluster, 180);
  expect(await findings(cluster)).toEqual([]);
});

test.each(['manifest', 'operator'] as const)(
  'a slow start of %s is killed until it is given time',
  async (install) => {
    const cluster = await simulatedCluster({ install, nodes: machines(4, { startSeconds: 240 }) });
    expect(await findings(cluster)).toEqual(['slow-startup-liveness-kill n2']);
    const { status } = cluster.calicoPod('n2') ?? ({} as Pod);
    expect(status?.containerStatuses?.[0]).toMatchObject({
      ready: false,
      restartCount: install === 'manifest' ? 5 : 3,
      lastState: { terminated: { exitCode: 137 } },
    });
    cluster.setStart('n2', 20);
    await pass(cluster, 700);
    expect(isReady(cluster.calicoPod('n2') ?? ({} as Pod))).toBe(true);
  },
);

test('newer releases list the interfaces of a node', async () => {
  const nodes = machines(3, { more: [bridge] });
  const cluster = await simulatedCluster({ version: 'v3.31.2', nodes });
  const { annotations } = cluster.stored({ kind: 'Node', name: 'n2' }).metadata;
  expect(JSON.parse(annotations?.['projectcalico.org/Interfaces'] ?? '')).toEqual([
    { name: 'ens3', addresses: ['10.8.0.2'] },
    { name: 'lab0', addresses: ['10.99.0.1'] },
  ]);
});

test('more time for the probe heals it', async () => {
  const cluster = await simulatedCluster({ nodes: machines(3, { startSeconds: 100 }) });
  const probe = { initialDelaySeconds: 60, failureThreshold: 10 };
  const containers = [{ name: 'calico-node', livenessProbe: probe }];
  const body = { spec: { template: { spec: { containers } } } };
  await cluster.send({ ref: placeOf(cluster), verb: 'patch', patchType: 'strategic', body });
  await pass(cluster, 400);
  expect(await findings(cluster)).toEqual([]);
  const [status] = cluster.calicoPod('n2')?.status?.containerStatuses ?? [];
  expect(status).toMatchObject({ ready: true, restartCount: 0 });
});

test('a method that finds nothing ends calico-node on the first node, and the rollout stops there', async () => {
  const cluster = await simulatedCluster({ nodes: 3 });
  for (const node of cluster.store.list('Node'))
    cluster.edit<Node>({ kind: 'Node', name: node.metadata.name }, ({ metadata }) => {
      metadata.annotations = {};
    });
  await setEnv(cluster, 'IP_AUTODETECTION_METHOD', 'interface=eth7');
  await pass(cluster, 120);
  const { status }: DaemonSet = cluster.stored(placeOf(cluster));
  expect(status).toMatchObject({ updatedNumberScheduled: 1, numberReady: 2, numberUnavailable: 1 });
  const sick = cluster.store
    .list('Pod')
    .filter((pod: Pod) => pod.metadata.name.startsWith('calico-node') && !isReady(pod));
  expect(sick).toHaveLength(1);
  const [pod] = sick as readonly Pod[];
  expect(pod?.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('CrashLoopBackOff');
  const log = await cluster.log({
    namespace: pod?.metadata.namespace ?? '',
    name: pod?.metadata.name ?? '',
    container: 'calico-node',
  });
  expect(log).toMatchObject({ state: 'done' });
  expect(JSON.stringify(log)).toContain(
    'Unable to auto-detect an IPv4 address using interface regexes [eth7]',
  );
});

describe('rollouts', () => {
  test('pods that are not ready are replaced at once, without using up the budget; the rest one at a time', async () => {
    const cluster = await simulatedCluster({ nodes: machines(4, { startSeconds: 900 }) });
    const old = cluster.store.list('Pod').map(({ metadata }) => metadata.uid);
    cluster.setStart('n2', 3);
    const replaced: string[] = [];
    cluster.store.onChange(({ before, after }) => {
      const pod: Pod | null = before;
      if (before?.kind === 'Pod' && !after && old.includes(before.metadata.uid))
        replaced.push(`${pod?.spec?.nodeName}`);
    });
    await setEnv(cluster, 'FELIX_LOGSEVERITYSCREEN', 'Warning');
    await pass(cluster, 1);
    expect(replaced).toEqual(['n2', 'n1']);
    await pass(cluster, 5);
    expect(replaced).toEqual(['n2', 'n1']);
    await pass(cluster, 6);
    expect(replaced).toEqual(['n2', 'n1', 'n3']);
    await pass(cluster, 60);
    expect(replaced).toEqual(['n2', 'n1', 'n3', 'n4']);
    const { status, metadata }: DaemonSet = cluster.stored(placeOf(cluster));
    expect(status).toMatchObject({
      observedGeneration: metadata.generation,
      updatedNumberScheduled: 4,
      numberAvailable: 4,
    });
    const hashes = cluster.store
      .list('Pod')
      .flatMap((pod) => pod.metadata.labels?.['controller-revision-hash'] ?? []);
    const revisions = cluster.store.list('ControllerRevision');
    const newest = revisions.toSorted(
      (a, b) => Number(Reflect.get(b, 'revision')) - Number(Reflect.get(a, 'revision')),
    )[0];
    expect(revisions).toHaveLength(2);
    expect(new Set(hashes)).toEqual(
      new Set([newest?.metadata.labels?.['controller-revision-hash']]),
    );
  });

  test('the old template back is the old revision with a new number', async () => {
    const cluster = await simulatedCluster();
    const before: DaemonSet = cluster.stored(placeOf(cluster));
    await setEnv(cluster, 'A', 'b');
    await pass(cluster, 5);
    cluster.edit<DaemonSet>(placeOf(cluster), (draft) => {
      draft.spec = structuredClone(before.spec) as typeof draft.spec;
    });
    await pass(cluster, 60);
    const revisions = cluster.store
      .list('ControllerRevision')
      .map((one) => Reflect.get(one, 'revision') as unknown);
    expect(revisions.toSorted((a, b) => Number(a) - Number(b))).toEqual([2, 3]);
    expect(await findings(cluster)).toEqual([]);
  });

  test('OnDelete replaces only what is deleted', async () => {
    const cluster = await simulatedCluster({
      change: ({ lists }) => {
        const [daemonSet] = lists.daemonSets ?? [];
        if (daemonSet?.spec) daemonSet.spec.updateStrategy = { type: 'OnDelete' };
      },
    });
    await setEnv(cluster, 'A', 'b');
    await pass(cluster, 60);
    const updated = () =>
      (cluster.stored(placeOf(cluster)) as DaemonSet).status?.updatedNumberScheduled;
    expect(updated()).toBe(0);
    cluster.restart('worker-2');
    await pass(cluster, 60);
    expect(updated()).toBe(1);
  });

  test('the status is behind for a moment', async () => {
    const cluster = await simulatedCluster();
    await setEnv(cluster, 'A', 'b');
    const { metadata, status }: DaemonSet = cluster.stored(placeOf(cluster));
    expect(status?.observedGeneration).toBe((metadata.generation ?? 0) - 1);
  });

  test('nothing moves on a node that is lost, until it is back', async () => {
    const cluster = await simulatedCluster({ install: 'operator' });
    const { uid } = cluster.calicoPod('worker-2')?.metadata ?? {};
    setNodeLost(cluster, 'worker-2', true);
    await setMethod(cluster, { firstFound: null, kubernetes: 'NodeInternalIP' });
    const updated = () =>
      (cluster.stored(placeOf(cluster)) as DaemonSet).status?.updatedNumberScheduled;
    cluster.restart('worker-2');
    await pass(cluster, 600);
    const left = cluster.store.list('Pod').find(({ metadata }) => metadata.uid === uid);
    expect(left?.metadata.deletionTimestamp).toBeDefined();
    expect(updated()).toBeLessThan(3);
    setNodeLost(cluster, 'worker-2', false);
    await pass(cluster, 60);
    expect(updated()).toBe(3);
    expect(await findings(cluster)).toEqual([]);
  });
});

describe('other workloads', () => {
  test('a cordoned node is tainted, and an evicted pod comes back elsewhere', async () => {
    const cluster = await simulatedCluster();
    const ref: ApiRef = { apiVersion: 'v1', kind: 'Node', name: 'worker-1' };
    const setCordon = (unschedulable: boolean | null) =>
      cluster.send({ ref, verb: 'patch', patchType: 'merge', body: { spec: { unschedulable } } });
    await setCordon(true);
    await pass(cluster, 1);
    expect((cluster.stored(ref) as Node).spec?.taints).toEqual([
      { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
    ]);
    const [web] = cluster.store
      .list('Pod', 'shop')
      .filter((pod: Pod) => pod.spec?.nodeName === 'worker-1');
    const { name = '' } = web?.metadata ?? {};
    await cluster.send({
      ref: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name },
      verb: 'evict',
      body: null,
    });
    await pass(cluster, 60);
    const pods: readonly Pod[] = cluster.store.list('Pod', 'shop');
    expect(pods).toHaveLength(3);
    expect(pods.every(isReady)).toBe(true);
    expect(pods.map(({ spec }) => spec?.nodeName)).not.toContain('worker-1');
    await setCordon(null);
    await pass(cluster, 1);
    expect((cluster.stored(ref) as Node).spec?.taints).toBeUndefined();
  });

  test('a Deployment gets as many pods as it wants', async () => {
    const labels = { app: 'till' };
    const cluster = await simulatedCluster({
      objects: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'till', namespace: 'shop' },
          spec: {
            replicas: 2,
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [{ name: 'till' }] } },
          },
        } as never,
      ],
    });
    const ref: ApiRef = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'shop',
      name: 'till',
    };
    const count = () =>
      cluster.store.list('Pod', 'shop').filter((pod) => pod.metadata.labels?.['app'] === 'till')
        .length;
    const scale = (replicas: number) =>
      cluster.send({ ref, verb: 'patch', patchType: 'merge', body: { spec: { replicas } } });
    expect(count()).toBe(2);
    await scale(3);
    await pass(cluster, 60);
    expect(count()).toBe(3);
    expect(cluster.stored(ref)).toMatchObject({
      status: { observedGeneration: 2, readyReplicas: 3 },
    });
    await scale(1);
    await pass(cluster, 60);
    expect(count()).toBe(1);
  });
});

test('the same run comes to the same end', async () => {
  const run = async (): Promise<string> => {
    const cluster = await simulatedCluster({ nodes: machines(3, { more: [bridge] }) });
    await setEnv(cluster, 'IP_AUTODETECTION_METHOD', 'kubernetes-internal-ip');
    await pass(cluster, 200);
    return JSON.stringify(await cluster.gather());
  };
  expect(await run()).toBe(await run());
});
