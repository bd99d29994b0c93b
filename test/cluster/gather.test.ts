import { afterEach, describe, expect, test } from 'vitest';
import type { ApiOptions } from '../../internal/cluster/api.ts';
import { connect } from '../../internal/cluster/connect.ts';
import { gather } from '../../internal/cluster/gather.ts';
import { createApi } from '../../internal/cluster/request.ts';
import { clusterRoleYaml, missingRights } from '../../internal/cluster/rights.ts';
import type { GatherOptions, Progress } from '../../internal/cluster/run.ts';
import { UserError } from '../../internal/model/error.ts';
import type { ListName, Snapshot } from '../../internal/model/snapshot.ts';
import { daemonSet, node, object, pod } from '../support/cluster-objects.ts';
import {
  clusterScript,
  type Exception,
  type StubCluster,
  type StubObject,
} from '../support/cluster-script.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { type Seen, startStub, status, type StubServer } from '../support/stub-api-server.ts';

const now = '2026-03-01T12:00:00Z';
const open: StubServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((stub) => stub.close()));
});

interface Gathered {
  readonly snapshot: Snapshot;
  readonly seen: readonly Seen[];
}

async function run(
  cluster: StubCluster,
  options: Partial<GatherOptions> = {},
  except?: Exception,
  api: ApiOptions = {},
): Promise<Gathered> {
  const stub = await startStub(clusterScript(cluster, except));
  open.push(stub);
  const connection = connect({ server: stub.url }, { env: {}, isInteractive: false });
  const client = createApi(connection, { clock: fakeClock(), random: () => 0, ...api });
  const snapshot = await gather(client, { now, ...options });
  return { snapshot, seen: stub.seen };
}

const namesIn = (snapshot: Snapshot, list: ListName): readonly string[] => {
  const read = snapshot.lists[list];
  if (read.state !== 'read') throw new Error(`${list} is ${read.state}`);
  return read.items.map(({ metadata }) => metadata.name).toSorted();
};

const logNames = ({ logs }: Snapshot): readonly string[] =>
  logs
    .map(
      ({ pod: name, container, previous }) => `${name}/${container}${previous ? '/previous' : ''}`,
    )
    .toSorted();

const namespaces = ['default', 'kube-system', 'kube-node-lease', 'shop'].map((name) =>
  object('v1', 'Namespace', name, { spec: { finalizers: ['kubernetes'] } }),
);

const crds = (...names: readonly string[]): readonly StubObject[] =>
  names.map((name) => object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', name));

const calicoGroups = { 'crd.projectcalico.org': 'v1' };

const waiting = { ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } };
const crashing = { ...waiting, restartCount: 4, lastState: { terminated: { exitCode: 1 } } };

