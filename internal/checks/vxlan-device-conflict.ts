import { installUses } from '../calico/install/install.ts';
import { felixSetting } from '../remediations/felix-setting.ts';
import { nodeRunbook } from '../remediations/node-runbook.ts';
import { defineSignature, nodesOf, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
}

// felix/dataplane/linux/vxlan_mgr.go. Without "file exists" the line about the parent device is an ordinary start.
export const vxlanDeviceConflict = defineSignature<Facts>({
  id: 'vxlan-device-conflict',
  title: "Calico's VXLAN device is the only one of its network identifier on each node",
  uses: [...installUses],
  pattern:
    /Failed to create VXLAN device\. Another device with this VNI may already exist|[Ff]ailed to configure (?:VXLAN )?tunnel device, retrying.*(?:file exists|address already in use)/,
  facts: (_snapshot, sightings) => ({ nodes: nodesOf(sightings) }),
  explains: ['slow-startup-liveness-kill'],
  remedies: (snapshot, { nodes }) => [
    nodeRunbook({
      id: 'remove-vxlan-device',
      title: words.remove,
      risk: 'interrupts-traffic',
      consequences: [words.other],
      work: nodes.map((node) => ({
        node,
        commands: [
          'ip -d link show type vxlan   # another device with "id 4096", or with port 4789, beside vxlan.calico',
          'ip link del DEVICE   # only if its owner is gone: flannel.4096 of a former installation, a test of somebody',
        ],
      })),
    }),
    felixSetting(snapshot, {
      id: 'move-vxlan',
      title: words.move,
      field: 'vxlanVNI',
      value: 4097,
      consequences: [words.cut],
    }),
  ],
  words: {
    en: {
      title: ({ nodes }) =>
        `another VXLAN device stands in the way of Calico's on ${someNodes(nodes)}`,
      summary: () =>
        'Felix cannot make vxlan.calico, as a device with the same identifier or port exists. Pods of the node have no way to other nodes.',
    },
  },
});

const words = {
  remove: 'Remove the other device, if nobody needs it',
  other: 'Whatever uses the other device loses its network.',
  move: 'Give Calico another identifier, on all nodes at once',
  cut: 'The overlay of the whole cluster is cut until every node has the new identifier.',
};
