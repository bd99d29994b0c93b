import type { Symptom } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { affectedBy } from './affected.ts';
import { missingPeers } from './bgp.ts';
import { nodeViews, type NodeView } from './nodes.ts';

const addressesOf = ({ internalIPs, ipv4, ipv6 }: NodeView): readonly string[] => [
  ...internalIPs,
  ...(ipv4 ? [ipv4.ip] : []),
  ...(ipv6 ? [ipv6.ip] : []),
];

/** The nodes whose calico-node misses a BGP session with one of these nodes, and with no other. */
export function viewsMissing(snapshot: Snapshot, dead: readonly NodeView[]): readonly NodeView[] {
  const addresses = new Set(dead.flatMap(addressesOf));
  const reports = Map.groupBy(missingPeers(snapshot), ({ view }) => view);
  return nodeViews(snapshot).filter((view) => {
    const missed = reports.get(view) ?? [];
    return (
      !dead.includes(view) && missed.length > 0 && missed.every(({ peer }) => addresses.has(peer))
    );
  });
}

/**
 * What follows from nodes that have no working calico-node: the sessions that others miss with them, and whatever else is
 * reported about these nodes alone (`ids`).
 */
export function consequencesOf(
  snapshot: Snapshot,
  dead: readonly NodeView[],
  ids: readonly string[],
): readonly Symptom[] {
  const missing = viewsMissing(snapshot, dead);
  const own = affectedBy(dead);
  const all = [...own, ...affectedBy(missing)];
  return [
    ...(missing.length > 0 ? [{ id: 'bgp-not-established', affected: affectedBy(missing) }] : []),
    ...['bgp-peer-down', 'bgp-port-179-blocked'].map((id) => ({ id, affected: all })),
    ...ids.map((id) => ({ id, affected: own })),
  ];
}
