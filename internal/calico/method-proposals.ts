import type { Snapshot } from '../model/snapshot.ts';
import { addressClaims } from './address-claims.ts';
import { parseAddress, type Family } from './autodetection/address.ts';
import { bitsOf, networkOf, networkText } from './autodetection/cidr.ts';
import {
  judgeMethod,
  proposeMethods,
  type ClusterCase,
  type Proposal,
} from './autodetection/propose.ts';
import { installOf } from './install/install.ts';
import { clusterCase } from './node-addresses.ts';
import { nodeViews } from './nodes.ts';

/** The methods that would cure these nodes, simulated on every node that is not lost. */
export interface MethodProposals {
  /** Safe ones, the best first: no right address changes, no node is left without one. */
  readonly safe: readonly Proposal[];
  /** What was tried and has something against it. */
  readonly unsafe: readonly Proposal[];
}

/** The cluster as the simulation needs it, with the addresses that only logs tell (etcd) as the stored ones. */
function caseOf(snapshot: Snapshot, sick: ReadonlySet<string>, family: Family): ClusterCase {
  const { calicoVersion } = installOf(snapshot);
  const cluster = clusterCase(snapshot, family, calicoVersion, { sick });
  const claims = new Map(addressClaims(snapshot, family).map(({ view, ip }) => [view.name, ip]));
  const lost = new Set(nodeViews(snapshot).flatMap(({ name, isLost }) => (isLost ? [name] : [])));
  const nodes = cluster.nodes
    .filter(({ name }) => !lost.has(name))
    .map((node) => ({ ...node, stored: claims.get(node.name) ?? node.stored }));
  return { ...cluster, nodes };
}

// Where the healthy nodes use a network that Kubernetes does not know them by, that network is what the sick ones belong to.
function secondNetwork(snapshot: Snapshot, cluster: ClusterCase): Proposal | null {
  const { nodes, family } = cluster;
  const healthy = new Set(nodes.flatMap(({ name, isHealthy }) => (isHealthy ? [name] : [])));
  const networks = addressClaims(snapshot, family).flatMap(({ view, ip, prefix }) => {
    const address = parseAddress(ip);
    const isNetwork = address && prefix !== null && prefix < bitsOf(family) - 1;
    return healthy.has(view.name) && isNetwork ? [networkText(networkOf(address, prefix))] : [];
  });
  const [network, other] = [...new Set(networks)];
  if (network === undefined || other !== undefined) return null;
  const proposal = judgeMethod(`cidr=${network}`, cluster);
  // What the sick ones get may be open, what the healthy ones get may not.
  const isUsable = proposal.objections.every(
    (one) =>
      one.kind === 'does-not-cure' ||
      (one.kind === 'not-foreseeable' && !one.nodes.some((name) => healthy.has(name))),
  );
  return isUsable ? proposal : null;
}

/** Simulates one method, of any form, on every node that is not lost; `sick` as below. */
export const judgeOn = (
  snapshot: Snapshot,
  method: string,
  sick: ReadonlySet<string>,
  family: Family = 4,
): Proposal => judgeMethod(method, caseOf(snapshot, sick, family));

/** Simulates the methods worth trying; `sick` names the nodes whose address is wrong or missing. */
export function methodProposals(
  snapshot: Snapshot,
  sick: ReadonlySet<string>,
  family: Family = 4,
): MethodProposals {
  const cluster = caseOf(snapshot, sick, family);
  const proposals = proposeMethods(cluster);
  const safe = proposals.filter(({ isSafe }) => isSafe);
  const fallback = safe.length === 0 ? secondNetwork(snapshot, cluster) : null;
  return {
    safe: fallback ? [fallback] : safe,
    unsafe: proposals.filter(({ isSafe }) => !isSafe),
  };
}
