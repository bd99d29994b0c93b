import { Document, isScalar, visit } from 'yaml';
import { apiResources } from '../model/api-resources.ts';
import type { Right } from '../model/cluster.ts';
import type { Install } from '../model/install.ts';
import type { ChangeStep, DrainStep, Plan } from '../model/plan.ts';
import type { ApiRef } from '../model/remedy.ts';
import { isCovered, type Rule, rulesOf } from './rights-rules.ts';

const groupOf = ({ apiVersion }: ApiRef): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';

const pluralOf = (kind: string): string => apiResources[kind]?.plural ?? `${kind.toLowerCase()}s`;

/** A right about the object itself. */
const on = (ref: ApiRef, verb: string): Right => ({
  verb,
  group: groupOf(ref),
  resource: pluralOf(ref.kind),
  ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
  name: ref.name,
});

/** A right about all objects of its kind, in its namespace. */
const onKind = ({ namespace, ...ref }: ApiRef, verb: string, subresource = ''): Right => ({
  verb,
  group: groupOf(ref),
  resource: pluralOf(ref.kind) + subresource,
  ...(namespace === undefined ? {} : { namespace }),
});

const inNamespace = (
  verb: string,
  group: string,
  resource: string,
  namespace: string | null,
): Right => ({ verb, group, resource, ...(namespace === null ? {} : { namespace }) });

function changeRights({ change: { ref, verb } }: ChangeStep): readonly Right[] {
  switch (verb) {
    case 'patch':
      return [on(ref, 'get'), on(ref, 'patch')];
    case 'create':
      return [on(ref, 'get'), onKind(ref, 'create')];
    case 'delete':
      return [on(ref, 'get'), on(ref, 'delete')];
    case 'evict':
      return [on(ref, 'get'), onKind(ref, 'create', '/eviction')];
  }
}

// Evictions are asked for in each namespace of the pods that are really there: all namespaces would be more than is needed.
function drainRights({ cordon, pods, options }: DrainStep): readonly Right[] {
  const namespaces = new Set(
    pods.flatMap(({ verdict, namespace }) => (verdict === 'evict' ? [namespace] : [])),
  );
  const removal = (namespace: string): Right =>
    options.disableEviction
      ? inNamespace('delete', '', 'pods', namespace)
      : inNamespace('create', '', 'pods/eviction', namespace);
  return [
    ...(cordon ? changeRights(cordon) : []),
    inNamespace('list', '', 'nodes', null),
    inNamespace('list', '', 'pods', null),
    inNamespace('get', 'apps', 'daemonsets', null),
    inNamespace('list', 'policy', 'poddisruptionbudgets', null),
    ...[...namespaces].flatMap((namespace) => [
      inNamespace('get', '', 'pods', namespace),
      removal(namespace),
    ]),
  ];
}

const rolls = ({ change: { ref } }: ChangeStep): boolean =>
  ['DaemonSet', 'Installation', 'Pod'].includes(ref.kind);

/** What is read to see how calico-node takes a change. */
function watchRights(install: Install): readonly Right[] {
  const { namespace, daemonSet } = install;
  const daemonSets = inNamespace('get', 'apps', 'daemonsets', namespace);
  return [
    daemonSet === null ? daemonSets : { ...daemonSets, name: daemonSet },
    inNamespace('list', 'apps', 'controllerrevisions', namespace),
    inNamespace('list', '', 'pods', namespace),
    inNamespace('get', '', 'pods', namespace),
    inNamespace('list', '', 'nodes', null),
    ...(install.renderer === 'operator'
      ? [inNamespace('list', 'operator.tigera.io', 'tigerastatuses', null)]
      : []),
  ];
}

/** The right to read the UID by which a cluster is known. */
const identityRight: Right = {
  verb: 'get',
  group: '',
  resource: 'namespaces',
  name: 'kube-system',
};

/**
 * Every right that carrying out a plan takes, each once: to read and change its objects, to follow what becomes of it, and to know
 * the cluster. Named objects are asked for by name, as a role may be limited to it; what the verdict afterwards reads is that of
 * `diagnose`.
 */
export function rightsOf({ steps, install }: Plan): readonly Right[] {
  const rights = [
    identityRight,
    ...steps.flatMap((step) => (step.kind === 'drain' ? drainRights(step) : changeRights(step))),
    ...(steps.some((step) => step.kind === 'drain' || rolls(step)) ? watchRights(install) : []),
  ];
  return [...new Map(rights.map((right) => [rightKey(right), right])).values()];
}

const rightKey = ({ verb, group, resource, namespace, name }: Right): string =>
  JSON.stringify([verb, group, resource, namespace ?? null, name ?? null]);

/** The name of the roles that are proposed. */
export const changeRoleName = 'calico-fix-change';

function roleDocument(namespace: string | undefined, rules: readonly Rule[]): string {
  const document = new Document({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: namespace === undefined ? 'ClusterRole' : 'Role',
    metadata: { name: changeRoleName, ...(namespace === undefined ? {} : { namespace }) },
    rules,
  });
  visit(document, {
    Seq: (_key, list) => {
      list.flow = list.items.every(isScalar);
    },
  });
  return document.toString({ lineWidth: 100, flowCollectionPadding: false });
}

/**
 * The smallest roles that give these rights, as YAML for `kubectl apply -f -`: a ClusterRole for what is asked for in the whole
 * cluster, and a Role for each namespace. They still have to be bound to somebody. Empty where there are none.
 */
export function roleYaml(rights: readonly Right[]): string {
  const needed = rights.filter((right) => !isCovered(right, rights));
  const places = Map.groupBy(needed, ({ namespace }) => namespace);
  return [...places]
    .map(([namespace, group]) => roleDocument(namespace, rulesOf(group)))
    .join('---\n');
}
