import { describe, expect, it } from 'vitest';
import { operatorDownOrOutdated as check } from '../../internal/checks/operator-down-or-outdated.ts';
import { explains } from '../../internal/checks/rank.ts';
import { rbacMissing } from '../../internal/checks/rbac-missing.ts';
import { say, stayUnready } from '../support/api-faults.ts';
import { healthyCluster, runningPod } from '../support/cluster.ts';
import { crashLoop } from '../support/faults.ts';
import { findingIn, findingsIn, isNotApplicable, nodesOf } from '../support/findings.ts';
import { add, type Sample, snapshotFrom } from '../support/sample.ts';
import { withList } from '../support/unread.ts';

const operator = (): Sample =>
  healthyCluster({ nodes: 2, install: 'operator', version: 'v3.30.0' });

function addPod(sample: Sample) {
  const pod = runningPod(sample, {
    name: 'tigera-operator-7c4d-abcde',
    namespace: 'tigera-operator',
    node: 'worker-1',
    hostIP: '10.20.0.11',
    age: 5000,
    labels: { 'k8s-app': 'tigera-operator' },
    spec: { containers: [{ name: 'tigera-operator', image: 'quay.io/tigera/operator:v1.38.0' }] },
  });
  add(sample, 'pods', pod);
  return pod;
}

const setReady = (sample: Sample, replicas: number, ready: number): void => {
  const deployment = sample.lists.deployments?.find(
    ({ metadata }) => metadata.name === 'tigera-operator',
  );
  if (deployment?.spec) deployment.spec.replicas = replicas;
  if (deployment) deployment.status = { replicas, readyReplicas: ready };
};

function complain(sample: Sample, message: string): void {
  const condition = sample.lists.tigeraStatuses?.[0]?.status?.conditions?.find(
    ({ type }) => type === 'Degraded',
  );
  Object.assign(condition ?? {}, { status: 'True', reason: 'ResourceUpdateError', message });
}

const rights =
  'Error creating / updating resource: clusterroles.rbac.authorization.k8s.io "calico-node" is forbidden: user "system:serviceaccount:tigera-operator:tigera-operator" is attempting to grant RBAC permissions not currently held: {APIGroups:["crd.projectcalico.org"]}';

describe('operator-down-or-outdated', () => {
  it.each<[string, (sample: Sample) => void, object]>([
    ['scaled to 0', (sample) => setReady(sample, 0, 0), { trouble: 'scaled-down' }],
    [
      'crashing',
      (sample) => {
        setReady(sample, 1, 0);
        crashLoop(sample, addPod(sample), { lived: 2, exitCode: 1, reason: 'Error', restarts: 8 });
      },
      { trouble: 'crashing' },
    ],
    [
      'without its image',
      (sample) => {
        setReady(sample, 1, 0);
        const pod = addPod(sample);
        crashLoop(sample, pod, { lived: 2, exitCode: 1, reason: 'Error', restarts: 0 });
        const status = pod.status?.containerStatuses?.[0];
        if (status) status.state = { waiting: { reason: 'ErrImagePull' } };
      },
      { trouble: 'image' },
    ],
    [
      'gone',
      (sample) => {
        sample.lists.deployments = [];
        add(sample, 'namespaces', { kind: 'Namespace', metadata: { name: 'tigera-operator' } });
      },
      { trouble: 'missing' },
    ],
    ['short of rights', (sample) => complain(sample, rights), { trouble: 'rights' }],
    [
      'of another time than the API server',
      (sample) =>
        complain(
          sample,
          'Error creating / updating resource: no matches for kind "PodSecurityPolicy" in version "policy/v1beta1"',
        ),
      { trouble: 'unknown-types' },
    ],
  ])('warns of an operator that is %s', (_name, change, facts) => {
    const sample = operator();
    change(sample);
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({ severity: 'warning', facts: { harm: 'none', ...facts } });
    expect(finding.remedies[0]?.manual.length).toBeGreaterThan(2);
  });

  it('is an error where there is no calico-node without it', () => {
    const sample = operator();
    setReady(sample, 1, 0);
    sample.lists.daemonSets = [];
    sample.lists.pods = [];
    expect(findingIn(check, sample)).toMatchObject({
      severity: 'error',
      facts: { harm: 'no-calico-node' },
    });
  });

  it('does not take pods that could not be read for pods that are not there', () => {
    const sample = operator();
    add(sample, 'namespaces', { kind: 'Namespace', metadata: { name: 'tigera-operator' } });
    const denied = withList(snapshotFrom(sample), 'pods', 'forbidden');
    expect(check.run(denied)).toEqual([]);
    sample.lists.deployments = [];
    expect(check.run(withList(snapshotFrom(sample), 'pods', 'forbidden'))).toEqual([]);
    sample.lists.deployments = operator().lists.deployments ?? [];
    setReady(sample, 0, 0);
    expect(check.run(withList(snapshotFrom(sample), 'pods', 'forbidden'))).toMatchObject([
      { severity: 'warning', facts: { harm: 'none' } },
    ]);
  });

  it('is an error where calico-node lacks what it may not hand on, and explains that', () => {
    const sample = operator();
    complain(sample, rights);
    stayUnready(sample, 'worker-2', [
      say(
        sample,
        { version: 'v3.30.0', ago: 1, component: 'felix' },
        'Failed to perform list of current data during resync error=connection is unauthorized: tiers.crd.projectcalico.org is forbidden: User "system:serviceaccount:calico-system:calico-node" cannot list resource "tiers" in API group "crd.projectcalico.org" at the cluster scope',
      ),
    ]);
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({ severity: 'error', facts: { harm: 'rights' } });
    expect(nodesOf(finding)).toContain('worker-2');
    expect(explains(finding, findingIn(rbacMissing, sample))).toBe(true);
  });

  it('finds nothing on a healthy operator or one that just starts, and does not apply to manifests', () => {
    expect(findingsIn(check, operator())).toEqual([]);
    const sample = operator();
    setReady(sample, 1, 0);
    const pod = addPod(sample);
    pod.metadata.creationTimestamp = sample.takenAt;
    for (const condition of pod.status?.conditions ?? []) condition.status = 'False';
    expect(findingsIn(check, sample)).toEqual([]);
    expect(isNotApplicable(check, healthyCluster({ nodes: 1 }))).toBe(true);
  });
});
