import { isAtLeast } from '../version.ts';
import { isGlobalUnicast, parseAddress, type Address, type Family } from './address.ts';
import { bitsOf, cidrText, contains, parseCidr, type Network } from './cidr.ts';

/** How far an address or a route is good for: everywhere, on its link, on the machine alone. */
export type Scope = 'global' | 'link' | 'host';

/** An address on an interface. */
export interface HostAddress {
  readonly address: Address;
  /** Null where the source gives none: felix's lines and `projectcalico.org/Interfaces` have bare addresses. */
  readonly prefix: number | null;
  /** True for a point-to-point address whose other end differs from it. */
  readonly hasPeer: boolean;
  /** Counts for the kernel's choice of a source address alone, and no method asks for it. Undefined means global. */
  readonly scope?: Scope;
}

/** A network interface of a machine. The addresses stand in the kernel's order, where the source has one. */
export interface HostInterface {
  readonly name: string;
  readonly addresses: readonly HostAddress[];
  /** Administrative state; no method asks for it, only the kernel's own routes do. Undefined means not known. */
  readonly isUp?: boolean;
}

/** An address with the interface that carries it. */
export interface Chosen {
  readonly iface: string;
  readonly address: Address;
  readonly prefix: number | null;
}

/** Makes a host address of `10.0.0.1/24` or a bare address; null if it is neither. */
export function hostAddress(text: string, hasPeer = false): HostAddress | null {
  const cidr = parseCidr(text);
  if (cidr) return { address: cidr.address, prefix: cidr.prefix, hasPeer };
  const address = parseAddress(text);
  return address && { address, prefix: null, hasPeer };
}

/**
 * The prefix length that Calico stores for an address. From v3.32.0 a point-to-point address loses that of its peer
 * (addr_linux.go asks for addresses with another netlink call).
 */
export function storedPrefix(
  { address, prefix, hasPeer }: HostAddress,
  calicoVersion: string,
): number | null {
  return hasPeer && isAtLeast(calicoVersion, '3.32.0') ? bitsOf(address.family) : prefix;
}

/** `address/prefix`, or the bare address where the prefix is not known. */
export const addressText = (address: Address, prefix: number | null): string =>
  prefix === null ? address.text : cidrText(address, prefix);

/** The addresses of a family. */
export const addressesOf = (iface: HostInterface, family: Family): readonly HostAddress[] =>
  iface.addresses.filter(({ address }) => address.family === family);

/** True if Calico's enumeration may choose the address: global unicast, and in one of the networks, if there are any. */
export const isEligible = (address: Address, networks: readonly Network[]): boolean =>
  isGlobalUnicast(address) &&
  (networks.length === 0 || networks.some((network) => contains(network, address)));

/**
 * The interface that carries an address, as Calico finds it: the list is in the kernel's order and walked backwards, so of
 * several the last one counts.
 */
export function carrierOf(
  interfaces: readonly HostInterface[],
  address: Address,
  calicoVersion: string,
): Chosen | null {
  for (const iface of interfaces.toReversed()) {
    const found = iface.addresses.find((one) => one.address.text === address.text);
    if (found) return { iface: iface.name, address, prefix: storedPrefix(found, calicoVersion) };
  }
  return null;
}
