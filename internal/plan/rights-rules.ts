import type { Right } from '../model/cluster.ts';

/** A rule of a Role or ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

// A role cannot limit these to names: the request does not carry one (create), or is refused with it (list).
const nameless = new Set(['create', 'list', 'watch', 'deletecollection']);

const nameOf = ({ verb, name }: Right): string | null =>
  nameless.has(verb) ? null : (name ?? null);

const sorted = (words: Iterable<string>): readonly string[] => [...new Set(words)].toSorted();

/** True for what is asked for by name as well as as a whole, or in one namespace as well as in all. */
export function isCovered(right: Right, rights: readonly Right[]): boolean {
  return rights.some(
    (other) =>
      other !== right &&
      other.verb === right.verb &&
      other.group === right.group &&
      other.resource === right.resource &&
      (other.namespace === undefined || other.namespace === right.namespace) &&
      (nameOf(other) === null || nameOf(other) === nameOf(right)) &&
      (other.namespace !== right.namespace || nameOf(other) !== nameOf(right)),
  );
}

/** As few rules as say it: verbs of one resource and name together, then names and resources with the same verbs. */
export function rulesOf(rights: readonly Right[]): readonly Rule[] {
  const targets = Map.groupBy(rights, (right) =>
    JSON.stringify([right.group, right.resource, nameOf(right)]),
  );
  const single = [...targets.values()].flatMap(([right, ...others]) =>
    right ? [{ right, verbs: sorted([right, ...others].map(({ verb }) => verb)) }] : [],
  );
  const alike = Map.groupBy(single, ({ right, verbs }) =>
    JSON.stringify([right.group, verbs, nameOf(right) === null ? null : right.resource]),
  );
  return [...alike.values()].flatMap((group): Rule[] => {
    const [first] = group;
    if (!first) return [];
    const names = sorted(group.flatMap(({ right }) => nameOf(right) ?? []));
    return [
      {
        apiGroups: [first.right.group],
        resources: sorted(group.map(({ right }) => right.resource)),
        verbs: first.verbs,
        ...(names.length > 0 ? { resourceNames: names } : {}),
      },
    ];
  });
}
