import { isControlPlane } from '../calico/node-roles.ts';
import type { Node } from '../model/kubernetes.ts';
import type { Remedy } from '../model/remedy.ts';

/** What has to be done on one machine: nothing of it is in the API. */
export interface NodeWork {
  readonly node: string;
  /** Commands to run there first, which change nothing: whether it is this at all. */
  readonly look?: readonly string[];
  /** Commands to run there, in order; a line that begins with `#` is a remark. */
  readonly commands: readonly string[];
}

export interface Runbook {
  readonly id: string;
  readonly title: string;
  readonly risk: Remedy['risk'];
  readonly consequences: readonly string[];
  /** Commands for a terminal with kubectl, before and after the work on each node. */
  readonly before?: (node: string) => readonly string[];
  readonly after?: (node: string) => readonly string[];
  readonly work: readonly NodeWork[];
}

/** From so many nodes on, the commands are printed for the first one only: they are the same on the others. */
const mostNodes = 3;

/** Work on machines as a remedy: for each node what to run where, one node after the other. */
export function nodeRunbook({
  id,
  title,
  risk,
  consequences,
  before,
  after,
  work,
}: Runbook): Remedy {
  const shown = work.slice(0, mostNodes);
  const rest = work.slice(mostNodes).map(({ node }) => node);
  return {
    id,
    title,
    action: 'manual',
    risk,
    changes: [],
    consequences,
    manual: [
      ...shown.flatMap(({ node, look, commands }) => [
        ...(look ? [words.lookFirst(node), ...look] : []),
        ...(before?.(node) ?? []),
        words.onNode(node),
        ...commands,
        ...(after ? [words.backHere, ...after(node)] : []),
      ]),
      ...(rest.length > 0 ? [words.sameOn(rest)] : []),
    ],
  };
}

const units: readonly (readonly [RegExp, string])[] = [
  [/\+rke2/, 'rke2-agent'],
  [/\+k3s/, 'k3s-agent'],
  [/\+k0s/, 'k0sworker'],
];

/** The systemd unit that the kubelet of a node runs in: its own, or that of the distribution that its version names. */
export function kubeletUnit(node: Node | null): string {
  const version = node?.status?.nodeInfo?.kubeletVersion ?? '';
  const unit = units.find(([pattern]) => pattern.test(version))?.[1];
  if (!unit) return 'kubelet';
  if (!node || !isControlPlane(node)) return unit;
  return unit
    .replace('rke2-agent', 'rke2-server')
    .replace('k3s-agent', 'k3s')
    .replace('k0sworker', 'k0scontroller');
}

const words = {
  lookFirst: (node: string): string => `# on ${node}, look first:`,
  onNode: (node: string): string => `# on ${node}:`,
  backHere: '# back here:',
  sameOn: (nodes: readonly string[]): string =>
    `# the same, one after the other, on ${nodes.join(', ')}`,
};
