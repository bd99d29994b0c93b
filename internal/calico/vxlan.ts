import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { LoggedFault } from './lasting-signs.ts';
import { logLines } from './logs.ts';
import type { NodeView } from './nodes.ts';
import { itemsOf } from './snapshot-lists.ts';

/**
 * What Felix logs when another device has its identifier or port. The kernel answers "file exists", Felix takes that for its own
 * device and then cannot find it (configureVXLANDevice, configureTunnelDevice). The wording differs up to v3.22, up to v3.30, and since;
 * from v3.31 on the IPIP device tunl0 has the same words. Without such a reason the line is an ordinary start.
 */
export const vxlanFault: LoggedFault = {
  pattern:
    /Failed to create VXLAN device\. Another device with this VNI may already exist|^(?!.*tunl0).*ailed (?:to )?configure (?:VXLAN )?tunnel device, retrying.*(?:file exists|address already in use|can't locate created (?:vxlan|tunnel) device)|vxlan[^"]*" exists with incompat[ai]ble configuration: .*recreating device/,
  cured: /(?:VXLAN tunnel|Tunnel) device configured/,
};

const tunnelName = /ifaceName="((?:flannel[.-]|vxlan|vx-)[^"]*)"/;

/** The tunnel devices of others that Felix saw on a node. */
export function otherTunnels(snapshot: Snapshot, { pod }: NodeView): readonly string[] {
  if (!pod) return [];
  const names = logLines(snapshot, pod, 'calico-node').flatMap(({ message }) => {
    const name = tunnelName.exec(message)?.[1];
    return name === undefined || /^vxlan(?:-v6)?\.calico$/.test(name) ? [] : [name];
  });
  return [...new Set(names)];
}

/** Pods of flannel beside calico-node on a node; Canal's own is none of them. */
export const flannelOn = (snapshot: Snapshot, view: NodeView): readonly Pod[] =>
  itemsOf(snapshot, 'pods').filter(
    (pod) =>
      pod.spec?.nodeName === view.name &&
      pod.metadata.uid !== view.pod?.metadata.uid &&
      (pod.spec.containers ?? []).some(({ image }) => /flannel/.test(image ?? '')),
  );