/** Three nodes with Calico by manifest. */
function orchard(change: Partial<Record<'a' | 'b' | 'c', object>> = {}): StubCluster {
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

describe('round one', () => {
  test('reads the lists, with kinds, by the clock of the server', async () => {
    const { snapshot } = await run(orchard());
    expect(snapshot).toMatchObject({ takenAt: '2026-03-01T09:30:00Z', serverVersion: 'v1.33.4' });
    expect(snapshot.apiGroups).toEqual(['crd.projectcalico.org']);
    expect(namesIn(snapshot, 'nodes')).toEqual(['a', 'b', 'c']);
    expect(snapshot.lists.ipPools).toMatchObject({ items: [{ kind: 'IPPool', spec: {} }] });
    expect(snapshot.lists.daemonSets).toMatchObject({ items: [{ kind: 'DaemonSet' }] });
    expect(Object.isFrozen(snapshot.lists.nodes)).toBe(true);
  });

  test('never asks for Secrets, nor for all ConfigMaps or all pods', async () => {
    const { snapshot, seen } = await run(orchard());
    expect(seen.filter(({ path }) => /secrets|configmaps$/.test(path))).toEqual([]);
    const allPods = seen.filter(({ path }) => path === '/api/v1/pods');
    expect(allPods.every(({ query }) => query['labelSelector'] ?? query['fieldSelector'])).toBe(
      true,
    );
    expect(namesIn(snapshot, 'configMaps')).toEqual(['aws-auth', 'calico-config']);
    expect(JSON.stringify(snapshot.lists.configMaps)).not.toContain('secret');
    expect(seen.every(({ method }) => method === 'GET')).toBe(true);
  });

  test('keeps managers where they matter, and no bulk', async () => {
    const { snapshot } = await run(orchard());
    expect(JSON.stringify(snapshot.lists.nodes)).not.toMatch(/managedFields|images/);
    expect(JSON.stringify(snapshot.lists.pods)).not.toContain('managedFields');
    expect(JSON.stringify(snapshot.lists.daemonSets)).toContain('managedFields');
  });

  test('says why a list was not asked for', async () => {
    const missing: Exception = ({ path }) =>
      path.endsWith('/bgppeers') ? status(404, 'could not find the resource') : undefined;
    const { snapshot } = await run(orchard(), {}, missing);
    expect(snapshot.lists.installations).toMatchObject({
      state: 'not-asked',
      reason: expect.stringContaining('operator.tigera.io'),
    });
    expect(snapshot.lists.bgpPeers.state).toBe('not-asked');
    expect(snapshot.lists.nodeMetrics.state).toBe('not-asked');
  });

  test('reports its progress', async () => {
    const told: Progress[] = [];
    await run(orchard(), { onProgress: (progress) => told.push(progress) });
    for (const phase of ['lists', 'logs']) {
      const last = told.findLast((progress) => progress.phase === phase);
      expect(last?.done).toBe(last?.total);
      expect(last?.total).toBeGreaterThan(0);
    }
  });
});

describe('the API of Calico', () => {
  const cluster = (
    groups: Record<string, string>,
    crdNames: string[],
    more: StubObject[] = [],
  ) => ({
    objects: [
      ...namespaces,
      ...crds(...crdNames),
      object('crd.projectcalico.org/v1', 'IPPool', 'old'),
      object('projectcalico.org/v3', 'IPPool', 'new'),
      ...more,
    ],
    groups,
  });
  const both = { 'crd.projectcalico.org': 'v1', 'projectcalico.org': 'v3' };
  const migrated = { ...both, 'migration.projectcalico.org': 'v1beta1' };
  const oldCrd = 'ippools.crd.projectcalico.org';
  const newCrd = 'ippools.projectcalico.org';
  const migration = (phase: string) => [
    object('migration.projectcalico.org/v1beta1', 'DatastoreMigration', 'm', { status: { phase } }),
  ];
  test.each<[string, StubCluster, string]>([
    ['its API server beside CRDs', cluster(both, [oldCrd]), 'old'],
    ['new CRDs', cluster({ 'projectcalico.org': 'v3' }, [newCrd]), 'new'],
    ['a migration under way', cluster(migrated, [oldCrd, newCrd], migration('Migrating')), 'old'],
    [
      'a migration that is through',
      cluster(migrated, [oldCrd, newCrd], migration('Complete')),
      'new',
    ],
    ['no CRDs seen', cluster(both, []), 'old'],
  ])('with %s', async (_name, given, pool) => {
    const { snapshot } = await run(given);
    expect(namesIn(snapshot, 'ipPools')).toEqual([pool]);
  });
});

describe('round two', () => {
  test('of a healthy cluster: one node whole, and calico-node of the others', async () => {
    const { snapshot } = await run(orchard({ b: { status: {} } }));
    const healthy = snapshot.logs.find(({ container }) => container === 'install-cni')?.pod;
    expect(logNames(snapshot)).toEqual(
      [
        'calico-node-a/calico-node',
        'calico-node-b/calico-node',
        'calico-node-c/calico-node',
        `${healthy}/install-cni`,
      ].toSorted(),
    );
  });

  test('of a sick node: all its pods, the logs of all runs, a healthy one beside it', async () => {
    const { snapshot, seen } = await run(orchard({ b: { status: crashing } }));
    expect(namesIn(snapshot, 'pods')).toContain('cart');
    expect(logNames(snapshot).filter((name) => name.includes('node-b'))).toEqual([
      'calico-node-b/calico-node',
      'calico-node-b/calico-node/previous',
      'calico-node-b/install-cni',
    ]);
    expect(snapshot.logs.find(({ previous }) => previous)?.read).toEqual({
      state: 'read',
      text: 'farewell from b\n',
    });
    const events = seen.find(({ path }) => path === '/api/v1/namespaces/shop/events');
    expect(events?.query['fieldSelector']).toContain('type!=Normal');
  });

  test('a container that never ran is data', async () => {
    const cluster = orchard({ b: { init: { state: { running: {} } }, status: waiting } });
    const { snapshot } = await run({ ...cluster, logs: {} });
    const log = snapshot.logs.find(({ pod: name }) => name === 'calico-node-b');
    expect(log?.read).toMatchObject({ state: 'failed', error: { kind: 'not-found' } });
  });

  test('a kubelet that does not answer is asked once', async () => {
    const dead: Exception = ({ path }) =>
      path.includes('calico-node-b/log') ? status(500, 'dial tcp: i/o timeout') : undefined;
    const { snapshot, seen } = await run(orchard({ b: { status: crashing } }), {}, dead);
    expect(seen.filter(({ path }) => path.includes('calico-node-b/log'))).toHaveLength(1);
    const failed = snapshot.logs.filter(({ read }) => read.state === 'failed');
    expect(failed).toHaveLength(3);
  });

  test('--node looks into that node and no other', async () => {
    const { snapshot } = await run(orchard({ b: { status: crashing } }), { nodes: ['c', 'x'] });
    expect(logNames(snapshot)).toContain('calico-node-c/install-cni');
    expect(logNames(snapshot)).not.toContain('calico-node-b/install-cni');
    expect(snapshot.warnings).toEqual([expect.stringContaining('x')]);
  });

  test('of many sick nodes: some of each kind, and says so', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `n${index}`);
    const objects = [
      ...namespaces,
      daemonSet('kube-system'),
      ...names.map((name, index) => node(name, `10.1.1.${index}`)),
      ...names.map((name, index) =>
        pod(`calico-${name}`, name, { status: index === 29 ? { ready: false } : crashing }),
      ),
    ];
    const { snapshot } = await run({ objects });
    const pods = new Set(snapshot.logs.map((log) => log.pod));
    expect(pods.size).toBe(20);
    expect(pods).toContain('calico-n29');
    expect(snapshot.warnings).toEqual([expect.stringMatching(/30 .*20 /)]);
  });
});

