import { describe, expect, test } from 'vitest';
import { protobufListReader } from '../../internal/cluster/protobuf-list.ts';
import { listAnswer, type Part } from '../support/protobuf.ts';

// The object as it is read from a list; null where it is not.
function itemOf(kind: 'Node' | 'Pod', object: readonly Part[]): unknown {
  const reader = protobufListReader(kind, (item) => item);
  reader.push(listAnswer(kind, [object]));
  return reader.finish()?.items[0] ?? null;
}

// Seconds since 1970.
const at = 1_790_000_000;
const atText = '2026-09-21T14:13:20Z';

describe('a pod of the binary form is the pod of the JSON', () => {
  const inSpec = (...parts: Part[]): readonly Part[] => [[2, parts]];
  const inStatus = (...parts: Part[]): readonly Part[] => [[3, parts]];
  const inMetadata = (...parts: Part[]): readonly Part[] => [[1, parts]];
  const volume = (...source: Part[]): readonly Part[] =>
    inSpec([
      1,
      [
        [1, 'v'],
        [2, source],
      ],
    ]);
  const cases: readonly (readonly [string, readonly Part[], object])[] = [
    [
      'a name',
      inMetadata([1, 'till'], [2, ''], [3, 'shop'], [7, 0]),
      { metadata: { name: 'till', namespace: 'shop' } },
    ],
    ['when it was made', inMetadata([8, [[1, at]]]), { metadata: { creationTimestamp: atText } }],
    ['no time at all', inMetadata([8, []]), { metadata: {} }],
    [
      'labels',
      inMetadata(
        [
          11,
          [
            [1, 'app'],
            [2, 'till'],
          ],
        ],
        [11, [[1, '__proto__']]],
      ),
      { metadata: { labels: JSON.parse('{"app":"till","__proto__":""}') } },
    ],
    ['who wrote its fields', inMetadata([17, [[1, 'kubelet']]]), { metadata: {} }],
    ['a field that is no more', inMetadata([15, '']), { metadata: {} }],
    ['what is false', inSpec([11, 0], [12, 1]), { spec: { hostPID: true } }],
    ['what is false and has to be said', inSpec([30, 0]), { spec: { enableServiceLinks: false } }],
    [
      'a number below zero',
      inSpec([25, -1n], [4, -(2n ** 40n)]),
      { spec: { priority: -1, terminationGracePeriodSeconds: -(2 ** 40) } },
    ],
    [
      'a volume, whose kind stands beside its name',
      volume([1, [[1, '/run']]]),
      { spec: { volumes: [{ name: 'v', hostPath: { path: '/run' } }] } },
    ],
    [
      'a volume without more',
      volume([2, [[1, '']]]),
      { spec: { volumes: [{ name: 'v', emptyDir: {} }] } },
    ],
    [
      'a quantity',
      inSpec([
        2,
        [
          [1, 'c'],
          [
            8,
            [
              [
                1,
                [
                  [1, 'cpu'],
                  [2, [[1, '50m']]],
                ],
              ],
            ],
          ],
        ],
      ]),
      { spec: { containers: [{ name: 'c', resources: { limits: { cpu: '50m' } } }] } },
    ],
    ...(
      [
        [
          [
            [1, 0],
            [2, 8080],
            [3, ''],
          ],
          8080,
        ],
        [
          [
            [1, 1],
            [2, 0],
            [3, 'http'],
          ],
          'http',
        ],
      ] satisfies [Part[], unknown][]
    ).map(([port, value]): [string, readonly Part[], object] => [
      `a probe of port ${value}`,
      inSpec([
        2,
        [
          [1, 'c'],
          [
            10,
            [
              [1, [[2, [[2, port]]]]],
              [3, 5],
            ],
          ],
        ],
      ]),
      {
        spec: {
          containers: [
            { name: 'c', livenessProbe: { httpGet: { port: value }, timeoutSeconds: 5 } },
          ],
        },
      },
    ]),
    [
      'a container that has not begun',
      inStatus([
        8,
        [
          [1, 'c'],
          [2, [[1, [[1, 'ErrImagePull']]]]],
          [3, []],
          [4, 0],
          [5, 0],
          [6, ''],
          [7, ''],
        ],
      ]),
      {
        status: {
          containerStatuses: [
            {
              name: 'c',
              state: { waiting: { reason: 'ErrImagePull' } },
              lastState: {},
              ready: false,
              restartCount: 0,
              image: '',
              imageID: '',
            },
          ],
        },
      },
    ],
    [
      'a condition',
      inStatus([
        2,
        [
          [1, 'Ready'],
          [2, 'True'],
          [3, []],
          [
            4,
            [
              [1, at],
              [2, 0],
            ],
          ],
          [5, ''],
          [6, 'ä'],
        ],
      ]),
      {
        status: {
          conditions: [
            {
              type: 'Ready',
              status: 'True',
              lastProbeTime: null,
              lastTransitionTime: atText,
              message: 'ä',
            },
          ],
        },
      },
    ],
  ];
  test.each(cases)('%s', (_name, parts, pod) => {
    expect(JSON.stringify(itemOf('Pod', parts))).toBe(JSON.stringify(pod));
  });

  test.each<readonly [string, readonly Part[]]>([
    ['a newer field', [[1, [[99, '']]]]],
    ['an older field that is not empty', [[1, [[15, 'x']]]]],
    ['a text in place of a number', [[2, [[25, 'x']]]]],
    ['a number in place of a text', [[1, [[1, 7]]]]],
  ])('but with %s it has to be read in JSON', (_name, parts) => {
    expect(itemOf('Pod', parts)).toBeNull();
  });
});

test('of a node nobody wants its images', () => {
  const node: readonly Part[] = [
    [
      3,
      [
        [
          5,
          [
            [1, 'InternalIP'],
            [2, '10.0.0.1'],
          ],
        ],
        [8, [[1, 'registry.example/app']]],
        [9, 'x'],
      ],
    ],
  ];
  expect(itemOf('Node', node)).toEqual({
    status: { addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] },
  });
});
