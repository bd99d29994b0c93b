import type { Container, Node, Pod } from '../model/kubernetes.ts';
import type { DrainFacts } from './drain-facts.ts';
import { fitsNode, volumesOf } from './drain-fit.ts';
import { hasEnded } from './drain-judge.ts';
import { isOpen } from './drain-nodes.ts';
import { amountOf } from './drain-values.ts';
import { type DrainView, type Look, namesOf, remark } from './drain-view.ts';
import { fieldAt, isFields } from './fields.ts';

type Amounts = ReadonlyMap<string, number>;

function amountsOf(value: unknown): Amounts {
  const fields = isFields(value) ? Object.entries(value) : [];
  return new Map(
    fields.flatMap(([name, amount]) =>
      typeof amount === 'string' || typeof amount === 'number' ? [[name, amountOf(amount)]] : [],
    ),
  );
}

function combined(all: readonly Amounts[], join: (a: number, b: number) => number): Amounts {
  const result = new Map<string, number>();
  for (const amounts of all)
    for (const [name, amount] of amounts) result.set(name, join(result.get(name) ?? 0, amount));
  return result;
}

const sum = (...all: readonly Amounts[]): Amounts => combined(all, (a, b) => a + b);
const most = (...all: readonly Amounts[]): Amounts => combined(all, Math.max);

const requested = (containers: readonly Container[]): Amounts =>
  sum(...containers.map(({ resources }) => amountsOf(resources?.requests)));

const isSidecar = (container: Container): boolean =>
  fieldAt(container, ['restartPolicy']) === 'Always';

/** What a pod asks of a node, itself as one of `pods` included (component-helpers resource.PodRequests). */
export function requestsOf(pod: Pod): Amounts {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const running = sum(requested(containers), requested(initContainers.filter(isSidecar)));
  const starting = initContainers
    .filter((container) => !isSidecar(container))
    .map((container) => requested([container]));
  const overhead = amountsOf(fieldAt(pod.spec, ['overhead']));
  return sum(most(running, ...starting), overhead, new Map([['pods', 1]]));
}

interface Place {
  readonly node: Node;
  readonly room: Amounts;
  free: Amounts;
}

function placeOf(node: Node, pods: readonly Pod[]): Place {
  const room = amountsOf(node.status?.allocatable);
  const taken = sum(...pods.filter((pod) => !hasEnded(pod)).map(requestsOf));
  return { node, room, free: sum(room, negative(taken)) };
}

const negative = (amounts: Amounts): Amounts =>
  new Map([...amounts].map(([name, amount]) => [name, -amount]));

// A sum of many fractions is off by a little; a millionth of a core is no room that anybody misses.
const tolerance = 1e-6;

const hasRoom = ({ free, room }: Place, wanted: Amounts): boolean =>
  // A node that does not tell its size is not counted out.
  room.size === 0 ||
  [...wanted].every(
    ([name, amount]) =>
      (name === 'pods' && !room.has(name)) || (free.get(name) ?? 0) + tolerance >= amount,
  );

interface Search {
  /** Pods that no other node of the cluster would take, whatever its state. */
  readonly bound: readonly Pod[];
  /** Pods that found no place on the nodes that are open and were read. */
  readonly homeless: readonly Pod[];
  readonly places: readonly Place[];
}

const sizeOf = (pod: Pod): number => {
  const amounts = requestsOf(pod);
  return (amounts.get('cpu') ?? 0) * 2 ** 32 + (amounts.get('memory') ?? 0);
};

/** Looks for places, large pods first, each on the first node that fits: the scheduler may do it better or worse. */
function search({ leaving, others, facts }: DrainView): Search {
  const pods = Map.groupBy(facts.pods, ({ spec }) => spec?.nodeName ?? '');
  const places = others
    .filter((node) => isOpen(node) && isComplete(facts, node))
    .map((node) => placeOf(node, pods.get(node.metadata.name) ?? []));
  const bound: Pod[] = [];
  const homeless: Pod[] = [];
  for (const pod of leaving
    .filter((one) => !hasEnded(one))
    .toSorted((a, b) => sizeOf(b) - sizeOf(a))) {
    const volumes = volumesOf(pod, facts);
    const wanted = requestsOf(pod);
    const place = places.find((one) => fitsNode(pod, one.node, volumes) && hasRoom(one, wanted));
    if (place) place.free = sum(place.free, negative(wanted));
    else if (others.some((node) => fitsNode(pod, node, volumes))) homeless.push(pod);
    else bound.push(pod);
  }
  return { bound, homeless, places };
}

