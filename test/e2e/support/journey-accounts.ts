import type { SimulatedCluster } from './cluster/cluster.ts';
import { isObject } from '../../support/json.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const accounts = '/api/v1/namespaces/default/serviceaccounts';
const subjectOf = (name: string): object => ({
  kind: 'ServiceAccount',
  name,
  namespace: 'default',
});

/** A role: a ClusterRole where it has no namespace. */
export interface Granted {
  readonly namespace?: string;
  readonly rules: readonly object[];
}

/** Makes a service account in `default`, and returns a token of its own. */
export async function makeAccount({ client }: SimulatedCluster, name: string): Promise<string> {
  await client.create(accounts, { metadata: { name } });
  const spec = { expirationSeconds: 7200 };
  const { status } = await client.create(`${accounts}/${name}/token`, { spec });
  if (!isObject(status)) throw new Error('no token was made');
  return String(status['token']);
}

/** Grants roles to a service account, each under a name of its own. */
export async function grant(
  { client }: SimulatedCluster,
  name: string,
  roles: readonly Granted[],
): Promise<void> {
  for (const [index, { namespace, rules }] of roles.entries()) {
    const metadata = { name: `${name}-${index}` };
    const [kind, path] =
      namespace === undefined
        ? (['ClusterRole', rbac] as const)
        : (['Role', `${rbac}/namespaces/${namespace}`] as const);
    const plural = `${kind.toLowerCase()}s`;
    await client.create(`${path}/${plural}`, { metadata, rules });
    await client.create(`${path}/${kind.toLowerCase()}bindings`, {
      metadata,
      subjects: [subjectOf(name)],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: metadata.name },
    });
  }
}

/** A service account that may do everything, with its token. */
export async function makeAdministrator(cluster: SimulatedCluster, name: string): Promise<string> {
  const token = await makeAccount(cluster, name);
  await grant(cluster, name, [
    {
      rules: [
        { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
        { nonResourceURLs: ['*'], verbs: ['*'] },
      ],
    },
  ]);
  return token;
}
