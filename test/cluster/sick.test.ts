import { describe, expect, test } from 'vitest';
import { spread } from '../../internal/cluster/sample.ts';
import { admit } from '../../internal/cluster/shape.ts';
import { nodeCases, symptomOfPod } from '../../internal/cluster/sick.ts';
import { node, type NodeParts, pod, type PodParts } from '../support/cluster-objects.ts';

const takenAt = '2026-03-01T12:00:00Z';

const symptom = (parts: PodParts, more: object = {}): string | null => {
  const [only] = admit('pods', { ...pod('p', 'a', parts), ...more }).items;
  return only ? symptomOfPod(only, takenAt) : 'not admitted';
};

describe('a pod is well', () => {
  test.each<[string, PodParts]>([
    ['when it runs', {}],
    [
      'with restarts of long ago',
      {
        status: {
          restartCount: 9,
          lastState: { terminated: { finishedAt: '2026-03-01T10:59:00Z' } },
        },
      },
    ],
  ])('%s', (_name, parts) => {
    expect(symptom(parts)).toBeNull();
  });
});

describe('a pod is sick', () => {
  const running = { state: { running: { startedAt: takenAt } } };
  test.each<[string, PodParts]>([
    ['when it is not ready', { status: { ready: false } }],
    [
      'when it waits',
      { status: { ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } } },
    ],
    ['when it ended', { status: { ready: false, state: { terminated: { exitCode: 0 } } } }],
    ['while an init container runs', { init: running, phase: 'Pending' }],
    ['when an init container failed', { init: { state: { terminated: { exitCode: 1 } } } }],
    [
      'when an init container waits',
      { init: { state: { waiting: { reason: 'ImagePullBackOff' } } } },
    ],
    [
      'within the hour of a restart',
      {
        status: {
          restartCount: 1,
          lastState: { terminated: { finishedAt: '2026-03-01T11:01:00Z' } },
        },
      },
    ],
  ])('%s', (_name, parts) => {
    expect(symptom(parts)).not.toBeNull();
  });

  test('without containers', () => {
    expect(symptom({}, { status: { phase: 'Pending' } })).not.toBeNull();
    expect(symptom({}, { status: undefined })).not.toBeNull();
  });

  test('in another way than other sick ones', () => {
    const ways = [
      symptom({ status: { ready: false } }),
      symptom({ init: running, phase: 'Pending' }),
      symptom({ status: { ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } } }),
    ];
    expect(new Set(ways).size).toBe(3);
  });
});

type Row = readonly [string, string, NodeParts?];

function sickNodes(rows: readonly Row[], without: readonly string[] = []): readonly string[] {
  const nodes = admit(
    'nodes',
    rows.map(([name, address, parts]) => node(name, address, parts)),
  ).items;
  const names = rows.map(([name]) => name).filter((name) => !without.includes(name));
  const pods = admit(
    'pods',
    names.map((name) => pod(`calico-${name}`, name)),
  ).items;
  return nodeCases(nodes, pods, takenAt).flatMap((one) => (one.symptom === null ? [] : [one.node]));
}

describe('a node with a healthy pod is sick', () => {
  test.each<[string, readonly Row[], readonly string[]]>([
    [
      'not at all',
      [
        ['a', '10.0.0.1'],
        ['b', '10.0.0.2'],
      ],
      [],
    ],
    [
      'without heartbeat',
      [
        ['a', '10.0.0.1', { ready: 'Unknown' }],
        ['b', '10.0.0.2'],
      ],
      ['a'],
    ],
    [
      'not ready',
      [
        ['a', '10.0.0.1', { ready: 'False' }],
        ['b', '10.0.0.2'],
      ],
      ['a'],
    ],
    [
      'with an address of its bridge',
      [
        ['a', '10.0.0.1', { calicoAddress: '172.30.0.1/16' }],
        ['b', '10.0.0.2'],
      ],
      ['a'],
    ],
    [
      'with the address of another',
      [
        ['a', '10.0.0.1'],
        ['b', '10.0.0.1'],
      ],
      ['a', 'b'],
    ],
    ['not before Calico stored an address', [['a', '10.0.0.1', { calicoAddress: null }]], []],
  ])('%s', (_name, rows, sick) => {
    expect(sickNodes(rows)).toEqual(sick);
  });

  test('without a pod, where others have one', () => {
    const rows: readonly Row[] = [
      ['a', '10.0.0.1'],
      ['b', '10.0.0.2'],
    ];
    expect(sickNodes(rows, ['b'])).toEqual(['b']);
    expect(sickNodes(rows, ['a', 'b'])).toEqual([]);
  });

  test('but not by an IPv6 address of which the kubelet knows none', () => {
    const raw = node('a', '10.0.0.1');
    const annotations = { 'projectcalico.org/IPv6Address': 'fd00::1/64' };
    const nodes = admit('nodes', { ...raw, metadata: { ...raw.metadata, annotations } }).items;
    const pods = admit('pods', pod('calico-a', 'a')).items;
    expect(nodeCases(nodes, pods, takenAt)[0]?.symptom).toBeNull();
  });
});

test('a pod without a node is a case of its own', () => {
  const pods = admit(
    'pods',
    pod('calico-x', '', { phase: 'Pending', status: { ready: false } }),
  ).items;
  expect(nodeCases([], pods, takenAt)).toMatchObject([{ node: '', symptom: expect.any(String) }]);
});

describe('a sample', () => {
  const kind = (text: string): string => text.slice(0, 1);
  test.each<[readonly string[], number, readonly string[]]>([
    [['a1', 'a2', 'a3', 'b1'], 2, ['a1', 'b1']],
    [['a1', 'a2', 'a3', 'b1'], 3, ['a1', 'b1', 'a2']],
    [['a1', 'a2'], 5, ['a1', 'a2']],
    [[], 5, []],
    [['a1'], 0, []],
  ])('of %j, %i at most', (items, most, chosen) => {
    expect(spread(items, kind, most)).toEqual(chosen);
  });
});
