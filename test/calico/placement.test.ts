import { describe, expect, it } from 'vitest';
import { hindrances, taintText } from '../../internal/calico/placement.ts';
import type { Node, PodSpec, Taint } from '../../internal/model/kubernetes.ts';

const nodeWith = (labels: Record<string, string>, taints: readonly Taint[] = []): Node => ({
  kind: 'Node',
  metadata: { name: 'rig-7', labels },
  spec: { taints },
});
const kinds = (spec: PodSpec, node: Node): readonly string[] =>
  hindrances(spec, node).map(({ kind }) => kind);

const term = (...matchExpressions: readonly object[]) => ({ matchExpressions });
const requiring = (...nodeSelectorTerms: readonly object[]): PodSpec => ({
  affinity: {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  },
});
const need = (key: string, operator: string, ...values: readonly string[]) => ({
  key,
  operator,
  values,
});

describe('node selector', () => {
  it.each<[string, Record<string, string>, readonly object[]]>([
    ['matches', { 'kubernetes.io/os': 'linux', zone: 'a' }, []],
    [
      'lacks one label',
      { 'kubernetes.io/os': 'linux' },
      [{ kind: 'node-selector', key: 'zone', wanted: 'a', found: null }],
    ],
    [
      'has another value',
      { 'kubernetes.io/os': 'linux', zone: 'b' },
      [{ kind: 'node-selector', key: 'zone', wanted: 'a', found: 'b' }],
    ],
  ])('%s', (_name, labels, expected) => {
    const spec = { nodeSelector: { 'kubernetes.io/os': 'linux', zone: 'a' } };
    expect(hindrances(spec, nodeWith(labels))).toEqual(expected);
  });
});

describe('taints', () => {
  const storage: Taint = { key: 'storage', value: 'fast', effect: 'NoSchedule' };
  it.each<[string, Taint, PodSpec['tolerations'], boolean]>([
    ['no toleration', storage, [], false],
    ['tolerates all of the effect', storage, [{ operator: 'Exists', effect: 'NoSchedule' }], true],
    ['tolerates everything', storage, [{ operator: 'Exists' }], true],
    ['another effect', storage, [{ operator: 'Exists', effect: 'NoExecute' }], false],
    ['the key alone', storage, [{ key: 'storage', operator: 'Exists' }], true],
    ['another key', storage, [{ key: 'gpu', operator: 'Exists' }], false],
    ['the value', storage, [{ key: 'storage', value: 'fast' }], true],
    ['another value', storage, [{ key: 'storage', operator: 'Equal', value: 'slow' }], false],
    ['a wish only', { ...storage, effect: 'PreferNoSchedule' }, [], true],
    ['cordoned', { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }, [], true],
    [
      'not ready, to run on',
      { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
      [],
      true,
    ],
    // This one the controller does not tolerate: without a toleration of its own calico-node waits for itself.
    [
      'not ready, to begin',
      { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
      [],
      false,
    ],
  ])('%s', (_name, taint, tolerations, isFine) => {
    expect(kinds({ tolerations }, nodeWith({}, [taint]))).toEqual(isFine ? [] : ['taint']);
  });

  it('tolerates a missing network in the network of the host only', () => {
    const node = nodeWith({}, [
      { key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule' },
    ]);
    expect(kinds({ hostNetwork: true }, node)).toEqual([]);
    expect(kinds({}, node)).toEqual(['taint']);
  });

  it.each([
    [storage, 'storage=fast:NoSchedule'],
    [{ key: 'gpu', effect: 'NoExecute' }, 'gpu:NoExecute'],
  ])('is written as kubectl does', (taint, text) => {
    expect(taintText(taint)).toBe(text);
  });
});

describe('node affinity', () => {
  const labels = { pool: 'db', size: '8' };
  it.each<[string, PodSpec, boolean]>([
    ['none', {}, true],
    ['In', requiring(term(need('pool', 'In', 'web', 'db'))), true],
    ['not In', requiring(term(need('pool', 'In', 'web'))), false],
    ['NotIn', requiring(term(need('pool', 'NotIn', 'db'))), false],
    ['NotIn of a label that is not there', requiring(term(need('type', 'NotIn', 'x'))), true],
    ['Exists', requiring(term(need('pool', 'Exists'))), true],
    ['DoesNotExist', requiring(term(need('pool', 'DoesNotExist'))), false],
    ['Gt', requiring(term(need('size', 'Gt', '4'))), true],
    ['Lt', requiring(term(need('size', 'Lt', '4'))), false],
    ['Gt of a label that is not there', requiring(term(need('rank', 'Gt', '-1'))), false],
    ['Lt of a label that is not there', requiring(term(need('rank', 'Lt', '1'))), false],
    ['an operator of the future', requiring(term(need('size', 'Near', '4'))), false],
    [
      'one of two terms',
      requiring(term(need('pool', 'In', 'x')), term(need('pool', 'In', 'db'))),
      true,
    ],
    ['both of one term', requiring(term(need('pool', 'In', 'db'), need('size', 'In', '9'))), false],
    ['an empty term', requiring({}), false],
    ['the node by name', requiring({ matchFields: [need('metadata.name', 'In', 'rig-7')] }), true],
    [
      'another node by name',
      requiring({ matchFields: [need('metadata.name', 'In', 'rig-8')] }),
      false,
    ],
    ['something unreadable', { affinity: { nodeAffinity: 'odd' } }, true],
  ])('%s', (_name, spec, isFine) => {
    expect(kinds(spec, nodeWith(labels))).toEqual(isFine ? [] : ['affinity']);
  });
});
