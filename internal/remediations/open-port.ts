import type { Remedy } from '../model/remedy.ts';

export interface PortOpening {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** What speaks on that port: "BGP", "Typha". */
  readonly use: string;
  /** Nodes whose firewall is to be looked at first. */
  readonly nodes: readonly string[];
  /** A peer to try the connection with, from one of these nodes; null if none is known. */
  readonly from: { readonly node: string; readonly to: string } | null;
}

/**
 * Opens a port between nodes: firewalls stand on the machines or in the network around them, out of the API's reach, so this is
 * a list of commands for each node concerned.
 */
export function openPort(opening: PortOpening): Remedy {
  const { port, protocol, use, nodes, from } = opening;
  const rule = `${port}/${protocol}`;
  return {
    id: 'open-port',
    title: words.title(use, rule),
    action: 'manual',
    risk: 'none',
    changes: [],
    consequences: [words.consequence],
    manual: [
      ...(from
        ? [
            `# ${words.probe(from.node)}`,
            `timeout 5 bash -c '</dev/tcp/${from.to}/${port}' && echo open || echo blocked`,
          ]
        : []),
      `# ${words.onNodes(nodes)}`,
      `firewall-cmd --permanent --add-port=${rule} && firewall-cmd --reload   # firewalld`,
      `ufw allow ${rule}   # ufw`,
      `nft list ruleset | grep -nE 'drop|reject'   # other rules`,
      `# ${words.outside(rule)}`,
    ],
  };
}

const words = {
  title: (use: string, rule: string): string =>
    `Let ${use} through: open ${rule} between all nodes, both ways`,
  consequence:
    'BIRD tries again by itself; the session comes up within a minute, without a restart.',
  probe: (node: string): string => `on ${node}: is it blocked at all?`,
  onNodes: (nodes: readonly string[]): string => `on ${nodes.join(', ')}: what applies there`,
  outside: (rule: string): string =>
    `in a cloud or behind a firewall: allow ${rule} in the security group of the nodes, from and to that group`,
};
