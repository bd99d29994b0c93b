import type { Snapshot } from '../model/snapshot.ts';
import { addressClaims, ownAddresses } from './address-claims.ts';
import { parseAddress, type Address } from './autodetection/address.ts';
import { contains, networkOf } from './autodetection/cidr.ts';
import { missingPeers, type PeerReport } from './bgp.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { itemsOf } from './snapshot-lists.ts';

/** A peer that nodes miss and that is no node's address, as far as the snapshot tells. */
export interface StrangePeer {
  readonly ip: string;
  readonly reports: readonly PeerReport[];
  /** The nodes that may have given it out: they have hardly a session themselves. */
  readonly suspects: readonly NodeView[];
  /** True if it lies in the network that the nodes' own addresses share: a machine that was there, rather than a bridge. */
  readonly isNear: boolean;
  /** True if it may be a router that the nodes peer with: the first or the last address of a usual network. */
  readonly mayBeRouter: boolean;
}

// Nodes of one network have their first bits in common; where no prefix is known, as many as a usual node network has.
const usualBits = { 4: 24, 6: 64 };

function isNear(snapshot: Snapshot, address: Address): boolean {
  const prefixes = addressClaims(snapshot, address.family).flatMap(({ prefix }) => prefix ?? []);
  const bits = Math.min(usualBits[address.family], ...prefixes.filter((prefix) => prefix >= 8));
  return nodeViews(snapshot)
    .flatMap((view) => ownAddresses(view, address.family))
    .some((own) => {
      const known = parseAddress(own);
      return known !== null && contains(networkOf(known, bits), address);
    });
}

// A node that is not known by the address it sends from is refused by all others.
function suspectsOf(snapshot: Snapshot, ip: string): readonly NodeView[] {
  const views = nodeViews(snapshot);
  const reports = Map.groupBy(missingPeers(snapshot), ({ view }) => view);
  return views.filter((view) => {
    const missed = new Set((reports.get(view) ?? []).map(({ peer }) => peer));
    const others = views.filter((other) => other !== view && other.pod !== null);
    const known = others.filter((other) => ownAddresses(other, 4).some((own) => missed.has(own)));
    return !missed.has(ip) && others.length > 0 && known.length * 2 > others.length;
  });
}

/**
 * Peers of the node-to-node mesh that belong to nobody. With Kubernetes as the datastore every node's address is in an annotation,
 * so this is a question for etcd, whose records no dump of Kubernetes has. Peers that BGPPeer objects ask for are left out.
 */
export function strangePeers(snapshot: Snapshot): readonly StrangePeer[] {
  const claims = [...addressClaims(snapshot, 4), ...addressClaims(snapshot, 6)];
  if (claims.some(({ source }) => source === 'annotation')) return [];
  const asked = itemsOf(snapshot, 'bgpPeers').flatMap(({ spec }) => spec?.peerIP ?? []);
  const known = new Set([
    ...asked,
    ...claims.map(({ ip }) => ip),
    ...nodeViews(snapshot).flatMap((view) => [...ownAddresses(view, 4), ...ownAddresses(view, 6)]),
  ]);
  const strange = missingPeers(snapshot).filter(
    ({ peer, session }) => !known.has(peer) && (session === null || session.kind === 'Mesh'),
  );
  return [...Map.groupBy(strange, ({ peer }) => peer)].flatMap(([ip, reports]) => {
    const address = parseAddress(ip);
    if (!address) return [];
    const last = address.bytes.at(-1) ?? 0;
    const near = isNear(snapshot, address);
    const mayBeRouter = near && (last === 1 || last === 254);
    return [{ ip, reports, suspects: suspectsOf(snapshot, ip), isNear: near, mayBeRouter }];
  });
}
