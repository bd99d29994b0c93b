import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../internal/model/kubernetes.ts';
import type { ApiRef, Change } from '../../internal/model/remedy.ts';
import { differingFields } from '../../internal/plan/diff-fields.ts';
import { takeBack, type TakenBack } from '../../internal/plan/inverse.ts';
import { patchBetween } from '../../internal/plan/patch-between.ts';
import { applyChange } from '../../internal/plan/patch.ts';
import {
  type Generated,
  generatedDaemonSet,
  generatedInstallation,
} from '../support/generated-objects.ts';

const refOf = ({ apiVersion = 'v1', kind, metadata }: KubeObject): ApiRef => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
});

const taken = (before: KubeObject, after: KubeObject, now: KubeObject): TakenBack =>
  takeBack(before, after, now, refOf(before));

function undone(before: KubeObject, after: KubeObject, now: KubeObject): KubeObject {
  const { change, conflicts } = taken(before, after, now);
  expect(conflicts).toEqual([]);
  return change ? applyChange(now, change) : now;
}

/** Pairs of versions of one object, as if one of them had been changed to the other. */
const pairs = (object: fc.Arbitrary<Generated>): fc.Arbitrary<readonly [Generated, Generated]> =>
  fc.tuple(object, object);

describe('patchBetween', () => {
  it('makes one object of any other', () => {
    const any = fc.oneof(pairs(generatedDaemonSet), pairs(generatedInstallation));
    fc.assert(
      fc.property(any, ([from, to]) => {
        const body = patchBetween(from, to);
        const change: Change = { ref: refOf(from), verb: 'patch', patchType: 'json', body };
        expect(applyChange(from, change)).toEqual(to);
      }),
      { numRuns: 150 },
    );
  });
});

