import type { Snapshot } from '../model/snapshot.ts';
import { lastingSign, type LoggedFault } from './lasting-signs.ts';
import type { NodeView } from './nodes.ts';

/** A sentence of iptables, ipset, ip or Felix that says what the kernel lacks, and the modules that hold it. */
interface Clue {
  readonly pattern: RegExp;
  readonly modules: (groups: Readonly<Record<string, string>>) => readonly string[];
}

// iptables asks the kernel for xt_NAME; those that are called otherwise (net/ipv4/netfilter, net/netfilter of Linux).
const extensions: Readonly<Record<string, string>> = {
  rpfilter: 'ipt_rpfilter',
  tcp: 'xt_tcpudp',
  udp: 'xt_tcpudp',
  MARK: 'xt_mark',
  CONNMARK: 'xt_connmark',
  DNAT: 'xt_nat',
  SNAT: 'xt_nat',
  NOTRACK: 'xt_CT',
  REJECT: 'ipt_REJECT',
};

const extension = ({ name = '' }: Readonly<Record<string, string>>): readonly string[] => [
  extensions[name] ?? `xt_${name}`,
];

const table = ({ six = '', name = '' }: Readonly<Record<string, string>>): readonly string[] => [
  `ip${six}table_${name}`,
];

const named = ({ name = '' }: Readonly<Record<string, string>>): readonly string[] => [name];

const always =
  (...modules: readonly string[]): Clue['modules'] =>
  () =>
    modules;

const clues: readonly Clue[] = [
  { pattern: /Couldn't load (?:match|target) .(?<name>\w+).:/, modules: extension },
  {
    pattern: /Extension (?<name>\w+) revision \d+ not supported, missing kernel module/,
    modules: extension,
  },
  {
    pattern:
      /can't initialize ip(?<six>6?)tables table .(?<name>\w+).: Table does not exist|ip(?<six2>6?)tables\S*: unable to initialize table .(?<name2>\w+)./,
    modules: ({ six = '', name, six2 = '', name2 = '' }) =>
      table({ six: six || six2, name: name ?? name2 }),
  },
  // Every start asks for nf_conntrack_proto_sctp, which is no module any more: "attempted to modprobe" is nothing.
  {
    pattern: /^(?!.*attempted to modprobe).*Module (?<name>[\w-]+) not found in directory/,
    modules: named,
  },
  {
    pattern:
      /^(?!.*attempted to modprobe).*could not insert .(?<name>[\w-]+).: (?!Operation not permitted)/,
    modules: named,
  },
  {
    pattern:
      /Failed to initialize nft: Protocol not supported|Could not fetch rule set generation id: (?:Operation|Protocol) not supported/,
    modules: always('nf_tables'),
  },
  {
    pattern: /Cannot open session to kernel|Can't open socket to ipset/,
    modules: always('ip_set', 'xt_set'),
  },
  {
    pattern: /Kernel error received: set type not supported/,
    modules: always('ip_set_hash_ip', 'ip_set_hash_net'),
  },
  // Bound to the line's beginning, or each letter of a long line would be a new start.
  // felix/dataplane/linux: vxlan_mgr.go and ipip_mgr.go up to v3.30, route_mgr.go for both since.
  {
    pattern:
      /^(?=.*ailed (?:to )?configure (?:VXLAN )?tunnel device)(?!.*tunl0).*operation not supported/,
    modules: always('vxlan'),
  },
  {
    pattern:
      /Failed to add IPIP tunnel device(?!.*not permitted)|^(?=.*ailed to configure tunnel device)(?=.*tunl0).*operation not supported/,
    modules: always('ipip'),
  },
];

/** What calico-node logs where the kernel lacks something that Felix needs. */
export const missingModuleFault: LoggedFault = {
  pattern: new RegExp(clues.map(({ pattern }) => `(?:${unnamed(pattern)})`).join('|')),
};

function unnamed(pattern: RegExp): string {
  return pattern.source.replaceAll(/\(\?<\w+>/g, '(?:');
}

/** The modules that a log line says are missing; empty where it says nothing of that kind. */
export function modulesIn(message: string): readonly string[] {
  for (const { pattern, modules } of clues) {
    const match = pattern.exec(message);
    if (match) return modules({ ...match.groups });
  }
  return [];
}

/** True if calico-node of this node says now that the kernel lacks something. */
export const lacksModules = (snapshot: Snapshot, view: NodeView): boolean =>
  lastingSign(snapshot, view, missingModuleFault) !== null;
