import type * as k8s from '../model/kubernetes.ts';
import { isCalicoPod, networkReasons, otherPods } from './calico-objects.ts';
import type { AllLists } from './gather-lists.ts';
import { inScope, itemsOf, type Places } from './gather-places.ts';
import { join, type Part, readParts } from './reads.ts';
import type { Run } from './run.ts';
import { spread } from './sample.ts';
import { type NodeCase, nodeCases, symptomOfPod } from './sick.ts';
import { core } from './target.ts';

/** Nodes to look into more closely. */
export interface Chosen {
  /** Sick ones, or those that the user named. */
  readonly sick: readonly NodeCase[];
  /** One to compare with; null if all are sick. */
  readonly healthy: NodeCase | null;
  /** More whose logs may show what their pods' state does not. */
  readonly others: readonly NodeCase[];
}

const mostSick = 20;
const mostOthers = 10;
const fewSick = 3;
const mostPodsWithEvents = 60;
const mostVictims = 30;
const mostEvents = 500;

const startOf = ({ pods }: NodeCase): string =>
  pods[0]?.status?.containerStatuses?.find(({ name }) => name === 'calico-node')?.state?.running
    ?.startedAt ?? '';

// A young log still has its start-up lines, and a peer that is missing is named there.
const youngestFirst = (cases: readonly NodeCase[]): readonly NodeCase[] =>
  cases.toSorted((a, b) => (startOf(a) < startOf(b) ? 1 : -1));

/** Chooses the nodes for round two, and tells the user whom it leaves out. */
export function chooseNodes(run: Run, lists: AllLists, takenAt: string): Chosen {
  const calicoPods = itemsOf(lists.pods).filter(isCalicoPod);
  const all = nodeCases(itemsOf(lists.nodes), calicoPods, takenAt);
  const well = youngestFirst(
    all.filter(({ symptom, pods }) => symptom === null && pods.length > 0),
  );
  const named = run.options.nodes ?? [];
  const unwell = all.filter(({ symptom, node }) =>
    named.length > 0 ? named.includes(node) : symptom !== null,
  );
  const sick = named.length > 0 ? unwell : spread(unwell, ({ symptom }) => symptom ?? '', mostSick);
  if (sick.length < unwell.length) {
    run.warn(
      `${unwell.length} nodes look sick: ${sick.length} of them, of each kind some, were looked into.`,
    );
  }
  for (const name of named) {
    if (!all.some(({ node }) => node === name)) run.warn(`There is no node ${name}.`);
  }
  const rest = well.filter((one) => !sick.includes(one));
  const more = sick.length <= fewSick ? rest.slice(1, 1 + mostOthers) : [];
  return { sick, healthy: rest[0] ?? null, others: more };
}

function podsOnNodes(run: Run, { sick, healthy }: Chosen) {
  const nodes = [...sick, ...(healthy ? [healthy] : [])].filter(({ node }) => node !== '');
  const parts = nodes.map(({ node }): Part => ({
    target: core('pods'),
    // Calico's own are known; they are the largest.
    ask: { query: { fieldSelector: `spec.nodeName=${node}`, labelSelector: otherPods } },
    isOptional: true,
  }));
  return readParts(run, 'pods', parts, 'nodes');
}

const nodeOf = (pod: k8s.Pod): string => pod.spec?.nodeName ?? '';

// Round one read the events of Calico's namespaces; of a large cluster only the warnings.
function eventParts(
  pods: readonly k8s.Pod[],
  { sick }: Chosen,
  places: Places,
  takenAt: string,
): readonly Part[] {
  const known = new Set(places.isLarge ? [] : places.namespaces);
  const nodes = new Set(sick.map(({ node }) => node));
  const unknown = pods.filter(
    (pod) =>
      nodes.has(nodeOf(pod)) &&
      !known.has(pod.metadata.namespace ?? '') &&
      symptomOfPod(pod, takenAt) !== null,
  );
  return spread(unknown, nodeOf, mostPodsWithEvents).map(({ metadata }) => ({
    target: core('events', { namespace: metadata.namespace ?? '' }),
    ask: {
      query: { fieldSelector: `involvedObject.name=${metadata.name}` },
      mostItems: mostEvents,
    },
    isOptional: true,
  }));
}

// Pods in any namespace whose network could not be made or taken away: their own state says whether that is still so.
function victimParts(lists: AllLists): readonly Part[] {
  const known = new Set(
    itemsOf(lists.pods).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
  );
  const victims = new Map<string, { readonly host: string; readonly part: Part }>();
  for (const { reason, involvedObject, source } of itemsOf(lists.events)) {
    const { kind, namespace, name } = involvedObject ?? {};
    if (kind !== 'Pod' || !namespace || !name || !networkReasons.includes(reason ?? '')) continue;
    if (known.has(`${namespace}/${name}`)) continue;
    const query = { fieldSelector: `metadata.name=${name}` };
    const part = { target: core('pods', { namespace }), ask: { query }, isOptional: true };
    victims.set(`${namespace}/${name}`, { host: source?.host ?? '', part });
  }
  return spread([...victims.values()], ({ host }) => host, mostVictims).map(({ part }) => part);
}

/** Round two: all pods of the chosen nodes, and the events of those that are not well. */
export async function gatherDepth(
  run: Run,
  lists: AllLists,
  places: Places,
  chosen: Chosen,
  takenAt: string,
): Promise<Pick<AllLists, 'pods' | 'events'>> {
  const [onNodes, victims] = await Promise.all([
    podsOnNodes(run, chosen),
    readParts(run, 'pods', victimParts(lists), 'nodes'),
  ]);
  const parts = eventParts(itemsOf(onNodes), chosen, places, takenAt);
  const events = await readParts(run, 'events', parts, 'nodes');
  return {
    pods: join([lists.pods, inScope(run, onNodes), victims]),
    events: join([lists.events, events]),
  };
}
