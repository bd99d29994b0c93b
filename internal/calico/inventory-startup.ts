import { parseAddress, type Family } from './autodetection/address.ts';
import type { Style } from './autodetection/method.ts';
import { parseCidr } from './autodetection/cidr.ts';
import { logField, type LogLine } from './log.ts';

/** An address that calico-node found on the machine, as its own lines say. */
export interface FoundAddress {
  readonly ip: string;
  readonly prefix: number;
  /** Null where the line does not name the interface. */
  readonly iface: string | null;
}

/** The newest choice of an enumerating method. */
export interface ObservedChoice {
  readonly ip: string;
  readonly iface: string;
  readonly style: Style;
  /** RFC 3339; null where lines have no time. */
  readonly at: string | null;
}

/** What the lines of calico-node's own address detection tell. */
export interface StartupView {
  /** The newest value for each address. */
  readonly found: readonly FoundAddress[];
  /** Addresses that were looked for and are on no interface. */
  readonly missing: ReadonlySet<string>;
  /** The longest enumeration in the log, in the order in which Calico tries the interfaces; null without such lines. */
  readonly order: readonly string[] | null;
  readonly observed: Readonly<Record<Family, ObservedChoice | null>>;
  /** True if the newest detection of the family found nothing. */
  readonly hasFailed: Readonly<Record<Family, boolean>>;
}

const start = '^Using autodetected IPv[46] address';
// autodetection_methods.go; startup.go before v3.22. A name may hold anything but blanks.
const autodetected: readonly (readonly [Style | null, RegExp])[] = [
  [
    'skip-interface',
    new RegExp(`${start} on interface (?<iface>\\S+): (?<cidr>\\S+) while skipping`),
  ],
  ['first-found', new RegExp(`${start} on interface (?<iface>\\S+): (?<cidr>\\S+)`)],
  ['interface', new RegExp(`${start} (?<cidr>\\S+) on matching interface (?<iface>\\S+)`)],
  ['cidr', new RegExp(`${start} (?<cidr>\\S+) on interface (?<iface>\\S+) matching cidrs`)],
  [null, new RegExp(`${start} (?<cidr>\\S+), detected by`)],
];

interface Placed {
  readonly style: Style | null;
  readonly iface: string | null;
  readonly cidr: string;
}

function place(message: string): Placed | null {
  for (const [style, pattern] of autodetected) {
    const groups = pattern.exec(message)?.groups;
    if (groups) return { style, iface: groups['iface'] ?? null, cidr: groups['cidr'] ?? '' };
  }
  return null;
}

interface Reading {
  readonly found: Map<string, FoundAddress>;
  readonly missing: Set<string>;
  iface: string | null;
  order: string[];
  longest: readonly string[];
  readonly observed: Record<Family, ObservedChoice | null>;
  readonly hasFailed: Record<Family, boolean>;
}

function note(reading: Reading, text: string | null, iface: string | null): void {
  const cidr = parseCidr(text ?? '');
  if (!cidr) return;
  const ip = cidr.address.text;
  const known = reading.found.get(ip);
  // Set anew, so that the newest stands last.
  reading.found.delete(ip);
  reading.found.set(ip, { ip, prefix: cidr.prefix, iface: iface ?? known?.iface ?? null });
  reading.missing.delete(ip);
}

function enumerated(reading: Reading, name: string | null): void {
  if (name === null) return;
  // A name that comes again begins another enumeration.
  if (reading.order.includes(name)) reading.order = [];
  reading.order.push(name);
  reading.iface = name;
  if (reading.order.length > reading.longest.length) reading.longest = [...reading.order];
}

function observe(reading: Reading, { style, iface, cidr }: Placed, at: string | null): void {
  note(reading, cidr, iface);
  const address = parseCidr(cidr)?.address;
  if (!address) return;
  reading.hasFailed[address.family] = false;
  reading.observed[address.family] =
    style && iface !== null ? { ip: address.text, iface, style, at } : null;
}

function take(reading: Reading, line: LogLine): void {
  const { message } = line;
  const placed = place(message);
  if (placed) observe(reading, placed, line.time);
  else if (message.startsWith('Unable to auto-detect an IPv')) {
    const family = message.includes('an IPv6') ? 6 : 4;
    reading.hasFailed[family] = true;
    reading.observed[family] = null;
  } else if (message.startsWith('Including CIDR information from host interface'))
    note(reading, logField(line, 'CIDR'), null);
  else if (message.startsWith('Unable to find matching host interface for IP')) {
    const address = parseAddress(message.split(' ').at(-1) ?? '');
    if (address) reading.missing.add(address.text);
  } else if (message.startsWith('Unable to confirm IPv')) {
    const address = parseAddress(/address (\S+) is assigned/.exec(message)?.[1] ?? '');
    if (address) reading.missing.add(address.text);
  } else if (message.startsWith('Querying interface addresses'))
    enumerated(reading, logField(line, 'Interface'));
  else if (/^Check(?:ing interface CIDRs| interface)\b/.test(message))
    enumerated(reading, logField(line, 'Name'));
  else if (/^(?:Checking CIDR|Check address|Found valid IP address)/.test(message))
    note(reading, logField(line, 'CIDR'), reading.iface);
}

const tells = /^(?:Using autodetected|Including CIDR|Unable to|Querying|Check|Found valid)/;

/**
 * Reads what calico-node says of its own detection: success lines of all methods at startup and once a minute after it, from
 * whichever component, and the lines of single interfaces that debug level (and `can-reach=` up to v3.20) prints.
 */
export function readStartup(lines: readonly LogLine[]): StartupView {
  const reading: Reading = {
    found: new Map(),
    missing: new Set(),
    iface: null,
    order: [],
    longest: [],
    observed: { 4: null, 6: null },
    hasFailed: { 4: false, 6: false },
  };
  for (const line of lines) if (tells.test(line.message)) take(reading, line);
  const { found, missing, longest, observed, hasFailed } = reading;
  return {
    found: [...found.values()],
    missing,
    order: longest.length > 0 ? longest : null,
    observed,
    hasFailed,
  };
}
