import type { Snapshot } from '../model/snapshot.ts';
import { addressClaims, ownAddresses } from './address-claims.ts';
import { missingPeers, ownersOf, type PeerReport } from './bgp.ts';
import { nodeViews } from './nodes.ts';
import { itemsOf } from './snapshot-lists.ts';

/** A BGP peer outside the cluster with which nodes have no session. */
export interface RouterPeer {
  readonly address: string;
  readonly reports: readonly PeerReport[];
  /** Names of the BGPPeer objects that ask for it. */
  readonly askedBy: readonly string[];
  /** True if a BGPPeer or BIRD's own name of the session says that it is no node of the mesh; else it is concluded. */
  readonly isTold: boolean;
}

// `10.0.0.1`, `10.0.0.1:1790`, `fd00::1`, `[fd00::1]:1790` (api/pkg/apis/projectcalico/v3 BGPPeerSpec).
const addressIn = (peerIP: string): string =>
  /^\[(.+)\](?::\d+)?$/.exec(peerIP)?.[1] ?? /^([\d.]+):\d+$/.exec(peerIP)?.[1] ?? peerIP;

/** True if every node that has calico-node is known by what Calico stored: another address is then none of the mesh. */
function knowsAllNodes(snapshot: Snapshot): boolean {
  const stored = new Set(
    ([4, 6] as const)
      .flatMap((family) => addressClaims(snapshot, family))
      .flatMap(({ source, view }) => (source === 'log' ? [] : view.name)),
  );
  return nodeViews(snapshot).every(({ name, pod }) => pod === null || stored.has(name));
}

/** The routers, route reflectors and switches outside the cluster that nodes miss as peers (Global_… and Node_… in BIRD). */
export function missingRouters(snapshot: Snapshot): readonly RouterPeer[] {
  const peers = itemsOf(snapshot, 'bgpPeers');
  const ofNodes = new Set(
    nodeViews(snapshot).flatMap((view) => [...ownAddresses(view, 4), ...ownAddresses(view, 6)]),
  );
  const strange = missingPeers(snapshot).filter(
    ({ peer, session }) =>
      !ofNodes.has(peer) && ownersOf(snapshot, peer).length === 0 && session?.kind !== 'Mesh',
  );
  const mayConclude = snapshot.lists.bgpPeers.state !== 'read' && knowsAllNodes(snapshot);
  return [...Map.groupBy(strange, ({ peer }) => peer)].flatMap(([address, reports]) => {
    const askedBy = peers
      .filter(({ spec }) => addressIn(spec?.peerIP ?? '') === address)
      .map(({ metadata }) => metadata.name);
    const isTold = askedBy.length > 0 || reports.some(({ session }) => session !== null);
    // One node may tell of a peer that has just left; several that go on asking for it are set to do so.
    const isConcluded = mayConclude && new Set(reports.map(({ view }) => view.name)).size > 1;
    return isTold || isConcluded ? [{ address, reports, askedBy, isTold }] : [];
  });
}
