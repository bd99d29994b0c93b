import type * as k8s from '../model/kubernetes.ts';
import type { ListName, Lists, Read } from '../model/snapshot.ts';
import { isCalicoDaemonSet, isCalicoPod, nodePods } from './calico-objects.ts';
import { type CalicoApi, calicoApi } from './discovery.ts';
import { isList, isRecord } from './json.ts';
import { installationCrd, usualNamespaces } from './names.ts';
import { join, readAcross, readParts } from './reads.ts';
import type { Run } from './run.ts';
import { core, type Target } from './target.ts';

/** What must be known before the other lists are asked for. */
export interface Places {
  readonly nodes: Read<k8s.Node>;
  readonly namespaceList: Read<k8s.KubeObject>;
  readonly daemonSets: Read<k8s.DaemonSet>;
  /** The pods of Calico's DaemonSets. */
  readonly calicoPods: Read<k8s.Pod>;
  readonly operators: Read<k8s.Deployment>;
  readonly customResourceDefinitions: Read<k8s.CustomResourceDefinition>;
  /** Null where nothing of Calico's is served. */
  readonly calicoApi: CalicoApi | null;
  /** Namespaces in which Calico was found, or is said to be. */
  readonly found: ReadonlySet<string>;
  /** Those and the usual ones, as far as they exist. */
  readonly namespaces: readonly string[];
  /** True if a list of the pods of every node would be long. */
  readonly isLarge: boolean;
}

const manyNodes = 300;

export const apps = (resource: string, namespace?: string): Target => ({
  group: 'apps',
  version: 'v1',
  resource,
  ...(namespace === undefined ? {} : { namespace }),
});

/** A list that is not served though its definition is there: it was lost, and is not absent. */
export function asDefined<T>(
  crds: Read<k8s.CustomResourceDefinition>,
  { group, resource }: Target,
  read: Read<T>,
): Read<T> {
  const type = `${resource}.${group}`;
  if (read.state !== 'not-asked' || crds.state === 'not-asked') return read;
  if (!(crds.items ?? []).some(({ metadata }) => metadata.name === type)) return read;
  const message = `the server does not know ${type}, which is defined`;
  return { state: 'failed', error: { kind: 'server-error', message } };
}

export const itemsOf = <T>(read: Read<T>): readonly T[] =>
  read.state === 'not-asked' ? [] : (read.items ?? []);

/** With `-n`, pods of Calico in other namespaces are left out. */
export function inScope({ options: { namespace } }: Run, pods: Read<k8s.Pod>): Read<k8s.Pod> {
  if (namespace === undefined || pods.state === 'not-asked' || !pods.items) return pods;
  const isIn = (pod: k8s.Pod): boolean => !isCalicoPod(pod) || pod.metadata.namespace === namespace;
  return { ...pods, items: pods.items.filter(isIn) };
}

async function readInScope<Name extends ListName>(
  run: Run,
  name: Name,
  target: Target,
  query: Readonly<Record<string, string>>,
): Promise<Read<Lists[Name]>> {
  const { namespace } = run.options;
  if (namespace === undefined) {
    return await readAcross(run, name, { target, ask: { query } }, usualNamespaces);
  }
  return await readParts(run, name, [{ target: { ...target, namespace }, ask: { query } }]);
}

// kube-system is looked at for kube-proxy all the same.
async function readDaemonSets(run: Run): Promise<Read<k8s.DaemonSet>> {
  const own = await readInScope(run, 'daemonSets', apps('daemonsets'), {});
  const { namespace } = run.options;
  if (namespace === undefined || namespace === 'kube-system') return own;
  const target = apps('daemonsets', 'kube-system');
  const others = await readParts(run, 'daemonSets', [{ target, isOptional: true }]);
  if (others.state === 'not-asked') return own;
  const rest = (others.items ?? []).filter((daemonSet) => !isCalicoDaemonSet(daemonSet));
  return join([own, { ...others, items: rest }]);
}

const readCrds = (run: Run): Promise<Read<k8s.CustomResourceDefinition>> => {
  const crds = {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    resource: 'customresourcedefinitions',
  };
  return readParts(run, 'customResourceDefinitions', [
    { target: crds, ask: { query: { fieldSelector: `metadata.name=${installationCrd}` } } },
    { target: crds, ask: { metadataOnly: true } },
  ]);
};

// tigera/operator 1.42: the new CRDs hold from phase Converged on.
async function isMigrated({ api, groups, warn }: Run): Promise<boolean> {
  const group = 'migration.projectcalico.org';
  const version = groups?.get(group);
  if (!version) return false;
  const outcome = await api.getJson({ group, version, resource: 'datastoremigrations' });
  const items =
    outcome.state === 'read' && isRecord(outcome.value) ? outcome.value['items'] : undefined;
  const phases = (isList(items) ? items : []).map((item) => {
    const status = isRecord(item) ? item['status'] : undefined;
    return isRecord(status) ? status['phase'] : undefined;
  });
  const isThrough = phases.some((phase) => phase === 'Converged' || phase === 'Complete');
  if (phases.length > 0 && !isThrough) {
    warn("A migration of Calico's resources to projectcalico.org/v3 is under way.");
  }
  return isThrough;
}

async function findCalicoApi(
  run: Run,
  crds: Read<k8s.CustomResourceDefinition>,
): Promise<CalicoApi | null> {
  const names =
    crds.state === 'read' ? new Set(crds.items.map(({ metadata }) => metadata.name)) : null;
  return calicoApi(run.groups, names, await isMigrated(run));
}

function namespacesOf(objects: readonly k8s.KubeObject[]): readonly string[] {
  return objects.flatMap(({ metadata }) => metadata.namespace ?? []);
}

/** Finds out where Calico is and which API keeps its resources, by lists that are wanted anyway. */
export async function findPlaces(run: Run): Promise<Places> {
  const byLabel = { labelSelector: nodePods };
  const [nodes, namespaceList, daemonSets, calicoPods, operators, customResourceDefinitions] =
    await Promise.all([
      readParts(run, 'nodes', [{ target: core('nodes') }]),
      readParts(run, 'namespaces', [{ target: core('namespaces'), ask: { metadataOnly: true } }]),
      readDaemonSets(run),
      readInScope(run, 'pods', core('pods'), byLabel),
      readInScope(run, 'deployments', apps('deployments'), {
        labelSelector: 'k8s-app=tigera-operator',
      }),
      readCrds(run),
    ]);
  const { namespace } = run.options;
  const found = new Set([
    ...namespacesOf(itemsOf(daemonSets).filter(isCalicoDaemonSet)),
    ...namespacesOf(itemsOf(calicoPods)),
    ...namespacesOf(itemsOf(operators)),
    ...(namespace === undefined ? [] : [namespace]),
  ]);
  const existing = new Set(itemsOf(namespaceList).map(({ metadata }) => metadata.name));
  const usual = usualNamespaces.filter(
    (name) => namespaceList.state !== 'read' || existing.has(name),
  );
  return {
    nodes,
    namespaceList,
    daemonSets,
    calicoPods,
    operators,
    customResourceDefinitions,
    calicoApi: await findCalicoApi(run, customResourceDefinitions),
    found,
    namespaces: [...new Set([...usual, ...found])],
    isLarge: itemsOf(nodes).length > manyNodes,
  };
}
