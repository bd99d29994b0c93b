import { fieldEvidence, refOf } from '../calico/evidence.ts';
import { installUses } from '../calico/install/install.ts';
import { nodeViews } from '../calico/nodes.ts';
import { containsCidr, enabledPools, isSameFamily } from '../calico/pools.ts';
import { findObject, itemsOf } from '../calico/snapshot-lists.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { IPPool } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { outsideCluster } from '../remediations/outside.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly pool: string;
  readonly cidr: string;
  readonly kind: 'outside' | 'contains-node' | 'contains-service';
  /** The pod ranges of the cluster, or the address that lies inside the pool. */
  readonly others: readonly string[];
}

/** `networking.podSubnet` of kubeadm's ClusterConfiguration, several of them comma-separated. */
export function podSubnets(snapshot: Snapshot): {
  readonly cidrs: readonly string[];
  readonly evidence: readonly Evidence[];
} {
  const configMap = findObject(snapshot, 'configMaps', 'kubeadm-config', 'kube-system');
  const text = configMap?.data?.['ClusterConfiguration'] ?? '';
  const subnet = /^\s*podSubnet:\s*["']?([^"'\s#]+)/m.exec(text)?.[1];
  if (!configMap || !subnet) return { cidrs: [], evidence: [] };
  return {
    cidrs: subnet.split(','),
    evidence: [fieldEvidence(configMap, 'data.ClusterConfiguration networking.podSubnet', subnet)],
  };
}

function poolDraft(
  pool: IPPool,
  kind: Facts['kind'],
  others: readonly string[],
  more: readonly Evidence[],
): Draft<Facts> {
  const cidr = pool.spec?.cidr ?? '';
  return {
    severity: kind === 'outside' ? 'warning' : 'error',
    confidence: 'confirmed',
    facts: { pool: pool.metadata.name, cidr, kind, others },
    affected: [refOf(pool)],
    evidence: [fieldEvidence(pool, 'spec.cidr', cidr), ...more],
    remedies: [outsideCluster(titles[kind], [...commands(pool.metadata.name)], [words.recreate])],
  };
}

function draftsOf(snapshot: Snapshot): readonly Draft<Facts>[] {
  const pools = enabledPools(itemsOf(snapshot, 'ipPools'));
  const { cidrs, evidence } = podSubnets(snapshot);
  const serviceIPs = itemsOf(snapshot, 'services')
    .flatMap(({ spec }) => spec?.clusterIP ?? [])
    .filter((ip) => /^[\d.:a-f]+$/i.test(ip));
  return pools.flatMap((pool) => {
    const cidr = pool.spec?.cidr ?? '';
    const nodes = nodeViews(snapshot).filter(({ internalIPs }) =>
      internalIPs.some((ip) => containsCidr(cidr, ip)),
    );
    const [node] = nodes;
    if (node?.node) {
      return [
        poolDraft(pool, 'contains-node', node.internalIPs, [
          fieldEvidence(node.node, 'status.addresses', node.internalIPs.join(', ')),
        ]),
      ];
    }
    const service = serviceIPs.find((ip) => containsCidr(cidr, ip));
    if (service) return [poolDraft(pool, 'contains-service', [service], [])];
    const own = cidrs.filter((other) => isSameFamily(other, cidr));
    const isInside = own.length === 0 || own.some((other) => containsCidr(other, cidr));
    return isInside ? [] : [poolDraft(pool, 'outside', own, evidence)];
  });
}

// kube-proxy and clouds treat what lies outside the cluster's pod range as foreign; a pool that holds node or service addresses
// takes traffic away from them.
export const ippoolOutsideClusterCidr = defineCheck<Facts>({
  id: 'ippool-outside-cluster-cidr',
  title: "every IP pool lies inside the cluster's pod range, apart from nodes and services",
  needs: ['ipPools'],
  uses: ['configMaps', 'services', ...installUses],
  run: draftsOf,
  words: {
    en: {
      title: ({ pool, cidr, kind, others }) => {
        if (kind === 'contains-node')
          return `IP pool ${pool} (${cidr}) contains addresses of nodes (${others.join(', ')})`;
        if (kind === 'contains-service')
          return `IP pool ${pool} (${cidr}) contains service addresses (${others.join(', ')})`;
        return `IP pool ${pool} (${cidr}) lies outside the pod range of the cluster, ${others.join(', ')}`;
      },
      summary: ({ kind }) =>
        kind === 'outside'
          ? 'kube-proxy, cloud routes and firewalls go by the range of the cluster: they treat pods of this pool as strangers.'
          : 'An address has two meanings then: packets to nodes or services may be sent to pods, and the other way round.',
    },
  },
});

const titles: Readonly<Record<Facts['kind'], string>> = {
  outside: 'Make a pool inside the pod range and move the pods there',
  'contains-node': 'Make another pool, away from the node network, and move the pods there',
  'contains-service': 'Make another pool, away from the service range, and move the pods there',
};

const commands = (pool: string): readonly string[] => [
  '# 1. make the new pool (operator: in spec.calicoNetwork.ipPools of the Installation)',
  `# 2. no new addresses from the old one: kubectl patch ippool ${pool} --type merge -p '{"spec":{"disabled":true}}'`,
  '# 3. recreate the pods, namespace by namespace; then delete the old pool',
];

const words = { recreate: 'Every pod with an address of the old pool has to be made anew.' };
