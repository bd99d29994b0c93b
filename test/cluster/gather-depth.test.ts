import { describe, expect, test } from 'vitest';
import { daemonSet, node, object, pod } from '../support/cluster-objects.ts';
import type { Exception } from '../support/cluster-script.ts';
import {
  crashing,
  gatherFrom,
  logNames,
  namesIn,
  namespaces,
  orchard,
} from '../support/orchard.ts';
import { status } from '../support/stub-api-server.ts';

describe('round two', () => {
  test('of a healthy cluster: one node whole, and calico-node of the others', async () => {
    const { snapshot } = await gatherFrom(orchard({ b: { status: {} } }));
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
    const { snapshot, seen } = await gatherFrom(orchard({ b: { status: crashing } }));
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
    const events = seen.filter(({ path }) => path === '/api/v1/namespaces/shop/events');
    expect(events.map(({ query }) => query['fieldSelector'])).toEqual(['involvedObject.name=cart']);
  });

  test('reads no pod of Calico again, and all others of a chosen node, labelled or not', async () => {
    const cluster = orchard({ b: { status: crashing } });
    const bare = pod('bare', 'b', { namespace: 'shop' });
    const unlabelled = { ...bare, metadata: { ...bare.metadata, labels: {} } };
    const objects = [...cluster.objects, unlabelled];
    const { snapshot, seen } = await gatherFrom({ ...cluster, objects }, { nodes: ['b'] });
    const onNodes = seen.filter(({ query }) => query['fieldSelector']?.startsWith('spec.nodeName'));
    expect(onNodes.map(({ query }) => query['labelSelector'])).toEqual(
      onNodes.map(() => 'k8s-app notin (calico-node,canal)'),
    );
    expect(onNodes.length).toBeGreaterThan(0);
    expect(namesIn(snapshot, 'pods')).toEqual(
      expect.arrayContaining(['bare', 'calico-node-a', 'calico-node-b', 'cart']),
    );
  });

  test('of pods anywhere whose network fails', async () => {
    const failure = (reason: string, name: string) =>
      object('v1', 'Event', `${name}.1`, {
        namespace: 'shop',
        reason,
        involvedObject: { kind: 'Pod', namespace: 'shop', name },
      });
    const cluster = orchard();
    const objects = [
      ...cluster.objects,
      ...['stall', 'queue', 'quiet'].map((name) =>
        pod(name, 'c', { namespace: 'shop', app: name }),
      ),
      failure('FailedCreatePodSandBox', 'stall'),
      failure('FailedKillPod', 'queue'),
      failure('FailedKillPod', 'gone'),
      failure('Unhealthy', 'quiet'),
    ];
    const { snapshot, seen } = await gatherFrom({ ...cluster, objects }, { nodes: ['a'] });
    expect(namesIn(snapshot, 'events')).toEqual(['gone.1', 'queue.1', 'stall.1']);
    const read = seen.filter(({ path }) => path === '/api/v1/namespaces/shop/pods');
    expect(new Set(read.map(({ query }) => query['fieldSelector']))).toEqual(
      new Set(['gone', 'queue', 'stall'].map((name) => `metadata.name=${name}`)),
    );
    expect(namesIn(snapshot, 'pods')).toEqual(expect.arrayContaining(['queue', 'stall']));
  });

  test('the logs of those who may know more', async () => {
    const cluster = orchard({ b: { status: crashing } });
    const unready = { ready: false };
    const objects = [
      ...cluster.objects,
      pod('typha', 'c', { app: 'calico-typha' }),
      pod('operator', 'c', { app: 'tigera-operator' }),
      pod('controllers', 'c', { app: 'calico-kube-controllers' }),
      pod('controllers-sick', 'c', { app: 'calico-kube-controllers', status: unready }),
      pod('kube-proxy-b', 'b', { app: 'kube-proxy', status: unready }),
      pod('kube-proxy-c', 'c', { app: 'kube-proxy', status: unready }),
    ];
    const { snapshot } = await gatherFrom({ ...cluster, objects });
    const others = new Set(
      snapshot.logs.map((log) => log.pod).filter((name) => !name.startsWith('calico-node')),
    );
    expect(others).toEqual(new Set(['typha', 'operator', 'controllers-sick', 'kube-proxy-b']));
  });

  test('a container that never ran is data', async () => {
    const cluster = orchard({ b: { init: { state: { running: {} } }, status: { ready: false } } });
    const { snapshot } = await gatherFrom({ ...cluster, logs: {} });
    const log = snapshot.logs.find(({ pod: name }) => name === 'calico-node-b');
    expect(log?.read).toMatchObject({ state: 'failed', error: { kind: 'not-found' } });
  });

  test('a kubelet that does not answer is asked once', async () => {
    const dead: Exception = ({ path }) =>
      path.includes('calico-node-b/log') ? status(500, 'dial tcp: i/o timeout') : undefined;
    const { snapshot, seen } = await gatherFrom(orchard({ b: { status: crashing } }), {}, dead);
    expect(seen.filter(({ path }) => path.includes('calico-node-b/log'))).toHaveLength(1);
    const failed = snapshot.logs.filter(({ read }) => read.state === 'failed');
    expect(failed).toHaveLength(3);
  });

  test('--node looks into that node and no other', async () => {
    const { snapshot } = await gatherFrom(orchard({ b: { status: crashing } }), {
      nodes: ['c', 'x'],
    });
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
    const { snapshot } = await gatherFrom({ objects });
    const pods = new Set(snapshot.logs.map((log) => log.pod));
    expect(pods.size).toBe(20);
    expect(pods).toContain('calico-n29');
    expect(snapshot.warnings).toEqual([expect.stringMatching(/30 .*20 /)]);
  });
});
