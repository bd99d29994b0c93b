import { describe, expect, test } from 'vitest';
import { damagedLists } from '../../internal/cluster/damage.ts';
import { listOfKind, listOfPath } from '../../internal/cluster/list-of.ts';
import { recognise } from '../../internal/cluster/recognise.ts';
import { refusalIn } from '../../internal/cluster/refusal.ts';
import { isNewer } from '../../internal/cluster/raw-objects.ts';

const named = (name: string, more: object = {}): Readonly<Record<string, unknown>> => ({
  metadata: { name },
  ...more,
});

describe('listOfKind', () => {
  test.each([
    ['Node', 'v1', 'nodes'],
    ['Node', undefined, 'nodes'],
    ['Node', 'crd.projectcalico.org/v1', 'calicoNodes'],
    ['Node', 'projectcalico.org/v3', 'calicoNodes'],
    ['IPPool', 'projectcalico.org/v3', 'ipPools'],
    ['IPPool', 'crd.projectcalico.org/v1', 'ipPools'],
    ['DaemonSet', 'apps/v1', 'daemonSets'],
    ['DaemonSet', 'extensions/v1beta1', 'daemonSets'],
    ['DaemonSet', 'v1', 'daemonSets'],
    ['Event', 'events.k8s.io/v1', 'events'],
    ['Application', 'argoproj.io/v1alpha1', 'argoApplications'],
    ['Application', 'app.k8s.io/v1beta1', undefined],
    ['Kustomization', 'kustomize.toolkit.fluxcd.io/v1', 'fluxObjects'],
    ['Kustomization', 'kustomize.config.k8s.io/v1beta1', undefined],
    ['Service', 'serving.knative.dev/v1', undefined],
    ['Secret', 'v1', undefined],
  ])('%s of %s is in %s', (kind, apiVersion, list) => {
    expect(listOfKind(kind, apiVersion)?.list).toBe(list);
  });
});

describe('listOfPath', () => {
  test.each([
    ['shop/pods.json', 'pods'],
    ['pods/shop.json', 'pods'],
    ['a/namespaces/shop/pods/till-1/till-1.yaml', 'pods'],
    ['a/custom-resources/ippools.crd.projectcalico.org.json', 'ipPools'],
    ['a/custom-resources/applications.argoproj.io/shop.json', 'argoApplications'],
    ['a/custom-resource-definitions.json', 'customResourceDefinitions'],
    ['nodes.crd.projectcalico.org.yaml', 'calicoNodes'],
    ['events.events.k8s.io.yaml', 'events'],
    ['bgppeer.yaml', 'bgpPeers'],
    ['ds.yaml', 'daemonSets'],
    ['shop-all-pods.json', 'pods'],
    ['get_nodes_2.yaml', 'nodes'],
    ['calico-node.yaml', undefined],
    ['services.serving.knative.dev.yaml', 'services'],
    ['notes/readme.json', undefined],
  ])('%s is of %s', (path, list) => {
    expect(listOfPath(path)?.list).toBe(list);
  });
});

describe('recognise', () => {
  test.each([
    [
      'a typed list',
      { kind: 'PodList', apiVersion: 'v1', items: [named('a')] },
      'x',
      'pods',
      'Pod',
    ],
    [
      'a list of anything',
      { kind: 'List', apiVersion: 'v1', items: [named('a', { kind: 'Node' })] },
      'x',
      'nodes',
      'Node',
    ],
    [
      'a list without kinds',
      { items: [named('a')] },
      'shop/daemonsets.json',
      'daemonSets',
      'DaemonSet',
    ],
    ['an array without kinds', [named('a')], 'b/namespaces.json', 'namespaces', 'Namespace'],
    [
      'an array with kinds',
      [named('a', { kind: 'IPPool', apiVersion: 'projectcalico.org/v3' })],
      'x',
      'ipPools',
      'IPPool',
    ],
    ['an object without kind', named('a'), 'pods/a/a.yaml', 'pods', 'Pod'],
    [
      'lists in a list',
      {
        kind: 'List',
        items: [{ kind: 'NodeList', apiVersion: 'projectcalico.org/v3', items: [named('a')] }],
      },
      'x',
      'calicoNodes',
      'Node',
    ],
  ])('%s', (_, document, path, list, kind) => {
    const found = recognise(document, path);
    expect(found.objects).toMatchObject([{ list, object: { kind, metadata: { name: 'a' } } }]);
    expect(found.isStranger).toBe(false);
  });

  test.each([
    [{ kind: 'PodList', apiVersion: 'v1', items: null }, 'x', ['pods']],
    [{ kind: 'PodList', apiVersion: 'v1', items: [] }, 'x', ['pods']],
    [{ kind: 'List', apiVersion: 'v1', items: [] }, 'installations.yaml', ['installations']],
    [[], 'ippools.crd.projectcalico.org.json', ['ipPools']],
    [{ kind: 'List', apiVersion: 'v1', items: [named('a', { kind: 'Pod' })] }, 'nodes.json', []],
    [{ kind: 'ReplicaSetList', apiVersion: 'apps/v1', items: null }, 'x', []],
  ])('%j in %s: the lists %j are there', (document, path, lists) => {
    expect(recognise(document, path)).toMatchObject({ lists, isStranger: false });
  });

  test.each([[{ a: 1 }], [[{ a: 1 }]], ['text'], [null], [{ items: 3 }], [3]])(
    '%j is a stranger',
    (document) => {
      expect(recognise(document, 'notes.json')).toMatchObject({ objects: [], isStranger: true });
    },
  );

  test('kinds that nobody reads are no strangers, and never kept', () => {
    const secret = named('a', { kind: 'Secret', apiVersion: 'v1', data: { a: 'eA==' } });
    expect(recognise(secret, 'x')).toMatchObject({ objects: [], others: 1, isStranger: false });
  });

  test.each([
    ['cluster-info/cluster_version.json', { info: { gitVersion: 'v1.2.3' }, string: 'v1.2.3' }],
    [
      'version.yaml',
      { clientVersion: { gitVersion: 'v1.9.9' }, serverVersion: { gitVersion: 'v1.2.3' } },
    ],
    ['x/version.json', { major: '1', gitVersion: 'v1.2.3' }],
  ])('the version in %s', (path, document) => {
    expect(recognise(document, path)).toMatchObject({ serverVersion: 'v1.2.3', isStranger: false });
  });

  test('the version of a pod is not that of the server', () => {
    const found = recognise({ gitVersion: 'v1.2.3' }, 'a/pods/till/till/version.json');
    expect(found.serverVersion).toBeNull();
  });

  test('what could not be listed is a refusal', () => {
    const status = {
      kind: 'Status',
      status: 'Failure',
      message: 'pods is forbidden: User "u" cannot list resource "pods" in API group ""',
    };
    expect(recognise(status, 'x').refusals).toMatchObject([
      { list: 'pods', error: { kind: 'forbidden' } },
    ]);
    const errors = { shop: 'the server is currently unable to handle the request' };
    expect(recognise(errors, 'b/events-errors.json').refusals).toMatchObject([
      { list: 'events', error: { kind: 'server-error' } },
    ]);
    expect(recognise(null, 'b/pods-errors.json')).toMatchObject({
      refusals: [],
      isStranger: false,
    });
  });
});

