import { isLinkLocal, parseAddress, type Address, type Family } from './address.ts';
import {
  bitsOf,
  contains,
  networkOf,
  parseCidr,
  parseCidrOrAddress,
  type Network,
} from './cidr.ts';
import type { HostAddress, HostInterface, Scope } from './host.ts';

/** A line of the main routing table, as far as the choice of a source address needs it. */
export interface Route {
  readonly network: Network;
  readonly device: string;
  /** `src`; null where the route names none. */
  readonly source: Address | null;
  /** `via`; null for a network that is reached directly. */
  readonly gateway: Address | null;
  readonly metric: number;
  readonly scope: Scope;
}

const fieldOf = (words: readonly string[], name: string): string | null => {
  const at = words.indexOf(name);
  return at < 0 ? null : (words[at + 1] ?? null);
};

function networkOfRoute(words: readonly string[], line: string): Network | null {
  const [target = ''] = words;
  if (target !== 'default') return parseCidrOrAddress(target)?.network ?? null;
  const gateway = parseAddress(fieldOf(words, 'via') ?? '');
  const family: Family = gateway?.family ?? (/ pref | metric 1024\b/.test(line) ? 6 : 4);
  const zeros = Array<number>(bitsOf(family) / 8).fill(0);
  return { family, bytes: zeros, prefix: 0 };
}

/** Reads lines of `ip route` and `ip -6 route`; lines of another form (`unreachable …`) are left out. */
export function parseRoutes(lines: readonly string[]): readonly Route[] {
  return lines.flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const network = networkOfRoute(words, line);
    const device = fieldOf(words, 'dev');
    if (!network || device === null) return [];
    const source = parseAddress(fieldOf(words, 'src') ?? '');
    const gateway = parseAddress(fieldOf(words, 'via') ?? '');
    const metric = Number(fieldOf(words, 'metric') ?? 0);
    return [{ network, device, source, gateway, metric, scope: scopeOf(fieldOf(words, 'scope')) }];
  });
}

const scopeOf = (word: string | null): Scope =>
  word === 'link' || word === 'host' ? word : 'global';

const isActive = ({ isUp }: HostInterface): boolean => isUp !== false;

/** Routes to the networks of the interfaces' own addresses, as the kernel makes them; for where the table is not known. */
export function connectedRoutes(interfaces: readonly HostInterface[]): readonly Route[] {
  return interfaces.filter(isActive).flatMap(({ name, addresses }) =>
    addresses.flatMap(({ address, prefix }) =>
      prefix === null
        ? []
        : [
            {
              network: networkOf(address, prefix),
              device: name,
              source: address,
              gateway: null,
              metric: 0,
              scope: 'link' as const,
            },
          ],
    ),
  );
}

/** The route that the kernel takes: longest prefix, then lowest metric, then the first of the table. */
export function bestRoute(routes: readonly Route[], target: Address): Route | null {
  let best: Route | null = null;
  for (const route of routes) {
    if (!contains(route.network, target)) continue;
    const longer = route.network.prefix - (best?.network.prefix ?? -1);
    if (!best || longer > 0 || (longer === 0 && route.metric < best.metric)) best = route;
  }
  return best;
}

const sharesNetwork = (one: HostAddress, other: HostAddress): boolean =>
  one.prefix !== null &&
  one.prefix === other.prefix &&
  !one.hasPeer &&
  !other.hasPeer &&
  contains(networkOf(one.address, one.prefix), other.address);

// A secondary address answers with its primary, the first one of its network on the interface (fib_frontend.c, fib_add_ifaddr).
const primaryOf = (iface: HostInterface, address: HostAddress): Address =>
  (iface.addresses.find((other) => sharesNetwork(other, address)) ?? address).address;

/** The source that the kernel's local table gives for an address of the machine itself; null if it is none of these. */
export function localSource(interfaces: readonly HostInterface[], target: Address): Address | null {
  const active = interfaces.filter(isActive);
  for (const iface of active) {
    const own = iface.addresses.find(({ address }) => address.text === target.text);
    if (own) return target.family === 4 ? primaryOf(iface, own) : target;
  }
  // Of `lo` the whole network is the machine's own.
  const whole = active
    .filter(({ name }) => name === 'lo')
    .flatMap(({ addresses }) => addresses)
    .find(
      ({ address, prefix }) =>
        target.family === 4 && prefix !== null && contains(networkOf(address, prefix), target),
    );
  return whole?.address ?? null;
}

const reachOf: Readonly<Record<Scope, number>> = { global: 0, link: 1, host: 2 };

const isPrimary = (iface: HostInterface, address: HostAddress): boolean =>
  primaryOf(iface, address) === address.address;

// inet_select_addr in the kernel's devinet.c: no wider scope than the route's, no secondary; next to the gateway, else the first.
function ipv4Source(interfaces: readonly HostInterface[], route: Route): Address | null {
  const usable = (iface: HostInterface): readonly HostAddress[] =>
    iface.addresses.filter(
      (one) =>
        one.address.family === 4 &&
        reachOf[one.scope ?? 'global'] <= reachOf[route.scope] &&
        isPrimary(iface, one),
    );
  const own = interfaces.filter(({ name }) => name === route.device).flatMap(usable);
  const { gateway } = route;
  const near = own.find(
    ({ address, prefix }) =>
      gateway !== null && prefix !== null && contains(networkOf(address, prefix), gateway),
  );
  const elsewhere = interfaces
    .filter(isActive)
    .flatMap(usable)
    .find(({ scope }) => scope !== 'link');
  return (near ?? own[0] ?? elsewhere)?.address ?? null;
}

// The kernel's table of address labels (addrlabel.c), narrow ranges first.
const labels = ['::1/128', '::/96', '2001:10::/28', '2001::/32', '2002::/16', 'fc00::/7', '::/0']
  .map(parseCidr)
  .flatMap((cidr) => cidr?.network ?? []);

const labelOf = (address: Address): number =>
  labels.findIndex((network) => contains(network, address));

function commonBits(one: Address, other: Address, most: number): number {
  for (let bits = most; bits > 0; bits -= 1) if (contains(networkOf(one, bits), other)) return bits;
  return 0;
}

// RFC 6724 as far as one device goes: same scope, same label, longest common prefix within the address's own, then the first.
function ipv6Source(
  interfaces: readonly HostInterface[],
  route: Route,
  target: Address,
): Address | null {
  const device = interfaces.find(({ name }) => name === route.device);
  let best: { readonly address: Address; readonly rank: number } | null = null;
  for (const { address, prefix } of device?.addresses ?? []) {
    if (address.family !== 6 || isLinkLocal(address) !== isLinkLocal(target)) continue;
    const hasLabel = labelOf(address) === labelOf(target);
    const rank = (hasLabel ? 1000 : 0) + commonBits(address, target, prefix ?? 128);
    if (!best || rank > best.rank) best = { address, rank };
  }
  return best?.address ?? null;
}

/** The source address that the kernel takes on a route: its `src`, else one of its device; null if that cannot be told. */
export function sourceOnRoute(
  interfaces: readonly HostInterface[],
  route: Route,
  target: Address,
): Address | null {
  if (route.source) return route.source;
  return target.family === 4
    ? ipv4Source(interfaces, route)
    : ipv6Source(interfaces, route, target);
}
