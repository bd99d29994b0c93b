import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../internal/model/kubernetes.ts';
import type { ApiRef, Change } from '../../internal/model/remedy.ts';
import { type MergedChanges, mergeChanges } from '../../internal/plan/merge.ts';
import { applyChange } from '../../internal/plan/patch.ts';

const daemonSetRef: ApiRef = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  namespace: 'harbour',
  name: 'lantern',
};
const installationRef: ApiRef = {
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  name: 'default',
};

const strategic = (container: object, ref = daemonSetRef): Change => ({
  ref,
  verb: 'patch',
  patchType: 'strategic',
  body: { spec: { template: { spec: { containers: [{ name: 'anchor', ...container }] } } } },
});
const merge = (body: object, ref = installationRef): Change => ({
  ref,
  verb: 'patch',
  patchType: 'merge',
  body,
});
const json = (body: readonly object[], ref = daemonSetRef): Change => ({
  ref,
  verb: 'patch',
  patchType: 'json',
  body,
});

const merged = (changes: readonly Change[], before: KubeObject | null = null): MergedChanges =>
  mergeChanges(
    changes.map((change, index) => ({ remedy: `remedy-${index + 1}`, change })),
    () => before,
  );

const daemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'lantern', namespace: 'harbour' },
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: 'anchor',
            env: [{ name: 'ONE', value: '1' }],
            livenessProbe: { periodSeconds: 5 },
          },
        ],
      },
    },
  },
};
const env = (name: string, value: string): object => ({ env: [{ name, value }] });
const probe = { livenessProbe: { failureThreshold: 9 } };

describe('changes that get on', () => {
  it('are one patch of the same type, with the lists by name', () => {
    const { changes, conflicts } = merged([
      strategic(env('TWO', '2')),
      strategic({ ...env('THREE', '3'), ...probe }),
    ]);
    expect(conflicts).toEqual([]);
    expect(changes).toEqual([
      strategic({
        env: [
          { name: 'TWO', value: '2' },
          { name: 'THREE', value: '3' },
        ],
        ...probe,
      }),
    ]);
  });

  it('may want the same value', () => {
    const one = strategic(env('ONE', 'x'));
    const two = strategic({ ...env('ONE', 'x'), ...probe });
    expect(merged([one, two], daemonSet).changes).toEqual([two]);
    expect(merged([one, one]).changes).toEqual([one]);
  });

  it('are one merge patch, with members of both', () => {
    const one = merge({ spec: { registry: 'quay', calicoNetwork: { bgp: null } } });
    const two = merge({ spec: { calicoNetwork: { mtu: 1400 } } });
    expect(merged([one, two])).toEqual({
      changes: [merge({ spec: { registry: 'quay', calicoNetwork: { bgp: null, mtu: 1400 } } })],
      conflicts: [],
    });
  });

  it('stay apart for different objects, in their order', () => {
    const changes = [
      strategic(probe),
      merge({ spec: {} }),
      strategic(probe, { ...daemonSetRef, namespace: 'orchard' }),
    ];
    expect(merged(changes)).toEqual({ changes, conflicts: [] });
  });

  it('may send the same list along, each with its own change in it', () => {
    const overrides = (...containers: readonly object[]): object => ({
      spec: { calicoNodeDaemonSet: { spec: { template: { spec: { containers } } } } },
    });
    const before = {
      apiVersion: 'operator.tigera.io/v1',
      kind: 'Installation',
      metadata: { name: 'default' },
      ...overrides(
        { name: 'beacon', resources: { a: 1 } },
        { name: 'anchor', livenessProbe: { b: 1 } },
      ),
    };
    const one = merge(
      overrides(
        { name: 'beacon', resources: { a: 1 } },
        { name: 'anchor', livenessProbe: { b: 2 } },
      ),
    );
    const two = merge(
      overrides(
        { name: 'beacon', resources: { a: 1 } },
        { name: 'anchor', livenessProbe: { b: 1 }, resources: { c: 3 } },
      ),
    );
    const both = merge(
      overrides(
        { name: 'beacon', resources: { a: 1 } },
        { name: 'anchor', livenessProbe: { b: 2 }, resources: { c: 3 } },
      ),
    );
    expect(merged([one, two], before)).toEqual({ changes: [both], conflicts: [] });
    expect(merged([two, one], before)).toEqual({ changes: [both], conflicts: [] });
  });

  it('may say the same method with and without nulls', () => {
    const bare = method({ kubernetes: 'NodeInternalIP' });
    const full = method({ kubernetes: 'NodeInternalIP', cidrs: null, interface: null });
    expect(merged([bare, full])).toEqual({ changes: [full], conflicts: [] });
  });

  it('may take out all methods but the one that another sets', () => {
    const struct = { firstFound: true, kubernetes: 'NodeInternalIP' };
    const before = {
      apiVersion: 'operator.tigera.io/v1',
      kind: 'Installation',
      metadata: { name: 'default' },
      spec: { calicoNetwork: { nodeAddressAutodetectionV4: struct } },
    };
    const rest = method({ firstFound: null });
    const full = method({ kubernetes: 'NodeInternalIP', firstFound: null, cidrs: null });
    expect(merged([rest, full], before)).toEqual({ changes: [full], conflicts: [] });
    const other = method({ kubernetes: null, firstFound: null, cidrs: ['10.9.0.0/16'] });
    expect(merged([rest, other], before).conflicts).toHaveLength(1);
    expect(merged([rest, full]).conflicts).toHaveLength(1);
  });

  it('of different types become one JSON patch', () => {
    const path = '/spec/template/spec/containers/0/env';
    const append = json([
      { op: 'test', path: `${path}/0/name`, value: 'ONE' },
      { op: 'add', path: `${path}/-`, value: { name: 'LAST', value: 'l' } },
    ]);
    const annotate = merge({ metadata: { annotations: { note: 'n' } } }, daemonSetRef);
    const { changes, conflicts } = merged(
      [strategic(env('FIRST', 'f')), append, annotate],
      daemonSet,
    );
    expect(conflicts).toEqual([]);
    const [change, ...others] = changes;
    expect(others).toEqual([]);
    expect(change).toMatchObject({ ref: daemonSetRef, patchType: 'json' });
    const names = ['FIRST', 'ONE', 'LAST'];
    expect(change && applyChange(daemonSet, change)).toMatchObject({
      metadata: { annotations: { note: 'n' } },
      spec: { template: { spec: { containers: [{ env: names.map((name) => ({ name })) }] } } },
    });
  });

  it('that make the same object put its contents together', () => {
    const make = (data: object): Change => ({
      ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'harbour', name: 'chart' },
      verb: 'create',
      body: { kind: 'ConfigMap', metadata: { name: 'chart' }, data },
    });
    expect(merged([make({ a: '1' }), make({ b: '2' })]).changes).toEqual([
      make({ a: '1', b: '2' }),
    ]);
    expect(merged([make({ a: '1' }), make({ a: '2' })]).conflicts).toMatchObject([
      { field: 'data.a' },
    ]);
  });
});

