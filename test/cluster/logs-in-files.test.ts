import { describe, expect, test } from 'vitest';
import { markedLogs, prefixedLogs } from '../../internal/cluster/log-markers.ts';
import { isPreviousPath, logPlace } from '../../internal/cluster/log-paths.ts';
import { logRead } from '../../internal/cluster/log-text.ts';
import { podIndex } from '../../internal/cluster/pod-index.ts';
import type { Pod } from '../../internal/model/kubernetes.ts';

const mark = (edge: string, container: string): string =>
  `==== ${edge} logs for container ${container} of pod harbour/calico-node-q7w2e ====`;

describe('markedLogs', () => {
  test('several containers, one without a line end, one empty, one failed', () => {
    const text = [
      `${mark('START', 'install-cni')}\none\ntwo\n${mark('END', 'install-cni')}\n`,
      `${mark('START', 'mount')}\n${mark('END', 'mount')}\n`,
      `${mark('START', 'calico-node')}\nlast${mark('END', 'calico-node')}\n`,
      `${mark('START', 'side')}\nRequest log error: container "side" in pod "x" is waiting to start: PodInitializing\n${mark('END', 'side')}\n`,
    ].join('');
    const { logs, rest } = markedLogs(text);
    expect(logs).toMatchObject([
      {
        namespace: 'harbour',
        pod: 'calico-node-q7w2e',
        container: 'install-cni',
        previous: false,
        isCut: false,
        read: { text: 'one\ntwo\n' },
      },
      { container: 'mount', read: { state: 'read', text: '' } },
      { container: 'calico-node', read: { text: 'last' } },
      { container: 'side', read: { state: 'failed', error: { kind: 'not-found' } } },
    ]);
    expect(rest.trim()).toBe('');
  });

  test('what stands between the logs is left', () => {
    const { rest } = markedLogs(
      `{"a":1}\n${mark('START', 'c')}\nx\n${mark('END', 'c')}\n{"b":2}\n`,
    );
    expect(rest).toBe('{"a":1}\n\n{"b":2}\n');
  });

  test('a log without end reaches to the next one, or to the end of the file', () => {
    const { logs } = markedLogs(`${mark('START', 'a')}\nx\n${mark('START', 'b')}\ny\n`);
    expect(logs).toMatchObject([
      { container: 'a', isCut: true, read: { text: 'x\n' } },
      { container: 'b', isCut: true, read: { text: 'y\n' } },
    ]);
    expect(markedLogs(mark('START', 'a')).logs).toMatchObject([
      { isCut: true, read: { text: '' } },
    ]);
  });

  test('the end of another log is not its own', () => {
    const whole = `${mark('START', 'a')}\nz\n${mark('END', 'a')}\n`;
    expect(markedLogs(`${mark('START', 'a')}\nx\n${whole}`).logs).toMatchObject([
      { isCut: true, read: { text: 'x\n' } },
      { isCut: false, read: { text: 'z\n' } },
    ]);
  });

  test('line ends of Windows', () => {
    const { logs } = markedLogs(`${mark('START', 'a')}\r\nx\r\n${mark('END', 'a')}\r\n`);
    expect(logs).toMatchObject([{ container: 'a', isCut: false, read: { text: 'x\r\n' } }]);
  });
});

test('prefixedLogs', () => {
  const text = '[pod/a-1/main] x\n[pod/a-1/init] y\n[pod/a-1/main] z\n';
  expect(prefixedLogs(text)).toMatchObject([
    { pod: 'a-1', container: 'main', read: { text: 'x\nz\n' } },
    { pod: 'a-1', container: 'init', read: { text: 'y\n' } },
  ]);
  expect(prefixedLogs('x\n[pod/a-1/main] y\n')).toBeNull();
});

