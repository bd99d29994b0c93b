import { isAtLeast } from '../version.ts';
import {
  addressOf,
  isUnspecified,
  parseZonedAddress,
  type Address,
  type Family,
} from './address.ts';

/** Where `can-reach=` connects to: an address of the family, or a name that only the node's resolver knows, or Go's error. */
export type Destination =
  | {
      readonly kind: 'address';
      readonly address: Address;
      readonly zone: string;
      /** As Go prints it in errors: `10.0.0.1:80`, `[fe80::1%eth0]:80`, `:80`. */
      readonly shown: string;
    }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'error'; readonly message: string };

/** What a resolver says: addresses, or Go's text behind `lookup NAME`. */
export type Lookup = { readonly addresses: readonly string[] } | { readonly error: string };

const zero = (family: Family): Address => addressOf(Array<number>(family === 4 ? 4 : 16).fill(0));

// Go's net.SplitHostPort. The port is always `80`, so only the host can be at fault.
function hostOf(hostPort: string): string | { readonly problem: string } {
  const colon = hostPort.lastIndexOf(':');
  let host = hostPort.slice(0, colon);
  let afterOpening = 0;
  let afterClosing = 0;
  if (hostPort.startsWith('[')) {
    const end = hostPort.indexOf(']');
    if (end + 1 !== colon) {
      const isColon = hostPort[end + 1] === ':';
      return { problem: isColon ? 'too many colons in address' : 'missing port in address' };
    }
    host = hostPort.slice(1, end);
    afterOpening = 1;
    afterClosing = end + 1;
  } else if (host.includes(':')) return { problem: 'too many colons in address' };
  if (hostPort.includes('[', afterOpening)) return { problem: "unexpected '[' in address" };
  return hostPort.includes(']', afterClosing) ? { problem: "unexpected ']' in address" } : host;
}

/** Go's `isDomainName`: other names are never asked for, they end in `no such host` at once. */
export function isDomainName(name: string): boolean {
  if (name === '.') return true;
  if (name.length > (name.endsWith('.') ? 254 : 253)) return false;
  const labels = name.replace(/\.$/, '').split('.');
  return /[A-Za-z_-]/.test(name) && labels.every((label) => /^(?!-)[\w-]{1,63}(?<!-)$/.test(label));
}

// From v3.32.0 the address is made with net.JoinHostPort; before, brackets were put around whatever was given.
function hostPortOf(destination: string, calicoVersion: string): string {
  const isJoined = isAtLeast(calicoVersion, '3.32.0') && !/[:%]/.test(destination);
  return isJoined ? `${destination}:80` : `[${destination}]:80`;
}

const shownAddress = ({ family, text }: Address, zone: string): string =>
  family === 4 ? `${text}:80` : `[${text}${zone && `%${zone}`}]:80`;

function ofFamily(candidates: readonly string[], family: Family, host: string): Destination {
  const parsed = candidates.flatMap((text) => parseZonedAddress(text) ?? []);
  const [only] = parsed;
  // Go dials 0.0.0.0 where `::` is asked for and only IPv4 is wanted.
  if (
    family === 4 &&
    parsed.length === 1 &&
    only?.address.family === 6 &&
    isUnspecified(only.address)
  )
    return { kind: 'address', address: zero(4), zone: '', shown: '0.0.0.0:80' };
  const found = parsed.find(({ address }) => address.family === family);
  if (!found) return { kind: 'error', message: `address ${host}: no suitable address found` };
  const { address, zone } = found;
  return { kind: 'address', address, zone, shown: shownAddress(address, zone) };
}

/**
 * Reads what stands behind `can-reach=` as Go's `net.Dial` does (reachaddr.go), up to the point where the kernel is asked.
 * `resolve` answers for names; null if the node's resolver is not known.
 */
export function parseDestination(
  destination: string,
  family: Family,
  calicoVersion: string,
  resolve: (name: string) => Lookup | null,
): Destination {
  const hostPort = hostPortOf(destination, calicoVersion);
  const host = hostOf(hostPort);
  if (typeof host !== 'string')
    return { kind: 'error', message: `address ${hostPort}: ${host.problem}` };
  if (host === '') return { kind: 'address', address: zero(family), zone: '', shown: ':80' };
  if (parseZonedAddress(host)) return ofFamily([host], family, host);
  if (!isDomainName(host)) return { kind: 'error', message: `lookup ${host}: no such host` };
  const answer = resolve(host);
  if (!answer) return { kind: 'name', name: host };
  if ('error' in answer) return { kind: 'error', message: `lookup ${host}${answer.error}` };
  return ofFamily(answer.addresses, family, host);
}
