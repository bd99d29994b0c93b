import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../internal/cluster/connect.ts';
import { liveCluster } from '../../internal/cluster/live-cluster.ts';
import type { Cluster, Reply } from '../../internal/model/cluster.ts';
import type { KubeObject } from '../../internal/model/kubernetes.ts';
import type { ApiRef, Change } from '../../internal/model/remedy.ts';
import { memoryCluster } from '../support/memory-cluster.ts';
import { installationCrd } from '../support/memory-crd.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import type { KubeClient } from './support/kube-client.ts';

// The cluster in memory answers as a real API server does: the same requests go to both.

type Raw = KubeObject & { readonly [field: string]: unknown };

const namespace = 'harbour';
const labels = { app: 'crane' };

const podOf = (name: string, more: object = {}): Raw => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { ...labels, of: name } },
  spec: {
    nodeName: 'pier-1',
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 30,
    containers: [{ name: 'main', image: 'registry.example/crane:v1' }],
    ...more,
  },
});

const runningStatus = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'True' }],
};

const budgetOf = (name: string, pod: string, spec: object): Raw => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace },
  spec: { selector: { matchLabels: { of: pod } }, ...spec },
});

// What an API server wants of a definition besides what is read of it.
function definition(): Raw {
  const { spec, status, ...rest } = installationCrd();
  void status;
  const versions = (spec?.versions ?? []).map((version) => ({
    ...version,
    storage: true,
    subresources: { status: {} },
  }));
  return { ...rest, spec: { ...spec, scope: 'Cluster', versions } };
}

const objects: readonly Raw[] = [
  { apiVersion: 'v1', kind: 'Node', metadata: { name: 'pier-1' } },
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      // Nothing is to run: no node fits.
      template: {
        metadata: { labels: { a: 'b' } },
        spec: {
          nodeSelector: { none: 'such' },
          containers: [
            {
              name: 'calico-node',
              image: 'registry.example/node:v1',
              env: [
                { name: 'NODENAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
                { name: 'IP', value: 'autodetect' },
              ],
              livenessProbe: { exec: { command: ['live'] }, periodSeconds: 10 },
            },
          ],
        },
      },
    },
  },
  definition(),
  {
    apiVersion: 'operator.tigera.io/v1',
    kind: 'Installation',
    metadata: { name: 'default' },
    spec: { calicoNetwork: { bgp: 'Enabled', nodeAddressAutodetectionV4: { firstFound: true } } },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'charts', namespace },
    data: { a: 'b' },
  },
  podOf('free'),
  podOf('forced'),
  podOf('quick', { terminationGracePeriodSeconds: 0 }),
  podOf('kept'),
  podOf('twice'),
  podOf('counted'),
  podOf('bound'),
  budgetOf('kept', 'kept', { minAvailable: 1 }),
  budgetOf('twice-a', 'twice', { maxUnavailable: 1 }),
  budgetOf('twice-b', 'twice', { maxUnavailable: 1 }),
  budgetOf('counted', 'counted', { minAvailable: 0 }),
];

const ref = (kind: string, name: string): ApiRef => {
  const object = objects.find((one) => one.kind === kind && one.metadata.name === name);
  const place = object?.metadata.namespace === undefined ? {} : { namespace };
  const own = kind === 'Pod' || kind === 'ConfigMap' ? { namespace } : place;
  return { apiVersion: object?.apiVersion ?? 'v1', kind, name, ...own };
};

const daemonSet = ref('DaemonSet', 'calico-node');
const installation = ref('Installation', 'default');
const charts = ref('ConfigMap', 'charts');
const pier = ref('Node', 'pier-1');

const patch = (
  of: ApiRef,
  patchType: 'merge' | 'strategic' | 'json',
  body: unknown,
  guard?: Change['guard'],
): Change => ({ ref: of, verb: 'patch', patchType, body, ...(guard ? { guard } : {}) });

const inContainer = (more: object) =>
  patch(daemonSet, 'strategic', {
    spec: { template: { spec: { containers: [{ name: 'calico-node', ...more }] } } },
  });
const method = (more: object) =>
  patch(installation, 'merge', { spec: { calicoNetwork: { nodeAddressAutodetectionV4: more } } });
const atMethod = '/spec/calicoNetwork/nodeAddressAutodetectionV4';
const send = (change: Change, isDryRun = false) => ({ change, isDryRun });
const evict = (name: string): Change => ({ ref: ref('Pod', name), verb: 'evict', body: null });
const remove = (of: ApiRef, body: unknown = null, guard?: Change['guard']): Change => ({
  ref: of,
  verb: 'delete',
  body,
  ...(guard ? { guard } : {}),
});
const create = (of: ApiRef, body: object): Change => ({
  ref: of,
  verb: 'create',
  body: {
    ...of,
    metadata: { name: of.name, namespace: of.namespace },
    name: undefined,
    namespace: undefined,
    ...body,
  },
});

