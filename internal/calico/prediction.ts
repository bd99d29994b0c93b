import type { Snapshot } from '../model/snapshot.ts';
import type { Family } from './autodetection/address.ts';
import type { Choice } from './autodetection/predict-types.ts';
import { judgeMethod, proposeMethods, type Proposal } from './autodetection/propose.ts';
import { installOf } from './install/install.ts';
import { inventoryOf } from './inventory.ts';
import { clusterCase, nextAddress, storedIP } from './node-addresses.ts';
import { nodeViews, type NodeView } from './nodes.ts';

/** What each method would choose on each node of a cluster, for one address family. */
export interface FamilyPrediction {
  readonly family: Family;
  /** What most pods are told; empty stands for first-found. Null where no calico-node detects an address. */
  readonly methodInUse: string | null;
  /** The address of each node now, by name; null where it has none. */
  readonly now: ReadonlyMap<string, Choice | null>;
  /** The method in use first, then proposals, the best first; or those that were asked for, in their order. */
  readonly proposals: readonly Proposal[];
}

const mostFrequent = (values: readonly string[]): string | null =>
  [...Map.groupBy(values, (value) => value)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  )[0]?.[0] ?? null;

// first-found may be written out or left to the default: it is one method.
const plain = (method: string): string => (method === 'first-found' ? '' : method);

function methodInUse(
  snapshot: Snapshot,
  views: readonly NodeView[],
  family: Family,
  calicoVersion: string | null,
): string | null {
  const detecting = views.flatMap((view) => {
    const next = nextAddress(snapshot, view, family, calicoVersion);
    return next?.source === 'detect' || next?.source === 'unknown' ? [plain(next.method)] : [];
  });
  return mostFrequent(detecting);
}

function addressNow(snapshot: Snapshot, view: NodeView, family: Family): Choice | null {
  const ip = storedIP(view, family);
  if (ip === null) return null;
  const carrier = inventoryOf(snapshot, view).interfaces.find(({ addresses }) =>
    addresses.some((address) => address.ip === ip),
  );
  const prefix = (family === 4 ? view.ipv4 : view.ipv6)?.prefix ?? null;
  return { ip, prefix, iface: carrier?.name ?? null };
}

function predictFamily(
  snapshot: Snapshot,
  family: Family,
  asked: readonly string[],
): FamilyPrediction {
  const { calicoVersion } = installOf(snapshot);
  const views = nodeViews(snapshot);
  const inUse = methodInUse(snapshot, views, family, calicoVersion);
  const cluster = clusterCase(
    snapshot,
    family,
    calicoVersion,
    inUse === null ? {} : { methodInUse: inUse },
  );
  const judge = (methods: readonly string[]): readonly Proposal[] =>
    methods.map((method) => judgeMethod(method, cluster));
  const known = inUse === null || inUse === '' ? [''] : [inUse, ''];
  const others = proposeMethods(cluster).filter(({ method }) => !known.includes(method));
  return {
    family,
    methodInUse: inUse,
    now: new Map(views.map((view) => [view.name, addressNow(snapshot, view, family)])),
    proposals:
      asked.length > 0
        ? judge([...new Set(asked.map(plain))])
        : [...judge(known.slice(0, 1)), ...others, ...judge(known.slice(1))],
  };
}

/**
 * Simulates autodetection methods (as in `IP_AUTODETECTION_METHOD`; none: the one in use and those worth trying) on every node
 * of a snapshot. IPv6 is part of it where a node has or detects an IPv6 address. Calico's algorithm and its sources: see
 * `autodetection/`.
 */
export function predictCluster(
  snapshot: Snapshot,
  asked: readonly string[] = [],
): readonly FamilyPrediction[] {
  const ipv6 = predictFamily(snapshot, 6, asked);
  const hasIPv6 = ipv6.methodInUse !== null || [...ipv6.now.values()].some((now) => now !== null);
  return [predictFamily(snapshot, 4, asked), ...(hasIPv6 ? [ipv6] : [])];
}
