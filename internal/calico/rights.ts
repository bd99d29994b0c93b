import type { ClusterRole, ClusterRoleBinding } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { serviceAccountOf, type Denied } from './api-errors.ts';
import { itemsOf } from './snapshot-lists.ts';

type Rule = NonNullable<ClusterRole['rules']>[number];

// client-go's verbs are RBAC's; only the error's `post` and the like are HTTP's.
const includes = (values: readonly string[] | undefined, value: string): boolean =>
  values?.some((candidate) => candidate === '*' || candidate === value) ?? false;

function allows(rule: Rule, { verb, group, resource, name }: Denied): boolean {
  const subresource = resource.includes('/') ? `*/${resource.split('/')[1] ?? ''}` : resource;
  const isNamed = !rule.resourceNames || rule.resourceNames.length === 0;
  return (
    includes(rule.verbs, verb) &&
    includes(rule.apiGroups, group) &&
    (includes(rule.resources, resource) || includes(rule.resources, subresource)) &&
    (isNamed || (name !== null && includes(rule.resourceNames, name)))
  );
}

// Every service account is in these groups too (kubernetes, pkg/serviceaccount).
function isSubject(binding: ClusterRoleBinding, user: string): boolean {
  const account = serviceAccountOf(user);
  const groups = account
    ? [
        'system:serviceaccounts',
        `system:serviceaccounts:${account.namespace}`,
        'system:authenticated',
      ]
    : ['system:authenticated'];
  return (binding.subjects ?? []).some(({ kind, name, namespace }) => {
    if (kind === 'Group') return groups.includes(name ?? '');
    if (kind === 'User') return name === user;
    return account !== null && name === account.name && namespace === account.namespace;
  });
}

/** The ClusterRoles that are bound to a user in the whole cluster, by name; those that do not exist too. */
export const boundRoles = (snapshot: Snapshot, user: string): readonly string[] =>
  itemsOf(snapshot, 'clusterRoleBindings').flatMap((binding) =>
    isSubject(binding, user) && binding.roleRef?.kind !== 'Role'
      ? (binding.roleRef?.name ?? [])
      : [],
  );

/**
 * Whether the cluster's roles now give a right that was denied; null where roles or bindings were not read. Rights given in a
 * namespace alone (RoleBinding) are not seen, so `false` is sure at the cluster scope only.
 */
export function isAllowedNow(snapshot: Snapshot, right: Denied): boolean | null {
  const { clusterRoles, clusterRoleBindings } = snapshot.lists;
  if (clusterRoles.state !== 'read' || clusterRoleBindings.state !== 'read') return null;
  const names = new Set(boundRoles(snapshot, right.user));
  return clusterRoles.items.some(
    ({ metadata, rules }) =>
      names.has(metadata.name) && (rules ?? []).some((rule) => allows(rule, right)),
  );
}

// Roles by manifest and by operator (manifests/calico.yaml, manifests/canal.yaml, tigera/operator pkg/render), by account.
const usualRoles: Readonly<Record<string, string>> = {
  canal: 'calico-node',
  'calico-node': 'calico-node',
  'calico-cni-plugin': 'calico-cni-plugin',
  'calico-typha': 'calico-typha',
  'calico-kube-controllers': 'calico-kube-controllers',
};

/** The ClusterRole that the right belongs into: the one that is bound, else the one that Calico's manifests bind. */
export function roleFor(snapshot: Snapshot, { user, missingRole }: Denied): string {
  if (missingRole) return missingRole;
  const bound = boundRoles(snapshot, user).filter((name) => !name.startsWith('system:'));
  const account = serviceAccountOf(user)?.name ?? 'calico-node';
  const usual = usualRoles[account] ?? account;
  return bound.includes(usual) ? usual : (bound[0] ?? usual);
}
