import { stringify } from 'yaml';
import type { Snapshot } from '../model/snapshot.ts';
import { namesRead } from './names.ts';
import type { Right } from './target.ts';

/** One rule of a ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

function forbiddenIn({ lists, logs }: Snapshot): readonly Right[] {
  const errors = [
    ...Object.values(lists).flatMap((list) => (list.state === 'failed' ? [list.error] : [])),
    ...logs.flatMap(({ read }) => (read.state === 'failed' ? [read.error] : [])),
  ];
  return errors.flatMap(({ kind, right }) => (kind === 'forbidden' && right ? [right] : []));
}

// By name where only named objects are read: a rule for all ConfigMaps would give more than is needed.
function namesOf({ verb, resource }: Right): readonly string[] | null {
  return verb === 'get' ? namesRead(resource) : null;
}

/**
 * The smallest rules that would have let a snapshot be whole: one for each API group, verb and set of names, for all
 * namespaces. Empty if nothing was forbidden.
 */
export function missingRights(snapshot: Snapshot): readonly Rule[] {
  const groups = Map.groupBy(forbiddenIn(snapshot), (right) =>
    JSON.stringify([right.group, right.verb, namesOf(right)]),
  );
  return [...groups.values()].flatMap(([first, ...others]): Rule[] => {
    if (!first) return [];
    const resources = new Set([first, ...others].map(({ resource }) => resource));
    const names = namesOf(first);
    return [
      {
        apiGroups: [first.group],
        resources: [...resources].toSorted(),
        verbs: [first.verb],
        ...(names ? { resourceNames: names } : {}),
      },
    ];
  });
}

/** A ClusterRole of these rules as YAML, ready for `kubectl apply -f -`. */
export function clusterRoleYaml(rules: readonly Rule[]): string {
  return stringify(
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'calico-fix-diagnose' },
      rules,
    },
    { lineWidth: 0 },
  );
}
