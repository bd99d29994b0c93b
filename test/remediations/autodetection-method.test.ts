import { describe, expect, it } from 'vitest';
import type { Remedy } from '../../internal/model/remedy.ts';
import { autodetectionMethod } from '../../internal/remediations/autodetection-method.ts';
import { healthyCluster, workers, type ClusterSpec } from '../support/cluster.ts';
import { daemonSetOf, nodeOf, setCondition, storeAddress } from '../support/faults.ts';
import { add, snapshotFrom, type Sample } from '../support/sample.ts';
import { giveOut } from '../support/wrong-address.ts';

const bridge = [{ name: 'lab0', index: 9, addresses: ['10.4.0.1/24'] }];

function misled(
  spec: ClusterSpec = {},
  change: (sample: Sample) => void = () => {},
): readonly Remedy[] {
  const nodes = workers(4).map((node) =>
    node.name === 'worker-2' ? { ...node, more: bridge } : node,
  );
  const sample = healthyCluster({ version: 'v3.28.1', nodes, ...spec });
  giveOut(sample, 'worker-2', '10.4.0.1/24', 'lab0');
  change(sample);
  return autodetectionMethod(snapshotFrom(sample), new Set(['worker-2']));
}

const methods = (remedies: readonly Remedy[]): readonly string[] =>
  remedies.map(({ changes }) => {
    const text = JSON.stringify(changes[0]?.body ?? '');
    const env = /"IP_AUTODETECTION_METHOD","value":"([^"]*)"/.exec(text)?.[1];
    return env ?? /"(kubernetes|cidrs|interface|skipInterface)":(?!null)/.exec(text)?.[1] ?? '';
  });

describe('autodetectionMethod', () => {
  it('says what becomes of it where Git has a method too', () => {
    const told = (automated: object) =>
      misled({ install: 'operator' }, (sample) => {
        const [installation] = sample.lists.installations ?? [];
        if (installation) installation.metadata.labels = { 'argocd.argoproj.io/instance': 'net' };
        add(sample, 'argoApplications', {
          kind: 'Application',
          metadata: { name: 'net', namespace: 'argocd' },
          spec: { syncPolicy: { automated } },
        });
      })[0];
    expect(told({ selfHeal: true })).toMatchObject({ action: 'emit', changes: [] });
    const remedy = told({});
    expect(remedy).toMatchObject({ action: 'apply-temporary' });
    expect(remedy?.consequences.at(-1)).toContain('no two');
  });

  it.each<[string, ClusterSpec, readonly string[]]>([
    [
      'what Kubernetes knows comes first',
      {},
      ['kubernetes-internal-ip', 'cidr=10.20.0.0/24', 'interface=^ens3$'],
    ],
    [
      'a release without it',
      { version: 'v3.20.2' },
      ['cidr=10.20.0.0/24', 'interface=^ens3$', 'skip-interface=^lab0$'],
    ],
    [
      'a release that has it wrong',
      { version: 'v3.22.2' },
      ['cidr=10.20.0.0/24', 'interface=^ens3$', 'skip-interface=^lab0$'],
    ],
    [
      'a release without networks',
      { version: 'v3.14.0' },
      ['interface=^ens3$', 'skip-interface=^lab0$'],
    ],
    ['an operator', { install: 'operator' }, ['kubernetes', 'cidrs', 'interface']],
    [
      'etcd',
      { install: 'etcd' },
      ['kubernetes-internal-ip', 'cidr=10.20.0.0/24', 'interface=^ens3$'],
    ],
  ])('ranks: %s', (_name, spec, expected) => {
    expect(methods(misled(spec))).toEqual(expected);
  });

  it('says which node changes to what, and how many stay', () => {
    const [first] = misled();
    expect(first?.consequences[0]).toContain('10.20.0.12 (ens3)');
    expect(first?.consequences[1]).toContain('3');
    expect(first?.risk).toBe('restarts-pods');
  });

  it('gives each alternative an id of its own', () => {
    const ids = misled().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toBe('autodetection-method');
  });

  it('says how many pods restart at once', () => {
    const [first] = misled({}, (sample) => {
      const strategy = daemonSetOf(sample).spec?.updateStrategy;
      if (strategy) strategy.rollingUpdate = { maxUnavailable: '25%' };
    });
    expect(first?.consequences.some((text) => text.includes('25% at a time'))).toBe(true);
  });

  it('proposes nothing that would change a healthy node or find nothing', () => {
    const remedies = misled({}, (sample) => {
      for (const [index, { name }] of workers(4).entries())
        if (name !== 'worker-2') storeAddress(nodeOf(sample, name), `10.20.0.${50 + index}/24`);
      sample.logs = [];
    });
    for (const { changes, action } of remedies) {
      expect(changes).toEqual([]);
      expect(action).toBe('manual');
    }
    expect(remedies).toHaveLength(1);
  });

  it('keeps a second network that the healthy nodes use', () => {
    const remedies = misled({}, (sample) => {
      sample.logs = [];
      for (const [index, { name }] of workers(4).entries())
        if (name !== 'worker-2') storeAddress(nodeOf(sample, name), `192.168.200.${11 + index}/24`);
    });
    expect(methods(remedies)).toEqual(['cidr=192.168.200.0/24']);
  });

  it('does not count nodes that are lost', () => {
    const remedies = misled({}, (sample) =>
      setCondition(sample, nodeOf(sample, 'worker-4'), 'Ready', 'Unknown', 'NodeStatusUnknown', ''),
    );
    expect(remedies[0]?.consequences[1]).toContain('2');
  });

  it.each(['canal', 'policy-only'] as const)('has nothing for %s', (install) => {
    expect(misled({ install })).toEqual([]);
  });
});
