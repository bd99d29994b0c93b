import { installOf } from '../calico/install/install.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { durablePlace } from './durable.ts';

interface Shortage {
  readonly reason: 'pools' | 'strict-affinity' | 'block-limit' | 'too-small';
  readonly cidr: string | null;
}

function manifestPool(isEtcd: boolean): readonly string[] {
  const apply = isEtcd ? 'calicoctl apply -f -' : 'kubectl apply -f -';
  const apiVersion = isEtcd ? 'projectcalico.org/v3' : 'crd.projectcalico.org/v1';
  return [
    `${apply} <<'EOF'`,
    `apiVersion: ${apiVersion}`,
    'kind: IPPool',
    'metadata: {name: more-addresses}',
    'spec: {cidr: CIDR, blockSize: 26, ipipMode: Never, vxlanMode: CrossSubnet, natOutgoing: true, nodeSelector: all()}',
    'EOF',
  ];
}

const look = [
  'kubectl get ippools -o custom-columns=NAME:.metadata.name,CIDR:.spec.cidr,BLOCK:.spec.blockSize,DISABLED:.spec.disabled,NODES:.spec.nodeSelector',
  'calicoctl ipam show --show-blocks; calicoctl ipam check   # leaked addresses, if calicoctl is at hand',
];

function commandsFor(snapshot: Snapshot, { reason, cidr }: Shortage): readonly string[] {
  const { renderer, installation, namespace, daemonSet, datastore } = installOf(snapshot);
  if (reason === 'too-small') {
    return [
      `# ${words.larger(cidr)}`,
      renderer === 'operator'
        ? `kubectl edit installation ${installation ?? 'default'}   # spec.calicoNetwork.ipPools[].cidr, or its blockSize`
        : `kubectl -n ${namespace ?? 'kube-system'} set env daemonset/${daemonSet ?? 'calico-node'} -c calico-node CALICO_IPV4POOL_CIDR=CIDR`,
    ];
  }
  if (reason === 'block-limit')
    return [...look, `# ${words.blockLimit}`, 'kubectl get ipamconfigs -o yaml'];
  return [
    ...look,
    `# ${words.choose}`,
    ...(renderer === 'operator'
      ? [
          `kubectl edit installation ${installation ?? 'default'}   # one more entry in spec.calicoNetwork.ipPools`,
        ]
      : manifestPool(datastore === 'etcd')),
  ];
}

/** More addresses: a further pool inside the cluster's range, or a larger first one. What stands in use is never changed. */
export function addPool(snapshot: Snapshot, shortage: Shortage): Remedy {
  const install = installOf(snapshot);
  return {
    id: 'add-pool',
    title: shortage.reason === 'too-small' ? words.enlarge : words.add,
    action: install.action === 'refuse' ? 'refuse' : 'manual',
    risk: shortage.reason === 'too-small' ? 'restarts-pods' : 'none',
    changes: [],
    consequences: [words.again, words.place(durablePlace(install))],
    manual: commandsFor(snapshot, shortage),
  };
}

const words = {
  add: 'Find leaked addresses, or add another IP pool',
  enlarge: 'Name a pool that holds at least one block',
  larger: (cidr: string | null): string =>
    `${cidr ?? 'the pool'} must be as large as one block or larger (/26 by default), inside the pod range of the cluster`,
  choose:
    'choose a CIDR inside the pod range of the cluster that overlaps no other pool, node network or service range',
  blockLimit: 'raise maxBlocksPerHost there',
  again: 'Pods that wait get an address by themselves within a minute.',
  place: (place: string): string => `To last, the same has to stand in ${place}.`,
};
