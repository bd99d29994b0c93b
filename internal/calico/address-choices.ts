import type { Snapshot } from '../model/snapshot.ts';
import { parseAddress, type Family } from './autodetection/address.ts';
import { parseCidrOrAddress } from './autodetection/cidr.ts';
import type { LogLine } from './log.ts';
import { logLines } from './logs.ts';
import type { NodeView } from './nodes.ts';

/** An address that calico-node settled on, as its log says. */
export interface AddressChoice {
  readonly family: Family;
  readonly ip: string;
  /** Null where the line has a bare address. */
  readonly prefix: number | null;
  /** Null where the line does not name the interface: `can-reach=`, `kubernetes-internal-ip`, an address from `IP`. */
  readonly iface: string | null;
  readonly line: LogLine;
  /** True if the run before the present one said so. */
  readonly previous: boolean;
}

// autodetection_methods.go (startup.go before v3.22), from the components startup, monitor-addresses and node-services.
const patterns: readonly RegExp[] = [
  /^Using autodetected IPv[46] address on interface (?<iface>\S+): (?<cidr>\S+)/,
  /^Using autodetected IPv[46] address (?<cidr>\S+) on (?:matching )?interface (?<iface>\S+)/,
  /^Using autodetected IPv[46] address (?<cidr>\S+), detected by/,
  /^Including CIDR information from host interface\. CIDR="(?<cidr>[^"]+)"/,
  /^Using IPv[46] address from environment: IP6?=(?<cidr>\S+)/,
];

function choiceOf(line: LogLine, previous: boolean): AddressChoice | null {
  if (!line.message.startsWith('Using ') && !line.message.startsWith('Including ')) return null;
  for (const pattern of patterns) {
    const groups = pattern.exec(line.message)?.groups;
    const text = groups?.['cidr'] ?? '';
    const cidr = parseCidrOrAddress(text);
    if (!groups || !cidr) continue;
    const { family, text: ip } = cidr.address;
    const prefix = parseAddress(text) ? null : cidr.prefix;
    return { family, ip, prefix, iface: groups['iface'] ?? null, line, previous };
  }
  return null;
}

const memo = new WeakMap<readonly LogLine[], readonly AddressChoice[]>();

function choicesIn(lines: readonly LogLine[], previous: boolean): readonly AddressChoice[] {
  const known = memo.get(lines);
  if (known) return known;
  const choices = lines.flatMap((line) => choiceOf(line, previous) ?? []);
  if (lines.length > 0) memo.set(lines, choices);
  return choices;
}

/** The addresses that calico-node settled on, in the run before and in the present one, oldest first. */
export function addressChoices(
  snapshot: Snapshot,
  { pod }: NodeView,
  family: Family,
): readonly AddressChoice[] {
  if (!pod) return [];
  return [true, false]
    .flatMap((previous) => choicesIn(logLines(snapshot, pod, 'calico-node', previous), previous))
    .filter((choice) => choice.family === family);
}
