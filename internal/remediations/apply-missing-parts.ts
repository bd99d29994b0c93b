import { crdFile, manifestFile, manifestUrl } from '../calico/manifest.ts';
import type { Install } from '../model/install.ts';
import type { ClusterRole } from '../model/kubernetes.ts';
import type { Change, Remedy } from '../model/remedy.ts';
import { actionByHand, lastingRemark } from './by-hand.ts';
import { isSendable, lastsUntil } from './durable.ts';
import { merge } from './refs.ts';

/** One rule that a ClusterRole lacks. */
export interface MissingRule {
  readonly role: string;
  readonly group: string;
  /** With its subresource. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** The only object that the right was asked for, where the rule should name it (`serviceaccounts/token`). */
  readonly names: readonly string[];
}

/** A rule as it stands in a ClusterRole, in JSON for `kubectl patch`. */
export const ruleJson = ({ group, resource, verbs, names }: MissingRule): string =>
  JSON.stringify({
    apiGroups: [group],
    resources: [resource],
    verbs,
    ...(names.length > 0 ? { resourceNames: names } : {}),
  });

function ruleYaml(role: string, rules: readonly MissingRule[]): readonly string[] {
  const list = (values: readonly string[]): string => JSON.stringify(values);
  return [
    `# ClusterRole ${role}: the rules that are missing`,
    ...rules.flatMap(({ group, resource, verbs, names }) => [
      `#   - apiGroups: ${list([group])}`,
      `#     resources: ${list([resource])}`,
      ...(names.length > 0 ? [`#     resourceNames: ${list(names)}`] : []),
      `#     verbs: ${list(verbs)}`,
    ]),
  ];
}

const patchOf = (rule: MissingRule): string =>
  `kubectl patch clusterrole ${rule.role} --type json -p '[{"op":"add","path":"/rules/-","value":${ruleJson(rule)}}]'`;

const rolesOf = (rules: readonly MissingRule[]): ReadonlyMap<string, readonly MissingRule[]> =>
  Map.groupBy(rules, ({ role }) => role);

function byOperator(install: Install): readonly string[] {
  const url = manifestUrl(install, manifestFile(install));
  return [
    ...words.operator,
    'kubectl -n tigera-operator logs deployment/tigera-operator --tail=200 | grep -iE "clusterrole|not currently held"',
    ...(url === null
      ? [words.manifestOf(install.calicoVersion)]
      : [`kubectl apply --server-side --force-conflicts -f ${url}`]),
  ];
}

function byManifest(
  install: Install,
  rules: readonly MissingRule[],
  gone: ReadonlySet<string>,
): readonly string[] {
  const url = manifestUrl(install, manifestFile(install));
  const roles = [...rolesOf(rules)].flatMap(([role, ofRole]) => ruleYaml(role, ofRole));
  return [
    ...roles,
    // A role that is not there cannot be patched.
    ...rules.filter(({ role }) => !gone.has(role)).map(patchOf),
    ...[...gone].map((role) => `kubectl get clusterrole ${role}`),
    words.whole,
    url === null
      ? words.manifestOf(install.calicoVersion)
      : `curl -fsSL ${url} -o calico-${install.calicoVersion ?? ''}.yaml`,
  ];
}

const ruleOf = ({ group, resource, verbs, names }: MissingRule): object => ({
  apiGroups: [group],
  resources: [resource],
  verbs,
  ...(names.length > 0 ? { resourceNames: names } : {}),
});

// The list of rules is replaced as a whole, so those that stand there are sent along. Only if every role that lacks one was read.
function roleChanges(
  rules: readonly MissingRule[],
  roles: readonly ClusterRole[],
): readonly Change[] {
  const changes = [...rolesOf(rules)].flatMap(([name, missing]) => {
    const role = roles.find(({ metadata }) => metadata.name === name);
    const ref = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name };
    // A role that is made of others by their labels takes no rules of its own.
    return role && role.aggregationRule === undefined
      ? [merge(ref, { rules: [...(role.rules ?? []), ...missing.map(ruleOf)] })]
      : [];
  });
  return changes.length === rolesOf(rules).size ? changes : [];
}

/**
 * Gives back the rights that are missing: the smallest rules, as text and as patches of the roles. The operator writes its
 * roles itself, so there it is the operator's own rights and release that have to be put right. `missingRoles` are bound, but
 * do not exist.
 */
export function missingRights(
  install: Install,
  rules: readonly MissingRule[],
  missingRoles: readonly string[] = [],
  roles: readonly ClusterRole[] = [],
): Remedy {
  const isOperator = install.renderer === 'operator';
  const changes = isOperator || !isSendable(install) ? [] : roleChanges(rules, roles);
  const [first] = rules;
  return {
    id: 'missing-rights',
    title: isOperator
      ? words.titleOperator
      : missingRoles.length > 0
        ? words.titleRole
        : words.title,
    action: isOperator ? 'manual' : changes.length > 0 ? install.action : actionByHand(install),
    risk: 'none',
    ...(first ? { target: { kind: 'ClusterRole', name: first.role } } : {}),
    changes,
    consequences: [words.consequence, ...(changes.length > 0 ? lastsUntil(install) : [])],
    manual: [
      ...(isOperator ? byOperator(install) : byManifest(install, rules, new Set(missingRoles))),
      ...lastingRemark(install),
    ],
  };
}

/** Gives back CRDs of Calico, out of the running version's manifests. CRDs that are there are never deleted for it. */
export function missingTypes(install: Install, names: readonly string[]): Remedy {
  const url = manifestUrl(install, crdFile(install));
  return {
    id: 'missing-types',
    title: words.types,
    action: actionByHand(install),
    risk: 'none',
    changes: [],
    consequences: [words.typesConsequence],
    manual: [
      words.neverDelete,
      `kubectl get crd ${names.join(' ')}`,
      ...(url === null
        ? [words.manifestOf(install.calicoVersion)]
        : [`kubectl apply --server-side --force-conflicts -f ${url}`]),
      ...(install.renderer === 'operator'
        ? ['kubectl -n tigera-operator rollout restart deployment/tigera-operator']
        : []),
      ...lastingRemark(install),
    ],
  };
}

const words = {
  title: 'Add the missing rules to the ClusterRole',
  titleRole: 'Make the ClusterRole again',
  titleOperator: 'Let the operator write its roles again',
  types: "Apply the missing CRDs of Calico's release",
  consequence:
    'calico-node asks again and goes on by itself, in back-off within five minutes; no pod has to be restarted.',
  typesConsequence:
    'What Calico has stored stays as it is. Pods that wait in CrashLoopBackOff start at their next try.',
  neverDelete:
    '# never delete a CRD to make it anew: all objects of its type go with it, addresses included',
  operator: [
    '# the operator writes these roles, and takes back what somebody else changes in them',
    'kubectl get clusterrole tigera-operator -o yaml | head -40',
  ],
  whole:
    '# the whole set: take the ClusterRole and ClusterRoleBinding documents out of the manifest of this release, and only those',
  manifestOf: (version: string | null): string =>
    `# take them from the manifests of Calico ${version ?? 'of the running release'}`,
};
