import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listNames } from '../../internal/cluster/kinds.ts';
import { admit, deepFreeze } from '../../internal/cluster/shape.ts';
import { shapes } from '../../internal/cluster/shape-table.ts';
import type { Shape } from '../../internal/cluster/shape-types.ts';
import { isObject, named, valueOf } from '../support/arbitrary-objects.ts';

const scalar: Record<string, readonly string[]> = {
  string: ['string'],
  number: ['number'],
  boolean: ['boolean'],
  'string or number': ['string', 'number'],
  'string or boolean': ['string', 'boolean'],
};

/** Written apart from the product's walker: true if nothing in the value has a type other than the shape's. */
function conforms(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'string' && shape in scalar) {
    return (scalar[shape] ?? []).includes(typeof value);
  }
  if (shape === 'map of strings') {
    return isObject(value) && Object.values(value).every((entry) => typeof entry === 'string');
  }
  if (typeof shape === 'string') {
    if (!Array.isArray(value)) return false;
    const allowed = shape === 'list of strings' ? 'string' : 'number';
    const isNullAllowed = shape === 'numbers or nulls';
    return value.every((item) => typeof item === allowed || (item === null && isNullAllowed));
  }
  if ('listOf' in shape) {
    return Array.isArray(value) && value.every((item) => conforms(item, shape.listOf));
  }
  return (
    isObject(value) &&
    Object.entries(shape.fields).every(
      ([name, inner]) => !Object.hasOwn(value, name) || conforms(value[name], inner),
    )
  );
}

/** Every path that stands in a value. */
function paths(value: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, inner]) => paths(inner, [...at, name]))];
}

function replaced(value: unknown, path: readonly string[], by: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return by;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) =>
      String(index) === name ? replaced(item, rest, by) : item,
    );
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === name ? replaced(inner, rest, by) : inner,
    ]),
  );
}

