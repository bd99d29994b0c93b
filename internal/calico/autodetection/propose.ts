import { parseAddress, type Family } from './address.ts';
import { candidateMethods } from './candidate-methods.ts';
import { contains, type Network } from './cidr.ts';
import { firstInternalIP } from './detect.ts';
import { predictAddress } from './predict.ts';
import type { NodeCase, Prediction, Sureness } from './predict-types.ts';

/** The nodes for which a method is to be found, and what must not come out. */
export interface ClusterCase {
  readonly nodes: readonly NodeCase[];
  readonly family: Family;
  readonly calicoVersion: string | null;
  /** Pools of pod addresses: no node's address lies in them. */
  readonly reserved: readonly Network[];
  /** Addresses of services, which kube-proxy may have put on an interface of every node. */
  readonly serviceIPs: ReadonlySet<string>;
  /** The method in use, whose result the nodes' own lines may tell. */
  readonly methodInUse?: string;
}

/** A prediction with its node. */
export interface NodePrediction extends Prediction {
  readonly node: string;
  /** The address now, without prefix; null where there is none. */
  readonly now: string | null;
  readonly isHealthy: boolean;
}

/** What speaks against a method: on these nodes it finds nothing, changes a right address, and so on. */
export interface Objection {
  readonly kind:
    | 'leaves-without-address'
    | 'changes-healthy-node'
    | 'does-not-cure'
    | 'same-address-twice'
    | 'reserved-network'
    | 'not-foreseeable';
  readonly nodes: readonly string[];
}

/** A method, simulated on every node. */
export interface Proposal {
  readonly method: string;
  readonly predictions: readonly NodePrediction[];
  readonly objections: readonly Objection[];
  /** True if nothing speaks against it: every node's address can be foreseen, and is right. */
  readonly isSafe: boolean;
  /** The weakest of all nodes that can be foreseen; null if none can. */
  readonly sureness: Sureness | null;
}

const sole = ({ choices }: Prediction): string | null =>
  choices.length === 1 ? (choices[0]?.ip ?? null) : null;

function duplicates(predictions: readonly NodePrediction[]): readonly string[] {
  const holders = Map.groupBy(predictions, (one) => sole(one) ?? '');
  holders.delete('');
  return [...holders.values()]
    .filter((group) => group.length > 1)
    .flat()
    .map(({ node }) => node);
}

function isCure(prediction: NodePrediction, node: NodeCase | undefined, family: Family): boolean {
  const right = parseAddress(firstInternalIP(node?.nodeAddresses ?? null, family))?.text ?? null;
  if (prediction.outcome === 'unknown' || prediction.outcome === 'fails') return true;
  return right === null
    ? prediction.outcome === 'changes'
    : prediction.choices.every(({ ip }) => ip === right);
}

function objectionsTo(
  predictions: readonly NodePrediction[],
  { nodes, family, reserved, serviceIPs }: ClusterCase,
): readonly Objection[] {
  const cases = new Map(nodes.map((node) => [node.name, node]));
  const named = (filter: (one: NodePrediction) => boolean): readonly string[] =>
    predictions.filter(filter).map(({ node }) => node);
  const isReserved = ({ choices }: Prediction): boolean =>
    choices.some(({ ip }) => {
      const address = parseAddress(ip);
      const isInPool = address !== null && reserved.some((network) => contains(network, address));
      return isInPool || serviceIPs.has(ip);
    });
  const all: readonly Objection[] = [
    { kind: 'leaves-without-address', nodes: named(({ outcome }) => outcome === 'fails') },
    {
      kind: 'changes-healthy-node',
      nodes: named(({ outcome, isHealthy }) => isHealthy && outcome === 'changes'),
    },
    {
      kind: 'does-not-cure',
      nodes: named((one) => !one.isHealthy && !isCure(one, cases.get(one.node), family)),
    },
    { kind: 'same-address-twice', nodes: duplicates(predictions) },
    { kind: 'reserved-network', nodes: named(isReserved) },
    { kind: 'not-foreseeable', nodes: named(({ outcome }) => outcome === 'unknown') },
  ];
  return all.filter((objection) => objection.nodes.length > 0);
}

function weakest(predictions: readonly Prediction[]): Sureness | null {
  const all = new Set(predictions.map(({ sureness }) => sureness));
  for (const sureness of ['ambiguous', 'likely', 'certain'] as const)
    if (all.has(sureness)) return sureness;
  return null;
}

/** Simulates a method on every node and says what speaks against it. The method may be of any form. */
export function judgeMethod(method: string, cluster: ClusterCase): Proposal {
  const { nodes, family, calicoVersion, methodInUse } = cluster;
  const predictions = nodes.map((node) => {
    const { inventory, kernelVersion, nodeAddresses, stored } = node;
    const request = { inventory, kernelVersion, nodeAddresses, stored, calicoVersion };
    const prediction = predictAddress({
      ...request,
      method,
      family,
      ...(methodInUse === undefined ? {} : { methodInUse }),
    });
    return { ...prediction, node: node.name, now: stored, isHealthy: node.isHealthy };
  });
  const objections = objectionsTo(predictions, cluster);
  const isSafe = objections.length === 0;
  return { method, predictions, objections, isSafe, sureness: weakest(predictions) };
}

function rankOf({ objections, isSafe }: Proposal): readonly number[] {
  const count = (kind: Objection['kind']): number =>
    objections.find((one) => one.kind === kind)?.nodes.length ?? 0;
  return [
    isSafe ? 0 : 1,
    count('leaves-without-address') + count('same-address-twice') + count('reserved-network'),
    count('changes-healthy-node') + count('does-not-cure'),
    count('not-foreseeable'),
  ];
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Proposes methods for a cluster, the best first: one that keeps every healthy node's address, gives each sick node its
 * InternalIP, and is least touched by new interfaces. Only a safe proposal may be a default.
 */
export function proposeMethods(cluster: ClusterCase): readonly Proposal[] {
  const { nodes, family, calicoVersion } = cluster;
  return candidateMethods(nodes, family, calicoVersion)
    .map((method) => judgeMethod(method, cluster))
    .map((proposal) => ({ proposal, rank: rankOf(proposal) }))
    .toSorted((a, b) => compareRanks(a.rank, b.rank))
    .map(({ proposal }) => proposal);
}
