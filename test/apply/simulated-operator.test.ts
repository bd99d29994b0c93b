import { expect, test } from 'vitest';
import type { DaemonSet, Installation, TigeraStatus } from '../../internal/model/kubernetes.ts';
import {
  simulatedCluster,
  type SimulatedCluster,
  type SimulationOptions,
} from '../support/simulated-cluster.ts';
import {
  bridge,
  envOf,
  findings,
  installation,
  machines,
  pass,
  placeOf,
  setEnv,
  setMethod,
} from '../support/simulated-steps.ts';

const operator = (options: SimulationOptions = {}) =>
  simulatedCluster({ install: 'operator', ...options });
const degraded = (cluster: SimulatedCluster) => {
  const { status }: TigeraStatus = cluster.stored({ kind: 'TigeraStatus', name: 'calico' });
  const condition = status?.conditions?.find(({ type }) => type === 'Degraded');
  return `${condition?.status} ${condition?.reason}`;
};
const seen = (cluster: SimulatedCluster) =>
  (cluster.stored({ kind: 'TigeraStatus', name: 'calico' }) as TigeraStatus).status?.conditions?.[0]
    ?.observedGeneration;

test('takes an edit of the DaemonSet back', async () => {
  const cluster = await operator();
  const { generation = 0 } = cluster.stored(placeOf(cluster)).metadata;
  await setEnv(cluster, 'IP_AUTODETECTION_METHOD', 'interface=ens3');
  expect(envOf(cluster, 'IP_AUTODETECTION_METHOD')).toBe('interface=ens3');
  await pass(cluster, 2);
  expect(envOf(cluster, 'IP_AUTODETECTION_METHOD')).toBe('first-found');
  expect(cluster.stored(placeOf(cluster)).metadata.generation).toBe(generation + 2);
});

test('leaves a DaemonSet alone that is marked, until the mark is gone', async () => {
  const cluster = await operator();
  const mark = 'unsupported.operator.tigera.io/ignore';
  const setMark = (value: string | null) =>
    cluster.send({
      ref: placeOf(cluster),
      verb: 'patch',
      patchType: 'merge',
      body: { metadata: { annotations: { [mark]: value } } },
    });
  await setMark('true');
  await setEnv(cluster, 'IP_AUTODETECTION_METHOD', 'interface=ens3');
  await pass(cluster, 60);
  expect(envOf(cluster, 'IP_AUTODETECTION_METHOD')).toBe('interface=ens3');
  await setMark(null);
  await pass(cluster, 3);
  expect(envOf(cluster, 'IP_AUTODETECTION_METHOD')).toBe('first-found');
});

test('keeps the mark of a restart', async () => {
  const cluster = await operator();
  const annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-03-01T12:10:00Z' };
  const body = { spec: { template: { metadata: { annotations } } } };
  await cluster.send({ ref: placeOf(cluster), verb: 'patch', patchType: 'strategic', body });
  await pass(cluster, 60);
  const { spec }: DaemonSet = cluster.stored(placeOf(cluster));
  expect(spec?.template?.metadata?.annotations).toEqual(annotations);
});

test('is degraded by two methods some seconds later, and well again after one is gone', async () => {
  const cluster = await operator();
  const { generation } = cluster.stored(placeOf(cluster)).metadata;
  await setMethod(cluster, { kubernetes: 'NodeInternalIP' });
  await pass(cluster, 4);
  expect(degraded(cluster)).toBe('False AllObjectsAvailable');
  await pass(cluster, 4);
  expect(degraded(cluster)).toBe('True InvalidConfigurationError');
  expect(seen(cluster)).toBe(cluster.stored(installation).metadata.generation);
  expect(cluster.stored(placeOf(cluster)).metadata.generation).toBe(generation);
  const { status }: Installation = cluster.stored(installation);
  expect(status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'Degraded', status: 'True' }),
  );
  await setMethod(cluster, { kubernetes: null });
  await pass(cluster, 10);
  expect(degraded(cluster)).toBe('False AllObjectsAvailable');
});

