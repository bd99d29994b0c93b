import { loadModules } from '../remediations/kernel-work.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly modules: readonly string[];
}

// What a missing match, target, device type or set looks like from user space; the sctp line of every start is nothing.
const pattern =
  /Couldn't load (?:match|target) .(?<match>[\w-]+).:|No chain\/target\/match by that name|Module (?<module>(?!nf_conntrack_proto_sctp)[\w-]+) not found in directory|can't initialize i[p6]+tables table .(?<table>\w+).: Table does not exist|(?:create|add|configure)[^"]*(?<device>VXLAN|IPIP|vxlan|ipip)[^"]*(?:operation not supported|not supported)|Kernel support for (?<set>ip_?sets?)/;

const modulesFor: Readonly<Record<string, string>> = {
  set: 'xt_set',
  rpfilter: 'xt_rpfilter',
  conntrack: 'xt_conntrack',
  comment: 'xt_comment',
  addrtype: 'xt_addrtype',
  multiport: 'xt_multiport',
  mark: 'xt_mark',
  MARK: 'xt_mark',
  MASQUERADE: 'xt_MASQUERADE',
  CT: 'xt_CT',
  NFLOG: 'xt_NFLOG',
  vxlan: 'vxlan',
  VXLAN: 'vxlan',
  ipip: 'ipip',
  IPIP: 'ipip',
  nat: 'iptable_nat',
  raw: 'iptable_raw',
  mangle: 'iptable_mangle',
  filter: 'iptable_filter',
};

function moduleOf(match: RegExpExecArray): string {
  const groups = match.groups ?? {};
  const named = groups['module'];
  if (named) return named;
  const what =
    groups['match'] ?? groups['table'] ?? groups['device'] ?? (groups['set'] ? 'set' : '');
  return modulesFor[what] ?? (what ? `xt_${what}` : 'ip_tables');
}

// Felix programs what the kernel offers; a minimal kernel, or one that was upgraded without a reboot, lacks modules.
export const kernelModulesMissing = defineSignature<Facts>({
  id: 'kernel-modules-missing',
  title: 'every kernel has the modules that Felix uses',
  pattern,
  facts: (_snapshot, sightings) => ({
    nodes: nodesOf(sightings),
    modules: [...new Set(sightings.map(({ match }) => moduleOf(match)))],
  }),
  confirms: (_snapshot, { view }) => {
    const kernel = view.node?.status?.nodeInfo?.kernelVersion;
    return kernel && view.node
      ? [
          {
            from: { kind: 'Node', name: view.name },
            field: 'status.nodeInfo.kernelVersion',
            text: kernel,
          },
        ]
      : [];
  },
  explains: [
    'iptables-programming-failure',
    'ipset-failure',
    'iptables-backend-mismatch',
    'vxlan-device-conflict',
    'slow-startup-liveness-kill',
  ],
  remedies: (_snapshot, { nodes, modules }) => [loadModules(nodes, modules)],
  words: {
    en: {
      title: ({ nodes, modules }) =>
        `the kernel of ${someNodes(nodes)} lacks ${modules.join(', ')}`,
      summary: () =>
        'Felix cannot program the firewall, sets or tunnels of the node without it. The usual reason is a kernel that was upgraded and not yet booted, or a small cloud kernel without extra modules.',
      ruledOut: () => [
        'not the line about nf_conntrack_proto_sctp: every modern kernel prints that one',
      ],
    },
  },
});
