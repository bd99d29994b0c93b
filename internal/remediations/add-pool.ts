import { clusterRange } from '../calico/cluster-range.ts';
import { installOf } from '../calico/install/install.ts';
import { blockSizeOf } from '../calico/pool-room.ts';
import { workloadPools } from '../calico/pools.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { durablePlace } from './durable.ts';

/** What there is too little of. */
export interface Shortage {
  readonly reason: 'pools' | 'strict-affinity' | 'block-limit' | 'too-small';
  /** The pool that is too small, where it is known. */
  readonly cidr: string | null;
  /** Addresses that are given out and that nobody has. */
  readonly stray?: number;
}

const look =
  'kubectl get ippools -o custom-columns=NAME:.metadata.name,CIDR:.spec.cidr,BLOCK:.spec.blockSize,DISABLED:.spec.disabled,NODES:.spec.nodeSelector';

/** The commands for a further pool, made like the one there is: with another encapsulation traffic between the two takes other ways. */
export function furtherPool(snapshot: Snapshot, cidr = 'CIDR'): readonly string[] {
  const isEtcd = installOf(snapshot).datastore === 'etcd';
  const [like] = workloadPools(itemsOf(snapshot, 'ipPools'));
  const spec = {
    cidr,
    blockSize: like ? blockSizeOf(like) : 26,
    ipipMode: like?.spec?.ipipMode ?? 'Never',
    vxlanMode: like?.spec?.vxlanMode ?? (like ? 'Never' : 'CrossSubnet'),
    natOutgoing: like?.spec?.natOutgoing ?? like === undefined,
    nodeSelector: like?.spec?.nodeSelector ?? 'all()',
  };
  const apiVersion = isEtcd
    ? 'projectcalico.org/v3'
    : (like?.apiVersion ?? 'crd.projectcalico.org/v1');
  return [
    isEtcd ? "calicoctl apply -f - <<'EOF'" : "kubectl apply -f - <<'EOF'",
    `apiVersion: ${apiVersion}`,
    'kind: IPPool',
    'metadata: {name: more-addresses}',
    `spec: ${JSON.stringify(spec)}`,
    'EOF',
  ];
}

function largerPool(snapshot: Snapshot, cidr: string | null): readonly string[] {
  const { renderer, installation, namespace, daemonSet } = installOf(snapshot);
  const range = clusterRange(snapshot)?.cidrs[0];
  const place = `kubectl -n ${namespace ?? 'kube-system'} set env daemonset/${daemonSet ?? 'calico-node'} -c calico-node`;
  return [
    `# ${words.larger(cidr, range)}`,
    ...(renderer === 'operator'
      ? [
          `kubectl edit installation ${installation ?? 'default'}   # spec.calicoNetwork.ipPools[].cidr, or its blockSize`,
        ]
      : [
          `${place} CALICO_IPV4POOL_CIDR=${range ?? 'CIDR'}`,
          `# ${words.smallerBlocks}`,
          `${place} CALICO_IPV4POOL_BLOCK_SIZE=SIZE`,
        ]),
  ];
}

function commandsFor(snapshot: Snapshot, { reason, cidr, stray }: Shortage): readonly string[] {
  if (reason === 'too-small') return largerPool(snapshot, cidr);
  if (reason === 'block-limit')
    return ['kubectl get ipamconfigs -o yaml', `# ${words.blockLimit}`, look];
  const range = clusterRange(snapshot)?.cidrs.join(', ');
  return [
    look,
    `# ${words.leaks(stray ?? 0)}`,
    'calicoctl ipam check',
    `# ${words.choose(range)}`,
    ...furtherPool(snapshot),
    ...(reason === 'strict-affinity' ? [`# ${words.strict}`] : []),
  ];
}

/** More addresses: a further pool inside the cluster's range, or a larger first one. What stands in use is never changed. */
export function addPool(snapshot: Snapshot, shortage: Shortage): Remedy {
  const install = installOf(snapshot);
  const isTooSmall = shortage.reason === 'too-small';
  return {
    id: 'add-pool',
    title: titles[shortage.reason],
    action: install.action === 'refuse' ? 'refuse' : 'manual',
    risk: isTooSmall ? 'restarts-pods' : 'none',
    changes: [],
    consequences: [
      isTooSmall ? words.restart : words.again,
      words.place(durablePlace(install)),
      ...(install.action === 'refuse' ? [words.refused] : []),
    ],
    manual: commandsFor(snapshot, shortage),
  };
}

const titles: Readonly<Record<Shortage['reason'], string>> = {
  pools: 'Free leaked addresses, or add another IP pool',
  'strict-affinity': 'Add another IP pool, or let nodes borrow addresses',
  'block-limit': 'Let a node have more blocks',
  'too-small': 'Name a pool that holds at least one block',
};

const words = {
  larger: (cidr: string | null, range: string | undefined): string =>
    `${cidr ?? 'the pool'} holds less than one block (/26 unless set otherwise); take a larger one inside the pod range${range === undefined ? '' : ` ${range}`}`,
  smallerBlocks:
    'or keep the pool and cut it into smaller blocks: SIZE is a prefix length of at most 32, with one block for each node at least',
  leaks: (stray: number): string =>
    stray > 0
      ? `${stray} addresses are given out that no pod has: look for leaks first (this only reports)`
      : 'are there leaks? (this only reports)',
  choose: (range: string | undefined): string =>
    `or add a pool: CIDR lies inside the pod range${range === undefined ? '' : ` ${range}`}, and overlaps no other pool, node network or service range`,
  strict:
    'or set strictAffinity to false in IPAMConfig default, so that nodes borrow from each other (not with Windows nodes)',
  blockLimit: 'raise maxBlocksPerHost in IPAMConfig default; each block takes its size of the pool',
  again: 'Pods that wait get an address by themselves within a minute.',
  restart: 'calico-node starts anew on every node, and the first one makes the pool.',
  place: (place: string): string => `To last, the same has to stand in ${place}.`,
  refused: 'This Calico belongs to somebody else: a change made here would be taken back.',
};
