import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { measureJson, measureYaml, roomForDump, takeRoom } from '../../internal/cluster/room.ts';

test('room is taken until there is no more, and never more than there is', () => {
  const room = { bytes: 100 };
  expect(takeRoom(room, 60)).toBe(true);
  expect(takeRoom(room, 60)).toBe(false);
  expect(takeRoom(room, 40)).toBe(true);
  expect(room.bytes).toBe(0);
});

test('a dump has room, and less than the process', () => {
  const { bytes } = roomForDump();
  expect(bytes).toBeGreaterThan(100 * 2 ** 20);
  expect(bytes).toBeLessThan(process.constrainedMemory() || Infinity);
});

test.each([
  ['1', 0, 0],
  ['{}', 1, 1],
  ['[[],{"a":[1]}]', 3, 5],
  ['["[[[,{","\\"[,"]', 1, 2],
  ['{"a":"\\\\","b":[]}', 2, 3],
])('%s is nested %i deep, of %i parts', (text, depth, parts) => {
  expect(measureJson(text)).toEqual({ depth, bytes: text.length + 64 * parts });
});

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0;

test('the depth is that of the value, however it is written', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 4), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(measureJson(text).depth).toBe(depthOf(JSON.parse(text)));
    }),
  );
});

test('a bomb weighs much more than it is long, objects of Kubernetes do not', () => {
  const bomb = `[${'{},'.repeat(1000)}{}]`;
  expect(measureJson(bomb).bytes).toBeGreaterThan(40 * bomb.length);
  expect(measureYaml('-\n'.repeat(1000))).toBeGreaterThan(30 * 2000);
  const pod = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'crane-0', namespace: 'cargo', labels: { app: 'crane' } },
    spec: { nodeName: 'pier-1', containers: [{ name: 'crane', image: 'registry.example/crane' }] },
  });
  expect(measureJson(pod).bytes).toBeLessThan(6 * pod.length);
});
