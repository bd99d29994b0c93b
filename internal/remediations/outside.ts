import { enumerate } from '../calico/enumerate.ts';
import type { Remedy } from '../model/remedy.ts';

/** Traffic that something outside the cluster (or a node's own firewall) does not let through. */
export interface Passage {
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
  /** Who has to get through: node names or addresses. */
  readonly from: readonly string[];
  /** Where to: node names or addresses. */
  readonly to: readonly string[];
  /** An address to try it with, from one of the sources; null if none is known. */
  readonly target: string | null;
}

// A line with the names of hundreds of nodes is not read.
const mostNames = 8;

/** The cure for blocked traffic: the rule that has to be there, and how to see whether it is. Nothing of it is in the API. */
export function openPassage({ protocol, port, from, to, target }: Passage): Remedy {
  const [first] = from;
  const probe =
    target === null || protocol === 'UDP'
      ? []
      : [
          `# on ${first ?? 'an affected node'}: "open" must come within 3 seconds`,
          `timeout 3 bash -c '</dev/tcp/${target}/${port}' && echo open || echo blocked`,
        ];
  return {
    id: 'open-passage',
    title: words.title(protocol, port),
    action: 'manual',
    risk: 'none',
    changes: [],
    consequences: [words.consequence],
    manual: [
      ...probe,
      ...words.rule(
        protocol,
        port,
        enumerate(from, mostNames) || 'all nodes',
        enumerate(to, mostNames) || 'all nodes',
      ),
      `# on ${to[0] ?? 'the target node'}: is it the node's own firewall?`,
      'sudo nft list ruleset | grep -nE "drop|reject" | head -40',
      'sudo firewall-cmd --list-all 2>/dev/null; sudo ufw status 2>/dev/null',
    ],
  };
}

/** What a person has to do, where, and the commands for it: nothing is changed through the API. */
export const byHand = (
  id: string,
  title: string,
  manual: readonly string[],
  consequences: readonly string[] = [],
): Remedy => ({ id, title, action: 'manual', risk: 'none', changes: [], consequences, manual });

/** A cure that no API of the cluster can give. */
export const outsideCluster = (
  title: string,
  manual: readonly string[],
  consequences: readonly string[] = [],
): Remedy => byHand('outside-cluster', title, manual, consequences);

const words = {
  title: (protocol: string, port: number): string =>
    `Let ${protocol} port ${port} through between the nodes`,
  consequence: 'The clients try again by themselves; no pod has to be restarted.',
  rule: (protocol: string, port: number, from: string, to: string): readonly string[] => [
    `# allow ${protocol} ${port} from ${from} to ${to}: security group, network ACL, firewall between the networks`,
  ],
};
