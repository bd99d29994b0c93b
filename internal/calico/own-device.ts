import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { ownAddresses, type AddressClaim } from './address-claims.ts';
import { parseAddress } from './autodetection/address.ts';
import { contains, networkText, parseCidr, type Network } from './autodetection/cidr.ts';
import { fieldEvidence } from './evidence.ts';
import { findObject, itemsOf } from './snapshot-lists.ts';

const tunnelAnnotations = [
  'projectcalico.org/IPv4VXLANTunnelAddr',
  'projectcalico.org/IPv6VXLANTunnelAddr',
  'projectcalico.org/IPv4IPIPTunnelAddr',
  'projectcalico.org/IPv4WireguardInterfaceAddr',
  'projectcalico.org/IPv6WireguardInterfaceAddr',
];

/** The networks that Calico gives addresses to pods from: of its pools, else of the Installation. Empty where neither was read. */
export function poolNetworks(snapshot: Snapshot): readonly Network[] {
  const pools = itemsOf(snapshot, 'ipPools').map(({ spec }) => spec?.cidr);
  const network = findObject(snapshot, 'installations', 'default')?.spec?.calicoNetwork;
  const wanted = (network?.ipPools ?? []).map(({ cidr }) => cidr);
  return (pools.length > 0 ? pools : wanted).flatMap(
    (cidr) => parseCidr(cidr ?? '')?.network ?? [],
  );
}

/**
 * What says that an address belongs to a device of Calico's own: it is the node's tunnel address, or lies in a pool in which the
 * node's own address does not lie. Null if nothing does.
 */
export function ownDeviceSign(
  snapshot: Snapshot,
  { view, ip, family }: AddressClaim,
): readonly Evidence[] | null {
  const { node } = view;
  const annotations = node?.metadata.annotations ?? {};
  const key = tunnelAnnotations.find((name) => annotations[name]?.split('/')[0] === ip);
  if (node && key) return [fieldEvidence(node, key, annotations[key] ?? '')];
  const inPool = (text: string): Network | undefined => {
    const address = parseAddress(text);
    return poolNetworks(snapshot).find((network) => address && contains(network, address));
  };
  const pool = inPool(ip);
  if (!pool || ownAddresses(view, family).some((own) => inPool(own) === pool)) return null;
  const object = itemsOf(snapshot, 'ipPools').find(
    ({ spec }) => parseCidr(spec?.cidr ?? '')?.network && spec?.cidr === networkText(pool),
  );
  return object ? [fieldEvidence(object, 'spec.cidr', networkText(pool))] : [];
}
