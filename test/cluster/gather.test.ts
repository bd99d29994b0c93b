import { describe, expect, test } from 'vitest';
import { clusterRoleYaml, missingRights } from '../../internal/cluster/rights.ts';
import type { Progress } from '../../internal/cluster/run.ts';
import { UserError } from '../../internal/model/error.ts';
import type { ListName } from '../../internal/model/snapshot.ts';
import { daemonSet, node, object, pod } from '../support/cluster-objects.ts';
import type { Exception, StubCluster, StubObject } from '../support/cluster-script.ts';
import { crds, gatherFrom, namesIn, namespaces, orchard } from '../support/orchard.ts';
import { type Reply, status } from '../support/stub-api-server.ts';

describe('round one', () => {
  test('reads the lists, with kinds, by the clock of the server', async () => {
    const { snapshot } = await gatherFrom(orchard());
    expect(snapshot).toMatchObject({ takenAt: '2026-03-01T09:30:00Z', serverVersion: 'v1.33.4' });
    expect(snapshot.apiGroups).toEqual(['crd.projectcalico.org']);
    expect(namesIn(snapshot, 'nodes')).toEqual(['a', 'b', 'c']);
    expect(snapshot.lists.ipPools).toMatchObject({ items: [{ kind: 'IPPool', spec: {} }] });
    expect(snapshot.lists.daemonSets).toMatchObject({ items: [{ kind: 'DaemonSet' }] });
    expect(Object.isFrozen(snapshot.lists.nodes)).toBe(true);
  });

  test('never asks for Secrets, nor for all ConfigMaps or all pods', async () => {
    const { snapshot, seen } = await gatherFrom(orchard());
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
    const { snapshot } = await gatherFrom(orchard());
    expect(JSON.stringify(snapshot.lists.nodes)).not.toMatch(/managedFields|images/);
    expect(JSON.stringify(snapshot.lists.pods)).not.toContain('managedFields');
    expect(JSON.stringify(snapshot.lists.daemonSets)).toContain('managedFields');
  });

  const ofNetworks: readonly [string, RegExp, 'events' | 'pods'][] = [
    ['events of networks, wherever they are', /reason=Failed/, 'events'],
    ['other pods of a node', /spec\.nodeName=/, 'pods'],
  ];
  test.each(ofNetworks)(
    '%s: refused, the list holds without; lost, it is not whole',
    async (_, part, list) => {
      const answer =
        (code: number): Exception =>
        ({ query }) =>
          part.test(query['fieldSelector'] ?? '') ? status(code, 'no') : undefined;
      const refused = await gatherFrom(orchard(), {}, answer(403));
      expect(refused.snapshot.lists[list].state).toBe('read');
      const lost = await gatherFrom(orchard(), {}, answer(410));
      expect(lost.snapshot.lists[list]).toMatchObject({
        state: 'failed',
        error: { kind: 'server-error' },
        items:
          refused.snapshot.lists[list].state === 'read' ? refused.snapshot.lists[list].items : [],
      });
      expect(lost.snapshot.warnings.length).toBeGreaterThan(0);
    },
  );

  test('says why a list was not asked for', async () => {
    const missing: Exception = ({ path }) =>
      path.endsWith('/bgppeers') ? status(404, 'could not find the resource') : undefined;
    const { snapshot } = await gatherFrom(orchard(), {}, missing);
    expect(snapshot.lists.installations).toMatchObject({
      state: 'not-asked',
      reason: expect.stringContaining('operator.tigera.io'),
    });
    expect(snapshot.lists.bgpPeers.state).toBe('not-asked');
    expect(snapshot.lists.nodeMetrics.state).toBe('not-asked');
  });

  const nothingThere: Reply = { status: 404, text: '404 page not found\n' };
  test.each<[string, RegExp, ListName, string]>([
    ['a type that every server has', /\/apps\/v1\/daemonsets$/, 'daemonSets', 'failed'],
    ['Endpoints, by name', /\/endpoints\/kubernetes$/, 'endpoints', 'failed'],
    ['a role, by name', /\/clusterroles\/calico-node$/, 'clusterRoles', 'failed'],
    ['slices where they are served', /\/endpointslices$/, 'endpointSlices', 'failed'],
    ['a type that is defined', /\/ippools$/, 'ipPools', 'failed'],
    ['a type that is not', /\/bgppeers$/, 'bgpPeers', 'not-asked'],
  ])('is not sure of a 404 for %s', async (_, part, list, state) => {
    const groups = { 'crd.projectcalico.org': 'v1', 'discovery.k8s.io': 'v1' };
    const { snapshot } = await gatherFrom({ ...orchard(), groups }, {}, ({ path }) =>
      part.test(path) ? nothingThere : undefined,
    );
    expect(snapshot.lists[list].state).toBe(state);
  });

  test('takes nothing for absent that is defined and that discovery leaves out', async () => {
    const { objects } = orchard();
    const more = crds('installations.operator.tigera.io');
    const { snapshot } = await gatherFrom({ ...orchard(), objects: [...objects, ...more] });
    expect(snapshot.lists.installations.state).toBe('failed');
  });

  test.each([
    [503, 'not-asked'],
    [403, 'failed'],
  ])('takes metrics of a server that answers %i for %s', async (code, state) => {
    const broken: Exception = ({ path }) =>
      path.includes('metrics.k8s.io') ? status(code, 'no metrics') : undefined;
    const groups = { 'crd.projectcalico.org': 'v1', 'metrics.k8s.io': 'v1beta1' };
    const { snapshot } = await gatherFrom({ ...orchard(), groups }, {}, broken);
    expect(snapshot.lists.nodeMetrics.state).toBe(state);
    expect(snapshot.warnings).toHaveLength(code === 503 ? 1 : 0);
  });

  test('reports its progress', async () => {
    const told: Progress[] = [];
    await gatherFrom(orchard(), { onProgress: (progress) => told.push(progress) });
    for (const phase of ['lists', 'logs']) {
      const last = told.findLast((progress) => progress.phase === phase);
      expect(last?.done).toBe(last?.total);
      expect(last?.total).toBeGreaterThan(0);
    }
  });
});

