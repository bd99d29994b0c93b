import type { ChangeRecord } from '../../internal/model/record.ts';
import { type Deed, freshRecords, isDone, pathOf, verbOf } from './deed.ts';
import type { Objects } from './objects.ts';
import type { Seen } from './proxy.ts';

const nodes = '/api/v1/nodes/';

const isRemoval = ({ method, url }: Seen): boolean =>
  (method === 'POST' && pathOf({ url }).endsWith('/eviction')) ||
  (method === 'DELETE' && /\/pods\/[^/]+$/.test(pathOf({ url })));

const podOf = (one: Seen): string => pathOf(one).replace(/\/eviction$/, '');

const isCordoned = (objects: Objects, node: string): boolean =>
  /"unschedulable":true/.test(objects.get(`${nodes}${node}`) ?? '');

const isDrain = ({ steps }: ChangeRecord): boolean =>
  steps.some(({ change }) => change.verb === 'evict' || change.ref.kind === 'Node');

const answeredCordoned = ({ answer }: Seen): boolean =>
  /"unschedulable":\s*true/.test(answer?.body.toString() ?? '');

/** The pods that were taken off their node: only those that may be, and only when no new ones come. */
function removals(deed: Deed): readonly string[] {
  const { seen, before, podsBefore } = deed;
  if (!freshRecords(deed).some(isDrain)) return [];
  const cordoned = new Set<string>();
  const faults: string[] = [];
  for (const one of seen.filter(isDone)) {
    const path = pathOf(one);
    if (path.startsWith(nodes) && answeredCordoned(one)) cordoned.add(path.slice(nodes.length));
    if (!isRemoval(one)) continue;
    const place = podsBefore.get(podOf(one));
    if (!place) continue; // of a controller that has made it meanwhile
    if (place.isOfDaemonSet) faults.push(`${podOf(one)} is of a DaemonSet, and was taken off`);
    if (!cordoned.has(place.node) && !isCordoned(before, place.node))
      faults.push(`${podOf(one)} was taken off before ${place.node} was cordoned`);
  }
  return faults;
}

/** Nobody may believe that a node is free that is not, or that pods are back that are gone. */
function tellings(deed: Deed): readonly string[] {
  const { ran, before, after, records } = deed;
  const text = `${ran.stdout}\n${ran.stderr}`;
  const left = [...after.keys()]
    .filter((path) => path.startsWith(nodes))
    .map((path) => path.slice(nodes.length))
    .filter((node) => isCordoned(after, node) && !isCordoned(before, node));
  const isSaid = /uncordon|undo/.test(text);
  const claimed = records.flatMap(({ steps }) =>
    steps.filter(({ state, isUndoable }) => state === 'undone' && !isUndoable),
  );
  return [
    ...(left.length > 0 && !isSaid
      ? [`${left.join(', ')} is left cordoned, and not a word how it is given back`]
      : []),
    ...(left.length > 0 && verbOf(ran) === 'undo' ? [`an undo cordoned ${left.join(', ')}`] : []),
    ...claimed.map(({ change }) => `${change.ref.name} is recorded as back, and was evicted`),
  ];
}

const undoneRemovals = ({ ran, seen }: Deed): readonly string[] =>
  verbOf(ran) === 'undo'
    ? seen
        .filter((one) => isDone(one) && /\/pods\//.test(pathOf(one)))
        .map((one) => `an undo wrote to ${pathOf(one)}`)
    : [];

/** What of the rules for drains a command has broken. */
export const drainFaults = (deed: Deed): readonly string[] => [
  ...removals(deed),
  ...tellings(deed),
  ...undoneRemovals(deed),
];
