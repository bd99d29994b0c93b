import { dump as yaml } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import path from 'node:path';
import { readDump } from '../../internal/cluster/dump.ts';
import type { Snapshot } from '../../internal/model/snapshot.ts';
import { linkTo, tarGzOf, withTree, zipOf, type Tree } from '../support/dump-tree.ts';
import { event, ipPool, list, logLine, marked, node, pod, typed } from '../support/harbour.ts';

const name = 'calico-node-q7w2e';
const [cni, current, before] = ['cni\n', logLine('now'), logLine('before')];

/** What was read, in short: list → names, and container → text. */
function brief(snapshot: Snapshot): object {
  const lists = Object.entries(snapshot.lists).flatMap(([listName, read]) =>
    read.state === 'read' ? [[listName, read.items.map(({ metadata }) => metadata.name)]] : [],
  );
  const logs = snapshot.logs.map(({ namespace, pod: podName, container, previous, read }) => [
    `${namespace}/${podName}/${container}${previous ? ' previous' : ''}`,
    read.state === 'read' ? read.text : read.error.kind,
  ]);
  return { lists: Object.fromEntries(lists), logs: Object.fromEntries(logs) };
}

const read = (tree: Tree): Promise<Snapshot> => withTree(tree, (folder) => readDump(folder));

const clusterInfo: Tree = {
  'nodes.json': list('Node', [node('pier-1'), node('pier-2')]),
  'kube-system/pods.json': list('Pod', [pod(name, 'kube-system')]),
  'kube-system/events.json': list('Event', [event('e1', 'kube-system')]),
  'kube-system/daemonsets.json': list('DaemonSet', null, 'apps/v1'),
  'kube-system/replicasets.json': list('ReplicaSet', null, 'apps/v1'),
  'shop/pods.json': list('Pod', null),
  [`kube-system/${name}/logs.txt`]:
    marked('kube-system', name, 'install-cni', cni) +
    marked('kube-system', name, 'calico-node', current),
  [`kube-system/${name}/calico-node.previous.log`]: before,
};

const expected = {
  lists: { nodes: ['pier-1', 'pier-2'], pods: [name], daemonSets: [], events: ['e1'] },
  logs: {
    [`kube-system/${name}/install-cni`]: cni,
    [`kube-system/${name}/calico-node`]: current,
    [`kube-system/${name}/calico-node previous`]: before,
  },
};

const toYaml = (content: Tree[string]): string => yaml(content, { sortKeys: true, noRefs: true });

const asYaml = (tree: Tree): Tree =>
  Object.fromEntries(
    Object.entries(tree).map(([file, content]) =>
      file.endsWith('.json') ? [file.replace('.json', '.yaml'), toYaml(content)] : [file, content],
    ),
  );

describe('kubectl cluster-info dump', () => {
  test('a folder of JSON', async () => {
    const snapshot = await read(clusterInfo);
    expect(brief(snapshot)).toEqual(expected);
    expect(snapshot.warnings).toEqual([]);
    expect(snapshot.takenAt).toBe('2026-02-03T05:06:07Z');
    expect(snapshot).toMatchObject({
      serverVersion: null,
      apiGroups: null,
      source: { kind: 'dump' },
    });
    expect(snapshot.lists.services).toEqual({ state: 'not-asked', reason: 'not in the dump' });
  });

  test('a folder of YAML', async () => {
    expect(brief(await read(asYaml(clusterInfo)))).toEqual(expected);
  });

  test.each(['x.tar.gz', 'x.zip'])('packed as %s', async (file) => {
    const bytes = file === 'x.zip' ? zipOf(clusterInfo) : await tarGzOf(clusterInfo);
    const snapshot = await withTree({ [file]: bytes }, (folder) =>
      readDump(path.join(folder, file)),
    );
    expect(brief(snapshot)).toEqual(expected);
    expect(path.basename(snapshot.source.name)).toBe(file);
  });

  test.each(['json', 'yaml'])('on standard output, as %s', async (form) => {
    const parts = Object.entries(clusterInfo).map(([file, content]) => {
      if (!file.endsWith('.json'))
        return typeof content === 'string' && file.endsWith('.txt') ? content : '';
      return form === 'json' ? `${JSON.stringify(content, null, 4)}\n` : `---\n${toYaml(content)}`;
    });
    const tree = { 'dump.txt': parts.join(''), 'previous/calico-node-q7w2e.log': before };
    const snapshot = await read(tree);
    expect(brief(snapshot)).toEqual(expected);
    expect(snapshot.warnings).toEqual([]);
  });

  test('everything in it is frozen', async () => {
    const snapshot = await read(clusterInfo);
    const pods = snapshot.lists.pods;
    expect(Object.isFrozen(pods.state === 'read' && pods.items[0]?.spec?.containers)).toBe(true);
    expect(Object.isFrozen(snapshot.logs[0])).toBe(true);
  });
});

