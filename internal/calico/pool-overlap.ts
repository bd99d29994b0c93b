import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { fieldEvidence } from './evidence.ts';
import { nodeViews, sickViews, type NodeView } from './nodes.ts';
import { containsCidr } from './pools.ts';
import { itemsOf } from './snapshot-lists.ts';

/** Addresses of nodes or services that lie inside a pool. */
export interface Overlap {
  readonly kind: 'contains-node' | 'contains-service';
  readonly addresses: readonly string[];
  /** True where harm shows: a block or a pod has such an address, or such a node is sick. */
  readonly isHarmful: boolean;
  readonly sick: readonly NodeView[];
  readonly evidence: readonly Evidence[];
}

function withNodes(snapshot: Snapshot, cidr: string): Overlap | null {
  const inside = nodeViews(snapshot).flatMap((view) => {
    const ip = view.internalIPs.find((address) => containsCidr(cidr, address));
    return view.node && ip !== undefined ? [{ view, node: view.node, ip }] : [];
  });
  const [first] = inside;
  if (!first) return null;
  const sick = sickViews(snapshot).filter((view) => inside.some((item) => item.view === view));
  const block = itemsOf(snapshot, 'ipamBlocks').find(
    ({ spec }) =>
      containsCidr(cidr, spec?.cidr ?? '') &&
      inside.some(({ ip }) => containsCidr(spec?.cidr ?? '', ip)),
  );
  return {
    kind: 'contains-node',
    addresses: inside.map(({ ip }) => ip),
    isHarmful: block !== undefined || sick.length > 0,
    sick,
    evidence: [
      fieldEvidence(first.node, 'status.addresses', first.ip),
      ...(block ? [fieldEvidence(block, 'spec.cidr', block.spec?.cidr ?? '')] : []),
    ],
  };
}

function withServices(snapshot: Snapshot, cidr: string): Overlap | null {
  const inside = itemsOf(snapshot, 'services').flatMap((service) => {
    const ips = service.spec?.clusterIPs ?? [service.spec?.clusterIP ?? ''];
    const ip = ips.find((address) => containsCidr(cidr, address));
    return ip === undefined ? [] : [{ service, ip }];
  });
  const [first] = inside;
  if (!first) return null;
  const taken = new Set(inside.map(({ ip }) => ip));
  const pod = itemsOf(snapshot, 'pods').find(({ status }) => taken.has(status?.podIP ?? ''));
  return {
    kind: 'contains-service',
    addresses: [...taken],
    isHarmful: pod !== undefined,
    sick: [],
    evidence: [
      fieldEvidence(first.service, 'spec.clusterIP', first.ip),
      ...(pod ? [fieldEvidence(pod, 'status.podIP', pod.status?.podIP ?? '')] : []),
    ],
  };
}

/** What a pool has in common with the nodes' network or the services' range; null if nothing. */
export const overlapOf = (snapshot: Snapshot, cidr: string): Overlap | null =>
  withNodes(snapshot, cidr) ?? withServices(snapshot, cidr);
