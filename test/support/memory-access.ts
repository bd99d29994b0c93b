import type { Right } from '../../internal/model/cluster.ts';

/** An RBAC rule; one with a namespace is that of a Role there. */
export interface AccessRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly namespace?: string;
}

/** Everything, as cluster-admin has it. */
export const everything: readonly AccessRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
];

const has = (list: readonly string[], name: string): boolean =>
  list.includes('*') || list.includes(name);

/** Whether one of the rules gives the right, as RBAC judges it. */
export const isAllowed = (rules: readonly AccessRule[], right: Right): boolean =>
  rules.some(
    ({ apiGroups, resources, verbs, resourceNames, namespace }) =>
      has(apiGroups, right.group) &&
      has(resources, right.resource) &&
      has(verbs, right.verb) &&
      (resourceNames === undefined ||
        (right.name !== undefined && resourceNames.includes(right.name))) &&
      (namespace === undefined || namespace === right.namespace),
  );
