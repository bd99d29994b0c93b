import { clusterRange } from '../calico/cluster-range.ts';
import { installOf } from '../calico/install/install.ts';
import { isSameFamily, overlaps } from '../calico/pools.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { furtherPool } from './add-pool.ts';
import { durablePlace } from './durable.ts';
import { poolCommand } from './pool-command.ts';

/** The pool that has to go; `name` is null where only its CIDR is known. */
export interface WrongPool {
  readonly name: string | null;
  readonly cidr: string;
}

/** The pod range itself, if no pool has anything of it yet; a CIDR to be chosen otherwise. */
const freeRange = (snapshot: Snapshot, cidr: string, range: readonly string[]): string =>
  range.find(
    (candidate) =>
      isSameFamily(candidate, cidr) &&
      !itemsOf(snapshot, 'ipPools').some(({ spec }) => overlaps(candidate, spec?.cidr ?? '')),
  ) ?? 'CIDR';

/** A right pool beside a wrong one, and the pods moved over: Calico does not let the CIDR of a pool in use be changed. */
export function replacePool(snapshot: Snapshot, { name, cidr }: WrongPool): Remedy {
  const install = installOf(snapshot);
  const range = clusterRange(snapshot)?.cidrs ?? [];
  const tool = install.datastore === 'etcd' ? 'calicoctl' : 'kubectl';
  const pool = name ?? 'POOL';
  return {
    id: 'replace-pool',
    title: words.title(name ?? cidr),
    action: install.action === 'refuse' ? 'refuse' : 'manual',
    risk: 'restarts-pods',
    changes: [],
    consequences: [words.pods, words.place(durablePlace(install))],
    manual: [
      ...(name === null ? [`${tool} get ippools -o yaml   # ${words.which(cidr)}`] : []),
      `# ${words.choose(range)}`,
      ...furtherPool(snapshot, freeRange(snapshot, cidr, range)),
      `# ${words.disable}`,
      poolCommand(snapshot, pool, { disabled: true }, 'disableNewAllocations: true'),
      `# ${words.recreate(cidr)}`,
      'kubectl get pods -A -o wide',
      'kubectl -n NAMESPACE rollout restart deployment/NAME',
      `# ${words.remove(pool)}`,
    ],
  };
}

/** The Installation and kubeadm's configuration disagree: one of the two is put right. Nothing is rendered until then. */
export function agreeOnRange(snapshot: Snapshot, cidr: string, range: readonly string[]): Remedy {
  const install = installOf(snapshot);
  const name = install.installation ?? 'default';
  return {
    id: 'agree-on-pod-range',
    title: words.agree(name),
    action: install.action === 'refuse' ? 'refuse' : 'manual',
    risk: 'none',
    changes: [],
    consequences: [words.renders, words.place(durablePlace(install))],
    manual: [
      'kubectl get ippools -o custom-columns=NAME:.metadata.name,CIDR:.spec.cidr,DISABLED:.spec.disabled',
      `# ${words.installation(cidr, range)}`,
      `kubectl edit installation ${name}`,
      `# ${words.kubeadm}`,
      'kubectl -n kube-system edit configmap kubeadm-config',
    ],
  };
}

const words = {
  title: (pool: string): string => `Make a pool in the right place, and move the pods of ${pool}`,
  which: (cidr: string): string => `the one with ${cidr}`,
  choose: (range: readonly string[]): string =>
    `a pool inside the pod range${range.length === 0 ? '' : ` ${range.join(', ')}`}, apart from nodes and services`,
  disable: 'no new addresses from the old pool; pods that have one keep it',
  recreate: (cidr: string): string =>
    `make the pods with an address of ${cidr} anew, a workload at a time`,
  remove: (pool: string): string =>
    `only when no pod has an address of it any more: delete the IPPool ${pool}`,
  pods: 'Every pod with an address of the old pool is made anew.',
  agree: (name: string): string =>
    `Let Installation/${name} and kubeadm-config name the same range`,
  renders: 'The operator tries again by itself within a minute and renders calico-node.',
  installation: (cidr: string, range: readonly string[]): string =>
    `spec.calicoNetwork.ipPools: in place of ${cidr} what the pools above have, inside ${range.join(', ')}`,
  kubeadm: 'or, if the pools are right and kubeadm is not: podSubnet in ClusterConfiguration',
  place: (place: string): string => `To last, the same has to stand in ${place}.`,
};
