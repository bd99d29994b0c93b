import {
  addressOf,
  parseAddress,
  parseZonedAddress,
  type Address,
  type Family,
} from './address.ts';

/** A range of addresses: host bits are zero. */
export interface Network {
  readonly family: Family;
  readonly bytes: readonly number[];
  readonly prefix: number;
}

/** An address with a prefix length, and the network that both make. */
export interface Cidr {
  readonly address: Address;
  readonly prefix: number;
  readonly network: Network;
}

/** 32 or 128. */
export const bitsOf = (family: Family): number => (family === 4 ? 32 : 128);

const masked = (bytes: readonly number[], prefix: number): number[] =>
  bytes.map((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefix - index * 8));
    return byte & ((0xff00 >> bits) & 0xff);
  });

/** The network of an address under a prefix length. */
export const networkOf = (address: Address, prefix: number): Network => ({
  family: address.family,
  bytes: masked(address.bytes, prefix),
  prefix,
});

/** `address/prefix`. */
export const cidrText = (address: Address, prefix: number): string => `${address.text}/${prefix}`;

/** `network/prefix`, host bits zero. */
export const networkText = ({ bytes, prefix }: Network): string =>
  `${addressOf(bytes).text}/${prefix}`;

/** True if the network holds the address; an address of the other family is in no network. */
export function contains(network: Network, { family, bytes }: Address): boolean {
  if (family !== network.family) return false;
  let left = network.prefix;
  for (let index = 0; left > 0; index += 1, left -= 8) {
    const mask = left >= 8 ? 0xff : (0xff00 >> left) & 0xff;
    if (((bytes[index] ?? 0) & mask) !== network.bytes[index]) return false;
  }
  return true;
}

// An IPv4 address written as IPv6 has a mask of 128 bits, of which Go keeps the last 32; a mask that cuts into the
// mapping prefix leaves an IPv6 network.
function mappedCidr(address: Address, prefix: number): Cidr {
  const wide = [...Array<number>(10).fill(0), 255, 255, ...address.bytes];
  const short = Math.max(0, prefix - 96);
  const network: Network =
    prefix < 96 ? { family: 6, bytes: masked(wide, prefix), prefix } : networkOf(address, short);
  return { address, prefix: short, network };
}

/** Parses what Go's `net.ParseCIDR` accepts (the length may have leading zeros, no zone, no sign); else null. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/');
  if (slash < 0) return null;
  const parsed = parseZonedAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (!parsed || parsed.zone !== '' || !/^\d+$/.test(length)) return null;
  const prefix = Number(length);
  const { address, isWrittenAsIPv6 } = parsed;
  if (prefix > (isWrittenAsIPv6 ? 128 : 32)) return null;
  if (isWrittenAsIPv6 && address.family === 4) return mappedCidr(address, prefix);
  return { address, prefix, network: networkOf(address, prefix) };
}

/** Calico's `ParseCIDROrIP` (libcalico-go/lib/net): a bare address has the full prefix length; null if it is neither. */
export function parseCidrOrAddress(text: string): Cidr | null {
  const cidr = parseCidr(text);
  if (cidr) return cidr;
  const address = parseAddress(text);
  if (!address) return null;
  const prefix = bitsOf(address.family);
  return { address, prefix, network: networkOf(address, prefix) };
}