/** In order: what one does, the next one sees. */
const steps: Readonly<Record<string, ReturnType<typeof send> | { readonly get: ApiRef }>> = {
  'an object that is there': { get: charts },
  'an object that is not there': { get: { ...charts, name: 'none' } },
  'a patch of what is not there': send(patch({ ...charts, name: 'none' }, 'merge', {})),
  'a dry run of a new spec': send(inContainer({ livenessProbe: { failureThreshold: 9 } }), true),
  'a new spec': send(inContainer({ livenessProbe: { failureThreshold: 9 } })),
  'the same again': send(inContainer({ livenessProbe: { failureThreshold: 9 } })),
  'a label': send(patch(daemonSet, 'merge', { metadata: { labels: { c: 'd' } } })),
  'a value in place of a source': send(
    inContainer({ env: [{ name: 'NODENAME', value: 'x', valueFrom: null }] }),
    true,
  ),
  'a value beside a source': send(inContainer({ env: [{ name: 'NODENAME', value: 'x' }] })),
  'a variable without a value': send(inContainer({ env: [{ name: 'IP', value: '' }] })),
  'a variable taken away': send(inContainer({ env: [{ name: 'IP', $patch: 'delete' }] })),
  'a new variable': send(inContainer({ env: [{ name: 'NEW', value: '1' }] })),
  'a probe with defaults': send(inContainer({ startupProbe: { exec: { command: ['x'] } } })),
  'a probe replaced whole': send(
    inContainer({ livenessProbe: { exec: { command: ['y'] }, $patch: 'replace' } }),
  ),
  'a new probe that would replace one': send(
    inContainer({ readinessProbe: { exec: { command: ['y'] }, $patch: 'replace' } }),
    true,
  ),
  'a deletion in a list that is not there': send(
    inContainer({ volumeMounts: [{ mountPath: '/x', $patch: 'delete' }] }),
    true,
  ),
  'a deletion of what is not in the list': send(
    inContainer({ env: [{ name: 'NOT', $patch: 'delete' }] }),
  ),
  'an order that is set': send(
    inContainer({
      $setElementOrder: undefined,
      '$setElementOrder/env': [{ name: 'NODENAME' }, { name: 'NEW' }],
    }),
  ),
  'a list of names': send(patch(daemonSet, 'merge', { metadata: { finalizers: ['a.example/b'] } })),
  'no such list': send(patch(daemonSet, 'merge', { metadata: { finalizers: null } })),
  'a label that is no text': send(patch(daemonSet, 'merge', { metadata: { labels: { n: 1 } } })),
  'another name': send(patch(daemonSet, 'merge', { metadata: { name: 'other' } })),
  'another type': send(patch(daemonSet, 'merge', { spec: { minReadySeconds: 'x' } })),
  'a misspelt probe': send(inContainer({ livenessProbe: { failureTreshold: 3 } })),
  'a negative number': send(inContainer({ livenessProbe: { failureThreshold: -1 } })),
  'another selector': send(
    patch(daemonSet, 'merge', { spec: { selector: { matchLabels: { a: 'c' } } } }),
  ),
  'the uid of another object': send(patch(pier, 'merge', {}, { uid: 'another' })),
  'an old version': send(
    patch(pier, 'merge', { spec: { unschedulable: true } }, { resourceVersion: '1' }),
  ),
  cordon: send(patch(pier, 'strategic', { spec: { unschedulable: true } })),
  uncordon: send(patch(pier, 'merge', { spec: { unschedulable: null } })),
  'a status through the object': send(patch(pier, 'merge', { status: { phase: 'x' } })),
  'two methods': send(method({ kubernetes: 'NodeInternalIP' }), true),
  'one method': send(method({ kubernetes: 'NodeInternalIP', firstFound: null, canReach: null })),
  'a method that nobody knows': send(method({ kubernete: 'NodeInternalIP' })),
  'a value that is not in the list': send(method({ kubernetes: 'Any' })),
  'a value of another type': send(method({ cidrs: '10.0.0.0/8' })),
  'a strategic patch of a custom resource': send({ ...method({}), patchType: 'strategic' }),
  'a test that holds': send(
    patch(installation, 'json', [
      { op: 'test', path: atMethod, value: { kubernetes: 'NodeInternalIP' } },
      { op: 'replace', path: atMethod, value: { firstFound: true } },
    ]),
  ),
  'a test that fails': send(
    patch(installation, 'json', [
      { op: 'test', path: atMethod, value: { kubernetes: 'NodeInternalIP' } },
      { op: 'replace', path: atMethod, value: { canReach: '10.0.0.1' } },
    ]),
  ),
  'a path that is not there': send(
    patch(installation, 'json', [{ op: 'remove', path: '/spec/x/y' }]),
  ),
  'a new object': send(create({ ...charts, name: 'new' }, { data: { x: 'y' } }), true),
  'a new object without a name': send({ ref: charts, verb: 'create', body: { data: {} } }),
  'a new object with a misspelt field': send(
    create({ ...daemonSet, name: 'second' }, { spec: { selektor: {} } }),
  ),
  'a new object in two namespaces': send(
    create({ ...charts, name: 'n' }, { metadata: { name: 'n', namespace: 'default' } }),
  ),
  'an object that exists': send(create(charts, { data: {} })),
  'in no namespace': send(create({ ...charts, namespace: 'nowhere' }, { data: {} })),
  'a deletion of another': send(remove(charts, null, { uid: 'another' })),
  'a deletion tried': send(remove(charts), true),
  deletion: send(remove(charts)),
  'a second deletion': send(remove(charts)),
  'an eviction tried': send(evict('free'), true),
  'an eviction': send(evict('free')),
  'an evicted pod': { get: ref('Pod', 'free') },
  'an eviction that the budget forbids': send(evict('kept')),
  'an eviction that the budget forbids, tried': send(evict('kept'), true),
  'an eviction with two budgets': send(evict('twice')),
  'an eviction that is counted': send(evict('counted')),
  'an eviction of what is not there': send(evict('none')),
  'an eviction of another': send({ ...evict('kept'), guard: { uid: 'another' } }),
  'an eviction of another, free to go': send({ ...evict('bound'), guard: { uid: 'another' } }),
  'a forced deletion': send(remove(ref('Pod', 'forced'), { gracePeriodSeconds: 0 })),
  'a forced pod': { get: ref('Pod', 'forced') },
  'a deletion without grace': send(remove(ref('Pod', 'quick'))),
  'a pod without grace': { get: ref('Pod', 'quick') },
};

