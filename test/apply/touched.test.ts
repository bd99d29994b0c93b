import { expect, test } from 'vitest';
import { isSameObject, touchedFields } from '../../internal/apply/touched.ts';
import type { KubeObject } from '../../internal/model/kubernetes.ts';

type Parts = Readonly<Record<string, unknown>>;
const object = (spec: Parts, metadata: Parts = {}, status: Parts = {}): KubeObject => {
  const made = { kind: 'DaemonSet', metadata: { name: 'x', ...metadata }, spec, status };
  return made;
};
const container = (...env: readonly (readonly [string, string])[]): Parts => ({
  containers: [{ name: 'main', env: env.map(([name, value]) => ({ name, value })) }],
});

test.each<{
  readonly name: string;
  readonly before: KubeObject;
  readonly ours: KubeObject;
  readonly now: KubeObject;
  readonly fields: Readonly<Record<string, string>>;
}>([
  {
    name: 'a value that nobody else touched',
    before: object({ a: 1, b: 1 }),
    ours: object({ a: 2, b: 1 }),
    now: object({ a: 1, b: 9 }),
    fields: { 'spec.a': 'as-before' },
  },
  {
    name: 'a value that is as wanted already',
    before: object({ a: 1 }),
    ours: object({ a: 2 }),
    now: object({ a: 2 }),
    fields: { 'spec.a': 'as-ours' },
  },
  {
    name: 'a value that somebody else changed',
    before: object({ a: 1 }),
    ours: object({ a: 2 }),
    now: object({ a: 3 }),
    fields: { 'spec.a': 'otherwise' },
  },
  {
    name: 'a field that was added, and one that was taken away',
    before: object({ gone: 1 }),
    ours: object({ added: 2 }),
    now: object({ gone: 1 }),
    fields: { 'spec.gone': 'as-before', 'spec.added': 'as-before' },
  },
  {
    name: 'variables by their name, wherever they stand',
    before: object(container(['A', '1'], ['B', '1'])),
    ours: object(container(['A', '1'], ['B', '2'], ['C', '3'])),
    now: object(container(['X', '0'], ['B', '2'], ['A', '1'])),
    fields: {
      'spec.containers[main].env[B]': 'as-ours',
      'spec.containers[main].env[C]': 'as-before',
    },
  },
  {
    name: "somebody else's address method, which ours would take away",
    before: object({ nodeAddressAutodetectionV4: { firstFound: true } }),
    ours: object({ nodeAddressAutodetectionV4: { kubernetes: 'NodeInternalIP' } }),
    now: object({ nodeAddressAutodetectionV4: { interface: 'eth9' } }),
    fields: { 'spec.nodeAddressAutodetectionV4': 'otherwise' },
  },
  {
    name: 'a list without names as a whole',
    before: object({ list: [1, 2] }),
    ours: object({ list: [1, 2, 3] }),
    now: object({ list: [2] }),
    fields: { 'spec.list': 'otherwise' },
  },
  {
    name: 'labels and annotations, but not what the server counts',
    before: object({}, { annotations: { a: '1', 'deployment.kubernetes.io/revision': '1' } }),
    ours: object({}, { annotations: { a: '2', 'deployment.kubernetes.io/revision': '2' } }),
    now: object({}, { annotations: { a: '1', 'deployment.kubernetes.io/revision': '7' } }),
    fields: { 'metadata.annotations.a': 'as-before' },
  },
  {
    name: 'neither status nor versions',
    before: object({}, { resourceVersion: '1', generation: 1 }, { ready: 1 }),
    ours: object({}, { resourceVersion: '2', generation: 2 }, { ready: 2 }),
    now: object({}, { resourceVersion: '3', generation: 3 }, { ready: 3 }),
    fields: {},
  },
])('$name', ({ before, ours, now, fields }) => {
  const found = touchedFields(before, ours, now).map(({ field, stands }) => [field, stands]);
  expect(Object.fromEntries(found)).toEqual(fields);
});

test('objects are the same whatever the order of their fields', () => {
  const one = object({ a: 1, b: [{ c: 1, d: 2 }] }, { resourceVersion: '1' }, { ready: 1 });
  const other = object({ b: [{ d: 2, c: 1 }], a: 1 }, { resourceVersion: '2' }, { ready: 2 });
  expect(isSameObject(one, other)).toBe(true);
  expect(isSameObject(one, object({ a: 1 }))).toBe(false);
});
