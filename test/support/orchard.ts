import type { ApiOptions } from '../../internal/cluster/api.ts';
import { connect } from '../../internal/cluster/connect.ts';
import { gather } from '../../internal/cluster/gather.ts';
import { createApi } from '../../internal/cluster/request.ts';
import type { GatherOptions } from '../../internal/cluster/run.ts';
import type { ListName, Snapshot } from '../../internal/model/snapshot.ts';
import { daemonSet, node, object, pod } from './cluster-objects.ts';
import {
  clusterScript,
  type Exception,
  type StubCluster,
  type StubObject,
} from './cluster-script.ts';
import { fakeClock } from './fake-clock.ts';
import { type Seen, startStub } from './stub-api-server.ts';

const now = '2026-03-01T12:00:00Z';

export interface Gathered {
  readonly snapshot: Snapshot;
  readonly seen: readonly Seen[];
}

/** Gathers from a stub of this cluster; `except` answers before it. */
export async function gatherFrom(
  cluster: StubCluster,
  options: Partial<GatherOptions> = {},
  except?: Exception,
  api: ApiOptions = {},
): Promise<Gathered> {
  const stub = await startStub(clusterScript(cluster, except));
  const connection = connect({ server: stub.url }, { env: {}, isInteractive: false });
  const client = createApi(connection, { clock: fakeClock(), random: () => 0, ...api });
  try {
    return { snapshot: await gather(client, { now, ...options }), seen: stub.seen };
  } finally {
    connection.close();
    await stub.close();
  }
}

/** The names in a list that was read, sorted. */
export const namesIn = (snapshot: Snapshot, list: ListName): readonly string[] => {
  const read = snapshot.lists[list];
  if (read.state !== 'read') throw new Error(`${list} is ${read.state}`);
  return read.items.map(({ metadata }) => metadata.name).toSorted();
};

/** `POD/CONTAINER`, with `/previous` behind it for the run before, sorted. */
export const logNames = ({ logs }: Snapshot): readonly string[] =>
  logs
    .map(
      ({ pod: name, container, previous }) => `${name}/${container}${previous ? '/previous' : ''}`,
    )
    .toSorted();

export const namespaces = ['default', 'kube-system', 'kube-node-lease', 'shop'].map((name) =>
  object('v1', 'Namespace', name, { spec: { finalizers: ['kubernetes'] } }),
);

export const crds = (...names: readonly string[]): readonly StubObject[] =>
  names.map((name) => object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', name));

const calicoGroups = { 'crd.projectcalico.org': 'v1' };

const waiting = { ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } };
/** The status of a container in a crash loop. */
export const crashing = { ...waiting, restartCount: 4, lastState: { terminated: { exitCode: 1 } } };

/** Three nodes with Calico by manifest, a broken pod in namespace `shop`, and a Secret. */
export function orchard(change: Partial<Record<'a' | 'b' | 'c', object>> = {}): StubCluster {
  const names = ['a', 'b', 'c'] as const;
  const objects = [
    ...namespaces,
    ...crds('ippools.crd.projectcalico.org'),
    ...names.map((name, index) => node(name, `10.1.0.${index + 1}`)),
    ...names.map((name) => pod(`calico-node-${name}`, name, change[name] ?? {})),
    pod('kube-proxy-a', 'a', { app: 'kube-proxy' }),
    pod('till', 'a', { namespace: 'shop', app: 'till' }),
    pod('cart', 'b', { namespace: 'shop', app: 'cart', status: waiting }),
    daemonSet('kube-system'),
    object('v1', 'ConfigMap', 'calico-config', { namespace: 'kube-system', data: { a: 'b' } }),
    object('v1', 'ConfigMap', 'aws-auth', { namespace: 'kube-system', data: { secret: 'x' } }),
    object('v1', 'ConfigMap', 'other', { namespace: 'kube-system', data: { secret: 'x' } }),
    object('v1', 'Secret', 'till', { namespace: 'kube-system' }),
    object('crd.projectcalico.org/v1', 'IPPool', 'pool', { spec: { cidr: '10.2.0.0/16' } }),
  ];
  const logs = Object.fromEntries(
    names.flatMap((name) => [
      [`kube-system/calico-node-${name}/calico-node`, `hello from ${name}\n`],
      [`kube-system/calico-node-${name}/calico-node/previous`, `farewell from ${name}\n`],
      [`kube-system/calico-node-${name}/install-cni`, 'done\n'],
    ]),
  );
  return { objects, groups: calicoGroups, logs, date: 'Sun, 01 Mar 2026 09:30:00 GMT' };
}
