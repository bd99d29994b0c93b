import { describe, expect, it } from 'vitest';
import { rbacMissing as check } from '../../internal/checks/rbac-missing.ts';
import { explains } from '../../internal/checks/rank.ts';
import { typhaUnreachable } from '../../internal/checks/typha-unreachable.ts';
import { addRole, cniFails, failInit, failStart, say, stayUnready } from '../support/api-faults.ts';
import { healthyCluster } from '../support/cluster.ts';
import { appendLog, podOn, setLog } from '../support/faults.ts';
import { findingIn, findingsIn, namesOf, nodesOf } from '../support/findings.ts';
import type { Sample } from '../support/sample.ts';
import { addTypha } from '../support/typha-sample.ts';

const account = (name: string, namespace = 'kube-system'): string =>
  `system:serviceaccount:${namespace}:${name}`;
const no = (
  user: string,
  verb: string,
  resource: string,
  group = 'crd.projectcalico.org',
): string =>
  `${resource.split('/')[0]}${group ? `.${group}` : ''} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" at the cluster scope`;
const listing = (error: string): string =>
  `Failed to perform list of current data during resync ListRoot="/calico/resources/v3/projectcalico.org/x" error=connection is unauthorized: ${error}`;

/** A calico-node that is denied a list again and again. */
function deniedLists(
  sample: Sample,
  node: string,
  version: string,
  errors: readonly string[],
): void {
  stayUnready(
    sample,
    node,
    [20, 10, 1].flatMap((ago) =>
      errors.map((error) =>
        say(sample, { version, ago, component: 'felix', file: 'watchercache.go' }, listing(error)),
      ),
    ),
  );
}