test('a large cluster is not asked for the pods of every node', async () => {
  const names = Array.from({ length: 301 }, (_, index) => `n${index}`);
  const hash = { 'controller-revision-hash': 'x' };
  const objects = [
    ...namespaces,
    daemonSet('kube-system'),
    ...names.map((name, index) => node(name, `10.1.${index >> 8}.${index & 255}`)),
    ...names.map((name) => pod(`calico-node-${name}`, name, { labels: hash })),
    ...names.map((name) => pod(`kube-proxy-${name}`, name, { app: 'kube-proxy', labels: hash })),
    pod('proxy-waits', 'n1', { app: 'kube-proxy', labels: hash, phase: 'Pending' }),
    pod('controllers', 'n1', { app: 'calico-kube-controllers' }),
  ];
  const { snapshot, seen } = await gatherFrom({ objects });
  const pods = namesIn(snapshot, 'pods');
  expect(pods.filter((name) => name.startsWith('calico-node'))).toHaveLength(301);
  expect(pods).toEqual(expect.arrayContaining(['proxy-waits', 'controllers']));
  expect(pods.filter((name) => name.startsWith('kube-proxy')).length).toBeLessThan(30);
  expect(seen.length).toBeLessThan(150);
});

test('of the charts of RKE2 only those of Calico are kept', async () => {
  const chart = (name: string) =>
    object('helm.cattle.io/v1', 'HelmChart', name, {
      namespace: 'kube-system',
      spec: { chart: name, chartContent: 'H4sI' },
    });
  const objects = [...namespaces, chart('rke2-canal'), chart('rke2-coredns')];
  const { snapshot } = await gatherFrom({ objects, groups: { 'helm.cattle.io': 'v1' } });
  expect(namesIn(snapshot, 'helmCharts')).toEqual(['rke2-canal']);
  expect(JSON.stringify(snapshot.lists.helmCharts)).not.toContain('H4sI');
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
    const { snapshot } = await gatherFrom(given);
    expect(namesIn(snapshot, 'ipPools')).toEqual([pool]);
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
    const { snapshot } = await gatherFrom({ ...cluster, objects }, { namespace: 'calico-system' });
    expect(namesIn(snapshot, 'daemonSets')).toEqual(['calico-node', 'kube-proxy']);
    const calico = namesIn(snapshot, 'pods').filter((name) => name.startsWith('calico-node'));
    expect(calico).toEqual(['calico-node-x']);
  });
});