test('must-gather', async () => {
  const top = 'must-gather.local.1/quay-io-some-image';
  const logs = `${top}/namespaces/kube-system/pods/${name}`;
  const apps = `${top}/namespaces/kube-system/apps`;
  const snapshot = await read({
    [`${top}/cluster-scoped-resources/core/nodes/pier-1.yaml`]: `---\n${toYaml(typed('Node', 'v1', node('pier-1')))}`,
    [`${top}/cluster-scoped-resources/core/nodes/pier-2.yaml`]: `---\n${toYaml(typed('Node', 'v1', node('pier-2')))}`,
    [`${top}/namespaces/kube-system/core/pods.yaml`]: `---\n${toYaml(list('Pod', [pod(name, 'kube-system')]))}`,
    [`${top}/namespaces/kube-system/core/events.yaml`]: toYaml(
      list('Event', [event('e1', 'kube-system')]),
    ),
    [`${top}/namespaces/kube-system/core/secrets.yaml`]: toYaml(
      list('Secret', [{ metadata: { name: 's' } }]),
    ),
    [`${apps}/daemonsets.yaml`]: toYaml(list('DaemonSet', [], 'apps/v1')),
    [`${logs}/${name}.yaml`]: toYaml(typed('Pod', 'v1', pod(name, 'kube-system'))),
    [`${logs}/install-cni/install-cni/logs/current.log`]: cni,
    [`${logs}/install-cni/install-cni/logs/previous.log`]: '',
    [`${logs}/calico-node/calico-node/logs/current.log`]: current,
    [`${logs}/calico-node/calico-node/logs/current.insecure.log`]: '',
    [`${logs}/calico-node/calico-node/logs/previous.log`]: before,
    [`${logs}/calico-node/calico-node/logs/rotated/0.log.20260203`]: 'older\n',
    [`${top}/event-filter.html`]: '<html></html>',
  });
  expect(brief(snapshot)).toEqual({
    ...expected,
    logs: { ...expected.logs, [`kube-system/${name}/install-cni previous`]: 'not-found' },
  });
});

