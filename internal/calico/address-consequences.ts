import type { Symptom } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { affectedBy } from './affected.ts';
import { missingPeers } from './bgp.ts';
import { nodeViews, type NodeView } from './nodes.ts';

// What is reported of a node whose address is wrong, and of the nodes that wait for it.
const ofPeers = [
  'bgp-not-established',
  'bgp-peer-down',
  'bgp-port-179-blocked',
  'network-unavailable-stale',
  'rollout-blocked',
];

/**
 * What follows from nodes that give out these addresses: whatever is reported of these nodes alone (`ids`), and of those other
 * nodes that miss a session with one of the addresses and with nobody else.
 */
export function consequencesOfAddresses(
  snapshot: Snapshot,
  views: readonly NodeView[],
  addresses: readonly string[],
  ids: readonly string[],
): readonly Symptom[] {
  const known = new Set([...addresses, ...views.flatMap(({ internalIPs }) => internalIPs)]);
  const reports = Map.groupBy(missingPeers(snapshot), ({ view }) => view);
  const waiting = nodeViews(snapshot).filter((view) => {
    const missed = reports.get(view) ?? [];
    return (
      !views.includes(view) && missed.length > 0 && missed.every(({ peer }) => known.has(peer))
    );
  });
  const own = affectedBy(views);
  const all = [...own, ...affectedBy(waiting)];
  return [
    ...ofPeers
      .filter((id) => id !== 'bgp-not-established' || waiting.length > 0)
      .map((id) => ({ id, affected: id === 'bgp-not-established' ? affectedBy(waiting) : all })),
    ...ids.map((id) => ({ id, affected: own })),
  ];
}
