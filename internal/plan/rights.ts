import { Document, isScalar, visit } from 'yaml';
import { apiResources } from '../model/api-resources.ts';
import type { Right } from '../model/cluster.ts';
import type { Install } from '../model/install.ts';
import type { KubeObject } from '../model/kubernetes.ts';
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

// The API server lets nobody write a rule into a role that they do not have themselves, unless they may escalate it
// (pkg/registry/rbac/clusterrole/policybased in Kubernetes).
const isRole = ({ apiVersion, kind }: ApiRef): boolean =>
  apiVersion.startsWith('rbac.authorization.k8s.io/') && /^(?:Cluster)?Role$/.test(kind);

function changeRights({ change: { ref, verb }, before }: ChangeStep): readonly Right[] {
  switch (verb) {
    case 'patch':
      return [on(ref, 'get'), on(ref, 'patch'), ...(isRole(ref) ? [on(ref, 'escalate')] : [])];
    case 'create':
      return [on(ref, 'get'), onKind(ref, 'create')];
    case 'delete':
      return [
        on(ref, 'get'),
        on(ref, 'delete'),
        ...(ref.kind === 'Pod' ? successor(ref, before) : []),
      ];
    case 'evict':
      return [on(ref, 'get'), onKind(ref, 'create', '/eviction'), ...successor(ref, before)];
  }
}

// What comes in the place of a pod is looked for among all, and its DaemonSet tells how long that may take.
function successor(pod: ApiRef, before: KubeObject | null): readonly Right[] {
  const owner = before?.metadata.ownerReferences?.find(({ kind }) => kind === 'DaemonSet');
  const daemonSet = { ...pod, apiVersion: 'apps/v1', kind: 'DaemonSet' };
  return [
    onKind(pod, 'list'),
    ...(owner?.name === undefined ? [] : [on({ ...daemonSet, name: owner.name }, 'get')]),
  ];
}

const everywhere = (verb: string, group: string, resource: string): Right => ({
  verb,
  group,
  resource,
});

// Evictions are asked for in each namespace of the pods that are really there: all namespaces would be more than is needed.
function drainRights({ node, cordon, pods, options }: DrainStep): readonly Right[] {
  const namespaces = new Set(
    pods.flatMap(({ verdict, namespace }) => (verdict === 'evict' ? [namespace] : [])),
  );
  const removal = options.disableEviction
    ? everywhere('delete', '', 'pods')
    : everywhere('create', '', 'pods/eviction');
  return [
    on({ apiVersion: 'v1', kind: 'Node', name: node }, 'get'),
    ...(cordon ? changeRights(cordon) : []),
    everywhere('list', '', 'nodes'),
    everywhere('list', '', 'pods'),
    everywhere('get', 'apps', 'daemonsets'),
    everywhere('list', 'policy', 'poddisruptionbudgets'),
    ...[...namespaces].map((namespace) => ({ ...removal, namespace })),
  ];
}

// What the operator or a Helm job may make a new DaemonSet of; the first two do so without an operator.
const rolling = ['DaemonSet', 'HelmChartConfig', 'Installation', 'FelixConfiguration', 'ConfigMap'];

const rolls = ({ change: { ref } }: ChangeStep, { renderer }: Install): boolean =>
  rolling.slice(0, renderer === 'operator' ? rolling.length : 2).includes(ref.kind);

/** What is read to see how calico-node takes a change. */
function watchRights({ namespace, daemonSet, renderer }: Install): readonly Right[] {
  const isOperator = renderer === 'operator';
  const ref: ApiRef = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    namespace: namespace ?? (isOperator ? 'calico-system' : 'kube-system'),
    name: daemonSet ?? 'calico-node',
  };
  const operator = 'operator.tigera.io/v1';
  return [
    on(ref, 'get'),
    onKind({ ...ref, kind: 'ControllerRevision' }, 'list'),
    onKind({ ...ref, apiVersion: 'v1', kind: 'Pod' }, 'list'),
    everywhere('list', '', 'nodes'),
    everywhere('get', '', 'nodes'),
    ...(isOperator
      ? [
          on({ apiVersion: operator, kind: 'Installation', name: 'default' }, 'get'),
          on({ apiVersion: operator, kind: 'TigeraStatus', name: 'calico' }, 'get'),
        ]
      : []),
  ];
}

// Where pods get worse, all that was sent is taken back without asking again: what was made is deleted.
const backRights = ({ change: { ref, verb } }: ChangeStep): readonly Right[] =>
  verb === 'create' ? [on(ref, 'delete')] : [];

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
  const isRolling = steps.some((step) => step.kind === 'change' && rolls(step, install));
  const rights = [
    identityRight,
    ...steps.flatMap((step) =>
      step.kind === 'drain'
        ? drainRights(step)
        : [...changeRights(step), ...(isRolling ? backRights(step) : [])],
    ),
    ...(isRolling ? watchRights(install) : []),
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
