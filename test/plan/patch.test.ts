import { describe, expect, it } from 'vitest';
import { applyChange } from '../../internal/plan/patch.ts';
import { PatchError } from '../../internal/plan/patch-error.ts';
import type { KubeObject } from '../../internal/model/kubernetes.ts';
import type { Change } from '../../internal/model/remedy.ts';

type Spec = Readonly<Record<string, unknown>>;

const object = (kind: string, spec: Spec): KubeObject & { readonly spec: Spec } => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'lantern' },
  spec,
});

function changed(kind: string, spec: Spec, patchType: Change['patchType'], body: unknown): unknown {
  const before = object(kind, spec);
  const frozen = JSON.stringify(before);
  const ref = { apiVersion: 'apps/v1', kind, name: 'lantern' };
  const after = applyChange(before, {
    ref,
    verb: 'patch',
    ...(patchType === undefined ? {} : { patchType }),
    body,
  });
  expect(JSON.stringify(before)).toBe(frozen);
  return 'spec' in after ? after.spec : undefined;
}

const podSpec = (spec: Spec): Spec => ({ template: { spec } });
const strategic = (before: Spec, patch: Spec): unknown =>
  changed('DaemonSet', podSpec(before), 'strategic', { spec: podSpec(patch) });

describe('JSON merge patch', () => {
  // The cases of RFC 7396, appendix A, as far as they are about objects.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j gives %j', (before, patch, after) => {
    expect(changed('Installation', before, 'merge', { spec: patch })).toEqual(after);
  });

  it('drops nulls in the elements of a list that is new, as the server does', () => {
    const patch = { list: [{ name: 'a', gone: null, kept: [{ alsoGone: null }] }, null] };
    const after = { list: [{ name: 'a', kept: [{}] }, null] };
    expect(changed('Installation', {}, 'merge', { spec: patch })).toEqual(after);
    expect(changed('Installation', { list: [] }, 'merge', { spec: patch })).toEqual(after);
  });

  it('is what a patch without a type is', () => {
    expect(changed('DaemonSet', { list: [1] }, undefined, { spec: { list: [2] } })).toEqual({
      list: [2],
    });
  });
});

