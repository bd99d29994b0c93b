import {
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
  type Address,
  type Family,
} from './address.ts';
import { parseDestination, type Destination, type Lookup } from './destination.ts';
import type { HostInterface } from './host.ts';
import { bestRoute, connectedRoutes, localSource, sourceOnRoute, type Route } from './routes.ts';

/** What a node knows beyond its interfaces. */
export interface Surroundings {
  /** The main routing table; null if it is not known, so that only own and connected addresses can be answered. */
  readonly routes: readonly Route[] | null;
  /** The node's resolver; null if names cannot be looked up. */
  readonly resolve: ((name: string) => Lookup) | null;
}

/** A question for the source address towards a destination. */
export interface ReachRequest {
  readonly destination: string;
  readonly family: Family;
  readonly calicoVersion: string;
  readonly interfaces: readonly HostInterface[];
  readonly surroundings: Surroundings | null;
}

/** The source address, or Go's error text, or what is missing to tell. */
export type Reach =
  | { readonly source: Address }
  | { readonly error: string }
  | { readonly unknown: 'route' | 'name' };

const unreachable = 'network is unreachable';

const hasActive = (interfaces: readonly HostInterface[], family: Family): boolean =>
  interfaces.some(
    ({ isUp, addresses }) =>
      isUp !== false && addresses.some(({ address }) => address.family === family),
  );

// Linux connects to the loopback address where none is given.
function loopbackSource(request: ReachRequest): Address | null {
  const wanted = request.family === 4 ? '127.0.0.1' : '::1';
  const loopback = request.interfaces.find(({ name }) => name === 'lo');
  if (!loopback || loopback.isUp === false) return null;
  return loopback.addresses.find(({ address }) => address.text === wanted)?.address ?? null;
}

type Target = Extract<Destination, { readonly kind: 'address' }>;

function ipv6Trouble({ address, zone }: Target, request: ReachRequest): string | null {
  const [first = 0, second = 0] = address.bytes;
  const needsZone =
    isLinkLocal(address) ||
    (isMulticast(address) && [0xff01, 0xff02].includes((first << 8) | (second & 0x0f)));
  const isKnownZone = request.interfaces.some(({ name }) => name === zone);
  if (needsZone && !isKnownZone) return 'invalid argument';
  return hasActive(request.interfaces, 6) ? null : 'cannot assign requested address';
}

function connect(target: Target, request: ReachRequest): Address | string | null {
  const { address, zone } = target;
  const { family, interfaces, surroundings } = request;
  const trouble = family === 6 ? ipv6Trouble(target, request) : null;
  if (trouble) return trouble;
  if (isUnspecified(address)) return loopbackSource(request) ?? unreachable;
  const own = localSource(interfaces, address);
  if (own) return own;
  const table = surroundings?.routes ?? null;
  const routes = table ?? connectedRoutes(interfaces);
  const usable =
    zone && isLinkLocal(address) ? routes.filter((one) => one.device === zone) : routes;
  const route = bestRoute(usable, address);
  if (!route) return table ? unreachable : null;
  const source = sourceOnRoute(interfaces, route, address);
  // The kernel sends nothing from 127.0.0.0/8 on another device than `lo`.
  const isStray = source?.family === 4 && isLoopback(source) && route.device !== 'lo';
  return isStray ? 'invalid argument' : source;
}

/**
 * The source address that the kernel takes to connect to a destination, which is what `can-reach=` stores (reachaddr.go):
 * a UDP socket is connected to port 80 and nothing is sent. Without the routing table only the node's own addresses and
 * those of its networks can be answered.
 */
export function reach(request: ReachRequest): Reach {
  const { destination, family, calicoVersion, surroundings } = request;
  const target = parseDestination(
    destination,
    family,
    calicoVersion,
    (name) => surroundings?.resolve?.(name) ?? null,
  );
  if (target.kind === 'name') return { unknown: 'name' };
  if (target.kind === 'error') return { error: `dial udp${family}: ${target.message}` };
  const answer = connect(target, request);
  if (answer === null) return { unknown: 'route' };
  if (typeof answer !== 'string') return { source: answer };
  return { error: `dial udp${family} ${target.shown}: connect: ${answer}` };
}
