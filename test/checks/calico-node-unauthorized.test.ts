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

  it.each<[string, string, string, object, string]>([
    [
      'another CA',
      'v3.18.1',
      'Hit error connecting to datastore - retry error=Get "https://10.43.0.1:443/api/v1/nodes/foo": x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "kubernetes")',
      { cause: 'authority', host: '10.43.0.1' },
      'restart-pods,trust-api-server',
    ],
    [
      'another address',
      'v3.8.4',
      'Hit error connecting to datastore - retry error=Get https://[fd00::1]:443/api/v1/nodes/foo: x509: certificate is valid for fd00::9, 10.0.0.7, not fd00::1',
      { cause: 'name', host: 'fd00::1' },
      'trust-api-server',
    ],
    [
      'no address at all',
      'v3.25.0',
      'Hit error connecting to datastore - retry error=Get "https://10.96.0.1:443/api/v1/nodes/foo": tls: failed to verify certificate: x509: cannot validate certificate for 10.96.0.1 because it doesn\'t contain any IP SANs',
      { cause: 'name', host: '10.96.0.1' },
      'trust-api-server',
    ],
  ])("finds the API server's certificate not accepted: %s", (_name, version, line, facts, ids) => {
    const sample = healthyCluster({ nodes: 2, version });
    failStart(sample, 'worker-2', [say(sample, { version, ago: 3 }, line)]);
    const finding = findingIn(check, sample);
    expect(finding.facts).toMatchObject(facts);
    expect(nodesOf(finding)).toEqual(['worker-2']);
    expect(finding.remedies.map(({ id }) => id).join(',')).toBe(ids);
  });

  it.each([
    'Hit error connecting to datastore - retry error=Get "https://10.96.0.1:443/api/v1/nodes/foo": x509: certificate has expired or is not yet valid: current time 2026-03-01T11:59:57Z is after 2026-02-01T00:00:00Z',
    'Failed to connect to typha endpoint 10.20.0.12:5473.  Will try another if available... error=x509: certificate signed by unknown authority',
    'Hit error connecting to datastore - retry error=x509: certificate signed by unknown authority',
  ])('leaves other certificates to others: %s', (line) => {
    const sample = healthyCluster({ nodes: 2 });
    failStart(sample, 'worker-2', [say(sample, { version: 'v3.29.1', ago: 3 }, line)]);
    expect(findingsIn(check, sample)).toEqual([]);
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
