import { setTimeout as wait } from 'node:timers/promises';
import { isObject } from '../../support/json.ts';
import type { SimulatedCluster } from './cluster/cluster.ts';
import { valueAt } from './cluster/operator-rules.ts';
import type { Role } from './journey-roles.ts';

/** On what the journeys themselves make. */
export const journeyLabel = 'example.com/journey';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const accounts = '/api/v1/namespaces/default/serviceaccounts';
const reviews = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
const subjectOf = (name: string): object => ({
  kind: 'ServiceAccount',
  name,
  namespace: 'default',
});

/** Makes a service account in `default`, and returns a token of its own. */
export async function makeAccount({ client }: SimulatedCluster, name: string): Promise<string> {
  await client.create(accounts, { metadata: { name, labels: { [journeyLabel]: 'true' } } });
  const spec = { expirationSeconds: 7200 };
  const { status } = await client.create(`${accounts}/${name}/token`, { spec });
  if (!isObject(status)) throw new Error('no token was made');
  return String(status['token']);
}

// What was granted counts as soon as the authorizer has heard of it.
async function untilItCounts(
  { client }: SimulatedCluster,
  name: string,
  { namespace, rules }: Role,
): Promise<void> {
  const [rule] = rules;
  if (!rule) return;
  const [resource = '', subresource] = (rule.resources[0] ?? '').split('/');
  const resourceAttributes = {
    group: rule.apiGroups[0],
    resource,
    verb: rule.verbs[0],
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(rule.resourceNames ? { name: rule.resourceNames[0] } : {}),
  };
  const spec = { user: `system:serviceaccount:default:${name}`, resourceAttributes };
  for (;;) {
    if (valueAt(await client.create(reviews, { spec }), 'status', 'allowed') === true) return;
    await wait(50);
  }
}

let granted = 0;

/** Grants roles to a service account, and returns when they count. */
export async function grant(
  cluster: SimulatedCluster,
  name: string,
  roles: readonly Role[],
): Promise<void> {
  const { client } = cluster;
  for (const role of roles.filter(({ rules }) => rules.length > 0)) {
    granted += 1;
    const metadata = { name: `${name}-${granted}`, labels: { [journeyLabel]: 'true' } };
    const kind = role.namespace === undefined ? 'ClusterRole' : 'Role';
    const path = role.namespace === undefined ? rbac : `${rbac}/namespaces/${role.namespace}`;
    await client.create(`${path}/${kind.toLowerCase()}s`, { metadata, rules: role.rules });
    await client.create(`${path}/${kind.toLowerCase()}bindings`, {
      metadata,
      subjects: [subjectOf(name)],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: metadata.name },
    });
    await untilItCounts(cluster, name, role);
  }
}

/** A service account that may do everything, with its token. */
export async function makeAdministrator(cluster: SimulatedCluster, name: string): Promise<string> {
  const token = await makeAccount(cluster, name);
  await grant(cluster, name, [{ rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] }]);
  return token;
}
