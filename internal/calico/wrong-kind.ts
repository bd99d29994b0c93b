import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { AddressClaim } from './address-claims.ts';
import { parseAddress } from './autodetection/address.ts';
import { bitsOf, contains, networkOf, networkText, type Network } from './autodetection/cidr.ts';
import { storesNetworkAddress } from './autodetection/method.ts';
import { interfaceKind } from './interface-kind.ts';
import { inventoryOf } from './inventory.ts';
import { lostAddress } from './lost-address.ts';
import type { NodeView } from './nodes.ts';
import { ownDeviceSign } from './own-device.ts';
import { calicoContainer, settingsOf } from './settings.ts';
import { imageVersion } from './version.ts';
import { virtualAddresses } from './virtual-addresses.ts';

/** What an address that is not the node's own belongs to. */
export type WrongKind =
  | 'own-device'
  | 'virtual'
  | 'vpn'
  | 'bridge'
  | 'network-address'
  | 'gone'
  | 'second-address'
  | 'other-interface';

/** What tells the kind. */
export interface ToldKind {
  readonly kind: WrongKind;
  readonly evidence: readonly Evidence[];
  /** True if it is a sign by itself that the address is wrong, not only a guess at what it is. */
  readonly isSign: boolean;
}

/** The method in use on a node for a family, as its pod has it. */
export function methodOn(snapshot: Snapshot, { pod }: NodeView, family: 4 | 6): string {
  const settings = settingsOf(snapshot, pod?.spec, pod);
  return family === 4 ? settings.method : settings.method6;
}

/** The interface that carries an address on a node; null if it is not known. */
export const carrierOf = (snapshot: Snapshot, view: NodeView, ip: string | null): string | null =>
  inventoryOf(snapshot, view).interfaces.find(({ addresses }) =>
    addresses.some((address) => address.ip === ip),
  )?.name ?? null;

/** True if one of the networks holds the address. */
export const isInside = (networks: readonly Network[], ip: string): boolean => {
  const address = parseAddress(ip);
  return address !== null && networks.some((network) => contains(network, address));
};

/** True for 100.64.0.0/10, the range that meshes of VPNs give addresses from (RFC 6598). */
export function isSharedRange(ip: string): boolean {
  const [first = 0, second = 0] = ip.split('.').map(Number);
  return first === 100 && second >= 64 && second < 128;
}

// Container engines give the first address of a bridge's network to the bridge.
function isGateway({ ip, prefix, family }: AddressClaim): boolean {
  const address = parseAddress(ip);
  if (!address || family !== 4 || prefix === null || prefix > 30) return false;
  return address.bytes.at(-1) === (networkOf(address, prefix).bytes.at(-1) ?? 0) + 1;
}

function isNetworkAddress(snapshot: Snapshot, claim: AddressClaim, own: string | null): boolean {
  const { view, prefix, family } = claim;
  const address = parseAddress(own ?? '');
  const version = imageVersion(calicoContainer(view.pod?.spec)?.image) ?? '';
  if (!address || prefix === null || !storesNetworkAddress(version)) return false;
  return (
    methodOn(snapshot, view, family).startsWith('kubernetes-internal-ip') &&
    networkText(networkOf(address, prefix)) === `${claim.ip}/${prefix}`
  );
}

function isOnNoInterface(snapshot: Snapshot, { view, family, ip }: AddressClaim): boolean {
  const { completeness, interfaces, isStale } = inventoryOf(snapshot, view);
  const mayBe = interfaces.some(
    ({ addresses, mayHideAddresses }) =>
      mayHideAddresses || addresses.some((address) => address.ip === ip),
  );
  return completeness[family] === 'all' && !isStale && !mayBe;
}

const sure = (kind: WrongKind, evidence: readonly Evidence[] = []): ToldKind => ({
  kind,
  evidence,
  isSign: true,
});
const guessed = (kind: WrongKind): ToldKind => ({ kind, evidence: [], isSign: false });

function byName({ iface, prefix, family }: AddressClaim, isNear: boolean): ToldKind | null {
  const named = interfaceKind(iface);
  if (named === 'calico') return sure('own-device');
  if (named === 'bridge' || named === 'vpn') return sure(named);
  const isHost = prefix === bitsOf(family);
  return isHost && (isNear || named === 'card') ? sure('virtual') : null;
}

/**
 * Tells what an address belongs to: by Calico's own records and the cluster's objects, then by the interface's name, then by the
 * address itself. `ownNetworks` are those of the nodes that give out their own address.
 */
export function tellKind(
  snapshot: Snapshot,
  claim: AddressClaim,
  own: string | null,
  ownNetworks: readonly Network[],
): ToldKind {
  const { view, ip, iface } = claim;
  const device = ownDeviceSign(snapshot, claim);
  if (device) return sure('own-device', device);
  if (isNetworkAddress(snapshot, claim, own)) return sure('network-address');
  const virtual = virtualAddresses(snapshot).get(ip);
  if (virtual) return sure('virtual', [virtual]);
  const lost = lostAddress(snapshot, claim);
  if (lost) return sure('gone', lost);
  const isNear = iface !== null && iface === carrierOf(snapshot, view, own);
  const named = byName(claim, isNear);
  if (named) return named;
  if (isOnNoInterface(snapshot, claim)) return sure('gone');
  if (isSharedRange(ip) && !isSharedRange(own ?? '')) return guessed('vpn');
  if (isNear || isInside(ownNetworks, ip)) return guessed('second-address');
  return guessed(
    interfaceKind(iface) !== 'card' && isGateway(claim) ? 'bridge' : 'other-interface',
  );
}
