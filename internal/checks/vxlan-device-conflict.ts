import { installUses } from '../calico/install/install.ts';
import { felixSettingOf } from '../calico/felix-configuration.ts';
import { lacksModules } from '../calico/kernel-modules.ts';
import { flannelOn, otherTunnels, vxlanFault } from '../calico/vxlan.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import { clearVxlan } from '../remediations/clear-vxlan.ts';
import { defineSignature, nodesOf, saidBy, someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  /** What the two devices have in common. */
  readonly kind: 'identifier' | 'port';
  readonly identifier: number;
  readonly port: number;
  /** Other tunnel devices that Felix saw on these nodes. */
  readonly devices: readonly string[];
}

// A device that does not fit is made anew once after a change of the settings; again and again, it is somebody else's.
const enoughReplacements = 3;

// felix/dataplane/linux/vxlan_mgr.go up to v3.30, route_mgr.go since: the kernel has one device for each identifier and port.
export const vxlanDeviceConflict = defineSignature<Facts>({
  id: 'vxlan-device-conflict',
  title: "Calico's VXLAN device is the only one of its network identifier on each node",
  uses: ['felixConfigurations', ...installUses],
  ...vxlanFault,
  counts: (snapshot, { view, lines }) =>
    (lines.length >= enoughReplacements ||
      lines.some(({ message }) => !/recreating device/.test(message))) &&
    !lacksModules(snapshot, view),
  confirms: (snapshot, { view }) =>
    flannelOn(snapshot, view).map((pod) =>
      fieldEvidence(pod, 'spec.containers[].image', pod.spec?.containers?.[0]?.image ?? ''),
    ),
  facts: (snapshot, sightings) => {
    const view = sightings[0]?.view;
    const set = (field: string): string | undefined =>
      view ? felixSettingOf(snapshot, view, field)?.value : undefined;
    return {
      nodes: nodesOf(sightings),
      kind: /address already in use/.test(saidBy(sightings)) ? 'port' : 'identifier',
      identifier: Number(set('vxlanVNI') ?? 4096),
      port: Number(set('vxlanPort') ?? 4789),
      devices: [...new Set(sightings.flatMap((sighting) => otherTunnels(snapshot, sighting.view)))],
    };
  },
  remedies: (snapshot, facts) => clearVxlan(snapshot, facts),
  words: {
    en: {
      title: ({ nodes, devices }) =>
        `another VXLAN device${devices.length > 0 ? ` (${devices.slice(0, 3).join(', ')})` : ''} stands in the way of Calico's on ${someNodes(nodes)}`,
      summary: ({ kind, identifier, port }) =>
        `Felix cannot make vxlan.calico, as a device with ${kind === 'port' ? `the same UDP port ${port}` : `the same identifier ${identifier}`} exists. Pods of the node have no way to other nodes, although calico-node may be ready.`,
    },
  },
});