describe('-n', () => {
  test('leaves Calico of other namespaces out', async () => {
    const cluster = orchard();
    const objects = [
      ...cluster.objects,
      object('v1', 'Namespace', 'calico-system'),
      daemonSet('calico-system'),
      pod('calico-node-x', 'c', { namespace: 'calico-system' }),
      daemonSet('kube-system', 'kube-proxy'),
    ];
    const { snapshot } = await run({ ...cluster, objects }, { namespace: 'calico-system' });
    expect(namesIn(snapshot, 'daemonSets')).toEqual(['calico-node', 'kube-proxy']);
    const calico = namesIn(snapshot, 'pods').filter((name) => name.startsWith('calico-node'));
    expect(calico).toEqual(['calico-node-x']);
  });
});

describe('owners', () => {
  const tracked = (metadata: object) => ({
    objects: [...namespaces, daemonSet('kube-system', 'calico-node', metadata)],
  });
  test('an Argo CD Application that the DaemonSet names', async () => {
    const base = tracked({
      annotations: {
        'argocd.argoproj.io/tracking-id': 'net:apps/DaemonSet:kube-system/calico-node',
      },
    });
    const app = (name: string) =>
      object('argoproj.io/v1alpha1', 'Application', name, {
        namespace: 'argocd',
        status: { big: 1 },
      });
    const objects = [...base.objects, app('net'), app('other')];
    const { snapshot } = await run({ objects, groups: { 'argoproj.io': 'v1alpha1' } });
    expect(namesIn(snapshot, 'argoApplications')).toEqual(['net']);
    expect(JSON.stringify(snapshot.lists.argoApplications)).not.toContain('big');
  });

  test('a Flux Kustomization that it names, in the version served', async () => {
    const group = 'kustomize.toolkit.fluxcd.io';
    const labels = { [`${group}/name`]: 'net', [`${group}/namespace`]: 'flux-system' };
    const base = tracked({ labels: { 'k8s-app': 'calico-node', ...labels } });
    const owner = object(`${group}/v1`, 'Kustomization', 'net', { namespace: 'flux-system' });
    const { snapshot } = await run({
      objects: [...base.objects, owner],
      groups: { [group]: 'v1' },
    });
    expect(snapshot.lists.fluxObjects).toMatchObject({ items: [{ kind: 'Kustomization' }] });
  });

  test('nobody is asked for without a mark', async () => {
    const { snapshot, seen } = await run({ ...tracked({}), groups: { 'argoproj.io': 'v1alpha1' } });
    expect(snapshot.lists.argoApplications.state).toBe('not-asked');
    expect(seen.some(({ path }) => path.includes('argoproj'))).toBe(false);
  });
});

