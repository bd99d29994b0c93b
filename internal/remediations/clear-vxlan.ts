import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { felixSetting } from './felix-setting.ts';
import { nodeRunbook } from './node-runbook.ts';

export interface VxlanConflict {
  readonly nodes: readonly string[];
  readonly kind: 'identifier' | 'port';
  readonly identifier: number;
  readonly port: number;
  readonly devices: readonly string[];
}

/** Removes the other device, or gives Calico's another identifier or port, on all nodes at once. */
export const clearVxlan = (
  snapshot: Snapshot,
  { nodes, kind, identifier, port, devices }: VxlanConflict,
): readonly Remedy[] => [
  nodeRunbook({
    id: 'remove-vxlan-device',
    title: words.remove,
    risk: 'interrupts-traffic',
    consequences: [words.other],
    work: nodes.map((node) => ({
      node,
      commands: [
        `ip -d link show type vxlan   # ${words.which(kind, identifier, port)}`,
        `ip link del ${devices[0] ?? 'DEVICE'}   # ${words.onlyIf}`,
      ],
    })),
  }),
  felixSetting(snapshot, {
    id: 'move-vxlan',
    title: kind === 'port' ? words.movePort : words.moveIdentifier,
    field: kind === 'port' ? 'vxlanPort' : 'vxlanVNI',
    value: kind === 'port' ? port + 10 : identifier + 1,
    risk: 'interrupts-traffic',
    consequences: [words.cut, ...(kind === 'port' ? [words.firewall] : [])],
  }),
];

const words = {
  remove: 'Remove the other device, if nobody needs it',
  other: 'Whatever uses the other device loses its network.',
  which: (kind: VxlanConflict['kind'], identifier: number, port: number): string =>
    kind === 'port'
      ? `look for "dstport ${port}" beside vxlan.calico`
      : `look for "id ${identifier}" beside vxlan.calico`,
  onlyIf:
    'only if its owner is gone: a former flannel, a test; else stop the owner, or take the other remedy',
  moveIdentifier: 'Give Calico another identifier, on all nodes at once',
  movePort: 'Give Calico another UDP port, on all nodes at once',
  cut: 'The overlay of the whole cluster is cut until every node has the new value.',
  firewall: 'Firewalls between the nodes have to let the new port through.',
};
