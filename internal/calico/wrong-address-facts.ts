import type { Confidence, Severity } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { addressConflicts } from './address-conflicts.ts';
import type { Family } from './autodetection/address.ts';
import { installOf } from './install/install.ts';
import { nodeViews } from './nodes.ts';
import type { WrongAddress } from './wrong-addresses.ts';
import { methodOn, type WrongKind } from './wrong-kind.ts';

/** A node with the address that it gave out. */
export interface WrongNode {
  readonly node: string;
  readonly address: string;
  readonly interface: string | null;
  /** The address that Kubernetes knows it by. */
  readonly own: string | null;
  readonly ownInterface: string | null;
  readonly kind: WrongKind;
  /** It had another address before, in the same run. */
  readonly isFlip: boolean;
}

/** What wrong addresses of one family come to. */
export interface WrongAddressFacts {
  readonly [field: string]: unknown;
  readonly family: Family;
  readonly nodes: readonly WrongNode[];
  /** What the address belongs to, if it is the same on all nodes; `nobody`: no node is known to have it. */
  readonly kind: WrongKind | 'mixed' | 'nobody';
  /** Null where they are several. */
  readonly address: string | null;
  /** Nodes that miss a session with one of the addresses. */
  readonly complaining: readonly string[];
  /** The method in use; empty stands for first-found. */
  readonly method: string;
  readonly calicoVersion: string | null;
  /** Every calico-node shows as ready all the same. */
  readonly areAllReady: boolean;
}

/**
 * Reached by others, alone in its cluster, or a second address that nobody misses: at risk. All else, and an address that several
 * nodes have, is broken.
 */
export function wrongSeverity(snapshot: Snapshot, wrong: WrongAddress): Severity {
  const { claim, kind, complaints, isReached } = wrong;
  const isShared = addressConflicts(snapshot).some(({ ip }) => ip === claim.ip);
  const isWell = claim.view.health?.state === 'ready' && complaints.length === 0 && !isShared;
  const isAlone = nodeViews(snapshot).length === 1;
  const isMild = isReached || isAlone || kind === 'second-address';
  return isWell && isMild ? 'warning' : 'error';
}

const guesses: ReadonlySet<WrongKind> = new Set(['other-interface', 'second-address']);

/** How sure it is that an address is wrong: a second sign is enough where the kind is told, and two where it is guessed. */
export const wrongConfidence = ({ kind, signs }: WrongAddress): Confidence =>
  signs >= (guesses.has(kind) ? 2 : 1) ? 'confirmed' : 'likely';

const sole = <T>(values: readonly T[]): T | null => {
  const [first = null, ...others] = new Set(values);
  return others.length === 0 ? first : null;
};

/** A wrong address in short. */
export const wrongNode = ({ claim, own, ownInterface, kind, isFlip }: WrongAddress): WrongNode => ({
  node: claim.view.name,
  address: claim.ip,
  interface: claim.iface,
  own,
  ownInterface,
  kind,
  isFlip,
});

/** The facts about wrong addresses of one family. */
export function wrongFacts(
  snapshot: Snapshot,
  family: Family,
  wrong: readonly WrongAddress[],
): WrongAddressFacts {
  const nodes = wrong.map(wrongNode);
  const [first] = wrong;
  const complaining = wrong.flatMap(({ complaints }) => complaints.map(({ view }) => view.name));
  return {
    family,
    nodes,
    kind: sole(nodes.map(({ kind }) => kind)) ?? 'mixed',
    address: sole(nodes.map(({ address }) => address)),
    complaining: [...new Set(complaining)],
    method: first ? methodOn(snapshot, first.claim.view, family) : '',
    calicoVersion: installOf(snapshot).calicoVersion,
    areAllReady: nodeViews(snapshot).every(({ health }) => health?.state === 'ready'),
  };
}