const forbid =
  (pattern: RegExp): Exception =>
  ({ path }) =>
    pattern.test(path) ? status(403, `no: ${path}`) : undefined;

describe('what is forbidden', () => {
  test('is an error of its list, and a right', async () => {
    const { snapshot } = await run(orchard(), {}, forbid(/leases|configmaps|ippools/));
    expect(snapshot.lists.leases).toMatchObject({
      state: 'failed',
      error: {
        kind: 'forbidden',
        right: { verb: 'list', group: 'coordination.k8s.io', namespace: 'kube-node-lease' },
      },
    });
    const rules = missingRights(snapshot);
    expect(rules).toContainEqual({
      apiGroups: ['crd.projectcalico.org'],
      resources: ['ippools'],
      verbs: ['list'],
    });
    expect(rules.find(({ resources }) => resources.includes('configmaps'))).toMatchObject({
      verbs: ['get'],
      resourceNames: expect.arrayContaining(['calico-config']),
    });
    expect(clusterRoleYaml(rules)).toContain('kind: ClusterRole');
  });

  test('everywhere is tried in the usual namespaces', async () => {
    const cluster = orchard();
    const everywhere = /^\/api\/v1\/pods$|^\/apis\/apps\/v1\/daemonsets$|^\/api\/v1\/namespaces$/;
    const { snapshot } = await run(cluster, {}, forbid(everywhere));
    expect(namesIn(snapshot, 'daemonSets')).toEqual(['calico-node']);
    expect(namesIn(snapshot, 'pods')).toContain('calico-node-b');
    expect(snapshot.lists.namespaces.state).toBe('failed');
    expect(snapshot.warnings.length).toBeGreaterThan(0);
  });

  test('wherever Calico may be makes the list fail', async () => {
    const { snapshot } = await run(orchard(), {}, forbid(/daemonsets|pods/));
    expect(snapshot.lists.daemonSets.state).toBe('failed');
    expect(snapshot.lists.pods.state).toBe('failed');
    expect(missingRights(snapshot).flatMap(({ resources }) => resources)).toEqual(
      expect.arrayContaining(['daemonsets', 'pods']),
    );
  });

  test('nothing at all gives no rights to ask for', async () => {
    const { snapshot } = await run(orchard());
    expect(missingRights(snapshot)).toEqual([]);
  });
});

describe('a cluster that cannot be reached is told to the user', () => {
  test.each<[string, Exception]>([
    ['401', () => status(401, 'Unauthorized')],
    ['no API server', () => ({ text: '<html></html>' })],
    ['another JSON', () => ({ json: { hello: 'world' } })],
    ['down', () => status(503, 'down')],
    ['cut', () => ({ ends: 'cut' })],
  ])('%s', async (_name, except) => {
    await expect(run({ objects: [] }, {}, except)).rejects.toThrow(UserError);
  });

  test('but not if only its version is refused', async () => {
    const { snapshot } = await run(orchard(), {}, forbid(/^\/version$|^\/apis$/));
    expect(snapshot).toMatchObject({ serverVersion: null, apiGroups: null });
    expect(namesIn(snapshot, 'ipPools')).toEqual(['pool']);
  });
});
