import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../internal/cluster/connect.ts';
import { liveCluster } from '../../internal/cluster/live-cluster.ts';
import type { Cluster, Reply, Right } from '../../internal/model/cluster.ts';
import type { ApiRef, Change } from '../../internal/model/remedy.ts';
import type { AccessRule } from '../support/memory-access.ts';
import { memoryCluster } from '../support/memory-cluster.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';

// Somebody with few rights is refused by the cluster in memory where a real one refuses.

const namespace = 'harbour';
const everywhere: readonly AccessRule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
  {
    apiGroups: ['apps'],
    resources: ['daemonsets'],
    verbs: ['get', 'patch'],
    resourceNames: ['one'],
  },
];
const inHarbour: readonly AccessRule[] = [
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'], namespace },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['*'], namespace },
];

const inCore = (verb: string, resource: string, more: Partial<Right> = {}): Right => ({
  verb,
  group: '',
  resource,
  ...more,
});
const inApps = (verb: string, name?: string): Right => ({
  verb,
  group: 'apps',
  resource: 'daemonsets',
  namespace,
  ...(name === undefined ? {} : { name }),
});

const asked: readonly Right[] = [
  inCore('get', 'nodes', { name: 'pier-1' }),
  inCore('patch', 'nodes', { name: 'pier-1' }),
  inCore('list', 'pods'),
  inCore('list', 'pods', { namespace }),
  inCore('create', 'pods/eviction', { namespace }),
  inCore('create', 'pods/eviction', { namespace: 'default' }),
  inCore('create', 'pods/eviction'),
  inCore('create', 'pods', { namespace }),
  inCore('delete', 'configmaps', { namespace, name: 'charts' }),
  inCore('delete', 'configmaps', { namespace: 'default', name: 'charts' }),
  inApps('patch', 'one'),
  inApps('patch', 'other'),
  inApps('patch'),
];

const place = { apiVersion: 'v1', namespace };
const requests: Readonly<Record<string, (cluster: Cluster) => Promise<Reply<unknown>>>> = {
  'a node': ({ get }) => get({ apiVersion: 'v1', kind: 'Node', name: 'pier-1' }),
  'all nodes': ({ list }) => list({ apiVersion: 'v1', kind: 'Node' }),
  'a Service': ({ get }) => get({ ...place, kind: 'Service', name: 'x' }),
  'all Services': ({ list }) => list({ apiVersion: 'v1', kind: 'Service' }),
  'a patch of a node': ({ send }) =>
    send(merge({ apiVersion: 'v1', kind: 'Node', name: 'pier-1' })),
  'a dry run': ({ send }) =>
    send(merge({ apiVersion: 'v1', kind: 'Node', name: 'pier-1' }), { isDryRun: true }),
  'a patch of another DaemonSet': ({ send }) =>
    send(merge({ apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name: 'other' })),
  'an eviction': ({ send }) =>
    send({ ref: { ...place, kind: 'Pod', name: 'none' }, verb: 'evict', body: null }),
  'an eviction elsewhere': ({ send }) =>
    send({
      ref: { ...place, kind: 'Pod', name: 'none', namespace: 'default' },
      verb: 'evict',
      body: null,
    }),
  'a deletion': ({ send }) =>
    send({ ref: { ...place, kind: 'Pod', name: 'none' }, verb: 'delete', body: null }),
  'a log': ({ log }) => log({ namespace, name: 'none', container: 'x' }),
};

const merge = (ref: ApiRef): Change => ({ ref, verb: 'patch', patchType: 'merge', body: {} });

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
}, 300_000);
afterAll(() => plane.stop());

async function grant(): Promise<void> {
  const client = plane.client();
  const api = '/apis/rbac.authorization.k8s.io/v1';
  const subjects = [{ kind: 'User', name: 'watchman', apiGroup: 'rbac.authorization.k8s.io' }];
  const roleRef = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: 'few' });
  const metadata = { name: 'few' };
  const ruleOf = ({ apiGroups, resources, verbs }: AccessRule) => ({ apiGroups, resources, verbs });
  await client.create('/api/v1/namespaces', { metadata: { name: namespace } });
  await client.create('/api/v1/nodes', { metadata: { name: 'pier-1' } });
  await client.create(`${api}/clusterroles`, { metadata, rules: everywhere });
  await client.create(`${api}/clusterrolebindings`, {
    metadata,
    subjects,
    roleRef: roleRef('ClusterRole'),
  });
  const roles = `${api}/namespaces/${namespace}`;
  await client.create(`${roles}/roles`, { metadata, rules: inHarbour.map(ruleOf) });
  await client.create(`${roles}/rolebindings`, { metadata, subjects, roleRef: roleRef('Role') });
}

async function answers(cluster: Cluster): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  for (const right of asked) {
    const reply = await cluster.may(right);
    seen[JSON.stringify(right)] = reply.state === 'done' ? reply.value : reply.status;
  }
  for (const [name, request] of Object.entries(requests)) {
    const reply = await request(cluster);
    seen[name] = reply.state === 'done' ? 'done' : { status: reply.status, right: reply.right };
  }
  return seen;
}

test('the cluster in memory refuses whom a real one refuses, and names the same right', async () => {
  await grant();
  const kubeconfig = plane.kubeconfigFor('watchman', plane.authority.issue('watchman'));
  const real = liveCluster(connect({ kubeconfig }, { env: {}, isInteractive: false }));
  // What was granted takes a moment to count.
  for (let count = 0; count < 100; count += 1) {
    const reply = await real.may(inCore('delete', 'configmaps', { namespace }));
    if (reply.state === 'done' && reply.value) break;
    await wait(100);
  }
  const objects = [{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'pier-1' } }];
  const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  const rights = [...everywhere, ...inHarbour];
  const simulated = memoryCluster({ objects: [...objects, home], rights });
  expect(await answers(simulated)).toEqual(await answers(real));
}, 120_000);