const method = (fields: object): Change =>
  merge({ spec: { calicoNetwork: { nodeAddressAutodetectionV4: fields } } });
const deletion: Change = { ref: daemonSetRef, verb: 'delete', body: null };

describe('changes that contradict one another', () => {
  it.each<[string, readonly Change[], string]>([
    [
      'two values of one variable',
      [strategic(env('TWO', '2')), strategic(env('TWO', '3'))],
      'spec.template.spec.containers[anchor].env[TWO]',
    ],
    [
      'two values of one field',
      [strategic(probe), strategic({ livenessProbe: { failureThreshold: 4 } })],
      'spec.template.spec.containers[anchor].livenessProbe.failureThreshold',
    ],
    [
      'a field and nothing where it stands',
      [strategic(probe), strategic({ livenessProbe: null })],
      'spec.template.spec.containers[anchor].livenessProbe.failureThreshold',
    ],
    [
      'a value that is set and one that is there already',
      [
        strategic({ livenessProbe: { periodSeconds: 5 } }),
        strategic({ livenessProbe: { periodSeconds: 6 } }),
      ],
      'spec.template.spec.containers[anchor].livenessProbe.periodSeconds',
    ],
    [
      'two address methods',
      [
        method({ kubernetes: 'NodeInternalIP', cidrs: null, firstFound: null }),
        method({ kubernetes: null, cidrs: ['10.9.0.0/16'] }),
      ],
      'spec.calicoNetwork.nodeAddressAutodetectionV4',
    ],
    [
      'an address method and one more, said without nulls',
      [method({ kubernetes: 'NodeInternalIP' }), method({ interface: 'ens9' })],
      'spec.calicoNetwork.nodeAddressAutodetectionV4',
    ],
    ['a deletion and a patch', [strategic(probe), deletion], ''],
    ['two ways to delete', [deletion, { ...deletion, body: { gracePeriodSeconds: 0 } }], ''],
    [
      'a JSON patch and another patch of the same value',
      [
        strategic(env('ONE', 'x')),
        json([{ op: 'replace', path: '/spec/template/spec/containers/0/env/0/value', value: 'y' }]),
      ],
      'spec.template.spec.containers[anchor].env[ONE]',
    ],
  ])('%s', (_title, changes, field) => {
    const { ref } = changes[0] ?? deletion;
    const before = ref.kind === 'DaemonSet' ? daemonSet : null;
    expect(merged(changes, before)).toEqual({
      changes: [],
      conflicts: [{ ref, field, remedies: ['remedy-1', 'remedy-2'] }],
    });
  });

  it('name only the remedies that are in conflict', () => {
    const { conflicts } = merged([
      strategic(probe),
      strategic(env('TWO', '2')),
      strategic(env('TWO', '3')),
    ]);
    expect(conflicts).toMatchObject([{ remedies: ['remedy-2', 'remedy-3'] }]);
  });

  it('are different types for an object that was not read', () => {
    const patch = json([{ op: 'add', path: '/spec/a', value: 1 }]);
    expect(merged([strategic(probe), patch]).conflicts).toMatchObject([{ field: '' }]);
  });

  it('are patches that do not fit the object', () => {
    const patch = json([{ op: 'test', path: '/spec/none', value: 1 }]);
    expect(merged([strategic(probe), patch], daemonSet)).toMatchObject({
      changes: [],
      conflicts: [{ field: '/spec/none' }],
    });
  });
});
