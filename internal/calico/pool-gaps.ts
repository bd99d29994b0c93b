import type { Evidence } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { podsWithoutAddress } from './addressless.ts';
import { cniFailures } from './cni-failures.ts';
import { eventEvidence, fieldEvidence } from './evidence.ts';
import { podsOn } from './neighbours.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { noPoolPattern } from './pool-errors.ts';
import { enabledPools, poolsFor, workloadPools } from './pools.ts';
import { itemsOf } from './snapshot-lists.ts';

/** A node whose pods may use no pool. */
export interface PoolGap {
  readonly view: NodeView;
  /** By the pools themselves, and not only by what the plugin says. */
  readonly isSeen: boolean;
  /** Pods that wait for an address, and those of them that were told why. */
  readonly waiting: readonly Pod[];
  readonly told: readonly Evidence[];
  readonly evidence: readonly Evidence[];
}

export type GapKind = 'none' | 'all-disabled' | 'not-for-pods' | 'not-selected';

/** Why no pool serves: there is none, all are disabled, none is for pods, or none selects the node. */
export function gapKind(snapshot: Snapshot): GapKind {
  const pools = itemsOf(snapshot, 'ipPools');
  if (pools.length === 0) return snapshot.lists.ipPools.state === 'read' ? 'none' : 'not-selected';
  if (enabledPools(pools).length === 0) return 'all-disabled';
  return workloadPools(pools).length === 0 ? 'not-for-pods' : 'not-selected';
}

const isUnserved = (snapshot: Snapshot, { node, pod }: NodeView): boolean =>
  snapshot.lists.ipPools.state === 'read' &&
  node !== null &&
  pod !== null &&
  poolsFor(itemsOf(snapshot, 'ipPools'), node)?.length === 0;

// A pool's selector may leave a node out on purpose, where only host-network pods are meant to run: then nothing there has an
// address, and nothing waits for one.
const hasPods = (snapshot: Snapshot, { name }: NodeView): boolean =>
  podsOn(snapshot, name).some(
    ({ spec, status }) => spec?.hostNetwork !== true && status?.podIP !== undefined,
  );

function gapOf(snapshot: Snapshot, view: NodeView): PoolGap | null {
  const failures = cniFailures(snapshot).filter(
    ({ node, event }) => node === view.name && noPoolPattern.test(event.message),
  );
  const isSeen = isUnserved(snapshot, view);
  const silent = isSeen ? podsWithoutAddress(snapshot, view.name) : [];
  const waiting = [...new Set([...failures.map(({ pod }) => pod), ...silent])];
  const isConcerned = waiting.length > 0 || (isSeen && hasPods(snapshot, view));
  if (!isConcerned) return null;
  return {
    view,
    isSeen,
    waiting,
    told: failures.map(({ event }) => eventEvidence(event)),
    evidence: silent.slice(0, 1).map((pod) => fieldEvidence(pod, 'status.podIP', 'none')),
  };
}

/** Nodes whose pods get no address for want of a pool, or will get none. */
export const poolGaps = (snapshot: Snapshot): readonly PoolGap[] =>
  nodeViews(snapshot).flatMap((view) => gapOf(snapshot, view) ?? []);

/** The pools as evidence of whom they are for. */
export const selectorEvidence = (snapshot: Snapshot): readonly Evidence[] =>
  itemsOf(snapshot, 'ipPools').map((pool) => {
    const { nodeSelector, disabled, allowedUses } = pool.spec ?? {};
    const uses = allowedUses && !allowedUses.includes('Workload') ? allowedUses : [];
    const remarks = [...(disabled ? ['disabled'] : []), ...uses.map((use) => `for ${use}`)];
    const text = nodeSelector === undefined || nodeSelector === '' ? 'all()' : nodeSelector;
    return fieldEvidence(
      pool,
      'spec.nodeSelector',
      remarks.length > 0 ? `${text} (${remarks.join(', ')})` : text,
    );
  });
