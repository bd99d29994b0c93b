import { isAtLeast } from '../version.ts';
import { parseAddress, type Address, type Family } from './address.ts';
import { bitsOf, contains, networkOf, networkText, type Network } from './cidr.ts';
import { firstInternalIP } from './detect.ts';
import { storesNetworkAddress } from './method.ts';
import type { NodeCase } from './predict-types.ts';

// Longer lists are not a rule of the cluster any more, but a list of its machines.
const mostNetworks = 8;
const mostNames = 4;

/** True where `kubernetes-internal-ip` exists and stores the right value: from v3.22.4 and v3.23.2 on. */
export const hasSoundInternalIP = (calicoVersion: string): boolean =>
  isAtLeast(calicoVersion, '3.22.0') && !storesNetworkAddress(calicoVersion);

const internalOf = ({ nodeAddresses }: NodeCase, family: Family): Address | null =>
  parseAddress(firstInternalIP(nodeAddresses, family));

// A healthy node keeps its address, which need not be the one that Kubernetes knows.
const targetOf = (node: NodeCase, family: Family): Address | null =>
  (node.isHealthy ? parseAddress(node.stored ?? '') : null) ?? internalOf(node, family);

function prefixOn({ inventory }: NodeCase, ip: string): number | null {
  const all = [
    ...inventory.interfaces.flatMap(({ addresses }) => addresses),
    ...inventory.unplaced,
  ];
  return all.find((one) => one.ip === ip && one.prefix !== null)?.prefix ?? null;
}

function networksOf(nodes: readonly NodeCase[], family: Family): readonly Network[] {
  const networks = new Map<string, Network>();
  for (const node of nodes) {
    const address = targetOf(node, family);
    const prefix = address && prefixOn(node, address.text);
    // A host route says nothing of the network.
    if (!address || prefix === null || prefix >= bitsOf(family) - 1 || prefix === 0) continue;
    const network = networkOf(address, prefix);
    networks.set(networkText(network), network);
  }
  const all = [...networks.values()];
  const isInside = (one: Network): boolean =>
    all.some(
      (other) =>
        other !== one &&
        other.prefix < one.prefix &&
        contains(other, { family, bytes: one.bytes, text: '' }),
    );
  return all.filter((one) => !isInside(one));
}

/** `cidr=` of the networks of the addresses that are to come out; null if their prefixes are not known, or they are too many. */
function cidrMethod(nodes: readonly NodeCase[], family: Family): string | null {
  const networks = networksOf(nodes, family);
  const isCovered = nodes.every((node) => {
    const address = targetOf(node, family);
    return address === null || networks.some((network) => contains(network, address));
  });
  if (networks.length === 0 || networks.length > mostNetworks || !isCovered) return null;
  return `cidr=${networks.map(networkText).toSorted().join(',')}`;
}

/** An interface name as a pattern that matches it alone. */
export const anchoredName = (name: string): string =>
  `^${name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`;

function namesMethod(prefix: string, names: readonly string[]): string | null {
  const list = [...new Set(names)].filter((name) => !name.includes(',')).toSorted();
  const isUsable = list.length > 0 && list.length <= mostNames;
  return isUsable ? `${prefix}${list.map(anchoredName).join(',')}` : null;
}

const carrierName = ({ inventory }: NodeCase, ip: string | null): string[] =>
  inventory.interfaces
    .filter(({ addresses }) => addresses.some((one) => one.ip === ip))
    .map(({ name }) => name);

/**
 * Methods worth trying for a cluster, in order of preference: what survives new interfaces first. They are only proposals until
 * they are simulated on every node. `can-reach=` is never among them: it follows the routes of the moment.
 */
export function candidateMethods(
  nodes: readonly NodeCase[],
  family: Family,
  calicoVersion: string | null,
): readonly string[] {
  const version = calicoVersion ?? '';
  const homes = nodes.flatMap((node) =>
    carrierName(node, targetOf(node, family)?.text ?? null).slice(0, 1),
  );
  const wrong = nodes
    .filter((node) => !node.isHealthy && node.stored !== internalOf(node, family)?.text)
    .flatMap((node) => carrierName(node, node.stored));
  const candidates = [
    hasSoundInternalIP(version) ? 'kubernetes-internal-ip' : null,
    isAtLeast(version, '3.16.0') ? cidrMethod(nodes, family) : null,
    namesMethod('interface=', homes),
    namesMethod(
      'skip-interface=',
      wrong.filter((name) => !homes.includes(name)),
    ),
  ];
  return candidates.filter((method) => method !== null);
}
