import { hasPoolAddresses } from '../calico/address-source.ts';
import { affectedBy } from '../calico/affected.ts';
import { clusterRange } from '../calico/cluster-range.ts';
import { consequencesOf } from '../calico/consequences.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { overlapOf } from '../calico/pool-overlap.ts';
import { poolRefusal } from '../calico/pool-refusal.ts';
import { containsCidr, isSameFamily } from '../calico/pools.ts';
import { seenPools, type SeenPool } from '../calico/seen-pools.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { agreeOnRange, replacePool } from '../remediations/replace-pool.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  /** Null where only its CIDR is known. */
  readonly pool: string | null;
  readonly cidr: string;
  /** `refused`: outside as well, and the operator renders nothing for it. */
  readonly kind: 'refused' | 'outside' | 'contains-node' | 'contains-service';
  /** The cluster's pod range, or the addresses that lie inside the pool. */
  readonly others: readonly string[];
}

function refusedDrafts(snapshot: Snapshot): readonly Draft<Facts>[] {
  const refusal = poolRefusal(snapshot);
  if (!refusal) return [];
  const { cidr, range, evidence } = refusal;
  const seen = clusterRange(snapshot);
  const name = installOf(snapshot).installation ?? 'default';
  const pool = itemsOf(snapshot, 'ipPools').find(({ spec }) => spec?.cidr === cidr);
  const affected = [{ kind: 'Installation', name }];
  return [
    {
      severity: 'error',
      confidence: seen || pool ? 'confirmed' : 'likely',
      facts: { pool: pool?.metadata.name ?? null, cidr, kind: 'refused', others: range },
      affected,
      evidence: [evidence, ...(seen ? [seen.evidence] : [])],
      explains: ['operator-degraded-config', 'rollout-blocked'].map((id) => ({ id, affected })),
      remedies: [agreeOnRange(snapshot, cidr, range)],
    },
  ];
}

function overlapDraft(snapshot: Snapshot, pool: SeenPool): Draft<Facts> | null {
  const overlap = overlapOf(snapshot, pool.cidr);
  if (!overlap) return null;
  const { kind, addresses, isHarmful, sick } = overlap;
  return {
    severity: isHarmful ? 'error' : 'warning',
    confidence: 'confirmed',
    facts: { pool: pool.name, cidr: pool.cidr, kind, others: addresses },
    affected: [...affectedBy(sick), pool.ref],
    evidence: [...pool.evidence, ...overlap.evidence],
    explains: sick.length > 0 ? consequencesOf(snapshot, sick, ['pod-not-ready']) : [],
    remedies: [replacePool(snapshot, pool)],
  };
}

function outsideDraft(snapshot: Snapshot, pool: SeenPool): Draft<Facts> | null {
  const range = clusterRange(snapshot);
  const own = range?.cidrs.filter((cidr) => isSameFamily(cidr, pool.cidr)) ?? [];
  if (!range || own.length === 0 || own.some((cidr) => containsCidr(cidr, pool.cidr))) return null;
  return {
    severity: 'warning',
    confidence: 'confirmed',
    facts: { pool: pool.name, cidr: pool.cidr, kind: 'outside', others: own },
    affected: [pool.ref],
    evidence: [...pool.evidence, range.evidence],
    remedies: [replacePool(snapshot, pool)],
  };
}

// kube-proxy and clouds treat what lies outside the cluster's pod range as foreign; a pool that holds node or service addresses
// takes traffic away from them.
export const ippoolOutsideClusterCidr = defineCheck<Facts>({
  id: 'ippool-outside-cluster-cidr',
  title: "every IP pool lies inside the cluster's pod range, apart from nodes and services",
  needs: ['ipPools'],
  uses: ['ipamBlocks', 'logs', ...installUses],
  run: (snapshot) => {
    if (!hasPoolAddresses(snapshot)) return { notApplicable: words.otherSource };
    const refused = refusedDrafts(snapshot);
    const known = new Set(refused.map(({ facts }) => facts.cidr));
    const pools = seenPools(snapshot).filter(({ cidr }) => !known.has(cidr));
    return [
      ...refused,
      ...pools.flatMap(
        (pool) => overlapDraft(snapshot, pool) ?? outsideDraft(snapshot, pool) ?? [],
      ),
    ];
  },
  words: {
    en: {
      title: ({ pool, cidr, kind, others }) =>
        titles[kind](pool === null ? `the IP pool ${cidr}` : `IP pool ${pool} (${cidr})`, others),
      summary: ({ kind }) => summaries[kind],
    },
  },
});

const words = { otherSource: 'pods do not get their addresses from IP pools here' };

const outside = (pool: string, range: readonly string[]): string =>
  `${pool} lies outside the cluster's pod range, ${range.join(', ')}`;

const titles: Readonly<Record<Facts['kind'], (pool: string, others: readonly string[]) => string>> =
  {
    refused: outside,
    outside,
    'contains-node': (pool, others) => `${pool} contains addresses of nodes: ${enumerate(others)}`,
    'contains-service': (pool, others) =>
      `${pool} contains addresses of services: ${enumerate(others)}`,
  };

const summaries: Readonly<Record<Facts['kind'], string>> = {
  refused:
    'The operator renders nothing as long as its Installation asks for a pool that kubeadm knows nothing of: calico-node is not made, or keeps its old settings.',
  outside:
    'Pods get their addresses, but kube-proxy, cloud routes and firewalls go by the range of the cluster, and treat these pods as strangers.',
  'contains-node':
    'An address has two meanings then: what is meant for a node may be sent to a pod, and pods do not reach some nodes.',
  'contains-service':
    'An address has two meanings then: a pod may be given the address of a service, and neither is reached reliably.',
};
