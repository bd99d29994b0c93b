/** 4 or 6. */
export type Family = 4 | 6;

/** An IP address. An IPv4 address in IPv6 form (`::ffff:a.b.c.d`) is an IPv4 address, as in Go's `net.IP`. */
export interface Address {
  readonly family: Family;
  /** 4 or 16 numbers of one byte. */
  readonly bytes: readonly number[];
  /** As Go prints it: lower case, the longest run of zeros shortened. Two addresses are equal if their texts are. */
  readonly text: string;
}

/** What `netip.ParseAddr` takes: an address, perhaps with a zone, which says if it was written as IPv6. */
export interface ParsedAddress {
  readonly address: Address;
  /** `eth0` of `fe80::1%eth0`; empty where there is none. */
  readonly zone: string;
  readonly isWrittenAsIPv6: boolean;
}

const octet = /^(?:0|[1-9]\d{0,2})$/;
const hexGroup = /^[0-9a-fA-F]{1,4}$/;

function ipv4Bytes(text: string): readonly number[] | null {
  const fields = text.split('.');
  if (fields.length !== 4 || !fields.every((field) => octet.test(field))) return null;
  const bytes = fields.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

function groupBytes(groups: readonly string[], mayEndInIPv4: boolean): number[] | null {
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (mayEndInIPv4 && index === groups.length - 1 && group.includes('.')) {
      const tail = ipv4Bytes(group);
      if (!tail) return null;
      bytes.push(...tail);
    } else {
      if (!hexGroup.test(group)) return null;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes;
}

function ipv6Bytes(text: string): readonly number[] | null {
  const gap = text.indexOf('::');
  if (gap < 0) {
    const bytes = groupBytes(text.split(':'), true);
    return bytes?.length === 16 ? bytes : null;
  }
  const before = text.slice(0, gap);
  const after = text.slice(gap + 2);
  const head = before === '' ? [] : groupBytes(before.split(':'), false);
  const tail = after === '' ? [] : groupBytes(after.split(':'), true);
  if (!head || !tail || head.length + tail.length > 14) return null;
  return [...head, ...Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

const isMapped = (bytes: readonly number[]): boolean =>
  bytes.length === 16 &&
  bytes[10] === 255 &&
  bytes[11] === 255 &&
  bytes.slice(0, 10).every((byte) => byte === 0);

function ipv6Text(bytes: readonly number[]): string {
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2)
    groups.push((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  let best = { from: 0, length: 0 };
  for (let from = 0; from < 8; from += 1) {
    let length = 0;
    while (groups[from + length] === '0') length += 1;
    if (length > best.length) best = { from, length };
  }
  if (best.length < 2) return groups.join(':');
  const head = groups.slice(0, best.from).join(':');
  return `${head}::${groups.slice(best.from + best.length).join(':')}`;
}

/** An address from its 4 or 16 bytes; 16 bytes of the form `::ffff:a.b.c.d` give IPv4. */
export function addressOf(bytes: readonly number[]): Address {
  const short = isMapped(bytes) ? bytes.slice(12) : bytes;
  return short.length === 4
    ? { family: 4, bytes: short, text: short.join('.') }
    : { family: 6, bytes: short, text: ipv6Text(short) };
}

/** Parses what Go's `netip.ParseAddr` accepts: no leading zeros in octets, no blanks, a zone only on IPv6; else null. */
export function parseZonedAddress(text: string): ParsedAddress | null {
  if (!text.includes(':')) {
    const bytes = ipv4Bytes(text);
    return bytes && { address: addressOf(bytes), zone: '', isWrittenAsIPv6: false };
  }
  const percent = text.indexOf('%');
  const zone = percent < 0 ? '' : text.slice(percent + 1);
  if (percent >= 0 && zone === '') return null;
  const bytes = ipv6Bytes(percent < 0 ? text : text.slice(0, percent));
  return bytes && { address: addressOf(bytes), zone, isWrittenAsIPv6: true };
}

/** Parses what Go's `net.ParseIP` accepts: as above, without zones; else null. */
export function parseAddress(text: string): Address | null {
  const parsed = parseZonedAddress(text);
  return parsed && parsed.zone === '' ? parsed.address : null;
}

/** Go's `IP.IsUnspecified`: 0.0.0.0 or `::`. */
export const isUnspecified = ({ bytes }: Address): boolean => bytes.every((byte) => byte === 0);

/** Go's `IP.IsLoopback`: 127.0.0.0/8 or `::1`. */
export const isLoopback = ({ family, bytes, text }: Address): boolean =>
  family === 4 ? bytes[0] === 127 : text === '::1';

/** Go's `IP.IsLinkLocalUnicast`: 169.254.0.0/16 or fe80::/10. */
export const isLinkLocal = ({ family, bytes: [first = 0, second = 0] }: Address): boolean =>
  family === 4 ? first === 169 && second === 254 : first === 0xfe && (second & 0xc0) === 0x80;

/** Go's `IP.IsMulticast`: 224.0.0.0/4 or ff00::/8. */
export const isMulticast = ({ family, bytes: [first = 0] }: Address): boolean =>
  family === 4 ? (first & 0xf0) === 0xe0 : first === 0xff;

/**
 * Go's `IP.IsGlobalUnicast`, the only test on an address in Calico's enumeration (filtered.go): private, shared and
 * documentation ranges pass, and so does class E but for 255.255.255.255.
 */
export const isGlobalUnicast = (address: Address): boolean =>
  address.text !== '255.255.255.255' &&
  !isUnspecified(address) &&
  !isLoopback(address) &&
  !isMulticast(address) &&
  !isLinkLocal(address);
