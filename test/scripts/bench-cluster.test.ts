import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { bookOf, report } from '../../scripts/bench-cluster-document.ts';
import {
  countingProxy,
  cpuOf,
  type Figures,
  middle,
  peakOf,
  requestsIn,
} from '../../scripts/bench-cluster-measure.ts';
import { benchNodes } from '../../scripts/bench-cluster-nodes.ts';
import { podKinds, podName, podObject, podStatus } from '../../scripts/bench-cluster-pods.ts';
import {
  goalTable,
  growthTable,
  sizeTable,
  table,
  whyMoreBytes,
} from '../../scripts/bench-cluster-report.ts';

const mebi = 2 ** 20;
const figures = (parts: Partial<Figures> = {}): Figures => ({
  seconds: 2,
  cpuSeconds: 1,
  bytes: 3 * mebi,
  requests: 7,
  peakBytes: 200e6,
  ...parts,
});
const size = (nodes: number, ours: Partial<Figures>, theirs: Partial<Figures> = {}) => ({
  nodes,
  rows: [
    { name: 'ours', figures: figures(ours) },
    { name: 'theirs', figures: figures(theirs) },
    { name: 'besides', figures: figures({ bytes: mebi / 4, requests: 2 }) },
  ],
  load: [0.5, 1.25] as const,
});
const sides = { ours: 'ours', theirs: 'theirs', besides: 'besides' };
const cellsOf = (lines: readonly string[]): readonly (readonly string[])[] =>
  lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

describe('tables', () => {
  it('are Markdown with columns of one width', () => {
    expect(table(['', 'time'], [['a longer name', '1.0']])).toEqual([
      '|               | time |',
      '| ------------- | ---: |',
      '| a longer name |  1.0 |',
    ]);
  });

  it('tell what each contender took', () => {
    const lines = sizeTable(size(100, { seconds: 12.345, bytes: 14.14 * mebi, peakBytes: null }));
    expect(cellsOf(lines)[2]).toEqual(['ours', '12.3', '1.00', '14.1', '7', '–']);
  });

  it('tell how much more it takes at the larger size', () => {
    const [before, after] = [
      size(100, { seconds: 1 }),
      size(1000, { seconds: 4, requests: 14, peakBytes: 260e6 }),
    ];
    const cells = cellsOf(growthTable(before, after));
    expect(cells[0]?.[0]).toBe('100 → 1,000 nodes (×10.0)');
    expect(cells[2]).toEqual(['ours', '×4.0', '×1.0', '×1.0', '×2.0', '×1.3']);
  });
});

describe('goals', () => {
  const keys = (what: string, worstMs: number) => ({
    what,
    keys: 3,
    silent: 0,
    middleMs: 8,
    worstMs,
  });
  const verdicts = (lines: readonly string[]) => cellsOf(lines.slice(2)).map((cells) => cells[3]);

  it('are met', () => {
    const last = size(5000, { seconds: 3, bytes: 2 * mebi });
    const lines = goalTable(last, sides, [keys('moving', 49), keys('going back', 90)]);
    expect(verdicts(lines)).toEqual(['met', 'met', 'met', 'met']);
  });

  it('are missed, by so much', () => {
    const last = size(5000, { seconds: 3.5, bytes: 3.3 * mebi, peakBytes: 301e6 });
    const lines = goalTable(last, sides, [keys('moving', 62)]);
    expect(verdicts(lines)).toEqual([
      'missed by 0.50 s',
      'missed by 0.30 MiB (10 %)',
      'missed by 1 MB',
      'missed by 12 ms at the worst',
    ]);
  });

  it('say where more bytes come from', () => {
    const more = size(5000, { bytes: 4 * mebi, requests: 20 });
    const why = whyMoreBytes(more, sides);
    expect(why).toContain('leases (0.25 MiB)');
    expect(why).toMatch(/\b11 more requests/);
    expect(whyMoreBytes(size(5000, { bytes: 2 * mebi }), sides)).toBeNull();
  });

  it('are open where nothing was measured', () => {
    const lines = goalTable(size(5000, { peakBytes: null }), sides, null);
    expect(verdicts(lines).slice(2)).toEqual(['not measured here', 'not measured here']);
    expect(() => goalTable(size(5000, {}), { ...sides, ours: 'nobody' }, null)).toThrow('nobody');
  });
});