const isComplete = ({ completeNodes }: DrainFacts, { metadata }: Node): boolean =>
  completeNodes === null || completeNodes.includes(metadata.name);

const fullShare = 0.8;

const totalOf = (places: readonly Place[], name: string) => ({
  room: places.reduce((total, { room }) => total + (room.get(name) ?? 0), 0),
  free: places.reduce((total, { free }) => total + (free.get(name) ?? 0), 0),
});

/** Shares of the other nodes' CPU and memory that would be promised, those above the mark only. */
function fullOf(places: readonly Place[]): readonly (readonly [string, number])[] {
  return ['cpu', 'memory'].flatMap((name) => {
    const { room, free } = totalOf(places, name);
    const share = room === 0 ? 0 : (room - free) / room;
    return share > fullShare ? [[name, share] as const] : [];
  });
}

/** The same by what is really used, where the cluster measures it: all of this node's work comes on top. */
function busyOf({ node, facts }: DrainView, places: readonly Place[]) {
  const usage = new Map((facts.metrics ?? []).map((one) => [one.metadata.name, one.usage]));
  const own = usage.get(node.metadata.name);
  if (!own || places.some((place) => !usage.has(place.node.metadata.name))) return [];
  return ['cpu', 'memory'].flatMap((name) => {
    const used = places.reduce(
      (total, place) => total + amountOf(usage.get(place.node.metadata.name)?.[name]),
      amountOf(own[name]),
    );
    const { room } = totalOf(places, name);
    return room > 0 && used / room > fullShare ? [[name, used / room] as const] : [];
  });
}

const percent = (shares: readonly (readonly [string, number])[]): string =>
  shares
    .map(([name, share]) => `${Math.round(share * 100)} % of their ${names[name]}`)
    .join(' and ');

/** Whether the other nodes can take what leaves this one. */
export const roomConcerns: Look = (view) => {
  const { facts, others } = view;
  const { bound, homeless, places } = search(view);
  const isPart = others.some((node) => isOpen(node) && !isComplete(facts, node));
  const full = isPart || places.length === 0 ? [] : fullOf(places);
  const busy = isPart || places.length === 0 ? [] : busyOf(view, places);
  return [
    ...(bound.length > 0 ? [remark('only-this-node', words.bound(namesOf(bound)))] : []),
    ...(homeless.length > 0 && !isPart
      ? [remark('no-room', words.homeless(namesOf(homeless)))]
      : []),
    ...(homeless.length > 0 && isPart ? [remark('room-unknown', words.unknown)] : []),
    ...(full.length > 0 ? [remark('others-nearly-full', words.full(percent(full)))] : []),
    ...(busy.length > 0 ? [remark('overload-moves', words.busy(percent(busy)))] : []),
  ];
};

const names: Readonly<Record<string, string>> = { cpu: 'CPU', memory: 'memory' };

const words = {
  bound: (pods: string): string =>
    `No other node of the cluster would take ${pods}, by labels, taints or the place of a volume: what is evicted of these waits until this node is back.`,
  homeless: (pods: string): string =>
    `The other nodes have no room for ${pods}: what is evicted of these may stay Pending.`,
  unknown:
    'Whether the other nodes have room for all pods is not known, as not all pods of the cluster were read.',
  full: (shares: string): string =>
    `The pods that move bring what the other nodes have promised to ${shares}.`,
  busy: (shares: string): string =>
    `With the work of this node the others would use ${shares}: the overload may move with the pods. Where one workload is the cause, stop or limit that one first.`,
};
