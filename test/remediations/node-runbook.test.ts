import { describe, expect, it } from 'vitest';
import type { Node } from '../../internal/model/kubernetes.ts';
import { drainNode } from '../../internal/remediations/drain-node.ts';
import { kubeletUnit, nodeRunbook } from '../../internal/remediations/node-runbook.ts';

const node = (kubeletVersion: string, role?: string): Node => ({
  kind: 'Node',
  metadata: {
    name: 'n',
    labels: role === undefined ? {} : { [`node-role.kubernetes.io/${role}`]: '' },
  },
  status: { nodeInfo: { kubeletVersion } },
});

it.each<[string, string | undefined, string]>([
  ['v1.31.4', undefined, 'kubelet'],
  ['v1.30.4+rke2r1', undefined, 'rke2-agent'],
  ['v1.30.4+rke2r1', 'control-plane', 'rke2-server'],
  ['v1.30.4+k3s1', undefined, 'k3s-agent'],
  ['v1.30.4+k3s1', 'master', 'k3s'],
  ['v1.30.4+k0s', undefined, 'k0sworker'],
])('the kubelet of %s %s runs in %s', (version, role, unit) => {
  expect(kubeletUnit(node(version, role))).toBe(unit);
});

describe('nodeRunbook', () => {
  const work = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ node: name, commands: [`do ${name}`] }));
  const runbook = (count: number) =>
    nodeRunbook({
      id: 'x',
      title: 'x',
      risk: 'none',
      consequences: [],
      before: (name) => [`before ${name}`],
      after: (name) => [`after ${name}`],
      work: work.slice(0, count),
    }).manual;

  it('says what to do where, one node after the other', () => {
    expect(runbook(2)).toEqual([
      'before a',
      '# on a:',
      'do a',
      '# back here:',
      'after a',
      'before b',
      '# on b:',
      'do b',
      '# back here:',
      'after b',
    ]);
  });

  it('does not repeat itself for many', () => {
    expect(runbook(5).filter((line) => line.startsWith('do '))).toHaveLength(3);
    expect(runbook(5).at(-1)).toContain('d, e');
  });
});

it.each([
  [2, false, false, 'apply', 2],
  [2, false, true, 'manual', 1],
  [0, false, false, 'refuse', 2],
  [0, false, true, 'refuse', 2],
  [2, true, false, 'apply', 3],
])(
  'drains with %i other nodes, control plane %s, pods that hang %s: %s',
  (others, isControlPlane, cannotEndPods, action, remarks) => {
    const remedy = drainNode({ nodes: [{ name: 'n', isControlPlane }], others, cannotEndPods });
    expect(remedy.action).toBe(action);
    expect(remedy.drains).toEqual(action === 'apply' ? ['n'] : undefined);
    expect(remedy.consequences).toHaveLength(remarks);
    const drain = remedy.manual.findIndex((line) => line.startsWith('kubectl drain'));
    expect(remedy.manual[drain]).toBe(
      'kubectl drain n --ignore-daemonsets --delete-emptydir-data --timeout=10m',
    );
    expect(remedy.manual[drain - 1]).toMatch(/^# /);
    expect(remedy.manual.at(-1)).toBe('kubectl uncordon n');
  },
);

it('leaves to a person what comes after the drain of each node', () => {
  const nodes = ['n', 'm'].map((name) => ({ name, isControlPlane: false }));
  const { drains, afterwards = [], afterwardsOf, target } = drainNode({ nodes, others: 1 });
  expect(drains).toEqual(['n', 'm']);
  expect(Object.values(afterwardsOf ?? {}).flat()).toEqual(afterwards);
  expect(afterwardsOf?.['m']?.at(-1)).toBe('kubectl uncordon m');
  expect(target).toBeUndefined();
  expect(afterwards.some((line) => /^kubectl (?:drain|cordon)/.test(line))).toBe(false);
  expect(afterwards.filter((line) => line.startsWith('kubectl uncordon'))).toEqual([
    'kubectl uncordon n',
    'kubectl uncordon m',
  ]);
});