describe('owners', () => {
  const tracked = (metadata: object) => ({
    objects: [...namespaces, daemonSet('kube-system', 'calico-node', metadata)],
  });
  const byId = 'argocd.argoproj.io/tracking-id';
  test.each<[string, { readonly annotations?: object; readonly labels?: object }]>([
    ['by its id', { annotations: { [byId]: 'net:apps/DaemonSet:kube-system/calico-node' } }],
    ['by its id, in another namespace', { annotations: { [byId]: 'team_net:apps/DaemonSet:a/b' } }],
    ["by Argo CD's own label", { labels: { 'argocd.argoproj.io/instance': 'team_net' } }],
  ])('an Argo CD Application that the DaemonSet names %s', async (_name, marks) => {
    const base = tracked({ ...marks, labels: { 'k8s-app': 'calico-node', ...marks.labels } });
    const app = (name: string) =>
      object('argoproj.io/v1alpha1', 'Application', name, {
        namespace: 'argocd',
        status: { big: 1 },
      });
    const objects = [...base.objects, app('net'), app('other')];
    const { snapshot } = await gatherFrom({ objects, groups: { 'argoproj.io': 'v1alpha1' } });
    expect(namesIn(snapshot, 'argoApplications')).toEqual(['net']);
    expect(JSON.stringify(snapshot.lists.argoApplications)).not.toContain('big');
  });

  test('a Flux Kustomization that it names, in the version served', async () => {
    const group = 'kustomize.toolkit.fluxcd.io';
    const labels = { [`${group}/name`]: 'net', [`${group}/namespace`]: 'flux-system' };
    const base = tracked({ labels: { 'k8s-app': 'calico-node', ...labels } });
    const owner = object(`${group}/v1`, 'Kustomization', 'net', { namespace: 'flux-system' });
    const { snapshot } = await gatherFrom({
      objects: [...base.objects, owner],
      groups: { [group]: 'v1' },
    });
    expect(snapshot.lists.fluxObjects).toMatchObject({ items: [{ kind: 'Kustomization' }] });
  });

  test('nobody is asked for without a mark', async () => {
    const { snapshot, seen } = await gatherFrom({
      ...tracked({}),
      groups: { 'argoproj.io': 'v1alpha1' },
    });
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
    const { snapshot } = await gatherFrom(orchard(), {}, forbid(/leases|configmaps|ippools/));
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
    const { snapshot } = await gatherFrom(cluster, {}, forbid(everywhere));
    expect(namesIn(snapshot, 'daemonSets')).toEqual(['calico-node']);
    expect(namesIn(snapshot, 'pods')).toContain('calico-node-b');
    expect(snapshot.lists.namespaces.state).toBe('failed');
    expect(snapshot.warnings.length).toBeGreaterThan(0);
  });

  test('wherever Calico may be makes the list fail', async () => {
    const { snapshot } = await gatherFrom(orchard(), {}, forbid(/daemonsets|pods/));
    expect(snapshot.lists.daemonSets.state).toBe('failed');
    expect(snapshot.lists.pods.state).toBe('failed');
    expect(missingRights(snapshot).flatMap(({ resources }) => resources)).toEqual(
      expect.arrayContaining(['daemonsets', 'pods']),
    );
  });

  test('is told once for all namespaces, and not beside its list', async () => {
    const cluster = orchard();
    const objects = [...cluster.objects, object('v1', 'Namespace', 'calico-system')];
    const elsewhere = forbid(/calico-system\/(?:pods|events)$/);
    const { snapshot } = await gatherFrom({ ...cluster, objects }, {}, elsewhere);
    expect(snapshot.warnings).toEqual([
      expect.stringMatching(/list pods in calico-system /),
      expect.stringMatching(/list events in calico-system /),
    ]);
    const nowhere = forbid(/(?:pods|daemonsets|events|configmaps)(?:$|\/)/);
    const refused = await gatherFrom({ ...cluster, objects }, {}, nowhere);
    expect(
      refused.snapshot.warnings.filter((text) => /(?:pods|events|configmaps)/.test(text)),
    ).toEqual([]);
  });

  test('nothing at all gives no rights to ask for', async () => {
    const { snapshot } = await gatherFrom(orchard());
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
    ['sent on', () => ({ status: 302, headers: { location: '/login' } })],
  ])('%s', async (_name, except) => {
    await expect(gatherFrom({ objects: [] }, {}, except)).rejects.toThrow(UserError);
  });

  test.each([
    [
      'Kubernetes before 1.36',
      'users "bob" is forbidden: User "night" cannot impersonate resource "users" in API group "" at the cluster scope',
    ],
    [
      'Kubernetes 1.36',
      'forbidden: User "night" cannot impersonate-on:user-info:get path "/version"',
    ],
  ])('a user who may not be somebody else, in the words of %s', async (_name, message) => {
    const gathering = gatherFrom(orchard(), {}, () => status(403, message));
    await expect(gathering).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('"night"'),
      hint: expect.stringMatching(/--as\b.*impersonate/),
    });
  });

  test('a server that speaks TLS only', async () => {
    const plain = 'Client sent an HTTP request to an HTTPS server.\n';
    const gathering = gatherFrom(orchard(), {}, () => ({ status: 400, text: plain }));
    await expect(gathering).rejects.toThrow(plain.trim());
  });

  test('but not if only its version is refused', async () => {
    const { snapshot } = await gatherFrom(orchard(), {}, forbid(/^\/version$|^\/apis$/));
    expect(snapshot).toMatchObject({ serverVersion: null, apiGroups: null });
    expect(namesIn(snapshot, 'ipPools')).toEqual(['pool']);
  });
});
