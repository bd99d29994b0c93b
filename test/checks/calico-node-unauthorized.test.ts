import { describe, expect, it } from 'vitest';
import { calicoNodeUnauthorized as check } from '../../internal/checks/calico-node-unauthorized.ts';
import { cniTokenUnauthorized } from '../../internal/checks/cni-token-unauthorized.ts';
import { explains } from '../../internal/checks/rank.ts';
import type { Kind } from '../support/daemon-set.ts';
import { cniFails, failInit, failStart, say } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { findingIn, findingsIn, nodesOf } from '../support/findings.ts';

const rejected =
  'Connection to the datastore is unauthorized error=connection is unauthorized: Unauthorized';

describe('calico-node-unauthorized', () => {
  it.each<[Kind, string]>([
    ['manifest', 'v3.8.9'],
    ['canal', 'v3.24.6'],
    ['operator', 'v3.32.0'],
  ])('finds it in start-up of %s %s', (install, version) => {
    const sample = healthyCluster({ nodes: 3, install, version });
    const names = ['worker-1', 'worker-2', 'worker-3'];
    for (const name of names)
      failStart(sample, name, [
        say(sample, { version, ago: 30, level: 'WARNING' }, rejected),
        say(sample, { version, ago: 30, level: 'WARNING', file: 'utils.go' }, 'Terminating'),
      ]);
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({ confidence: 'confirmed', facts: { isEverywhere: true } });
    expect(nodesOf(finding)).toEqual(names);
  });

  it('finds it in install-cni, without file names, on one node', () => {
    const sample = healthyCluster({ nodes: 3, version: 'v3.26.5' });
    failInit(sample, 'worker-2', {
      lines: [
        '2026-03-01 11:59:20.000 [FATAL][1] cni-installer/<nil> <nil>: Unable to create token for CNI kubeconfig error=Unauthorized',
      ],
    });
    expect(findingIn(check, sample).facts).toMatchObject({
      isEverywhere: false,
      namespace: 'kube-system',
      serviceAccount: 'calico-node',
    });
  });

  it('leaves missing rights and other nodes alone', () => {
    const sample = healthyCluster({ nodes: 2 });
    failStart(sample, 'worker-1', [
      say(
        sample,
        { version: 'v3.29.1', ago: 30, level: 'WARNING' },
        'Connection to the datastore is unauthorized error=connection is unauthorized: nodes "foo" is forbidden: User "system:serviceaccount:kube-system:calico-node" cannot get resource "nodes" in API group "" at the cluster scope',
      ),
    ]);
    expect(findingsIn(check, sample)).toEqual([]);
    expect(findingsIn(check, healthyCluster({ nodes: 2 }))).toEqual([]);
  });

  it('explains the CNI token of its node, and not that of another', () => {
    const sample = healthyCluster({ nodes: 3 });
    failStart(sample, 'worker-1', [say(sample, { version: 'v3.29.1', ago: 5 }, rejected)]);
    const message = 'error getting ClusterInformation: connection is unauthorized: Unauthorized';
    cniFails(sample, 'worker-1', message);
    const cause = findingIn(check, sample);
    expect(explains(cause, findingIn(cniTokenUnauthorized, sample))).toBe(true);
    cniFails(sample, 'worker-2', message);
    expect(explains(cause, findingIn(cniTokenUnauthorized, sample))).toBe(false);
  });
});
