import { expect, test } from 'vitest';
import type { DaemonSet, Installation, KubeObject, Node } from '../../internal/model/kubernetes.ts';
import type { ApiRef, Change } from '../../internal/model/remedy.ts';
import { healthyCluster } from '../support/cluster.ts';
import { add } from '../support/sample.ts';
import { forbidden, silence, tooBusy } from '../support/memory-answers.ts';
import { memoryCluster } from '../support/memory-cluster.ts';
import { installationCrd, methodsMessage } from '../support/memory-crd.ts';

const daemonSetRef: ApiRef = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  namespace: 'kube-system',
  name: 'calico-node',
};
const nodeRef: ApiRef = { apiVersion: 'v1', kind: 'Node', name: 'worker-1' };
const installationRef: ApiRef = {
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  name: 'default',
};

const merge = (ref: ApiRef, body: unknown, more: Partial<Change> = {}): Change => ({
  ref,
  verb: 'patch',
  patchType: 'merge',
  body,
  ...more,
});
const cordon = merge(nodeRef, { spec: { unschedulable: true } });

const manifest = () => memoryCluster({ sample: healthyCluster() });

function operator(options: Parameters<typeof installationCrd>[0] = {}) {
  const sample = healthyCluster({ install: 'operator' });
  add(sample, 'customResourceDefinitions', installationCrd(options));
  return memoryCluster({ sample });
}

const container = (object: KubeObject) =>
  (object as DaemonSet).spec?.template?.spec?.containers?.find(
    ({ name }) => name === 'calico-node',
  );

test('a write gets a new version, and a generation only where the spec changes', async () => {
  const cluster = manifest();
  const before = cluster.stored(daemonSetRef);
  const label = await cluster.send(merge(daemonSetRef, { metadata: { labels: { a: 'b' } } }));
  const labelled = cluster.stored(daemonSetRef);
  expect(label).toMatchObject({ state: 'done', value: { metadata: { labels: { a: 'b' } } } });
  expect(labelled.metadata.generation).toBe(before.metadata.generation);
  expect(labelled.metadata.resourceVersion).not.toBe(before.metadata.resourceVersion);
  await cluster.send(merge(daemonSetRef, { spec: { minReadySeconds: 5 } }));
  expect(cluster.stored(daemonSetRef).metadata.generation).toBe(2);
  await cluster.send(cordon);
  expect(cluster.stored(nodeRef) as Node).toMatchObject({ spec: { unschedulable: true } });
  expect(cluster.stored(nodeRef).metadata.generation).toBeUndefined();
});

test('a patch that changes nothing writes nothing', async () => {
  const cluster = manifest();
  const before = cluster.stored(daemonSetRef);
  const reply = await cluster.send(merge(daemonSetRef, { spec: { nothing: null } }));
  expect(reply).toMatchObject({ state: 'done' });
  expect(cluster.stored(daemonSetRef)).toBe(before);
});

test('a dry run answers the same and stores nothing', async () => {
  const cluster = manifest();
  const before = cluster.stored(daemonSetRef);
  const change = merge(daemonSetRef, { spec: { minReadySeconds: 5 } });
  const tried = await cluster.send(change, { isDryRun: true });
  expect(tried).toMatchObject({
    value: { spec: { minReadySeconds: 5 }, metadata: { generation: 2 } },
  });
  expect(cluster.stored(daemonSetRef)).toBe(before);
  expect(cluster.writes()).toEqual([]);
  await cluster.send(change);
  expect(cluster.writes()).toEqual([change]);
});

test('a guard stops what was meant for another object or an older one', async () => {
  const cluster = manifest();
  const { uid, resourceVersion } = cluster.stored(nodeRef).metadata;
  const other = await cluster.send({ ...cordon, guard: { uid: 'another' } });
  expect(other).toMatchObject({ state: 'refused', status: 409, reason: 'Conflict' });
  cluster.edit<Node>(nodeRef, (node) => {
    node.metadata.labels = { zone: 'b' };
  });
  const late = await cluster.send({ ...cordon, guard: { uid, resourceVersion } });
  expect(late).toMatchObject({ state: 'refused', status: 409 });
  const inBody = await cluster.send(merge(nodeRef, { metadata: { resourceVersion } }));
  expect(inBody).toMatchObject({ status: 409 });
  expect((cluster.stored(nodeRef) as Node).spec?.unschedulable).toBeUndefined();
  expect(await cluster.send({ ...cordon, guard: { uid } })).toMatchObject({ state: 'done' });
});

