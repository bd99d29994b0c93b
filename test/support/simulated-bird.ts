import type { Node, Pod } from '../../internal/model/kubernetes.ts';
import { isCalicoNodePod } from '../../internal/calico/pods.ts';
import { contains, parseCidr } from '../../internal/calico/autodetection/cidr.ts';
import { parseAddress } from '../../internal/calico/autodetection/address.ts';
import { internalIP, type PodLog, type World } from './simulated-world.ts';

/** BIRD of one calico-node pod. */
export interface Bird {
  readonly node: string;
  readonly startedAt: number;
  readonly log: PodLog;
  /** By the peer's address: whether the session is up. */
  sessions: ReadonlyMap<string, boolean>;
}

/** What Calico stored as a node's address, without its prefix; empty where there is none. */
export function storedAddress({ cluster }: World, name: string): string {
  const node: Node | null = cluster.store.get({ kind: 'Node', name });
  const stored = node?.metadata.annotations?.['projectcalico.org/IPv4Address'] ?? '';
  return stored.split('/')[0] ?? '';
}

/** All addresses on a machine, with their prefixes. */
export function addressesOn(world: World, name: string): readonly string[] {
  const node = world.nodes.get(name);
  const own = node ? [`${node.ip}/${node.prefix ?? 24}`] : [];
  return [...own, ...(node?.more ?? []).flatMap(({ addresses }) => addresses)];
}

/** True if the other nodes reach an address of a node: it is on it, in the network of its address in Kubernetes. */
function isReached(world: World, name: string, address: string): boolean {
  const ip = parseAddress(internalIP(world, name));
  return addressesOn(world, name).some((text) => {
    const cidr = parseCidr(text);
    return text.split('/')[0] === address && ip !== null && cidr && contains(cidr.network, ip);
  });
}

const keyOf = (ip: string): string => `Mesh_${ip.replaceAll(/[.:]/g, '_')}`;

// What BIRD says when a session begins, comes up, is lost, or is no longer in its configuration.
const begins = (ip: string): readonly string[] =>
  ['Initializing', 'Starting', 'State changed to start'].map(
    (text) => `bird: ${keyOf(ip)}: ${text}`,
  );
const rises = (ip: string): readonly string[] =>
  ['State changed to feed', 'State changed to up'].map((text) => `bird: ${keyOf(ip)}: ${text}`);
const falls = (ip: string): readonly string[] =>
  ['Connection closed', 'State changed to start'].map((text) => `bird: ${keyOf(ip)}: ${text}`);
const ends = (ip: string): readonly string[] => [`bird: Removing protocol ${keyOf(ip)}`];

function peersOf(world: World, bird: Bird): ReadonlyMap<string, string> {
  const own = storedAddress(world, bird.node);
  const nodes = world.cluster.store.list('Node').map(({ metadata }) => metadata.name);
  return new Map(
    nodes
      .filter((name) => name !== bird.node)
      .map((name) => [storedAddress(world, name), name] as const)
      .filter(([address]) => address !== '' && address !== own),
  );
}

function sessionsOf(world: World, bird: Bird, birds: ReadonlyMap<string, Bird>): Bird['sessions'] {
  const own = storedAddress(world, bird.node);
  const isOwnReached = isReached(world, bird.node, own);
  return new Map(
    [...peersOf(world, bird)].map(([address, name]) => {
      const isUp = [...birds.values()].some(({ node }) => node === name);
      return [address, isOwnReached && isUp && isReached(world, name, address)];
    }),
  );
}

function linesOf(before: Bird['sessions'], after: Bird['sessions']): readonly string[] {
  const gone = [...before.keys()].filter((ip) => !after.has(ip));
  const changes = [...after].flatMap(([ip, isUp]): readonly string[] => {
    const was = before.get(ip);
    if (was === undefined) return [...begins(ip), ...(isUp ? rises(ip) : [])];
    if (was === isUp) return [];
    return isUp ? rises(ip) : falls(ip);
  });
  return [...gone.flatMap(ends), ...changes];
}

export interface Birds {
  readonly start: (pod: Pod, log: PodLog) => void;
  readonly stop: (pod: Pod) => void;
  readonly of: (pod: Pod) => Bird | null;
}

/** The full mesh of BIRD on all nodes; `onChange` after sessions came up or went. */
export function birdMesh(world: World, onChange: () => void): Birds {
  const { clock, store } = world.cluster;
  const birds = new Map<string, Bird>();
  let isPlanned = false;
  const settle = (): void => {
    isPlanned = false;
    let isChanged = false;
    for (const bird of birds.values()) {
      const after = sessionsOf(world, bird, birds);
      const lines = linesOf(bird.sessions, after);
      bird.sessions = after;
      if (lines.length === 0) continue;
      isChanged = true;
      bird.log.append(lines);
    }
    if (isChanged) onChange();
  };
  // Sessions need a second to come up or to be seen as lost.
  const plan = (): void => {
    if (isPlanned) return;
    isPlanned = true;
    clock.schedule(1000, settle);
  };
  const uidOf = ({ metadata }: Pod): string => metadata.uid ?? '';
  store.onChange(({ before, after }) => {
    const object = after ?? before;
    if (object?.kind === 'Node') plan();
    if (before?.kind === 'Pod' && !after && isCalicoNodePod(before) && birds.delete(uidOf(before)))
      plan();
  });
  return {
    start: (pod, log) => {
      log.append(['bird: Started']);
      const node = pod.spec?.nodeName ?? '';
      birds.set(uidOf(pod), { node, startedAt: clock.now(), log, sessions: new Map() });
      plan();
    },
    stop: (pod) => {
      if (birds.delete(uidOf(pod))) plan();
    },
    of: (pod) => birds.get(uidOf(pod)) ?? null,
  };
}
