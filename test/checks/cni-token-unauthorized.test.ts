import { describe, expect, it } from 'vitest';
import { cniTokenUnauthorized as check } from '../../internal/checks/cni-token-unauthorized.ts';
import { cniFails, setEnv, stayUnready } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { podOn } from '../support/faults.ts';
import { findingIn, findingsIn, namesOf } from '../support/findings.ts';
import type { Sample } from '../support/sample.ts';

const rejected = 'error getting ClusterInformation: connection is unauthorized: Unauthorized';

describe('cni-token-unauthorized', () => {
  it('finds pods that cannot start and pods that cannot go, as one', () => {
    const sample = healthyCluster({ nodes: 3, noLogs: true });
    cniFails(sample, 'worker-2', rejected, { name: 'report-1' });
    cniFails(sample, 'worker-2', rejected, { name: 'report-2', operation: 'delete' });
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({
      severity: 'error',
      facts: { nodes: ['worker-2'], adds: 1, deletes: 1, calicoNode: 'ready', isRenewed: true },
    });
    expect(namesOf(finding)).toEqual(['Node/worker-2', 'Pod/report-1', 'Pod/report-2']);
    expect(finding.remedies[0]?.changes).toMatchObject([
      { verb: 'delete', ref: { name: podOn(sample, 'worker-2').metadata.name } },
    ]);
  });

  it('tells a CA of another cluster from a token', () => {
    const sample = healthyCluster({ nodes: 3 });
    cniFails(
      sample,
      'worker-3',
      'error getting ClusterInformation: Get "https://[10.43.0.1]:443/apis/crd.projectcalico.org/v1/clusterinformations/default": x509: certificate signed by unknown authority',
    );
    cniFails(sample, 'worker-1', rejected);
    expect(findingsIn(check, sample).map(({ facts }) => [facts['cause'], facts['nodes']])).toEqual(
      expect.arrayContaining([
        ['authority', ['worker-3']],
        ['token', ['worker-1']],
      ]),
    );
  });

  it.each<[string, (sample: Sample) => void, object]>([
    [
      'calico-node is sick there',
      (sample) => stayUnready(sample, 'worker-1', []),
      { calicoNode: 'sick' },
    ],
    [
      'calico-node is not there',
      (sample) => {
        const name = podOn(sample, 'worker-1').metadata.name;
        sample.lists.pods = sample.lists.pods?.filter(({ metadata }) => metadata.name !== name);
      },
      { calicoNode: 'missing' },
    ],
    [
      'nobody renews the token',
      (sample) => setEnv(sample, { name: 'CALICO_MANAGE_CNI', value: 'false' }),
      { isRenewed: false },
    ],
  ])('says so where %s', (_name, change, facts) => {
    const sample = healthyCluster({ nodes: 2 });
    cniFails(sample, 'worker-1', rejected);
    change(sample);
    expect(findingIn(check, sample).facts).toMatchObject(facts);
  });

  it.each<[string, (sample: Sample) => void]>([
    ['nothing', () => {}],
    [
      'another error of the plugin',
      (sample) => cniFails(sample, 'worker-1', 'no configured Calico pools for node worker-1'),
    ],
    [
      'a missing right',
      (sample) =>
        cniFails(
          sample,
          'worker-1',
          'error getting ClusterInformation: connection is unauthorized: clusterinformations.crd.projectcalico.org "default" is forbidden: User "system:serviceaccount:kube-system:calico-cni-plugin" cannot get resource "clusterinformations" in API group "crd.projectcalico.org" at the cluster scope',
        ),
    ],
    ['an event of hours ago', (sample) => cniFails(sample, 'worker-1', rejected, { ago: 7200 })],
    [
      'a pod that was let go after all',
      (sample) => {
        const pod = cniFails(sample, 'worker-1', rejected, { operation: 'delete' });
        delete pod.metadata.deletionTimestamp;
      },
    ],
  ])('finds nothing for %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 2 });
    change(sample);
    expect(findingsIn(check, sample)).toEqual([]);
  });
});