test('a status is not changed through the object', async () => {
  const cluster = manifest();
  const before = (cluster.stored(nodeRef) as Node).status;
  await cluster.send(merge(nodeRef, { status: { conditions: [] }, spec: { unschedulable: true } }));
  expect((cluster.stored(nodeRef) as Node).status).toEqual(before);
});

test('merge: null takes a field away, a list is replaced whole, a null for nothing does nothing', async () => {
  const cluster = operator();
  const body = {
    spec: {
      calicoNetwork: {
        ipPools: [{ cidr: '10.9.0.0/16' }],
        nodeAddressAutodetectionV4: {
          firstFound: null,
          canReach: null,
          kubernetes: 'NodeInternalIP',
        },
      },
    },
  };
  await cluster.send(merge(installationRef, body));
  expect((cluster.stored(installationRef) as Installation).spec?.calicoNetwork).toEqual({
    bgp: 'Enabled',
    linuxDataplane: 'Iptables',
    ipPools: [{ cidr: '10.9.0.0/16' }],
    nodeAddressAutodetectionV4: { kubernetes: 'NodeInternalIP' },
  });
});

test('strategic: containers and variables are found by name', async () => {
  const cluster = manifest();
  const before = container(cluster.stored(daemonSetRef));
  const env = [
    { name: 'IP_AUTODETECTION_METHOD', value: 'kubernetes-internal-ip' },
    { name: 'IP', value: 'none' },
    { name: 'WAIT_FOR_DATASTORE', $patch: 'delete' },
  ];
  const containers = [{ name: 'calico-node', env, livenessProbe: { failureThreshold: 9 } }];
  const body = { spec: { template: { spec: { containers } } } };
  await cluster.send({ ref: daemonSetRef, verb: 'patch', patchType: 'strategic', body });
  const after = container(cluster.stored(daemonSetRef));
  const names = (after?.env ?? []).map(({ name }) => name);
  expect(after?.image).toBe(before?.image);
  expect(names).toHaveLength(before?.env?.length ?? 0);
  expect(names).not.toContain('WAIT_FOR_DATASTORE');
  expect(after?.env).toContainEqual({ name: 'IP', value: 'none' });
  expect(after?.livenessProbe).toEqual({ ...before?.livenessProbe, failureThreshold: 9 });
});

test('JSON: a test that fails is a conflict and changes nothing', async () => {
  const cluster = operator();
  const path = '/spec/calicoNetwork/nodeAddressAutodetectionV4';
  const patch = (value: unknown): Change => ({
    ref: installationRef,
    verb: 'patch',
    patchType: 'json',
    body: [
      { op: 'test', path, value },
      { op: 'replace', path, value: { kubernetes: 'NodeInternalIP' } },
    ],
  });
  const before = cluster.stored(installationRef);
  expect(await cluster.send(patch({ firstFound: false }))).toMatchObject({ status: 409 });
  expect(cluster.stored(installationRef)).toBe(before);
  expect(await cluster.send(patch({ firstFound: true }))).toMatchObject({
    value: {
      spec: { calicoNetwork: { nodeAddressAutodetectionV4: { kubernetes: 'NodeInternalIP' } } },
    },
  });
});

test.each([
  [
    'a misspelt field',
    { spec: { calicoNetwork: { nodeAddressAutodetectionV4: { kubernete: 'x' } } } },
    422,
  ],
  [
    'a value that is not in the list',
    { spec: { calicoNetwork: { nodeAddressAutodetectionV4: { kubernetes: 'Any' } } } },
    422,
  ],
  ['a value of another type', { spec: { calicoNetwork: { mtu: '1400' } } }, 422],
  [
    'a probe',
    {
      spec: {
        calicoNodeDaemonSet: {
          spec: {
            template: {
              spec: {
                containers: [{ name: 'calico-node', livenessProbe: { failureThreshold: 9 } }],
              },
            },
          },
        },
      },
    },
    422,
  ],
])('an Installation with %s is refused', async (_name, body, status) => {
  expect(await operator().send(merge(installationRef, body), { isDryRun: true })).toMatchObject({
    status,
  });
});

test('a probe is taken where the definition has the field, two methods wherever', async () => {
  const cluster = operator({ hasProbes: true });
  const probes = [{ name: 'calico-node', livenessProbe: { failureThreshold: 9 } }];
  const body = {
    spec: { calicoNodeDaemonSet: { spec: { template: { spec: { containers: probes } } } } },
  };
  expect(await cluster.send(merge(installationRef, body))).toMatchObject({ state: 'done' });
  const two = {
    spec: { calicoNetwork: { nodeAddressAutodetectionV4: { kubernetes: 'NodeInternalIP' } } },
  };
  expect(await cluster.send(merge(installationRef, two))).toMatchObject({ state: 'done' });
});

