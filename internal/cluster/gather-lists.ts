import type * as k8s from '../model/kubernetes.ts';
import type { ListName, Lists, Read } from '../model/snapshot.ts';
import { networkReasons } from './calico-objects.ts';
import { readCalico, readIfServed, readOwnership } from './gather-calico.ts';
import { apps, findPlaces, inScope, type Places } from './gather-places.ts';
import { bindingParts, clusterRoleParts, configMapParts, endpointNames } from './names.ts';
import { join, notAsked, type Part, readAcross, readParts } from './reads.ts';
import type { Run } from './run.ts';
import { core, type Target } from './target.ts';

/** All lists of a snapshot. */
export type AllLists = { readonly [Name in ListName]: Read<Lists[Name]> };

type Query = Readonly<Record<string, string>>;

const mostEvents = 5000;
const mostNetworkEvents = 500;
const mostServices = 5000;

// In namespaces where Calico was not found, a refusal is no loss.
const inEach = (
  { namespaces, found }: Places,
  part: (namespace: string) => Part,
): readonly Part[] =>
  namespaces.map((namespace) => ({ isOptional: !found.has(namespace), ...part(namespace) }));

// Pods of DaemonSets have this label, and there are as many of them as nodes: in a large cluster only those that do not run.
function podParts(places: Places): readonly Part[] {
  const all = inEach(places, (namespace) => ({ target: core('pods', { namespace }) }));
  if (!places.isLarge) return all;
  const queries: readonly Query[] = [
    { labelSelector: '!controller-revision-hash' },
    { fieldSelector: 'status.phase!=Running' },
  ];
  return all.flatMap((part) => queries.map((query) => ({ ...part, ask: { query } })));
}

async function readPods(run: Run, places: Places): Promise<Read<k8s.Pod>> {
  const others = await readParts(run, 'pods', podParts(places));
  return join([places.calicoPods, inScope(run, others)]);
}

// Events of nodes are kept in `default`; those of pods whose network fails, wherever the pods are.
function eventParts(places: Places): readonly Part[] {
  const warningsOnly: Query = places.isLarge ? { fieldSelector: 'type!=Normal' } : {};
  const nodes = places.isLarge
    ? 'involvedObject.kind=Node,type!=Normal'
    : 'involvedObject.kind=Node';
  return [
    {
      target: core('events', { namespace: 'default' }),
      ask: { query: { fieldSelector: nodes }, mostItems: mostEvents },
    },
    ...inEach(places, (namespace) => ({
      target: core('events', { namespace }),
      ask: { query: warningsOnly, mostItems: mostEvents },
    })),
    ...networkReasons.map((reason) => ({
      target: core('events'),
      ask: { query: { fieldSelector: `reason=${reason}` }, mostItems: mostNetworkEvents },
      isOptional: true,
    })),
  ];
}

// What kube-system holds counts even where Calico is elsewhere: kubeadm's settings and the marks of distributions.
function namedParts({ namespaces, found }: Places): readonly Part[] {
  const isNeeded = (namespace = ''): boolean => namespace === 'kube-system' || found.has(namespace);
  return configMapParts(namespaces).map((part) => ({
    ...part,
    isOptional: !isNeeded(part.target.namespace),
  }));
}

function endpointParts(places: Places): readonly Part[] {
  const typha = inEach(places, (namespace) => ({
    target: core('endpoints', { namespace, name: endpointNames.typha }),
  }));
  const { apiServer: name } = endpointNames;
  return [{ target: core('endpoints', { namespace: 'default', name }) }, ...typha];
}

function endpointSliceParts(places: Places): readonly Part[] {
  const part = (namespace: string, service: string): Part => ({
    target: { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices', namespace },
    ask: { query: { labelSelector: `kubernetes.io/service-name=${service}` } },
  });
  const typha = inEach(places, (namespace) => part(namespace, endpointNames.typha));
  return [part('default', endpointNames.apiServer), ...typha];
}

/** What runs in Calico's namespaces, and what it needs there. */
async function readWorkloads(run: Run, places: Places) {
  const inNamespaces = (target: (namespace: string) => Target): readonly Part[] =>
    inEach(places, (namespace) => ({ target: target(namespace) }));
  const [pods, deployments, events, configMaps] = await Promise.all([
    readPods(run, places),
    readParts(
      run,
      'deployments',
      inNamespaces((namespace) => apps('deployments', namespace)),
    ),
    readParts(run, 'events', eventParts(places)),
    readParts(run, 'configMaps', namedParts(places)),
  ]);
  return {
    pods,
    deployments: join([places.operators, deployments]),
    events,
    configMaps,
  };
}

// Of an add-on: one that is down is as good as none, and often as sick as the node that it runs on.
async function readMetrics(run: Run, places: Places): Promise<Read<k8s.NodeMetrics>> {
  const target = { group: 'metrics.k8s.io', version: 'v1beta1', resource: 'nodes' };
  const read = await readIfServed(run, places, 'nodeMetrics', target, { patience: 'little' });
  if (read.state !== 'failed' || read.error.kind === 'forbidden') return read;
  run.warn(`Could not read the load of the nodes: ${read.error.message}`);
  return notAsked(read.error.message);
}

/** What belongs to the cluster as a whole. */
async function readSurroundings(run: Run, places: Places) {
  const leases = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };
  const services: Part = { target: core('services'), ask: { mostItems: mostServices } };
  const [first, endpoints, endpointSlices, ...others] = await Promise.all([
    readAcross(run, 'services', services, ['default', ...places.namespaces]),
    readParts(run, 'endpoints', endpointParts(places)),
    readParts(run, 'endpointSlices', endpointSliceParts(places)),
    readParts(run, 'leases', [{ target: { ...leases, namespace: 'kube-node-lease' } }]),
    readParts(run, 'clusterRoles', clusterRoleParts),
    readParts(run, 'clusterRoleBindings', bindingParts),
    readMetrics(run, places),
  ]);
  const [nodeLeases, clusterRoles, clusterRoleBindings, nodeMetrics] = others;
  return {
    services: first,
    endpoints,
    endpointSlices,
    leases: nodeLeases,
    clusterRoles,
    clusterRoleBindings,
    nodeMetrics,
  };
}

/** Round one: the lists that every check may need, each in as few requests as can be. */
export async function gatherLists(run: Run): Promise<{ lists: AllLists; places: Places }> {
  const places = await findPlaces(run);
  const [calico, ownership, workloads, surroundings] = await Promise.all([
    readCalico(run, places),
    readOwnership(run, places),
    readWorkloads(run, places),
    readSurroundings(run, places),
  ]);
  const lists: AllLists = {
    nodes: places.nodes,
    daemonSets: places.daemonSets,
    namespaces: places.namespaceList,
    customResourceDefinitions: places.customResourceDefinitions,
    ...calico,
    ...ownership,
    ...workloads,
    ...surroundings,
    controllerRevisions: notAsked('no check looks at them'),
    calicoNodes: notAsked('a cluster whose API can be read keeps them in its nodes'),
    argoApplications: notAsked('nothing of Calico is marked as kept by Argo CD'),
    fluxObjects: notAsked('nothing of Calico is marked as kept by Flux'),
  };
  return { lists, places };
}