it('writes a document with every size, the growth between them and the goals at the last', () => {
  const result = { sizes: [size(100, {}), size(5000, { seconds: 9 })], keys: null };
  const text = bookOf(report(result, { machine: '2 × Slow', day: '2026-02-03', rounds: 5, sides }));
  const titles = text.split('\n').filter((line) => line.startsWith('#'));
  expect(titles).toEqual([
    '# Benchmarks',
    '## 100 nodes, 700 pods',
    '## 5,000 nodes, 35,000 pods',
    '## Growth',
    '## The wizard at 5,000 nodes',
    '## Goals at 5,000 nodes',
  ]);
  expect(text).toContain('2026-02-03, 2 × Slow');
  expect(text).toContain('missed by 6.00 s');
});

describe('what is counted', () => {
  it('is the high-water mark of a process', () => {
    expect(peakOf('VmPeak:\t  9000 kB\nVmHWM:\t  2048 kB\nVmRSS:\t 1000 kB\n')).toBe(2 * mebi);
    expect(peakOf('')).toBeNull();
  });

  it('is the time that a process had of the processors, whatever its name', () => {
    const stat = '42 (a) b (c) S 1 42 42 0 -1 4194304 900 0 3 0 150 25 7 7 20 0 11 0 9000';
    expect(cpuOf(stat)).toBe(1.75);
    expect(cpuOf('')).toBeNull();
  });

  it('is a request in either form of log line', () => {
    const lines = [
      ' GET https://127.0.0.1:6443/version 200 in 95 ms',
      'POST https://127.0.0.1:6443/apis/authorization.k8s.io/v1/selfsubjectaccessreviews 201 in 3 ms',
      'I0101 10:00:00.000000 1 round_trippers.go:632] "Response" verb="GET" url="https://127.0.0.1:6443/api" status="200 OK" milliseconds=3',
      'I0101 10:00:00.000000 1 loader.go:407] Config loaded from file: /tmp/GET',
    ];
    expect(requestsIn(lines.join('\n'))).toBe(3);
    expect(requestsIn('')).toBe(0);
  });

  it.each([
    [[3], 3],
    [[5, 1, 3], 3],
    [[4, 1, 3, 2], 2],
  ])('is the middle of %j', (values, expected) => {
    expect(middle(values)).toBe(expected);
  });

  it('is every byte that comes from the server, and none that goes there', async () => {
    const server = net.createServer((socket) =>
      socket.on('data', (data) => socket.write(Buffer.alloc(10 * data.length, 65))),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const proxy = await countingProxy(typeof address === 'object' && address ? address.port : 0);
    const client = net.connect(proxy.port, '127.0.0.1');
    client.write('abc');
    let received = 0;
    for await (const chunk of client) {
      received += (chunk as Buffer).length;
      if (received >= 30) break;
    }
    expect(received).toBe(30);
    expect([proxy.take(), proxy.take()]).toEqual([30, 0]);
    await proxy.close();
    server.close();
  });
});

describe('the invented cluster', () => {
  const nodes = benchNodes(150);
  const [calico] = podKinds;

  it('has one node in a hundred whose Calico took the address of a bridge', () => {
    const sick = nodes.filter(({ isSick }) => isSick);
    expect(sick.map(({ facts }) => facts.name)).toEqual(['worker-2', 'worker-102']);
    expect(sick.map(({ iface }) => iface)).toEqual(['nerdctl0', 'nerdctl0']);
    const others = nodes.filter(({ isSick }) => !isSick);
    expect(others.every(({ address, facts }) => address === `${facts.internalIp}/24`)).toBe(true);
  });

  it('has seven pods on each node, each with a name and on the pod network an address of its own', () => {
    const pods = nodes.flatMap((node, place) =>
      podKinds.map((kind) => ({
        owner: kind.owner,
        name: podName(kind, place),
        pod: podObject(kind, node, place, 'uid'),
        status: podStatus(kind, node, place, 0).status,
      })),
    );
    expect(pods).toHaveLength(7 * nodes.length);
    expect(new Set(pods.map(({ name }) => name)).size).toBe(pods.length);
    const ordinary = pods.filter(({ owner }) => owner === 'ReplicaSet');
    expect(new Set(ordinary.map(({ status }) => status.podIP)).size).toBe(5 * nodes.length);
    expect(pods[7]?.pod.spec.nodeName).toBe('worker-2');
  });

  it('has an unready calico-node on a sick node alone', () => {
    const ready = nodes.map((node, place) => {
      if (!calico) throw new Error('there is no calico-node');
      return podStatus(calico, node, place, 0).status.containerStatuses[0]?.ready;
    });
    expect(ready.flatMap((isReady, place) => (isReady ? [] : [place]))).toEqual([1, 101]);
  });
});