test('a support bundle', async () => {
  const top = 'support-bundle-1/cluster-resources';
  const logs = `${top}/pods/logs/kube-system/${name}`;
  const snapshot = await read({
    'support-bundle-1/version.yaml': 'apiVersion: troubleshoot.sh/v1beta2\nkind: SupportBundle\n',
    'support-bundle-1/cluster-info/cluster_version.json': {
      info: { gitVersion: 'v1.30.4' },
      string: 'v1.30.4',
    },
    [`${top}/nodes.json`]: list('Node', [node('pier-1'), node('pier-2')]),
    [`${top}/pods/kube-system.json`]: list('Pod', [typed('Pod', 'v1', pod(name, 'kube-system'))]),
    [`${top}/pods-errors.json`]: 'null',
    [`${top}/events/kube-system.json`]: list('Event', [event('e1', 'kube-system')]),
    [`${top}/events-errors.json`]: {
      shop: 'events is forbidden: User "u" cannot list resource "events" in API group "" in the namespace "shop"',
    },
    [`${top}/daemonsets/kube-system.json`]: list('DaemonSet', null, 'apps/v1'),
    [`${top}/namespaces.json`]: [{ metadata: { name: 'kube-system' }, spec: {} }],
    [`${top}/custom-resources/ippools.crd.projectcalico.org.json`]: [ipPool],
    [`${top}/custom-resources/custom-resources-errors.json`]: {},
    [`${logs}/install-cni.log`]: cni,
    [`${logs}/calico-node.log`]: current,
    [`${logs}/calico-node-previous.log`]: before,
    [`${logs}/install-cni-logs-errors.log`]: 'container "install-cni" in pod "x" is terminated',
  });
  expect(brief(snapshot)).toEqual({
    lists: {
      nodes: ['pier-1', 'pier-2'],
      pods: [name],
      daemonSets: [],
      namespaces: ['kube-system'],
      ipPools: ['quay'],
    },
    logs: expected.logs,
  });
  expect(snapshot.lists.events).toMatchObject({
    state: 'failed',
    error: { kind: 'forbidden', right: { resource: 'events', namespace: 'shop' } },
    items: [{ metadata: { name: 'e1' } }],
  });
  expect(snapshot.serverVersion).toBe('v1.30.4');
});

test('calicoctl cluster diags', async () => {
  const top = 'calico-diagnostics-20260203_050607';
  const all = (items: readonly object[]): string =>
    toYaml({ apiVersion: 'v1', items, kind: 'List', metadata: {} });
  const tree = {
    [`${top}/cluster/version.yaml`]:
      'clientVersion:\n  gitVersion: v1.29.0\nserverVersion:\n  gitVersion: v1.30.4\n',
    [`${top}/cluster/kubernetes/nodes.yaml`]: all([typed('Node', 'v1', node('pier-1'))]),
    [`${top}/cluster/kubernetes/nodes.txt`]: 'NAME     STATUS\npier-1   Ready\n',
    [`${top}/cluster/kubernetes/pods.yaml`]: all([typed('Pod', 'v1', pod(name, 'calico-system'))]),
    [`${top}/cluster/kubernetes/gateways.yaml`]:
      'error: the server doesn\'t have a resource type "gateways"\n',
    [`${top}/cluster/crd/ippools.crd.projectcalico.org.yaml`]: all([ipPool]),
    [`${top}/cluster/crd/bgppeers.crd.projectcalico.org.yaml`]: all([]),
    [`${top}/cluster/crd/installations.operator.tigera.io.yaml`]:
      'error: the server doesn\'t have a resource type "installations"\n',
    [`${top}/cluster/crd/felixconfigurations.crd.projectcalico.org.yaml`]:
      'Error from server (Forbidden): felixconfigurations.crd.projectcalico.org is forbidden: User "u" cannot list resource "felixconfigurations" in API group "crd.projectcalico.org" at the cluster scope\n',
    [`${top}/tls/calico-system_node-certs.yaml`]: toYaml(
      typed('Secret', 'v1', { metadata: { name: 'node-certs' } }),
    ),
    [`${top}/nodes/pier-1/calico-system/${name}.log`]: cni + current,
    [`${top}/nodes/pier-1/calico-system/${name}.txt`]: `Name:         ${name}\nNamespace:    calico-system\n`,
    [`${top}/nodes/pier-1/ip-addr.txt`]: '1: lo: <LOOPBACK,UP>\n',
    [`${top}/nodes/pier-1/cni.log.log`]: '2026-02-03 05:00:01.234 [INFO][9] ipam/ipam.go 1: x\n',
    [`${top}/links/here`]: '',
  };
  await withTree(tree, async (folder) => {
    await linkTo(folder, `${top}/links/${name}.log`, `../nodes/pier-1/calico-system/${name}.log`);
    const snapshot = await readDump(folder);
    expect(brief(snapshot)).toEqual({
      lists: { nodes: ['pier-1'], pods: [name], ipPools: ['quay'], bgpPeers: [] },
      logs: { [`calico-system/${name}/calico-node`]: cni + current },
    });
    expect(snapshot.serverVersion).toBe('v1.30.4');
    expect(snapshot.lists.installations).toEqual({
      state: 'not-asked',
      reason: 'the API does not serve it',
    });
    expect(snapshot.lists.felixConfigurations).toMatchObject({
      state: 'failed',
      error: { kind: 'forbidden', right: { verb: 'list', resource: 'felixconfigurations' } },
    });
    expect(snapshot.warnings.filter((warning) => warning.includes('ip-addr.txt'))).toHaveLength(1);
    expect(snapshot.warnings.filter((warning) => warning.includes('nodes.txt'))).toHaveLength(1);
  });
});

