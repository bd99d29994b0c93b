import type { Facts, Nic, NodeFacts } from './facts.ts';
import { nicWith } from './facts.ts';

/** A BIRD that runs. */
export interface Speaker {
  readonly since: number;
  /** The address that it calls its own, bare. */
  address: string;
}

/** What a machine's programs have done so far. */
export interface Machine {
  readonly facts: NodeFacts;
  /** What Calico has written to its Node object. */
  readonly annotations: Map<string, string>;
  /** The addresses in the Node object. */
  addresses: readonly { readonly type?: string; readonly address?: string }[];
  /** NetworkUnavailable, as calico-node has set it. */
  network: {
    readonly status: 'True' | 'False';
    readonly reason: string;
    readonly message: string;
    readonly since: number;
  } | null;
  bird: Speaker | null;
  /** CPUs that the pods of the machine would use if they could. */
  demand: number;
  /** True if the Node object is behind. */
  isDirty: boolean;
}

/** All machines with their facts and deeds. */
export interface World {
  readonly facts: Facts;
  readonly machines: ReadonlyMap<string, Machine>;
  /** ConfigMaps of Calico's namespace: `name/key` to value. */
  readonly settings: Map<string, string>;
}

const addressKey = 'projectcalico.org/IPv4Address';

/** A world at its beginning. */
export function worldOf(facts: Facts): World {
  const machines = [...facts.nodes.values()].map((node): [string, Machine] => [
    node.name,
    {
      facts: node,
      annotations: new Map(),
      addresses: [{ type: 'InternalIP', address: node.internalIp }],
      network: null,
      bird: null,
      demand: 0,
      isDirty: false,
    },
  ]);
  return { facts, machines: new Map(machines), settings: new Map() };
}

/** The address that a node has given out, without its prefix; null where it has none. */
export function givenOut({ annotations }: Machine): string | null {
  const stored = annotations.get(addressKey);
  if (stored === undefined) return null;
  const slash = stored.indexOf('/');
  return slash < 0 ? stored : stored.slice(0, slash);
}

/** Writes or, with null, takes away what Calico tells about its node. */
export function annotate(machine: Machine, key: string, value: string | null): void {
  if ((machine.annotations.get(key) ?? null) === value) return;
  if (value === null) machine.annotations.delete(key);
  else machine.annotations.set(key, value);
  machine.isDirty = true;
}

/** The peers that BIRD on a node is told of: the addresses of all other nodes, but for its own address. */
export function peersOf(world: World, own: Machine): readonly string[] {
  const address = own.bird?.address ?? givenOut(own);
  return [...world.machines.values()]
    .filter((other) => other !== own)
    .map(givenOut)
    .filter((peer) => peer !== null)
    .filter((peer) => peer !== address);
}

const sessionSeconds = 2;

interface Place {
  readonly nics: readonly Nic[];
  readonly address: string;
  readonly stored: string | undefined;
  readonly network: string | null;
}

// In a mesh everybody asks this of everybody else all the time.
const places = new WeakMap<Machine, Place>();

// The network on which others meet a node's BIRD, as they call it at the address that it gave out; null where nobody does.
function networkOf(machine: Machine, { address }: Speaker): string | null {
  const { nics } = machine.facts;
  const stored = machine.annotations.get(addressKey);
  const known = places.get(machine);
  if (known?.nics === nics && known.address === address && known.stored === stored)
    return known.network;
  const nic = givenOut(machine) === address ? nicWith(machine.facts, address) : undefined;
  const network = nic?.network ?? null;
  places.set(machine, { nics, address, stored, network });
  return network;
}

// Each side calls the other at the address that it gave out, from its own; a packet arrives only where both addresses sit on
// the same network, and BIRD takes only calls from addresses that it knows.
function isConnected(one: Machine, other: Machine, now: number): boolean {
  if (!one.bird || !other.bird) return false;
  if (now < Math.max(one.bird.since, other.bird.since) + sessionSeconds) return false;
  const network = networkOf(one, one.bird);
  if (network === null || network !== networkOf(other, other.bird)) return false;
  const isBlocked = (at: Machine, from: Machine): boolean =>
    at.facts.blockedPeers.includes(from.facts.name);
  return !isBlocked(one, other) && !isBlocked(other, one);
}

/** The peers of a node's BIRD with which it has a session now. */
export function establishedPeers(world: World, own: Machine, now: number): ReadonlySet<string> {
  const found = [...world.machines.values()].filter(
    (other) => other !== own && isConnected(own, other, now),
  );
  return new Set(found.map((other) => other.bird?.address ?? ''));
}

/**
 * How many times longer everything takes on a machine than on an idle one: queues grow faster than the load, so the square of
 * what is asked of its CPUs.
 */
export function slownessOf({ demand, facts }: Machine): number {
  const load = demand / facts.cpus;
  return load <= 1 ? 1 : load * load;
}
