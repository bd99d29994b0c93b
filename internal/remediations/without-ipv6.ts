import { installFor } from '../calico/install/install-for.ts';
import { installOf } from '../calico/install/install.ts';
import { mainInstallation } from '../calico/install/objects.ts';
import { nodeViews } from '../calico/nodes.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { literalEnv, templateContainer } from './calico-env.ts';
import { inDaemonSet, inInstallationSpec, type Placed } from './container-fields.ts';
import { aboutPlace, isRenderedByOperator } from './durable.ts';

// Where a node has an IPv6 address, or pods get such, the cluster is meant to have it.
function isUsed(snapshot: Snapshot): boolean {
  const hasPool = itemsOf(snapshot, 'ipPools').some(({ spec }) => spec?.cidr?.includes(':'));
  const hasNode = nodeViews(snapshot).some(
    ({ ipv6, internalIPs }) => ipv6 !== null || internalIPs.some((ip) => ip.includes(':')),
  );
  return hasPool || hasNode;
}

// With a pool of that family the operator would write a method again, and pools are not taken away here.
function inInstallation(snapshot: Snapshot): Placed | null {
  const install = installFor(snapshot, ['calicoNetwork', 'nodeAddressAutodetectionV6']);
  const pools = mainInstallation(snapshot)?.spec?.calicoNetwork?.ipPools ?? [];
  if (pools.some(({ cidr }) => cidr?.includes(':'))) return null;
  const spec = { calicoNetwork: { nodeAddressAutodetectionV6: null } };
  return inInstallationSpec(install, install.installation ?? 'default', spec, snapshot);
}

function inEnvironment(snapshot: Snapshot): Placed {
  const install = installOf(snapshot);
  const env = templateContainer(snapshot, install)?.env ?? [];
  const settings = { IP6: 'none', FELIX_IPV6SUPPORT: 'false' };
  const fields = { env: literalEnv(env, settings) };
  return inDaemonSet(install, { container: 'calico-node', fields });
}

/**
 * Switches the search for an IPv6 address off, where no node has one: a start that finds none ends, and takes the IPv4 address away
 * with it. Null where the cluster uses IPv6.
 */
export function withoutIPv6(snapshot: Snapshot): Remedy | null {
  const install = installOf(snapshot);
  if (isUsed(snapshot)) return null;
  const placed = isRenderedByOperator(install) ? inInstallation(snapshot) : inEnvironment(snapshot);
  if (!placed) return null;
  return {
    id: 'without-ipv6',
    title: words.title,
    risk: 'restarts-pods',
    consequences: [words.rolls, ...aboutPlace(install, placed)],
    ...placed,
  };
}

const words = {
  title: 'Let calico-node look for no IPv6 address, as no node has one',
  rolls: 'calico-node restarts node by node; running pods keep their network meanwhile.',
};