describe('logRead', () => {
  test.each([
    [
      'Request log error: the server rejected our request for an unknown reason (get pods x)',
      'server-error',
    ],
    ['unable to retrieve container logs for containerd://0123abcd', 'not-found'],
    [
      'Error from server (BadRequest): previous terminated container "a" in pod "b" not found',
      'not-found',
    ],
    [
      'Defaulted container "a" out of: a, b\nError from server (Forbidden): pods "b" is forbidden: User "u" cannot get resource "pods/log" in API group "" in the namespace "n"',
      'forbidden',
    ],
    [
      'failed to try resolving symlinks in path "/var/log/pods/x/a/0.log": lstat x: no such file or directory',
      'not-found',
    ],
    [
      'Request log error: Get "https://10.9.8.7:10250/containerLogs/n/p/c": dial tcp 10.9.8.7:10250: connect: connection refused',
      'unreachable',
    ],
    [
      'Request log error: Get "https://10.9.8.7:10250/containerLogs/n/p/c": dial tcp 10.9.8.7:10250: i/o timeout',
      'timeout',
    ],
  ])('%s is no log', (text, kind) => {
    expect(logRead(`${text}\n`)).toMatchObject({ state: 'failed', error: { kind } });
  });

  test.each([
    ['', 'nothing printed'],
    ['unable to retrieve container logs for containerd://0123abcd\nmore\n', 'one of several lines'],
    ['error: cannot open the file\n', "a program's own error"],
  ])('%j is one: %s', (text) => {
    expect(logRead(text)).toEqual({ state: 'read', text });
  });
});

const pod = (
  name: string,
  namespace: string,
  containers: readonly string[],
  init: readonly string[] = [],
): Pod => ({
  kind: 'Pod',
  metadata: { name, namespace },
  spec: {
    containers: containers.map((container) => ({ name: container })),
    initContainers: init.map((container) => ({ name: container })),
  },
  status: {
    containerStatuses: containers.map((container) => ({ name: container, restartCount: 3 })),
  },
});

const pods = podIndex([
  pod('calico-node-q7w2e', 'harbour', ['calico-node'], ['install-cni', 'mount-bpffs']),
  pod('canal-zz9x8', 'kube-system', ['kube-flannel', 'calico-node']),
  pod('till', 'shop', ['main', 'main-proxy']),
  pod('till', 'store', ['main']),
  pod('till-db', 'shop', ['db']),
]);