test('any files: lists, single objects, several documents in one file, calicoctl, logs', async () => {
  const snapshot = await read({
    'everything.yaml': [
      toYaml(typed('Node', 'v1', node('pier-1'))),
      toYaml(list('IPPool', [ipPool], 'projectcalico.org/v3')),
      toYaml(
        list('Node', [{ metadata: { name: 'pier-1' }, spec: { bgp: {} } }], 'projectcalico.org/v3'),
      ),
    ].join('---\n'),
    'get-pods.json': {
      apiVersion: 'v1',
      kind: 'List',
      items: [typed('Pod', 'v1', pod(name, 'harbour'))],
    },
    'newer-events.yaml': toYaml({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'e2', namespace: 'harbour' },
      regarding: { kind: 'Pod', name },
      note: 'it fell',
    }),
    [`harbour_${name}_calico-node.log`]: current,
    [`${name}-p.log`]: before,
    'README.md': 'how this was taken\n',
  });
  expect(brief(snapshot)).toEqual({
    lists: {
      nodes: ['pier-1'],
      pods: [name],
      events: ['e2'],
      ipPools: ['quay'],
      calicoNodes: ['pier-1'],
    },
    logs: {
      [`harbour/${name}/calico-node`]: current,
      [`harbour/${name}/calico-node previous`]: before,
    },
  });
  expect(snapshot.lists.events).toMatchObject({
    items: [{ involvedObject: { name }, message: 'it fell' }],
  });
  expect(snapshot.warnings).toHaveLength(1);
  expect(snapshot.warnings[0]).toContain('README.md');
});

test('of one object in several files the newest counts', async () => {
  const at = (resourceVersion: string, phase: string): object =>
    typed('Pod', 'v1', {
      metadata: { name, namespace: 'a', uid: 'u', resourceVersion },
      status: { phase },
    });
  const snapshot = await read({
    'a.json': at('9', 'old'),
    'b.json': at('10', 'new'),
    'c.json': at('8', 'older'),
  });
  expect(snapshot.lists.pods).toMatchObject({ items: [{ status: { phase: 'new' } }] });
});

test('of one log in several files the one of the container itself counts', async () => {
  const snapshot = await read({
    'kube-system/pods.json': list('Pod', [pod(name, 'kube-system')]),
    [`all/${name}.log`]: 'of all containers, and longer than the own one\n',
    [`kube-system/${name}/calico-node.log`]: 'own\n',
    [`other/${name}-calico-node.log`]: '',
  });
  expect(brief(snapshot)).toMatchObject({ logs: { [`kube-system/${name}/calico-node`]: 'own\n' } });
});

test('without any time in the objects, the newest line of a log tells', async () => {
  const bare = { 'pod.json': typed('Pod', 'v1', pod(name, 'kube-system')) };
  const dated = await read({ ...bare, [`${name}.log`]: `${logLine('a')}no time\n` });
  expect(dated.takenAt).toBe('2026-02-03T05:00:01.234Z');
  const timeless = await read(bare);
  expect(timeless.takenAt).toBe('1970-01-01T00:00:00Z');
  expect(timeless.warnings).toHaveLength(1);
});
