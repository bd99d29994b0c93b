import type { Evidence, ObjectRef } from '../model/finding.ts';
import type { IPPool } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { cniFailures } from './cni-failures.ts';
import { eventEvidence, fieldEvidence, logEvidence, refOf } from './evidence.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { exhaustedPattern, shortageIn, type ShortageKind } from './pool-errors.ts';
import { roomIn, type PoolRoom } from './pool-room.ts';
import { poolsFor } from './pools.ts';
import { presentSign } from './signs.ts';
import { itemsOf } from './snapshot-lists.ts';

/** Somebody who asked for an address and was told that there is none. */
export interface Refusal {
  readonly node: string;
  /** The pod that waits; null where calico-node wants the address for its own tunnel. */
  readonly pod: ObjectRef | null;
  readonly kind: ShortageKind;
  readonly text: string;
  readonly evidence: readonly Evidence[];
}

function ofTunnel(snapshot: Snapshot, view: NodeView): readonly Refusal[] {
  const { pod, health } = view;
  const sign = presentSign(snapshot, view, exhaustedPattern);
  if (!pod || !sign) return [];
  const { text } = sign.line;
  const status = health?.state === 'sick' ? [fieldEvidence(pod, 'status', health.trouble)] : [];
  const evidence = [logEvidence(pod, sign.container, sign.line, sign.previous), ...status];
  return [{ node: view.name, pod: null, kind: shortageIn(text), text, evidence }];
}

const ofPods = (snapshot: Snapshot): readonly Refusal[] =>
  cniFailures(snapshot).flatMap(({ pod, node, operation, event }) =>
    operation === 'add' && exhaustedPattern.test(event.message)
      ? [
          {
            node,
            pod: refOf(pod),
            kind: shortageIn(event.message),
            text: event.message,
            evidence: [eventEvidence(event)],
          },
        ]
      : [],
  );

/** Everybody who is told now that there is no address: calico-node first, then the pods that wait. */
export const refusals = (snapshot: Snapshot): readonly Refusal[] => [
  ...nodeViews(snapshot).flatMap((view) => ofTunnel(snapshot, view)),
  ...ofPods(snapshot),
];

const isIPv6 = ({ spec }: IPPool): boolean => spec?.cidr?.includes(':') === true;

/** The pools of one address family of a node, if none of them has an address left; empty otherwise, or where that is not known. */
function fullFor(snapshot: Snapshot, view: NodeView): readonly PoolRoom[] {
  const pools = (view.node && poolsFor(itemsOf(snapshot, 'ipPools'), view.node)) ?? [];
  for (const family of [pools.filter((pool) => !isIPv6(pool)), pools.filter(isIPv6)]) {
    const rooms = family.map((pool) => roomIn(snapshot, pool));
    if (rooms.length > 0 && rooms.every((room) => room?.free === 0))
      return rooms.filter((room) => room !== null);
  }
  return [];
}

/** Nodes for whose pods no pool has an address left, by the blocks of the snapshot, each with its full pools. */
export const nodesWithoutRoom = (
  snapshot: Snapshot,
): readonly { readonly view: NodeView; readonly rooms: readonly PoolRoom[] }[] =>
  nodeViews(snapshot).flatMap((view) => {
    const rooms = fullFor(snapshot, view);
    return rooms.length > 0 ? [{ view, rooms }] : [];
  });

/** A full pool as evidence. */
export const roomEvidence = ({ pool, cidr, blocks, possible }: PoolRoom): Evidence =>
  fieldEvidence(
    pool,
    'spec.cidr',
    `${cidr}: ${blocks} of ${possible} blocks taken, no address free`,
  );
