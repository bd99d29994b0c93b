import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { protobufListReader, statusJson } from '../../internal/cluster/protobuf-list.ts';
import { answer, listAnswer, type Part } from '../support/protobuf.ts';

function read(bytes: Buffer, size = 1000) {
  const reader = protobufListReader('Pod', (item) => item);
  for (let start = 0; start < bytes.length; start += size)
    reader.push(bytes.subarray(start, start + size));
  const list = reader.finish();
  return list && { envelope: JSON.parse(list.envelope), items: list.items };
}

describe('a list', () => {
  const pods = ['a', 'b', 'c'].map((name): readonly Part[] => [[1, [[1, name]]]]);
  const bytes = listAnswer('Pod', pods, 'next');

  test.each([1, 2, 3, 7, 1000])('is read in chunks of %i bytes', (size) => {
    expect(read(bytes, size)).toEqual({
      envelope: {
        apiVersion: 'v1',
        kind: 'PodList',
        metadata: { resourceVersion: '77', continue: 'next' },
        items: [{}, {}, {}],
      },
      items: ['a', 'b', 'c'].map((name) => ({ metadata: { name } })),
    });
  });

  test('may be empty', () => {
    expect(read(listAnswer('Pod', []))?.items).toEqual([]);
  });

  // But for the two empty fields at the end, which say nothing.
  test.each(Array.from({ length: bytes.length - 4 }, (_, length) => length))(
    'that is cut after %i bytes is none',
    (length) => {
      expect(read(bytes.subarray(0, length), 5)).toBeNull();
    },
  );

  test('of whatever bytes does not fail', () => {
    const some = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(some, fc.nat(bytes.length), (noise, place) => {
        const damaged = Buffer.concat([bytes.subarray(0, place), noise, bytes.subarray(place)]);
        const list = read(damaged, 16);
        expect(list === null || Array.isArray(list.items)).toBe(true);
      }),
    );
  });
});

test('a refusal is read', () => {
  const parts: readonly Part[] = [
    [1, []],
    [2, 'Failure'],
    [3, 'too old'],
    [4, 'Expired'],
    [
      5,
      [
        [2, ''],
        [
          4,
          [
            [1, 'x'],
            [2, 'm'],
            [3, 'f'],
          ],
        ],
        [5, 3],
      ],
    ],
    [6, 410],
  ];
  expect(JSON.parse(statusJson(answer('Status', parts)))).toEqual({
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    message: 'too old',
    reason: 'Expired',
    details: { causes: [{ reason: 'x', message: 'm', field: 'f' }], retryAfterSeconds: 3 },
    code: 410,
  });
});

test.each([
  ['no such thing', Buffer.from('<html>')],
  ['half of one', answer('Status', [[3, 'too old']]).subarray(0, 20)],
])('%s is no refusal', (_name, bytes) => {
  expect(statusJson(bytes)).toBe('');
});