describe('strategic merge patch', () => {
  const containers = [
    {
      name: 'anchor',
      image: 'a',
      env: [
        { name: 'ONE', value: '1' },
        { name: 'TWO', value: '2' },
      ],
    },
    { name: 'beacon', image: 'b' },
  ];

  it.each<{ title: string; before: Spec; patch: Spec; after: Spec }>([
    {
      title: 'merges containers by name and fields of a probe one by one',
      before: { containers: [{ name: 'anchor', livenessProbe: { exec: {}, periodSeconds: 10 } }] },
      patch: { containers: [{ name: 'anchor', livenessProbe: { periodSeconds: 20 } }] },
      after: { containers: [{ name: 'anchor', livenessProbe: { exec: {}, periodSeconds: 20 } }] },
    },
    {
      title: 'puts new variables in front, in the order of the patch',
      before: { containers },
      patch: {
        containers: [
          {
            name: 'anchor',
            env: [
              { name: 'ZED', value: 'z' },
              { name: 'ABC', value: 'a' },
            ],
          },
        ],
      },
      after: {
        containers: [
          {
            name: 'anchor',
            image: 'a',
            env: [
              { name: 'ZED', value: 'z' },
              { name: 'ABC', value: 'a' },
              { name: 'ONE', value: '1' },
              { name: 'TWO', value: '2' },
            ],
          },
          { name: 'beacon', image: 'b' },
        ],
      },
    },
    {
      title: 'keeps the place of a variable that is there',
      before: { containers },
      patch: { containers: [{ name: 'anchor', env: [{ name: 'TWO', value: 'x' }] }] },
      after: {
        containers: [
          {
            name: 'anchor',
            image: 'a',
            env: [
              { name: 'ONE', value: '1' },
              { name: 'TWO', value: 'x' },
            ],
          },
          { name: 'beacon', image: 'b' },
        ],
      },
    },
    {
      title: 'puts a new variable behind one that stands before the next of the patch',
      before: { hostAliases: [{ ip: '10.9.0.1' }, { ip: '10.9.0.2' }, { ip: '10.9.0.3' }] },
      patch: { hostAliases: [{ ip: '10.9.0.9' }, { ip: '10.9.0.2', hostnames: ['dune'] }] },
      after: {
        hostAliases: [
          { ip: '10.9.0.9' },
          { ip: '10.9.0.1' },
          { ip: '10.9.0.2', hostnames: ['dune'] },
          { ip: '10.9.0.3' },
        ],
      },
    },
    {
      title: 'takes away a valueFrom by null and leaves no null in what is new',
      before: {
        containers: [{ name: 'anchor', env: [{ name: 'IP', valueFrom: { fieldRef: {} } }] }],
      },
      patch: {
        containers: [
          {
            name: 'anchor',
            env: [
              { name: 'IP', value: 'autodetect', valueFrom: null },
              { name: 'NEW', value: 'x', valueFrom: null },
            ],
          },
        ],
      },
      after: {
        containers: [
          {
            name: 'anchor',
            env: [
              { name: 'IP', value: 'autodetect' },
              { name: 'NEW', value: 'x' },
            ],
          },
        ],
      },
    },
    {
      title: 'deletes an element by $patch',
      before: { containers },
      patch: { containers: [{ name: 'anchor', env: [{ name: 'ONE', $patch: 'delete' }] }] },
      after: {
        containers: [
          { name: 'anchor', image: 'a', env: [{ name: 'TWO', value: '2' }] },
          { name: 'beacon', image: 'b' },
        ],
      },
    },
    {
      title: 'replaces a list by $patch',
      before: { containers },
      patch: { containers: [{ name: 'chart' }, { $patch: 'replace' }] },
      after: { containers: [{ name: 'chart' }] },
    },
    {
      title: 'replaces a record by $patch',
      before: { securityContext: { a: 1 } },
      patch: { securityContext: { $patch: 'replace', b: 2 } },
      after: { securityContext: { b: 2 } },
    },
    {
      title: 'empties a record by $patch',
      before: { securityContext: { a: 1 } },
      patch: { securityContext: { $patch: 'delete' } },
      after: { securityContext: {} },
    },
    {
      title: 'keeps only what $retainKeys names',
      before: { volumes: [{ name: 'v', hostPath: { path: '/x' } }, { name: 'w' }] },
      patch: { volumes: [{ name: 'v', $retainKeys: ['name', 'emptyDir'], emptyDir: {} }] },
      after: { volumes: [{ name: 'v', emptyDir: {} }, { name: 'w' }] },
    },
    {
      title: 'orders by $setElementOrder, with what it does not name in its place',
      before: { containers },
      patch: {
        containers: [
          {
            name: 'anchor',
            '$setElementOrder/env': [{ name: 'TWO' }, { name: 'NEW' }, { name: 'ONE' }],
            env: [{ name: 'NEW', value: 'n' }],
          },
        ],
      },
      after: {
        containers: [
          {
            name: 'anchor',
            image: 'a',
            env: [
              { name: 'TWO', value: '2' },
              { name: 'NEW', value: 'n' },
              { name: 'ONE', value: '1' },
            ],
          },
          { name: 'beacon', image: 'b' },
        ],
      },
    },
    {
      title: 'orders without other changes',
      before: { hostAliases: [{ ip: '10.9.0.1' }, { ip: '10.9.0.2' }] },
      patch: { '$setElementOrder/hostAliases': [{ ip: '10.9.0.2' }, { ip: '10.9.0.1' }] },
      after: { hostAliases: [{ ip: '10.9.0.2' }, { ip: '10.9.0.1' }] },
    },
    {
      title: 'takes tolerations and commands as one value',
      before: {
        tolerations: [{ key: 'a' }],
        containers: [{ name: 'anchor', command: ['x', 'y'] }],
      },
      patch: { tolerations: [{ key: 'b' }], containers: [{ name: 'anchor', command: ['z'] }] },
      after: { tolerations: [{ key: 'b' }], containers: [{ name: 'anchor', command: ['z'] }] },
    },
    {
      title: 'tells mounts apart by path and ports by number',
      before: {
        containers: [
          {
            name: 'anchor',
            ports: [{ containerPort: 80, name: 'web' }],
            volumeMounts: [{ mountPath: '/a', name: 'v' }],
          },
        ],
      },
      patch: {
        containers: [
          {
            name: 'anchor',
            ports: [{ containerPort: 80, hostPort: 80 }],
            volumeMounts: [{ mountPath: '/b', name: 'v' }],
          },
        ],
      },
      after: {
        containers: [
          {
            name: 'anchor',
            ports: [{ containerPort: 80, name: 'web', hostPort: 80 }],
            volumeMounts: [
              { mountPath: '/b', name: 'v' },
              { mountPath: '/a', name: 'v' },
            ],
          },
        ],
      },
    },
  ])('$title', ({ before, patch, after }) => {
    expect(strategic(before, patch)).toEqual(podSpec(after));
  });

  it('takes taints as one value, and finalizers as a set', () => {
    const taints = { taints: [{ key: 'b', effect: 'NoSchedule' }] };
    const before = { taints: [{ key: 'a', effect: 'NoSchedule' }] };
    expect(changed('Node', before, 'strategic', { spec: taints })).toEqual(taints);
    const node: KubeObject = { kind: 'Node', metadata: { name: 'n', finalizers: ['a', 'b'] } };
    const change = (body: unknown): KubeObject =>
      applyChange(node, {
        ref: { apiVersion: 'v1', kind: 'Node', name: 'n' },
        verb: 'patch',
        patchType: 'strategic',
        body,
      });
    expect(change({ metadata: { finalizers: ['c'] } }).metadata.finalizers).toEqual([
      'c',
      'a',
      'b',
    ]);
    expect(
      change({ metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } }).metadata.finalizers,
    ).toEqual(['b']);
  });

  it.each<[string, Spec]>([
    ['an entry without its key', { containers: [{ image: 'x' }] }],
    ['an unknown directive', { securityContext: { $patch: 'merge' } }],
    ['an unknown directive in a list', { containers: [{ name: 'anchor', $patch: 'shuffle' }] }],
    ['members that $retainKeys lacks', { $retainKeys: ['a'], b: 1 }],
    ['an order that is no list', { '$setElementOrder/containers': 'x' }],
  ])('refuses %s', (_title, patch) => {
    const before = { containers, securityContext: {} };
    expect(() => strategic(before, patch)).toThrow(PatchError);
  });
});