test('a custom resource takes no strategic patch', async () => {
  const change: Change = { ...merge(installationRef, { spec: {} }), patchType: 'strategic' };
  expect(await operator().send(change)).toMatchObject({ status: 415 });
});

test('a variable with a value and a source is invalid; a misspelt probe is not known', async () => {
  const cluster = manifest();
  const send = (more: object) =>
    cluster.send({
      ref: daemonSetRef,
      verb: 'patch',
      patchType: 'strategic',
      body: { spec: { template: { spec: { containers: [{ name: 'calico-node', ...more }] } } } },
    });
  const both = { name: 'NODENAME', value: 'x' };
  expect(await send({ env: [both] })).toMatchObject({ status: 422, reason: 'Invalid' });
  expect(await send({ livenessProbe: { failureTreshold: 3 } })).toMatchObject({ status: 422 });
  expect(await send({ livenessProbe: { failureThreshold: -3 } })).toMatchObject({ status: 422 });
});

test('the server fills in what is not said', async () => {
  const cluster = manifest();
  const probe = { exec: { command: ['true'] } };
  const env = [{ name: 'IP', value: '' }];
  const containers = [{ name: 'calico-node', startupProbe: probe, env }];
  const body = { spec: { template: { spec: { containers } } } };
  await cluster.send({ ref: daemonSetRef, verb: 'patch', patchType: 'strategic', body });
  const after = container(cluster.stored(daemonSetRef));
  expect(after?.startupProbe).toEqual({
    ...probe,
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  expect(after?.env).toContainEqual({ name: 'IP' });
});

test('create, delete and what is not there', async () => {
  const cluster = manifest();
  const ref: ApiRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'c' };
  const metadata = { name: 'c' };
  const create: Change = { ref, verb: 'create', body: { metadata, data: { a: 'b' } } };
  const remove: Change = { ref, verb: 'delete', body: null };
  expect(await cluster.get(ref)).toMatchObject({ status: 404, reason: 'NotFound' });
  expect(await cluster.send(remove)).toMatchObject({ status: 404 });
  expect(await cluster.send(create, { isDryRun: true })).toMatchObject({ state: 'done' });
  expect(await cluster.send(create)).toMatchObject({ value: { data: { a: 'b' } } });
  expect(await cluster.send(create)).toMatchObject({ status: 409, reason: 'AlreadyExists' });
  expect(await cluster.send({ ...remove, guard: { uid: 'x' } })).toMatchObject({ status: 409 });
  expect(await cluster.send(remove)).toMatchObject({ value: { kind: 'Status' } });
  expect(await cluster.send({ ...create, ref: { ...ref, namespace: 'none' } })).toMatchObject({
    status: 404,
  });
});

test('lists by selectors', async () => {
  const cluster = manifest();
  const list = async (query: object) => {
    const reply = await cluster.list({ apiVersion: 'v1', kind: 'Pod', ...query });
    return reply.state === 'done' ? reply.value.length : reply.status;
  };
  expect(await list({})).toBe(9);
  expect(await list({ namespace: 'kube-system' })).toBe(6);
  expect(await list({ labelSelector: 'k8s-app=calico-node' })).toBe(3);
  expect(await list({ labelSelector: 'k8s-app in (kube-proxy, calico-node),!app' })).toBe(6);
  expect(await list({ labelSelector: 'app!=web' })).toBe(6);
  expect(await list({ fieldSelector: 'spec.nodeName=worker-2' })).toBe(3);
  expect(await list({ fieldSelector: 'spec.nodeName=worker-2,metadata.namespace!=shop' })).toBe(2);
});

test('without a right nothing is read or sent, and the right is named', async () => {
  const cluster = manifest();
  const rule = { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] };
  cluster.allow([rule, { ...rule, resources: ['pods'], namespace: 'shop' }]);
  const right = { verb: 'patch', group: '', resource: 'nodes', name: 'worker-1' };
  expect(await cluster.send(cordon)).toEqual(forbidden(right));
  expect(await cluster.may(right)).toMatchObject({ value: false });
  expect(await cluster.may({ ...right, verb: 'get' })).toMatchObject({ value: true });
  expect(await cluster.list({ apiVersion: 'v1', kind: 'Pod' })).toMatchObject({ status: 403 });
  const shop = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop' };
  expect(await cluster.list(shop)).toMatchObject({ state: 'done' });
  const evict: Change = { ref: { ...shop, name: 'a' }, verb: 'evict', body: null };
  expect(await cluster.send(evict)).toMatchObject({
    status: 403,
    right: { verb: 'create', group: '', resource: 'pods/eviction', namespace: 'shop' },
  });
  const { lists } = await cluster.gather();
  expect(lists.nodes.state).toBe('read');
  expect(lists.pods).toMatchObject({ state: 'failed', error: { kind: 'forbidden' } });
});

