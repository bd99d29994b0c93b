import { describe, expect, test } from 'vitest';
import { diagnoseRules, missingRights, refusedUser } from '../../internal/cluster/rights.ts';
import type { Rule } from '../../internal/cluster/rights.ts';
import { daemonSet, node, object, pod } from '../support/cluster-objects.ts';
import type { Exception, StubCluster } from '../support/cluster-script.ts';
import { crashing, gatherFrom, namespaces, orchard } from '../support/orchard.ts';
import { type Seen, status } from '../support/stub-api-server.ts';

interface Asked {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name: string | undefined;
}

const resourcePath =
  /^\/(?:api|apis\/([^/]+))\/[^/]+(?:\/namespaces\/[^/]+)?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

// What RBAC would be asked for a request; null for paths that everybody may read.
function askedBy({ path }: Seen): Asked | null {
  const [, group = '', resource, name, subresource] = resourcePath.exec(path) ?? [];
  if (resource === undefined) return null;
  return {
    verb: name === undefined ? 'list' : 'get',
    group,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    name,
  };
}

const allows = (rule: Rule, { verb, group, resource, name }: Asked): boolean =>
  rule.verbs.includes(verb) &&
  rule.apiGroups.includes(group) &&
  rule.resources.includes(resource) &&
  (rule.resourceNames === undefined || rule.resourceNames.includes(name ?? ''));

const victim = object('v1', 'Event', 'stall.1', {
  namespace: 'shop',
  reason: 'FailedCreatePodSandBox',
  involvedObject: { kind: 'Pod', namespace: 'shop', name: 'stall' },
});

function everything(): StubCluster {
  const flux = 'toolkit.fluxcd.io';
  const labels = {
    'k8s-app': 'calico-node',
    'app.kubernetes.io/instance': 'net',
    [`kustomize.${flux}/name`]: 'net',
    [`kustomize.${flux}/namespace`]: 'flux-system',
    [`helm.${flux}/name`]: 'net',
    [`helm.${flux}/namespace`]: 'flux-system',
  };
  const { objects, logs = {} } = orchard({ b: { status: crashing } });
  return {
    objects: [...objects, victim, daemonSet('kube-system', 'canal', { labels })],
    logs,
    groups: {
      'crd.projectcalico.org': 'v1',
      'operator.tigera.io': 'v1',
      'metrics.k8s.io': 'v1beta1',
      'helm.cattle.io': 'v1',
      'migration.projectcalico.org': 'v1beta1',
      'argoproj.io': 'v1alpha1',
      [`kustomize.${flux}`]: 'v1',
      [`helm.${flux}`]: 'v2',
    },
  };
}

const renewed = (): StubCluster => ({
  ...orchard(),
  objects: [...namespaces, object('v1', 'Event', 'x', { namespace: 'default' })],
  groups: { 'projectcalico.org': 'v3' },
});

function wide(): StubCluster {
  const names = Array.from({ length: 301 }, (_, index) => `n${index}`);
  const objects = [
    ...namespaces,
    daemonSet('kube-system'),
    ...names.map((name, index) => node(name, `10.1.${index >> 8}.${index & 255}`)),
    ...names.map((name) => pod(`calico-node-${name}`, name)),
  ];
  return { objects, groups: { 'crd.projectcalico.org': 'v1' } };
}

const clusters: readonly (readonly [string, StubCluster])[] = [
  ['with owners and add-ons', everything()],
  ['with the new API of Calico', renewed()],
  ['of many nodes', wide()],
];

describe('the whole role', () => {
  test.each(clusters)('allows all that is read of a cluster %s', async (_name, cluster) => {
    const { snapshot, seen } = await gatherFrom(cluster);
    const rules = diagnoseRules(snapshot.apiGroups);
    const asked = seen.map(askedBy).filter((one) => one !== null);
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter((one) => !rules.some((rule) => allows(rule, one)))).toEqual([]);
  });

  test('allows nothing else', async () => {
    const gathered = await Promise.all(clusters.map(([, cluster]) => gatherFrom(cluster)));
    const asked = gathered.flatMap(({ seen }) => seen.map(askedBy)).filter((one) => one !== null);
    const single = diagnoseRules(null).flatMap((rule) =>
      rule.resources.flatMap((resource) =>
        rule.apiGroups.map((group) => ({ ...rule, apiGroups: [group], resources: [resource] })),
      ),
    );
    expect(single.filter((rule) => !asked.some((one) => allows(rule, one)))).toEqual([]);
    expect(single.flatMap(({ verbs }) => verbs)).not.toContain('*');
  });

  test('leaves groups out that the cluster does not serve', () => {
    const groups = diagnoseRules(['crd.projectcalico.org']).flatMap(({ apiGroups }) => apiGroups);
    expect(groups).toContain('crd.projectcalico.org');
    expect(groups).toContain('rbac.authorization.k8s.io');
    expect(groups).not.toContain('operator.tigera.io');
    expect(groups).not.toContain('argoproj.io');
  });
});

const denied =
  (user: string): Exception =>
  ({ path }) =>
    path.endsWith('/leases')
      ? status(
          403,
          `leases.coordination.k8s.io is forbidden: User "${user}" cannot list resource "leases" in API group "coordination.k8s.io" in the namespace "kube-node-lease"`,
        )
      : undefined;

describe('who was refused', () => {
  test.each([
    ['night', 'night'],
    ['system:serviceaccount:watch:night', 'system:serviceaccount:watch:night'],
    ['x"; rm -r ~', null],
  ])('%s', async (user, told) => {
    const { snapshot } = await gatherFrom(orchard(), {}, denied(user));
    expect(refusedUser(snapshot)).toBe(told);
    expect(missingRights(snapshot)).toHaveLength(1);
  });

  test('nobody', async () => {
    const { snapshot } = await gatherFrom(orchard());
    expect(refusedUser(snapshot)).toBeNull();
  });
});