const changing = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'managedFields']);

// What differs by nature is left out: names given by the server, times, and what its other controllers put down.
function comparable(reply: Reply<KubeObject>): unknown {
  if (reply.state === 'refused') {
    const { status, reason, causes, isOpen, retryAfterSeconds } = reply;
    const told = causes.map((one) => ({ reason: one.reason, field: one.field }));
    const isDetailed = status === 429 || status === 403;
    return { status, reason, isOpen, retryAfterSeconds, ...(isDetailed ? { causes: told } : {}) };
  }
  const { kind, metadata, spec } = reply.value as Raw;
  const entries = Object.entries(metadata).filter(([name]) => !changing.has(name));
  const {
    generation,
    labels: own,
    name,
    deletionGracePeriodSeconds: grace,
  } = Object.fromEntries(entries) as Record<string, unknown>;
  if (kind === 'Status') return { kind };
  if (kind === 'Pod' || kind === 'Node') return { kind, name, grace };
  return { kind, name, generation, labels: own, spec };
}

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
}, 300_000);
afterAll(() => plane.stop());

const plurals: Readonly<Record<string, string>> = {
  CustomResourceDefinition: 'customresourcedefinitions',
};
const pathOf = ({ apiVersion = 'v1', kind, metadata }: Raw): string => {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${root}${place}/${plurals[kind] ?? `${kind.toLowerCase()}s`}`;
};

async function until(isThere: () => Promise<boolean>): Promise<void> {
  let cause: unknown = null;
  for (const end = Date.now() + 30_000; Date.now() < end; await wait(100)) {
    try {
      if (await isThere()) return;
    } catch (error) {
      cause = error;
    }
  }
  throw new Error('the control plane does not get there', { cause });
}

async function fill(client: KubeClient): Promise<void> {
  await client.create('/api/v1/namespaces', { metadata: { name: namespace } });
  await until(async () =>
    Boolean(await client.find(`/api/v1/namespaces/${namespace}/serviceaccounts/default`)),
  );
  for (const object of objects) {
    await until(async () => Boolean(await client.create(pathOf(object), object)));
    if (object.kind !== 'Pod') continue;
    const path = `${pathOf(object)}/${object.metadata.name}/status`;
    await client.patch(path, { status: runningStatus }, 'merge');
  }
  for (const { metadata } of objects.filter(({ kind }) => kind === 'PodDisruptionBudget'))
    await until(async () => {
      const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets/${metadata.name}`;
      const found = (await client.get(path)) as {
        status?: { observedGeneration?: number; currentHealthy?: number };
      };
      return found.status?.observedGeneration === 1 && found.status.currentHealthy === 1;
    });
}

async function answers(cluster: Cluster): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  for (const [name, step] of Object.entries(steps)) {
    const reply =
      'get' in step
        ? await cluster.get(step.get)
        : await cluster.send(step.change, { isDryRun: step.isDryRun });
    seen[name] = comparable(reply);
  }
  return seen;
}

test('the cluster in memory answers as a real one does', async () => {
  await fill(plane.client());
  const connection = connect({ kubeconfig: plane.kubeconfig }, { env: {}, isInteractive: false });
  const real = await answers(liveCluster(connection));
  const withStatus = objects.map((object) =>
    object.kind === 'Pod' ? { ...object, status: runningStatus } : object,
  );
  const simulated = await answers(memoryCluster({ objects: withStatus }));
  expect(simulated).toEqual(real);
}, 120_000);
