import type { Diagnosis } from '../model/diagnosis.ts';
import type { Finding, ObjectRef } from '../model/finding.ts';
import type { Plan, PlanItem } from '../model/plan.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { isSameRef, nameOf } from './objects.ts';
import { addressesOf } from './rollout-memory.ts';

/** The node of a pod, by `namespace/name`: pods get new names, so that findings are compared by node. */
export type PodNodes = ReadonlyMap<string, string>;

/** The nodes of all pods of a snapshot. */
export function podNodesOf({ lists }: Snapshot): PodNodes {
  const { pods } = lists;
  const items = pods.state === 'not-asked' ? [] : (pods.items ?? []);
  return new Map(
    items.flatMap(({ metadata, spec }) =>
      spec?.nodeName === undefined
        ? []
        : [[`${metadata.namespace ?? ''}/${metadata.name}`, spec.nodeName] as const],
    ),
  );
}

/** What a finding is about: nodes and the nodes of pods by name, other objects as they are; pods of no known node are left out. */
function subjects(
  affected: readonly ObjectRef[],
  nodes: PodNodes,
): { readonly refs: readonly ObjectRef[]; readonly isWhole: boolean } {
  const refs = affected.flatMap((ref): readonly ObjectRef[] => {
    if (ref.kind !== 'Pod') return [ref];
    const node = nodes.get(`${ref.namespace ?? ''}/${ref.name}`);
    return node === undefined ? [] : [{ kind: 'Node', name: node }];
  });
  const hasLost = affected.some(
    (ref) => ref.kind === 'Pod' && !nodes.has(`${ref.namespace ?? ''}/${ref.name}`),
  );
  return { refs, isWhole: affected.length > 0 && !hasLost };
}

/** The nodes that a plan is to cure: those of its findings, and those whose address is to change. */
export function curedNodes(plan: Plan, nodes: PodNodes): ReadonlySet<string> {
  const ofFindings = plan.items
    .filter(isDoneHere)
    .flatMap(({ finding }) =>
      subjects(finding?.affected ?? [], nodes).refs.filter(({ kind }) => kind === 'Node'),
    );
  const changing = plan.addresses.filter(({ outcome }) => outcome === 'changes');
  return new Set([...ofFindings.map(({ name }) => name), ...changing.map(({ node }) => node)]);
}

interface Views {
  readonly before: PodNodes;
  readonly after: PodNodes;
}

/** The objects on which a finding is still there; null if it is gone from all that it was to be cured on. */
function stillThere(
  item: PlanItem,
  diagnosis: Diagnosis,
  views: Views,
): readonly ObjectRef[] | null {
  const { finding } = item;
  if (finding === null) return null;
  const found = diagnosis.findings.filter(({ id }) => id === finding.id);
  if (found.length === 0) return null;
  const old = subjects(finding.affected, views.before);
  const now = found.map(({ affected }) => subjects(affected, views.after));
  const common = old.refs.filter((ref) =>
    now.some(({ refs }) => refs.some((one) => isSameRef(one, ref))),
  );
  if (common.length > 0) return common;
  // Where it cannot be told what it was about, its presence counts.
  return old.isWhole && now.every(({ isWhole }) => isWhole) ? null : (found[0]?.affected ?? []);
}

// What is done by hand, or at its real source, is not done yet.
const isDoneHere = ({ remedy }: PlanItem): boolean =>
  remedy.action === 'apply' || remedy.action === 'apply-temporary';

const isUntold = ({ finding }: PlanItem, { checks }: Diagnosis): boolean =>
  finding !== null && checks.some(({ id, result }) => id === finding.id && result === 'unknown');

function addressFaults(plan: Plan, snapshot: Snapshot): readonly string[] {
  const { nodes } = snapshot.lists;
  if (nodes.state !== 'read' || plan.install.datastore === 'etcd') return [];
  return plan.addresses.flatMap((forecast) => {
    const isForecast = forecast.outcome === 'changes' || forecast.outcome === 'stays';
    const node = nodes.items.find(({ metadata }) => metadata.name === forecast.node);
    if (!isForecast || forecast.then === null || !node) return [];
    const address = addressesOf(node)[forecast.family];
    return address === forecast.then ? [] : [words.address(forecast.node, address, forecast.then)];
  });
}

/** Errors that were not there before, by their ids. */
export function newErrors(before: Diagnosis | null, after: Diagnosis): readonly Finding[] {
  if (before === null) return [];
  const known = new Set(before.findings.map(({ id }) => id));
  return after.findings.filter(({ id, severity }) => severity === 'error' && !known.has(id));
}

/** What still speaks against a plan's having worked, as sentences; empty: it is verified. */
export function openPoints(
  plan: Plan,
  fresh: { readonly diagnosis: Diagnosis; readonly snapshot: Snapshot },
  given: {
    readonly before: Diagnosis | null;
    readonly podNodes: PodNodes;
    readonly cured: ReadonlySet<string>;
  },
): readonly string[] {
  const { diagnosis, snapshot } = fresh;
  const views = { before: given.podNodes, after: podNodesOf(snapshot) };
  const ofItems = plan.items.filter(isDoneHere).flatMap((item) => {
    const id = item.finding?.id ?? '';
    const open = stillThere(item, diagnosis, views);
    if (open !== null) return [words.still(id, [...new Set(open.map(nameOf))])];
    return isUntold(item, diagnosis) ? [words.unknown(id)] : [];
  });
  const news = newErrors(given.before, diagnosis).filter(({ affected }) =>
    subjects(affected, views.after).refs.some(
      ({ kind, name }) => kind === 'Node' && given.cured.has(name),
    ),
  );
  return [
    ...ofItems,
    ...addressFaults(plan, snapshot),
    ...news.map(({ id, title }) => words.instead(id, title)),
  ];
}

const few = (names: readonly string[]): string =>
  names.length > 5
    ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`
    : names.join(', ');

const words = {
  still: (id: string, names: readonly string[]): string =>
    names.length === 0 ? `${id} is still found.` : `${id} is still found: ${few(names)}.`,
  unknown: (id: string): string => `Whether ${id} is gone cannot be told: its check lacks input.`,
  address: (node: string, now: string | null, then: string): string =>
    `${node} has ${now ?? 'no address'}, not ${then} as foreseen.`,
  instead: (id: string, title: string): string =>
    `On the same nodes is found now: ${title} (${id}).`,
};
