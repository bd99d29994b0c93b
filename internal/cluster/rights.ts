import { Document, isScalar, visit } from 'yaml';
import type { ReadError, Snapshot } from '../model/snapshot.ts';
import { calicoResources, fluxKinds, namesRead } from './names.ts';
import type { Right } from './target.ts';

/** One rule of a ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const refusals = ({ lists, logs }: Snapshot): readonly ReadError[] =>
  [
    ...Object.values(lists).flatMap((list) => (list.state === 'failed' ? [list.error] : [])),
    ...logs.flatMap(({ read }) => (read.state === 'failed' ? [read.error] : [])),
  ].filter(({ kind }) => kind === 'forbidden');

// By name where only named objects are read: a rule for all ConfigMaps would give more than is needed.
function namesOf({ verb, resource }: Right): readonly string[] | null {
  return verb === 'get' ? namesRead(resource) : null;
}

/** Rules for these rights in all namespaces: one for each API group, verb and set of names. */
function rulesFor(rights: readonly Right[]): readonly Rule[] {
  const groups = Map.groupBy(rights, (right) =>
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

/** What was forbidden while a snapshot was taken, as rules. What would have been asked for next is not in it. */
export const missingRights = (snapshot: Snapshot): readonly Rule[] =>
  rulesFor(refusals(snapshot).flatMap(({ right }) => right ?? []));

/** Who was refused, as the API server calls the user; null if it did not say, or in words that a command could not take. */
export function refusedUser(snapshot: Snapshot): string | null {
  const names = refusals(snapshot).map(({ message }) => /User "([^"]+)" cannot /.exec(message));
  const name = names.find((match) => match !== null)?.[1] ?? '';
  return /^[\w.@:/+-]+$/.test(name) ? name : null;
}

const rightsTo =
  (verb: string) =>
  (group: string, ...resources: readonly string[]): readonly Right[] =>
    resources.map((resource) => ({ verb, group, resource }));
const toList = rightsTo('list');
const toGet = rightsTo('get');

const everywhere: readonly Right[] = [
  ...toList('', 'events', 'namespaces', 'nodes', 'pods', 'services'),
  ...toGet('', 'configmaps', 'endpoints', 'pods/log'),
  ...toList('apps', 'daemonsets', 'deployments'),
  ...toList('apiextensions.k8s.io', 'customresourcedefinitions'),
  ...toList('coordination.k8s.io', 'leases'),
  ...toList('discovery.k8s.io', 'endpointslices'),
  ...toGet('rbac.authorization.k8s.io', 'clusterroles', 'clusterrolebindings'),
];

const whereServed: readonly Right[] = [
  ...toList('crd.projectcalico.org', ...calicoResources),
  ...toList('projectcalico.org', ...calicoResources),
  ...toList('migration.projectcalico.org', 'datastoremigrations'),
  ...toList('operator.tigera.io', 'installations', 'tigerastatuses'),
  ...toList('metrics.k8s.io', 'nodes'),
  ...toList('helm.cattle.io', 'helmcharts', 'helmchartconfigs'),
  ...toList('argoproj.io', 'applications'),
  ...fluxKinds.flatMap(([group, resource]) => toGet(group, resource)),
];

/**
 * All rules that reading a cluster needs, in the groups that it serves (null: not known, so all). Always the whole, as a role
 * of only what was refused this time would lack what is asked for next, and take away what an earlier one gave.
 */
export function diagnoseRules(apiGroups: readonly string[] | null): readonly Rule[] {
  const served = whereServed.filter(({ group }) => apiGroups?.includes(group) ?? true);
  return rulesFor([...everywhere, ...served]);
}

/** The name of the role that is proposed. */
export const roleName = 'calico-fix-diagnose';

/** A ClusterRole of these rules as YAML, ready for `kubectl apply -f -`. */
export function clusterRoleYaml(rules: readonly Rule[]): string {
  const document = new Document({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: roleName },
    rules,
  });
  visit(document, {
    Seq: (_key, list) => {
      list.flow = list.items.every(isScalar);
    },
  });
  return document.toString({ lineWidth: 100, flowCollectionPadding: false });
}