describe('logPlace', () => {
  const harbour = 'harbour/calico-node-q7w2e';
  test.each([
    ['harbour/calico-node-q7w2e/logs.txt', `${harbour}/calico-node`],
    ['harbour/calico-node-q7w2e/install-cni.log', `${harbour}/install-cni`],
    ['harbour/calico-node-q7w2e/calico-node.previous.log', `${harbour}/calico-node previous`],
    ['harbour/calico-node-q7w2e/calico-node-previous.txt', `${harbour}/calico-node previous`],
    ['harbour/calico-node-q7w2e/logs-calico-node-previous.txt', `${harbour}/calico-node previous`],
    ['harbour/calico-node-q7w2e/previous.log', `${harbour}/calico-node previous`],
    ['previous/harbour/calico-node-q7w2e/install-cni.log', `${harbour}/install-cni previous`],
    ['calico-node-q7w2e.calico-node.previous.log', `${harbour}/calico-node previous`],
    ['calico-node-q7w2e-calico-node.log', `${harbour}/calico-node`],
    ['calico-node-q7w2e-p.log', `${harbour}/calico-node previous`],
    ['calico-node-q7w2e.log', `${harbour}/calico-node`],
    ['calico-node-q7w2e', `${harbour}/calico-node`],
    ['logs/harbour_calico-node-q7w2e_install-cni.log', `${harbour}/install-cni`],
    [
      'containers/calico-node-q7w2e_harbour_calico-node-0123456789abcdef0123456789abcdef.log',
      `${harbour}/calico-node`,
    ],
    [
      'pods/harbour_calico-node-q7w2e_0f0f0f0f-1111-2222-3333-444444444444/calico-node/3.log',
      `${harbour}/calico-node`,
    ],
    [
      'pods/harbour_calico-node-q7w2e_0f0f0f0f-1111-2222-3333-444444444444/calico-node/2.log',
      `${harbour}/calico-node previous`,
    ],
    ['pods/harbour_calico-node-q7w2e_0f0f0f0f-1111-2222-3333-444444444444/calico-node/1.log', null],
    [
      'x/namespaces/harbour/pods/calico-node-q7w2e/install-cni/install-cni/logs/current.log',
      `${harbour}/install-cni`,
    ],
    [
      'x/namespaces/harbour/pods/calico-node-q7w2e/install-cni/install-cni/logs/previous.insecure.log',
      `${harbour}/install-cni previous`,
    ],
    [
      'x/namespaces/harbour/pods/calico-node-q7w2e/install-cni/install-cni/logs/rotated/0.log.20260203',
      null,
    ],
    [
      'b/cluster-resources/pods/logs/harbour/calico-node-q7w2e/calico-node-previous.log',
      `${harbour}/calico-node previous`,
    ],
    [
      'b/cluster-resources/pods/logs/harbour/calico-node-q7w2e/calico-node-logs-errors.log',
      `${harbour}/calico-node`,
    ],
    ['d/nodes/pier-1/harbour/calico-node-q7w2e.log', `${harbour}/calico-node`],
    ['d/nodes/pier-1/cni.log.log', null],
    ['logs/canal-zz9x8.txt', 'kube-system/canal-zz9x8/calico-node'],
    ['logs/canal-zz9x8-kube-flannel.txt', 'kube-system/canal-zz9x8/kube-flannel'],
    ['shop/till/main-proxy.log', 'shop/till/main-proxy'],
    ['store/till/logs.txt', 'store/till/main'],
    ['store_till_main.log', 'store/till/main'],
    ['shop/till-db.log', 'shop/till-db/db'],
    ['harbour/calico-node-q7w2e/describe.txt', null],
    ['harbour/calico-node-q7w2e-iptables.txt', null],
    ['notes.txt', null],
    ['calico-node-q7w2e.html', null],
  ])('%s → %s', (path, expected) => {
    const place = logPlace(path, pods);
    const told =
      place &&
      `${place.namespace}/${place.pod}/${place.container}${place.previous ? ' previous' : ''}`;
    expect(told).toBe(expected);
  });

  const unknown = 'kube-system/calico-node-abc12';
  test.each([
    [
      'x/namespaces/kube-system/pods/calico-node-abc12/install-cni/install-cni/logs/previous.log',
      `${unknown}/install-cni previous`,
    ],
    [
      'b/cluster-resources/pods/logs/kube-system/calico-node-abc12/calico-node-previous.log',
      `${unknown}/calico-node previous`,
    ],
    ['kube-system/calico-node-abc12/logs.txt', `${unknown}/calico-node`],
    ['kube-system/calico-node-abc12/install-cni.previous.log', `${unknown}/install-cni previous`],
    ['kube-system/calico-node-abc12/previous.log', `${unknown}/calico-node previous`],
    ['d/links/kube-system/calico-node-abc12.log', `${unknown}/calico-node`],
    ['kube-system_calico-node-abc12_calico-node.log', `${unknown}/calico-node`],
    ['kube-system/calico-node-abc12/describe.txt', null],
    ['a/b/c.log', null],
  ])('by the layout alone: %s → %s', (path, expected) => {
    const place = logPlace(path, new Map());
    const told =
      place &&
      `${place.namespace}/${place.pod}/${place.container}${place.previous ? ' previous' : ''}`;
    expect(told).toBe(expected);
  });

  test.each([
    ['harbour/calico-node-q7w2e/logs-previous.txt', true],
    ['previous/harbour/logs.txt', true],
    ['dump-previous/harbour/logs.txt', false],
    ['harbour/calico-node-q7w2e/logs.txt', false],
  ])('%s is of the run before: %s', (path, expected) => {
    expect(isPreviousPath(path)).toBe(expected);
  });
});