describe('rbac-missing', () => {
  it('reads who may not do what, and gives the smallest rules', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.26.1' });
    for (const node of ['worker-1', 'worker-2'])
      deniedLists(sample, node, 'v3.26.1', [
        no(account('calico-node'), 'list', 'bgpfilters'),
        no(account('calico-node'), 'watch', 'bgpfilters'),
        no(account('calico-node'), 'list', 'endpointslices', 'discovery.k8s.io'),
      ]);
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({ severity: 'error', confidence: 'confirmed' });
    expect(finding.facts['rights']).toEqual([
      {
        user: account('calico-node'),
        role: 'calico-node',
        group: 'crd.projectcalico.org',
        resource: 'bgpfilters',
        verbs: ['list', 'watch'],
        names: [],
      },
      {
        user: account('calico-node'),
        role: 'calico-node',
        group: 'discovery.k8s.io',
        resource: 'endpointslices',
        verbs: ['list'],
        names: [],
      },
    ]);
    expect(nodesOf(finding)).toEqual(['worker-1', 'worker-2']);
    expect(finding.remedies[0]?.manual).toContain(
      `kubectl patch clusterrole calico-node --type json -p '[{"op":"add","path":"/rules/-","value":{"apiGroups":["crd.projectcalico.org"],"resources":["bgpfilters"],"verbs":["list","watch"]}}]'`,
    );
  });

  it.each<[string, () => Sample, object]>([
    [
      'the token of the CNI plugin',
      () => {
        const sample = healthyCluster({ nodes: 2, version: 'v3.28.3' });
        failInit(sample, 'worker-1', {
          lines: [
            say(
              sample,
              {
                version: 'v3.28.3',
                ago: 40,
                level: 'FATAL',
                component: 'cni-installer',
                file: 'install.go',
              },
              `Unable to create token for CNI kubeconfig error=serviceaccounts "calico-cni-plugin" is forbidden: User "${account('calico-node')}" cannot create resource "serviceaccounts/token" in API group "" in the namespace "kube-system"`,
            ),
          ],
        });
        return sample;
      },
      {
        rights: [
          { resource: 'serviceaccounts/token', verbs: ['create'], names: ['calico-cni-plugin'] },
        ],
      },
    ],
    [
      'start-up, by canal',
      () => {
        const sample = healthyCluster({ nodes: 2, version: 'v3.20.1', install: 'canal' });
        failStart(sample, 'worker-1', [
          say(
            sample,
            { version: 'v3.20.1', ago: 9, level: 'WARNING' },
            `Connection to the datastore is unauthorized error=connection is unauthorized: nodes "foo" is forbidden: User "${account('canal')}" cannot get resource "nodes" in API group "" at the cluster scope`,
          ),
        ]);
        return sample;
      },
      { rights: [{ role: 'calico-node', resource: 'nodes', user: account('canal') }] },
    ],
    [
      'a tier that may not be made, said once',
      () => {
        const sample = healthyCluster({ nodes: 2, version: 'v3.32.1' });
        stayUnready(sample, 'worker-1', [
          say(
            sample,
            { version: 'v3.32.1', ago: 600, level: 'WARNING', file: 'client.go' },
            `Unauthorized to create tier default. error=connection is unauthorized: ${no(account('calico-node'), 'create', 'tiers')}`,
          ),
          say(sample, { version: 'v3.32.1', ago: 2, component: 'felix' }, 'Summarising 2 loops'),
        ]);
        return sample;
      },
      { rights: [{ resource: 'tiers', verbs: ['create'] }] },
    ],
    [
      'an informer of confd, by klog',
      () => {
        const sample = healthyCluster({ nodes: 2, version: 'v3.32.1' });
        stayUnready(sample, 'worker-1', [
          `E0301 11:59:58.1 9 reflector.go:204] "Failed to watch" err="failed to list *v1.EndpointSlice: endpointslices.discovery.k8s.io is forbidden: User \\"${account('calico-node')}\\" cannot list resource \\"endpointslices\\" in API group \\"discovery.k8s.io\\" at the cluster scope"`,
        ]);
        return sample;
      },
      { rights: [{ resource: 'endpointslices', group: 'discovery.k8s.io' }] },
    ],
    [
      'a role that is gone',
      () => {
        const sample = healthyCluster({ nodes: 2, version: 'v3.27.0' });
        deniedLists(sample, 'worker-1', 'v3.27.0', [
          `${no(account('calico-node'), 'list', 'ippools')}: RBAC: clusterrole.rbac.authorization.k8s.io "calico-node" not found`,
        ]);
        return sample;
      },
      { missingRoles: ['calico-node'] },
    ],
  ])('reads %s', (_name, build, facts) => {
    const finding = findingIn(check, build());
    expect(finding.facts).toMatchObject({ harm: 'calico-node', ...facts });
    expect(nodesOf(finding)).toEqual(['worker-1']);
  });

  it('counts a sick pod in, whose run is too young to say it', () => {
    const sample = healthyCluster({ nodes: 3, version: 'v3.26.5' });
    deniedLists(sample, 'worker-1', 'v3.26.5', [no(account('calico-node'), 'list', 'bgpfilters')]);
    const young = say(sample, { version: 'v3.26.5', ago: 1 }, 'Early log level set to info');
    failStart(sample, 'worker-2', [young], { exitCode: 0 });
    sample.logs = sample.logs.filter(
      ({ pod, previous }) => !previous || pod !== podOn(sample, 'worker-2').metadata.name,
    );
    expect(nodesOf(findingIn(check, sample))).toEqual(['worker-1', 'worker-2']);
  });

  it('tells pods without network apart', () => {
    const sample = healthyCluster({ nodes: 3, noLogs: true });
    cniFails(
      sample,
      'worker-3',
      `error getting ClusterInformation: connection is unauthorized: clusterinformations.crd.projectcalico.org "default" is forbidden: User "${account('calico-cni-plugin')}" cannot get resource "clusterinformations" in API group "crd.projectcalico.org" at the cluster scope`,
      { name: 'load-7' },
    );
    const finding = findingIn(check, sample);
    expect(finding).toMatchObject({
      severity: 'error',
      facts: { harm: 'new-pods', rights: [{ role: 'calico-cni-plugin' }] },
    });
    expect(namesOf(finding)).toEqual(['Node/worker-3', 'Pod/load-7']);
  });

  it('finds the missing right of Typha, and explains the nodes that wait for it', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.29.1' });
    const [typha] = addTypha(sample, { failing: [{ node: 'worker-1', how: 'crash' }] });
    if (!typha) throw new Error('no Typha');
    setLog(
      sample,
      typha,
      'calico-typha',
      `${say(sample, { version: 'v3.29.1', ago: 2, component: 'typha' }, listing(no(account('calico-typha'), 'list', 'tiers')))}\n`,
    );
    stayUnready(sample, 'worker-2', [
      say(
        sample,
        { version: 'v3.29.1', ago: 2, level: 'ERROR', component: 'felix' },
        "Didn't find any ready Typha instances.",
      ),
    ]);
    const finding = findingIn(check, sample);
    expect(nodesOf(finding)).toEqual(['worker-2']);
    expect(explains(finding, findingIn(typhaUnreachable, sample))).toBe(true);
  });

  it('is only a warning where calico-node works all the same', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.26.1' });
    appendLog(
      sample,
      podOn(sample, 'worker-1'),
      [30, 20, 10].map((ago) =>
        say(
          sample,
          { version: 'v3.26.1', ago, component: 'status-reporter' },
          listing(no(account('calico-node'), 'list', 'caliconodestatuses')),
        ),
      ),
    );
    expect(findingIn(check, sample)).toMatchObject({
      severity: 'warning',
      facts: { harm: 'feature' },
    });
  });

  it('believes the roles that were read', () => {
    const build = (verbs: string[]): Sample => {
      const sample = healthyCluster({ nodes: 2, version: 'v3.26.1' });
      deniedLists(sample, 'worker-1', 'v3.26.1', [no(account('calico-node'), 'list', 'tiers')]);
      addRole(sample, 'calico-node', { name: 'calico-node', namespace: 'kube-system' }, [
        { apiGroups: ['crd.projectcalico.org'], resources: ['*'], verbs },
      ]);
      return sample;
    };
    expect(findingsIn(check, build(['list', 'watch']))).toEqual([]);
    expect(findingIn(check, build(['get'])).confidence).toBe('confirmed');
  });

  it('sends an operator cluster to its operator', () => {
    const sample = healthyCluster({ nodes: 2, version: 'v3.30.0', install: 'operator' });
    deniedLists(sample, 'worker-1', 'v3.30.0', [
      no(account('calico-node', 'calico-system'), 'list', 'tiers'),
    ]);
    const [remedy] = findingIn(check, sample).remedies;
    expect(remedy?.action).toBe('manual');
    expect(remedy?.manual.join('\n')).not.toContain('patch clusterrole');
  });

  it.each<[string, (sample: Sample) => void]>([
    ['nothing', () => {}],
    [
      'what may be forbidden',
      (sample) =>
        stayUnready(sample, 'worker-1', [
          say(
            sample,
            { version: 'v3.29.1', ago: 5 },
            `Unauthorized to query kubeadm configmap, assuming not on kubeadm. CIDR detection will not occur. error=configmaps "kubeadm-config" is forbidden: User "${account('calico-node')}" cannot get resource "configmaps" in API group "" in the namespace "kube-system"`,
          ),
        ]),
    ],
    [
      'the right of a kubelet',
      (sample) =>
        cniFails(
          sample,
          'worker-1',
          'serviceaccounts "default" is forbidden: User "system:node:worker-1" cannot create resource "serviceaccounts/token" in API group "" in the namespace "default": no relationship found',
        ),
    ],
    [
      'a denial that was not said again for minutes',
      (sample) =>
        stayUnready(sample, 'worker-1', [
          say(
            sample,
            { version: 'v3.29.1', ago: 400, component: 'felix' },
            listing(no(account('calico-node'), 'list', 'tiers')),
          ),
          say(sample, { version: 'v3.29.1', ago: 2, component: 'felix' }, 'Summarising 2 loops'),
        ]),
    ],
  ])('finds nothing for %s', (_name, change) => {
    const sample = healthyCluster({ nodes: 2 });
    change(sample);
    expect(findingsIn(check, sample)).toEqual([]);
  });
});
