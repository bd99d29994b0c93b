import type * as k8s from '../model/kubernetes.ts';
import { isCalicoPod } from './calico-objects.ts';
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
const mostNamespaces = 20;
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
    ask: { query: { fieldSelector: `spec.nodeName=${node}` } },
    isOptional: true,
  }));
  return readParts(run, 'pods', parts, 'nodes');
}

// Round one read the events of Calico's namespaces; of a large cluster only the warnings.
function eventParts(
  pods: readonly k8s.Pod[],
  { sick }: Chosen,
  places: Places,
  takenAt: string,
): readonly Part[] {
  const known = new Set(places.namespaces);
  const names = new Set(sick.map(({ node }) => node));
  const others = pods.filter(
    (pod) =>
      names.has(pod.spec?.nodeName ?? '') &&
      !known.has(pod.metadata.namespace ?? '') &&
      symptomOfPod(pod, takenAt) !== null,
  );
  const namespaces = [...new Set(others.flatMap(({ metadata }) => metadata.namespace ?? []))];
  const elsewhere = namespaces.slice(0, mostNamespaces).map((namespace): Part => ({
    target: core('events', { namespace }),
    ask: {
      query: { fieldSelector: 'involvedObject.kind=Pod,type!=Normal' },
      mostItems: mostEvents,
    },
    isOptional: true,
  }));
  const calicoPods = places.isLarge ? sick.flatMap((one) => one.pods) : [];
  const own = calicoPods.map(({ metadata }): Part => ({
    target: core('events', { namespace: metadata.namespace ?? '' }),
    ask: { query: { fieldSelector: `involvedObject.name=${metadata.name}` } },
    isOptional: true,
  }));
  return [...elsewhere, ...own];
}

/** Round two: all pods of the chosen nodes, and the events of those that are not well. */
export async function gatherDepth(
  run: Run,
  lists: AllLists,
  places: Places,
  chosen: Chosen,
  takenAt: string,
): Promise<Pick<AllLists, 'pods' | 'events'>> {
  const onNodes = inScope(run, await podsOnNodes(run, chosen));
  const pods = onNodes.state === 'read' ? join([lists.pods, onNodes]) : lists.pods;
  const parts = eventParts(itemsOf(onNodes), chosen, places, takenAt);
  if (parts.length === 0) return { pods, events: lists.events };
  const more = await readParts(run, 'events', parts, 'nodes');
  const events = more.state === 'read' ? join([lists.events, more]) : lists.events;
  return { pods, events };
}
