import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sharing } from '../../internal/cluster/sharing.ts';

const podOf = (name: string, image: string) => ({
  metadata: { name, labels: { app: 'till' } },
  spec: {
    nodeName: name,
    containers: [
      {
        name: 'cash',
        env: [{ name: 'COINS', value: '7' }],
        image,
        volumeMounts: [{ name: 'drawer' }, { name: `token-${name}` }],
      },
    ],
  },
});

test('equal parts of two objects become one, and nothing changes', () => {
  const share = sharing();
  const [a, b] = ['a', 'b'].map((name) => podOf(name, 'till:1'));
  const before = structuredClone([a, b]);
  const shared = [share(a), share(b)];
  expect(shared).toEqual(before);
  expect([a, b]).toEqual(before);
  const envOf = (pod: unknown): unknown => Object(pod).spec.containers[0].env[0];
  const mountsOf = (pod: unknown): readonly unknown[] =>
    Object(pod).spec.containers[0].volumeMounts;
  expect(envOf(shared[0])).toBe(envOf(shared[1]));
  expect(mountsOf(shared[0])[0]).toBe(mountsOf(shared[1])[0]);
  expect(Object(shared[0]).metadata.labels).toBe(Object(shared[1]).metadata.labels);
});

test('a text that looks like an object is none', () => {
  const share = sharing();
  const objects = [{ spec: { a: [{ b: '{"c":1}' }] } }, { spec: { a: [{ b: { c: 1 } }] } }];
  const again = structuredClone(objects);
  expect([...objects, ...again].map(share)).toEqual([...objects, ...again]);
});

test('objects of any sort stay what they are, however many there are', () => {
  const share = sharing();
  const object = fc.record({
    metadata: fc.jsonValue(),
    spec: fc.jsonValue(),
    status: fc.dictionary(fc.string(), fc.jsonValue()),
  });
  fc.assert(
    fc.property(object, (one) => {
      const whole = JSON.stringify(one);
      expect(JSON.stringify(share(JSON.parse(whole)))).toBe(whole);
    }),
    { numRuns: 300 },
  );
  for (const value of [null, 7, 'x', []]) expect(share(value)).toEqual(value);
});

test('parts that are rare do not crowd out the common ones', () => {
  const share = sharing();
  const of = (index: number): unknown =>
    share({ spec: { rare: { index }, common: { plums: 'ripe' } } });
  const first = of(0);
  for (let index = 1; index < 9000; index += 1) of(index);
  expect(Object(of(9001)).spec.common).toBe(Object(first).spec.common);
});
