import { describe, expect, it } from 'vitest';
import { twoInstallations as check } from '../../internal/checks/two-installations.ts';
import type { Finding } from '../../internal/model/finding.ts';
import { explains } from '../../internal/checks/rank.ts';
import { healthyCluster } from '../support/cluster.ts';
import type { Kind } from '../support/daemon-set.ts';
import { unready } from '../support/faults.ts';
import { findingIn, findingsIn, namesOf, nodesOf } from '../support/findings.ts';
import { add, type Sample } from '../support/sample.ts';

/** One installation on top of another; the second's pods run on these nodes. */
function both(first: Kind, second: Kind, nodes: readonly string[]): Sample {
  const sample = healthyCluster({ nodes: 3, install: first });
  const other = healthyCluster({ nodes: 3, install: second });
  const pods = (other.lists.pods ?? []).filter(
    ({ metadata, spec }) =>
      /calico-node|canal/.test(metadata.labels?.['k8s-app'] ?? '') &&
      nodes.includes(spec?.nodeName ?? ''),
  );
  for (const pod of pods) pod.metadata.name = `${pod.metadata.name}-b`;
  add(sample, 'pods', ...pods);
  add(sample, 'daemonSets', ...(other.lists.daemonSets ?? []));
  return sample;
}

describe('two-installations', () => {
  it.each<[Kind, Kind, string[]]>([
    ['manifest', 'canal', ['DaemonSet kube-system/calico-node', 'DaemonSet kube-system/canal']],
    ['canal', 'vxlan', ['DaemonSet kube-system/canal', 'DaemonSet kube-system/calico-node']],
  ])('finds %s and %s', (first, second, daemonSets) => {
    const finding = findingIn(check, both(first, second, ['worker-1', 'worker-3']));
    expect(finding).toMatchObject({
      severity: 'error',
      confidence: 'confirmed',
      facts: { daemonSets },
    });
    expect(nodesOf(finding)).toEqual(['worker-1', 'worker-3']);
    expect(finding.remedies[0]?.action).toBe('refuse');
  });

  it('finds the operator beside a manifest that nobody migrates', () => {
    const sample = both('manifest', 'operator', ['worker-1', 'worker-2', 'worker-3']);
    expect(nodesOf(findingIn(check, sample))).toHaveLength(3);
  });

  it('explains what the two do to one another', () => {
    const sample = both('manifest', 'canal', ['worker-2']);
    const finding = findingIn(check, sample);
    const pod = sample.lists.pods?.find(({ metadata }) => metadata.name.endsWith('-b'));
    if (pod) unready(pod);
    const other: Finding = {
      ...finding,
      id: 'health-port-in-use',
      affected: [
        { kind: 'Node', name: 'worker-2' },
        { kind: 'Pod', name: pod?.metadata.name ?? '', namespace: 'kube-system' },
      ],
    };
    expect(explains(finding, other)).toBe(true);
    expect(namesOf(finding)).toContain('DaemonSet/canal');
  });

  it.each<[string, (sample: Sample) => void]>([
    ['one installation', (sample) => sample.lists.daemonSets?.splice(1)],
    [
      'a migration by the operator',
      (sample) => {
        for (const node of sample.lists.nodes ?? [])
          (node.metadata.labels ??= {})['projectcalico.org/operator-node-migration'] = 'migrated';
      },
    ],
    [
      'one that wants no node any more',
      (sample) => {
        const [, other] = sample.lists.daemonSets ?? [];
        if (other?.status) other.status.desiredNumberScheduled = 0;
      },
    ],
    [
      'two that share the nodes out',
      (sample) => {
        for (const [index, daemonSet] of (sample.lists.daemonSets ?? []).entries()) {
          const spec = daemonSet.spec?.template?.spec;
          if (spec) spec.nodeSelector = { pool: index === 0 ? 'a' : 'b' };
        }
      },
    ],
  ])('finds nothing for %s', (_name, change) => {
    const sample = both('manifest', 'canal', []);
    change(sample);
    expect(findingsIn(check, sample)).toEqual([]);
  });
});