describe('admit', () => {
  test.each(listNames)('%s: whatever a value is changed to, the result conforms', (list) => {
    const shape: Shape = shapes[list];
    const anyObject = valueOf(shape).map(named);
    fc.assert(
      fc.property(
        anyObject,
        fc.nat(),
        fc.oneof(fc.anything(), fc.jsonValue(), fc.constantFrom(Number.NaN, {}, [], '', null)),
        (object, position, by) => {
          const all = paths(object);
          const path = all[position % all.length] ?? [];
          const { items } = admit(list, [replaced(object, path, by)]);
          for (const item of items) {
            expect(conforms(item, shape)).toBe(true);
            expect(item.metadata.name).not.toBe('');
            expect(typeof item.kind).toBe('string');
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each(listNames)('%s: what is of the right types stays as it is', (list) => {
    fc.assert(
      fc.property(valueOf(shapes[list]).map(named), (object) => {
        const given = list === 'events' ? replaced(object, ['regarding'], 0) : object;
        const kinded = { ...(isObject(given) ? given : {}), kind: 'Aster', apiVersion: 'v1' };
        const { items, warnings } = admit(list, kinded);
        expect(warnings).toEqual([]);
        expect(items[0]).toBe(kinded);
      }),
      { numRuns: 30 },
    );
  });

  const pod = (fields: object): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'till', namespace: 'shop' },
    ...fields,
  });

  test.each([
    ['a list is a text', pod({ spec: { containers: 'x' } }), 'spec.containers is not a list'],
    [
      'an entry is a text',
      pod({ spec: { containers: [{ name: 'a' }, 'x'] } }),
      'spec.containers[1] is not an object',
    ],
    [
      'a field deep inside',
      pod({ spec: { containers: [{ image: 7 }] } }),
      'spec.containers[0].image is not a string',
    ],
    [
      'an entry of a map',
      pod({ metadata: { name: 'till', namespace: 'shop', labels: { a: 1 } } }),
      'metadata.labels["a"] is not a string',
    ],
    [
      'a number without value',
      pod({ status: { containerStatuses: [{ restartCount: Number.NaN }] } }),
      'status.containerStatuses[0].restartCount is not a number',
    ],
    ['a namespace of numbers', pod({ spec: [] }), 'spec is not an object'],
  ])('%s: warned of and left out', (_, raw, problem) => {
    const { items, warnings } = admit('pods', raw);
    expect(warnings).toEqual([`Pod shop/till: ${problem}`]);
    expect(conforms(items[0], shapes.pods)).toBe(true);
    expect(items).toHaveLength(1);
  });

  test('null is as good as absent, and nothing to warn of', () => {
    const raw = pod({ spec: { containers: null, nodeName: null }, status: null, other: null });
    const { items, warnings } = admit('pods', raw);
    expect(warnings).toEqual([]);
    expect(items).toEqual([pod({ spec: {}, other: null })]);
  });

  test('the input is not changed, and unknown fields are kept', () => {
    const raw = deepFreeze(pod({ spec: { containers: 1, schedulerName: 'own', overhead: [1] } }));
    expect(admit('pods', raw).items).toEqual([
      pod({ spec: { schedulerName: 'own', overhead: [1] } }),
    ]);
  });

  test('a field called __proto__ stays a field', () => {
    const raw: unknown = JSON.parse(
      '{"metadata":{"name":"a","labels":{"__proto__":"x","b":1}},"__proto__":{"polluted":"yes"}}',
    );
    const [item] = admit('nodes', raw).items;
    expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
    expect(Object.hasOwn(item?.metadata.labels ?? {}, '__proto__')).toBe(true);
  });

  test.each([
    [
      'items of a typed list',
      { kind: 'NodeList', apiVersion: 'v1', items: [{ metadata: { name: 'a' } }] },
      'Node',
      'v1',
    ],
    ['items of a nameless list', { items: [{ metadata: { name: 'a' } }] }, 'Node', undefined],
    [
      'the short form of an object',
      { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'a' } },
      'Node',
      undefined,
    ],
    ['an array', [{ metadata: { name: 'a' }, kind: 'Node', apiVersion: 'v2' }], 'Node', 'v2'],
  ])('%s get their kind', (_, raw, kind, apiVersion) => {
    const { items } = admit('nodes', raw);
    expect(items).toMatchObject([{ kind, metadata: { name: 'a' } }]);
    expect(items[0]?.apiVersion).toBe(apiVersion);
  });

  test.each([
    [{ kind: 'PodList', items: null }, 0],
    [{ kind: 'PodList', items: 3 }, 1],
    [{ kind: 'PodList', items: [null, 3, { metadata: { name: '' } }, { spec: {} }] }, 3],
    [null, 0],
    [undefined, 1],
  ])('%j gives nothing, with %i warnings', (raw, count) => {
    const { items, warnings } = admit('pods', raw);
    expect(items).toEqual([]);
    expect(warnings).toHaveLength(count);
  });

  test('a list of positions is kept whole or not at all', () => {
    const block = (allocations: unknown): unknown => ({
      metadata: { name: 'b' },
      spec: { allocations },
    });
    expect(admit('ipamBlocks', block([null, 3, null])).items[0]?.spec?.allocations).toEqual([
      null,
      3,
      null,
    ]);
    expect(admit('ipamBlocks', block([null, 'x', 4])).items[0]?.spec).toEqual({});
  });

  test('events of the newer group take the core form', () => {
    const { items, warnings } = admit('events', {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'shop' },
      regarding: { kind: 'Pod', name: 'till', namespace: 'shop' },
      note: 'it broke',
      deprecatedCount: 4,
      deprecatedLastTimestamp: '2026-02-03T04:05:06Z',
      deprecatedFirstTimestamp: null,
      deprecatedSource: { component: 'kubelet', host: 'n1' },
      reportingController: 'kubelet',
      series: { count: 2, lastObservedTime: '2026-02-03T04:05:07.000000Z' },
    });
    expect(warnings).toEqual([]);
    expect(items).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'e', namespace: 'shop' },
        involvedObject: { kind: 'Pod', name: 'till', namespace: 'shop' },
        message: 'it broke',
        count: 4,
        lastTimestamp: '2026-02-03T04:05:06Z',
        source: { component: 'kubelet', host: 'n1' },
        reportingComponent: 'kubelet',
        series: { count: 2, lastObservedTime: '2026-02-03T04:05:07.000000Z' },
      },
    ]);
  });
});

test('deepFreeze reaches everything, however deep', () => {
  let deep: unknown = { end: [] };
  for (let level = 0; level < 50_000; level++) deep = [deep];
  const frozen = deepFreeze({ a: [{ b: {} }], deep });
  expect(Object.isFrozen(frozen.a[0]?.b)).toBe(true);
  let inner: unknown = frozen.deep;
  while (Array.isArray(inner)) inner = inner[0];
  expect(isObject(inner) && Object.isFrozen(inner['end'])).toBe(true);
});