test('lets the overlay win', async () => {
  const cluster = await operator();
  cluster.put({
    ...installation,
    metadata: { name: 'overlay' },
    spec: { calicoNetwork: { nodeAddressAutodetectionV4: { cidrs: ['10.20.0.0/16'] } } },
  } as unknown as Installation);
  await pass(cluster, 3);
  expect(envOf(cluster, 'IP_AUTODETECTION_METHOD')).toBe('cidr=10.20.0.0/16');
  await setMethod(cluster, { firstFound: null, kubernetes: 'NodeInternalIP' });
  await pass(cluster, 3);
  expect(envOf(cluster, 'IP_AUTODETECTION_METHOD')).toBe('cidr=10.20.0.0/16');
});

test('fills in a method that is taken away, and detects nothing with an empty one', async () => {
  const cluster = await operator();
  const body = { spec: { calicoNetwork: { nodeAddressAutodetectionV4: null } } };
  await cluster.send({ ref: installation, verb: 'patch', patchType: 'merge', body });
  await pass(cluster, 3);
  const { spec }: Installation = cluster.stored(installation);
  expect(spec?.calicoNetwork?.nodeAddressAutodetectionV4).toEqual({ firstFound: true });
  await setMethod(cluster, { firstFound: null });
  await pass(cluster, 3);
  expect(envOf(cluster, 'IP')).toBe('none');
  expect(envOf(cluster, 'IP_AUTODETECTION_METHOD')).toBeUndefined();
});

test('renders probes where its release does', async () => {
  const set = async (rendersProbes: boolean) => {
    const cluster = await operator({ crd: { hasProbes: true }, operator: { rendersProbes } });
    const containers = [{ name: 'calico-node', livenessProbe: { failureThreshold: 12 } }];
    const body = {
      spec: { calicoNodeDaemonSet: { spec: { template: { spec: { containers } } } } },
    };
    await cluster.send({ ref: installation, verb: 'patch', patchType: 'merge', body });
    await pass(cluster, 3);
    const { spec }: DaemonSet = cluster.stored(placeOf(cluster));
    return spec?.template?.spec?.containers?.[0]?.livenessProbe;
  };
  expect(await set(true)).toMatchObject({ failureThreshold: 12, periodSeconds: 60 });
  expect(await set(false)).toMatchObject({ failureThreshold: 3, periodSeconds: 60 });
});

test('does nothing while it is paused', async () => {
  const cluster = await operator();
  cluster.operator?.pause(true);
  await setMethod(cluster, { firstFound: null, kubernetes: 'NodeInternalIP' });
  await pass(cluster, 600);
  expect(envOf(cluster, 'IP_AUTODETECTION_METHOD')).toBe('first-found');
  cluster.operator?.pause(false);
  await pass(cluster, 3);
  expect(envOf(cluster, 'IP_AUTODETECTION_METHOD')).toBe('kubernetes-internal-ip');
});

test('waits up to a minute for sick nodes before it takes a change up, and not once it saw them ready', async () => {
  const nodes = machines(3, { more: [bridge] });
  const cluster = await operator({ nodes, operator: { isWaiting: true }, age: 625 });
  await setMethod(cluster, { firstFound: null, kubernetes: 'NodeInternalIP' });
  await pass(cluster, 30);
  expect(envOf(cluster, 'IP_AUTODETECTION_METHOD')).toBe('first-found');
  await pass(cluster, 30);
  expect(envOf(cluster, 'IP_AUTODETECTION_METHOD')).toBe('kubernetes-internal-ip');
  await pass(cluster, 300);
  expect(await findings(cluster)).toEqual([]);
  await setMethod(cluster, { kubernetes: null, canReach: null, interface: 'ens3' });
  await pass(cluster, 3);
  expect(envOf(cluster, 'IP_AUTODETECTION_METHOD')).toBe('interface=ens3');
});