describe('the inverse', () => {
  it('of any change of a DaemonSet gives the object back', () => {
    fc.assert(
      fc.property(pairs(generatedDaemonSet), ([before, after]) => {
        expect(undone(before, after, after)).toEqual(before);
        expect(taken(before, after, before)).toMatchObject({ change: null, isBack: true });
      }),
      { numRuns: 150 },
    );
  });

  it('of any change of an Installation gives the object back', () => {
    fc.assert(
      fc.property(pairs(generatedInstallation), ([before, after]) => {
        expect(undone(before, after, after)).toEqual(before);
        expect(taken(before, after, before).isBack).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('leaves alone what others add, and finds nothing more to do afterwards', () => {
    fc.assert(
      fc.property(pairs(generatedInstallation), ([before, after]) => {
        const now = {
          ...after,
          metadata: { ...after.metadata, resourceVersion: '7', generation: 4 },
          spec: { ...after.spec, nodeUpdateStrategy: { type: 'RollingUpdate' } },
          status: { variant: 'Calico' },
        };
        const result = undone(before, after, now);
        expect(result).toEqual({
          ...before,
          metadata: { ...before.metadata, resourceVersion: '7', generation: 4 },
          spec: { ...before.spec, nodeUpdateStrategy: { type: 'RollingUpdate' } },
          status: { variant: 'Calico' },
        });
        expect(taken(before, after, result).isBack).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('touches no field that the change left alone, whatever others did', () => {
    const three = fc.tuple(generatedDaemonSet, generatedDaemonSet, generatedDaemonSet);
    fc.assert(
      fc.property(three, fc.boolean(), ([before, after, other], isDeep) => {
        const now = isDeep
          ? other
          : { ...after, metadata: { ...after.metadata, labels: { o: 'p' } } };
        const { change, conflicts, isBack } = taken(before, after, now);
        expect(change === null).toBe(conflicts.length > 0 || isBack);
        if (!change) return;
        const result = applyChange(now, change);
        expect(taken(before, after, result)).toEqual({ change: null, conflicts: [], isBack: true });
        const ours = differingFields(before, after).map(({ path }) => path.join('/'));
        for (const { path } of differingFields(now, result)) {
          const field = path.join('/');
          expect(ours.some((one) => one.startsWith(field) || field.startsWith(one))).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});

const daemonSet = (containers: readonly unknown[], more: object = {}): KubeObject => {
  const template = { spec: { containers, ...more } };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'lantern', namespace: 'harbour', uid: 'u-1', resourceVersion: '3' },
    spec: { template },
  } as KubeObject;
};

const withEnv = (...env: readonly (readonly [string, string])[]): KubeObject =>
  daemonSet([{ name: 'anchor', env: env.map(([name, value]) => ({ name, value })) }]);

describe('of a change in a list', () => {
  const before = withEnv(['AMBER', 'a'], ['BIRCH', 'b']);
  const after = withEnv(['CEDAR', 'c'], ['AMBER', 'x'], ['BIRCH', 'b']);

  it('tests names and values before it touches them', () => {
    const env = '/spec/template/spec/containers/0/env';
    expect(taken(before, after, after).change).toEqual({
      ref: refOf(before),
      verb: 'patch',
      patchType: 'json',
      guard: { uid: 'u-1', resourceVersion: '3' },
      body: [
        { op: 'test', path: '/spec/template/spec/containers/0/name', value: 'anchor' },
        { op: 'test', path: `${env}/1/name`, value: 'AMBER' },
        { op: 'test', path: `${env}/1/value`, value: 'x' },
        { op: 'replace', path: `${env}/1/value`, value: 'a' },
        { op: 'test', path: `${env}/0`, value: { name: 'CEDAR', value: 'c' } },
        { op: 'remove', path: `${env}/0` },
      ],
    });
  });

  it.each([
    [
      'in front',
      withEnv(['NEW', 'n'], ['CEDAR', 'c'], ['AMBER', 'x'], ['BIRCH', 'b']),
      ['NEW', 'AMBER', 'BIRCH'],
    ],
    [
      'behind',
      withEnv(['CEDAR', 'c'], ['AMBER', 'x'], ['BIRCH', 'b'], ['NEW', 'n']),
      ['AMBER', 'BIRCH', 'NEW'],
    ],
    [
      'and an order',
      withEnv(['BIRCH', 'b'], ['NEW', 'n'], ['CEDAR', 'c'], ['AMBER', 'x']),
      ['BIRCH', 'NEW', 'AMBER'],
    ],
  ])('keeps what others added %s', (_where, now, names) => {
    const result = undone(before, after, now);
    const values: Record<string, string> = { NEW: 'n', AMBER: 'a', BIRCH: 'b' };
    expect(result).toEqual(withEnv(...names.map((name) => [name, values[name] ?? ''] as const)));
  });

  it('keeps another value that others changed, also in the same container', () => {
    const now = withEnv(['CEDAR', 'c'], ['AMBER', 'x'], ['BIRCH', 'changed']);
    expect(undone(before, after, now)).toEqual(withEnv(['AMBER', 'a'], ['BIRCH', 'changed']));
  });

  const entry = (name: string, value: string): object => ({ name, value });
  it.each([
    [
      'changed again',
      withEnv(['CEDAR', 'c'], ['AMBER', 'y'], ['BIRCH', 'b']),
      {
        field: 'AMBER',
        before: entry('AMBER', 'a'),
        ours: entry('AMBER', 'x'),
        now: entry('AMBER', 'y'),
      },
    ],
    [
      'taken away',
      withEnv(['CEDAR', 'c'], ['BIRCH', 'b']),
      { field: 'AMBER', before: entry('AMBER', 'a'), ours: entry('AMBER', 'x'), now: undefined },
    ],
    [
      'changed in what we added',
      withEnv(['CEDAR', 'z'], ['AMBER', 'x'], ['BIRCH', 'b']),
      { field: 'CEDAR', before: undefined, ours: entry('CEDAR', 'c'), now: entry('CEDAR', 'z') },
    ],
  ])('stops where our value was %s', (_what, now, { field, ...values }) => {
    expect(taken(before, after, now)).toEqual({
      change: null,
      isBack: false,
      conflicts: [{ field: `spec.template.spec.containers[anchor].env[${field}]`, ...values }],
    });
  });

  it('is half done where somebody took a part of it back', () => {
    const now = withEnv(['AMBER', 'x'], ['BIRCH', 'b']);
    expect(undone(before, after, now)).toEqual(before);
  });

  it('brings an element back to where it stood', () => {
    const three = withEnv(['AMBER', 'a'], ['BIRCH', 'b'], ['CEDAR', 'c']);
    const two = withEnv(['AMBER', 'a'], ['CEDAR', 'c']);
    const now = withEnv(['AMBER', 'a'], ['CEDAR', 'c'], ['DUNE', 'd']);
    expect(undone(three, two, two)).toEqual(three);
    expect(undone(three, two, now)).toEqual(
      withEnv(['AMBER', 'a'], ['BIRCH', 'b'], ['CEDAR', 'c'], ['DUNE', 'd']),
    );
  });

  it('takes lists without names as one value', () => {
    const tolerations = (...keys: readonly string[]): KubeObject =>
      daemonSet([], { tolerations: keys.map((key) => ({ key })) });
    expect(undone(tolerations('a'), tolerations('b'), tolerations('b'))).toEqual(tolerations('a'));
    expect(
      taken(tolerations('a'), tolerations('b'), tolerations('b', 'c')).conflicts,
    ).toMatchObject([
      { field: 'spec.template.spec.tolerations', now: [{ key: 'b' }, { key: 'c' }] },
    ]);
  });
});

describe('of a change of an Installation', () => {
  const installation = (calicoNetwork?: object): KubeObject =>
    ({
      apiVersion: 'operator.tigera.io/v1',
      kind: 'Installation',
      metadata: { name: 'default', uid: 'u-1' },
      spec: calicoNetwork === undefined ? {} : { calicoNetwork },
    }) as KubeObject;
  const v4 = (method: object): object => ({ nodeAddressAutodetectionV4: method });

  it('leaves what the operator filled in beside ours', () => {
    const after = installation(v4({ kubernetes: 'NodeInternalIP' }));
    const now = installation({
      ...v4({ kubernetes: 'NodeInternalIP' }),
      bgp: 'Enabled',
      mtu: 1450,
    });
    expect(undone(installation(), after, now)).toEqual(installation({ bgp: 'Enabled', mtu: 1450 }));
    expect(undone(installation({}), after, after)).toEqual(installation({}));
  });

  it('takes along what the server filled into what we added', () => {
    const after = installation(v4({ kubernetes: 'NodeInternalIP', added: 'by the server' }));
    expect(undone(installation({ mtu: 1 }), after, after)).toEqual(installation({ mtu: 1 }));
  });

  it('says all three values where the method was changed since', () => {
    const before = installation(v4({ firstFound: true }));
    const after = installation(v4({ kubernetes: 'NodeInternalIP' }));
    const now = installation(v4({ cidrs: ['10.9.0.0/16'] }));
    const prefix = 'spec.calicoNetwork.nodeAddressAutodetectionV4';
    expect(taken(before, after, now).conflicts).toEqual([
      {
        field: prefix,
        before: { firstFound: true },
        ours: { kubernetes: 'NodeInternalIP' },
        now: { cidrs: ['10.9.0.0/16'] },
      },
    ]);
  });
});

describe('of labels and annotations', () => {
  const annotated = (
    annotations: Record<string, string> | undefined,
    generation: number,
  ): KubeObject => ({
    ...daemonSet([]),
    metadata: {
      name: 'lantern',
      generation,
      ...(annotations === undefined ? {} : { annotations }),
    },
  });
  const counter = 'deprecated.daemonset.template.generation';

  it('leaves those that the server counts up', () => {
    const before = annotated({ [counter]: '1', keep: 'k' }, 1);
    const after = annotated({ [counter]: '2', keep: 'k', ours: 'o' }, 2);
    const now = annotated({ [counter]: '5', keep: 'k', ours: 'o' }, 5);
    expect(undone(before, after, now)).toEqual(annotated({ [counter]: '5', keep: 'k' }, 5));
    const later = annotated({ [counter]: '5', ours: 'o' }, 5);
    expect(undone(annotated(undefined, 1), annotated({ ours: 'o' }, 1), later)).toEqual(
      annotated({ [counter]: '5' }, 5),
    );
  });
});

describe('of an object as a whole', () => {
  const made = daemonSet([{ name: 'anchor' }]);
  const ref = refOf(made);

  it('deletes what was created, if nobody worked on it', () => {
    const now = { ...made, metadata: { ...made.metadata, resourceVersion: '9' }, status: {} };
    expect(takeBack(null, made, now, ref)).toEqual({
      change: { ref, verb: 'delete', body: null, guard: { uid: 'u-1', resourceVersion: '9' } },
      conflicts: [],
      isBack: false,
    });
    expect(takeBack(null, made, null, ref).isBack).toBe(true);
    expect(
      takeBack(null, made, daemonSet([{ name: 'anchor', image: 'i' }]), ref).conflicts,
    ).toEqual([
      {
        field: 'spec.template.spec.containers[anchor].image',
        before: undefined,
        ours: undefined,
        now: 'i',
      },
    ]);
  });

  it('makes what was deleted again, without what the server gave it', () => {
    const { change } = takeBack(made, null, null, ref);
    expect(change).toEqual({
      ref,
      verb: 'create',
      body: { ...made, metadata: { name: 'lantern', namespace: 'harbour' } },
    });
    expect(takeBack(made, null, made, ref).isBack).toBe(true);
    expect(takeBack(made, null, daemonSet([]), ref).conflicts).toHaveLength(1);
  });

  it('does not touch another object of the same name', () => {
    const now = { ...withEnv(['ONE', '2']), metadata: { name: 'lantern', uid: 'u-2' } };
    const before = withEnv(['ONE', '1']);
    expect(taken(before, withEnv(['ONE', '2']), now).conflicts).toEqual([
      { field: 'metadata.uid', before: 'u-1', ours: 'u-1', now: 'u-2' },
    ]);
    expect(takeBack(before, withEnv(['ONE', '2']), null, ref).conflicts).toMatchObject([
      { field: 'metadata.uid', ours: 'u-1', now: undefined },
    ]);
    const other = { ...before, metadata: { name: 'lantern', uid: 'u-2' } };
    expect(taken(before, withEnv(['ONE', '2']), other).isBack).toBe(true);
  });
});