test('hooks change the world between two requests, refuse, or lose the answer', async () => {
  const cluster = manifest();
  cluster.before({ verb: 'patch', kind: 'Node', nth: 2, isDryRun: false }, () => tooBusy());
  const away = cluster.before({ verb: 'get' }, () => silence(false));
  expect(await cluster.send(cordon, { isDryRun: true })).toMatchObject({ state: 'done' });
  expect(await cluster.send(cordon)).toMatchObject({ state: 'done' });
  expect(await cluster.send(cordon)).toMatchObject({ status: 429, causes: [] });
  expect(await cluster.send(cordon)).toMatchObject({ state: 'done' });
  expect(await cluster.get(nodeRef)).toMatchObject({ status: null, isOpen: false });
  away();
  expect(await cluster.get(nodeRef)).toMatchObject({ state: 'done' });
  cluster.before({ verb: 'patch', name: 'worker-2' }, () => 'lost');
  const second = { ...cordon, ref: { ...nodeRef, name: 'worker-2' } };
  expect(await cluster.send(second)).toMatchObject({ status: null, isOpen: true });
  expect((cluster.stored(second.ref) as Node).spec?.unschedulable).toBe(true);
  expect(cluster.requests.map(({ verb }) => verb)).toEqual([
    'patch',
    'patch',
    'patch',
    'patch',
    'get',
    'get',
    'patch',
  ]);
});

test('gathers what is stored, at the time of its clock', async () => {
  const cluster = manifest();
  await cluster.clock.advance(5000);
  const { takenAt, source, lists, logs } = await cluster.gather();
  expect(takenAt).toBe('2026-03-01T12:00:05Z');
  expect(source).toEqual({ kind: 'live', name: 'test', server: 'https://test.example:6443' });
  expect(lists.pods).toMatchObject({ state: 'read' });
  expect(lists.installations.state).toBe('not-asked');
  expect(logs).toHaveLength(3);
});

test('reads logs', async () => {
  const cluster = manifest();
  const { name } = cluster.store.list('Pod', 'kube-system')[0]?.metadata ?? { name: '' };
  const pod = { namespace: 'kube-system', name, container: 'calico-node' };
  const read = { state: 'read', text: 'one\ntwo\nthree\n' } as const;
  cluster.setLog({
    namespace: 'kube-system',
    pod: name,
    container: 'calico-node',
    previous: false,
    read,
  });
  expect(await cluster.log(pod, { tailLines: 2 })).toMatchObject({ value: 'two\nthree\n' });
  expect(await cluster.log(pod, { previous: true })).toMatchObject({ status: 400 });
  expect(await cluster.log({ ...pod, name: 'x' })).toMatchObject({ status: 404 });
});

test('a hook may add warnings to what is carried out', async () => {
  const cluster = manifest();
  cluster.before({ verb: 'patch' }, () => ({ warnings: ['deprecated'] }));
  expect(await cluster.send(cordon)).toMatchObject({ state: 'done', warnings: ['deprecated'] });
  expect(await cluster.send({ ...cordon, guard: { uid: 'x' } })).toMatchObject({ status: 409 });
});

test('a request takes its time, and others may come before it', async () => {
  const cluster = memoryCluster({ sample: healthyCluster(), latencyMs: 700 });
  const start = cluster.clock.now();
  const sent = cluster.send({ ...cordon, guard: { resourceVersion: 'old' } });
  expect(cluster.requests).toEqual([]);
  await sent;
  expect(cluster.clock.now() - start).toBe(700);
});

test('newer definitions refuse two methods at once', async () => {
  const cluster = operator({ refusesTwoMethods: true });
  const body = (method: object) => ({
    spec: { calicoNetwork: { nodeAddressAutodetectionV4: method } },
  });
  const two = merge(installationRef, body({ kubernetes: 'NodeInternalIP' }));
  expect(await cluster.send(two)).toMatchObject({
    status: 422,
    causes: [{ message: methodsMessage }],
  });
  const one = merge(installationRef, body({ firstFound: null, kubernetes: 'NodeInternalIP' }));
  expect(await cluster.send(one)).toMatchObject({ state: 'done' });
});
