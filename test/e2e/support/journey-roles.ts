import { parseAllDocuments } from 'yaml';
import { isObject } from '../../support/json.ts';
import { valueAt } from './cluster/operator-rules.ts';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A ClusterRole, or a Role where it has a namespace. */
export interface Role {
  readonly namespace?: string;
  readonly rules: readonly Rule[];
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [];

function ruleOf(value: unknown): Rule {
  const names = valueAt(value, 'resourceNames');
  return {
    apiGroups: texts(valueAt(value, 'apiGroups')),
    resources: texts(valueAt(value, 'resources')),
    verbs: texts(valueAt(value, 'verbs')),
    ...(names === undefined ? {} : { resourceNames: texts(names) }),
  };
}

function roleOf(value: unknown): Role {
  const namespace = valueAt(value, 'metadata', 'namespace');
  const rules = valueAt(value, 'rules');
  return {
    ...(typeof namespace === 'string' ? { namespace } : {}),
    rules: Array.isArray(rules) ? rules.map(ruleOf) : [],
  };
}

/** The roles in YAML. */
export const rolesIn = (yaml: string): readonly Role[] =>
  parseAllDocuments(yaml)
    .map((document): unknown => document.toJS())
    .filter(isObject)
    .map(roleOf);

/** The YAML of a role that stands among lines of text. */
export function yamlIn(text: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith('apiVersion:'));
  if (start < 0) throw new Error(`no role is printed: ${text}`);
  const rest = lines.slice(start);
  const end = rest.findIndex((line) => !/^(?:apiVersion|kind|metadata|rules):|^ |^---$/.test(line));
  return rest.slice(0, end < 0 ? undefined : end).join('\n');
}

/** One right of a set of roles, and the roles without it. */
export interface Lack {
  readonly verb: string;
  /** As the tool names it: `daemonsets.apps`. */
  readonly resource: string;
  readonly roles: readonly Role[];
}

const inWords = (resource: string, group: string): string =>
  group === '' ? resource : `${resource}.${group}`;

// A rule without one verb of one of its resources: what is left of it needs up to two.
function without(rule: Rule, resource: string, verb: string): readonly Rule[] {
  const others = rule.resources.filter((one) => one !== resource);
  const verbs = rule.verbs.filter((one) => one !== verb);
  return [
    ...(others.length > 0 ? [{ ...rule, resources: others }] : []),
    ...(verbs.length > 0 ? [{ ...rule, resources: [resource], verbs }] : []),
  ];
}

/** Every way to have exactly one right less. */
export const lacksOf = (roles: readonly Role[]): readonly Lack[] =>
  roles.flatMap((role, place) =>
    role.rules.flatMap((rule, at) =>
      rule.resources.flatMap((resource) =>
        rule.verbs.map((verb) => {
          const rules = role.rules.toSpliced(at, 1, ...without(rule, resource, verb));
          return {
            verb,
            resource: inWords(resource, rule.apiGroups[0] ?? ''),
            roles: roles.toSpliced(place, 1, { ...role, rules }),
          };
        }),
      ),
    ),
  );