describe('refusalIn', () => {
  test.each([
    [
      'Error from server (Forbidden): daemonsets.apps is forbidden: User "u" cannot list resource "daemonsets" in API group "apps" at the cluster scope',
      'forbidden',
      'daemonSets',
      false,
    ],
    [
      'error: the server doesn\'t have a resource type "installations"',
      'server-error',
      'installations',
      true,
    ],
    ['Error from server (NotFound): pods "till" not found', 'not-found', null, false],
    ['error: You must be logged in to the server (Unauthorized)', 'unauthorized', null, false],
    [
      'Unable to connect to the server: dial tcp 10.9.8.7:6443: i/o timeout',
      'unreachable',
      null,
      false,
    ],
    ['The connection to the server 10.9.8.7:6443 was refused', 'unreachable', null, false],
  ])('%s', (line, kind, list, isNotServed) => {
    expect(refusalIn(line)).toMatchObject({ error: { kind }, list, isNotServed });
  });

  test('other lines are none', () => {
    expect(
      refusalIn('2026-02-03 04:05:06.789 [INFO][9] startup/startup.go 1: error: none'),
    ).toBeNull();
  });
});

describe('damagedLists', () => {
  test.each([
    ['by its head', 'x.json', '{"kind":"PodList","apiVersion":"v1","items":[{"kind":', ['pods']],
    [
      'by its head, of Calico',
      'x.yaml',
      'apiVersion: projectcalico.org/v3\nkind: NodeList\nitems:',
      ['calicoNodes'],
    ],
    [
      'a list that nobody reads',
      'pods.json',
      '{"kind":"ReplicaSetList","apiVersion":"apps/v1"',
      [],
    ],
    ['by its name', 'shop/pods.json', '{"apiVersion":"v1","items":[', ['pods']],
    [
      'by the objects in it, not by those that they name',
      'all.yaml',
      'items:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    ownerReferences:\n    - kind: DaemonSet\n      name: a\n- kind: Node\n  metadata:',
      ['pods', 'nodes'],
    ],
    ['nothing tells', 'all.json', '{"apiVersion":', []],
  ])('%s', (_, path, text, lists) => {
    expect(damagedLists(path, text)).toEqual(lists);
  });
});

describe('isNewer', () => {
  const object = (metadata: object): Readonly<Record<string, unknown>> => ({ metadata });
  test.each([
    ['by version', { uid: 'u', resourceVersion: '100' }, { uid: 'u', resourceVersion: '99' }, true],
    [
      'by version, older',
      { uid: 'u', resourceVersion: '99' },
      { uid: 'u', resourceVersion: '100' },
      false,
    ],
    [
      'by time, of another object of that name',
      { uid: 'u', resourceVersion: '9', creationTimestamp: '2026-02-03T04:05:07Z' },
      { uid: 'v', resourceVersion: '100', creationTimestamp: '2026-02-03T04:05:06Z' },
      true,
    ],
    [
      'by managed time',
      { managedFields: [{ time: '2026-02-03T04:05:06Z' }] },
      {
        creationTimestamp: '2026-02-03T04:05:05Z',
        managedFields: [{ time: '2026-02-03T04:05:07Z' }],
      },
      false,
    ],
    ['the later one', {}, {}, true],
  ])('%s', (_, a, b, expected) => {
    expect(isNewer(object(a), object(b))).toBe(expected);
  });
});