describe('JSON patch', () => {
  const before = { list: [{ name: 'a' }, { name: 'b' }], 'x/y': { '~': 1 } };
  const patched = (...body: readonly unknown[]): unknown =>
    changed('Installation', before, 'json', body);

  it('carries out all operations in order', () => {
    expect(
      patched(
        { op: 'test', path: '/spec/list/1/name', value: 'b' },
        { op: 'remove', path: '/spec/list/0' },
        { op: 'add', path: '/spec/list/-', value: { name: 'c' } },
        { op: 'replace', path: '/spec/x~1y/~0', value: 2 },
        { op: 'copy', from: '/spec/list/0', path: '/spec/copied' },
        { op: 'move', from: '/spec/copied/name', path: '/spec/moved' },
      ),
    ).toEqual({
      list: [{ name: 'b' }, { name: 'c' }],
      'x/y': { '~': 2 },
      copied: {},
      moved: 'b',
    });
  });

  it('tests values whatever the order of their members', () => {
    const value = { '~': 1 };
    expect(
      patched({ op: 'test', path: '/spec', value: { 'x/y': value, list: before.list } }),
    ).toEqual(before);
  });

  it.each([
    ['test-failed', { op: 'test', path: '/spec/list/0/name', value: 'b' }],
    ['test-failed', { op: 'test', path: '/spec/none', value: 1 }],
    ['missing', { op: 'remove', path: '/spec/none' }],
    ['missing', { op: 'replace', path: '/spec/none', value: 1 }],
    ['missing', { op: 'remove', path: '/spec/list/2' }],
    ['missing', { op: 'add', path: '/spec/none/deeper', value: 1 }],
    ['missing', { op: 'add', path: '/spec/list/7', value: 1 }],
    ['invalid', { op: 'add', path: '/spec/none' }],
    ['invalid', { op: 'conjure', path: '/spec', value: 1 }],
    ['invalid', 'add'],
  ])('refuses as %s: %j', (problem, operation) => {
    expect(() => patched(operation)).toThrow(expect.objectContaining({ problem }));
  });
});

it.each([
  ['a body that is no object', { verb: 'patch', patchType: 'merge', body: [] }],
  [
    'a patch that takes the name away',
    { verb: 'patch', patchType: 'merge', body: { metadata: null } },
  ],
  ['a deletion', { verb: 'delete', body: null }],
] as const)('refuses %s', (_title, change) => {
  const ref = { apiVersion: 'v1', kind: 'Pod', name: 'lantern' };
  expect(() => applyChange(object('Pod', {}), { ref, ...change })).toThrow(PatchError);
});
