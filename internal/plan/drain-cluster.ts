import type { Node, Pod } from '../model/kubernetes.ts';
import type { DrainConcern } from '../model/plan.ts';
import {
  canReplace,
  isControlPlane,
  isCordoned,
  isEtcdNode,
  isReady,
  listed,
} from './drain-nodes.ts';
import { blocking, isPodReady, type Look, remark } from './drain-view.ts';

const nodeNames = (nodes: readonly Node[]): string =>
  listed(nodes.map(({ metadata }) => metadata.name));

/** The last node that can take pods is not emptied; where other nodes were not read, that is said by the facts. */
export const lastNodeConcerns: Look = ({ node, others, facts }) => {
  if (facts.gaps.some(({ id }) => id === 'nodes-unknown')) return [];
  if (others.length === 0) return [blocking('last-node', words.only)];
  return others.some((other) => canReplace(node, other))
    ? []
    : [blocking('last-node', words.last(nodeNames(others.slice(0, 5))))];
};

/** Nodes that are out of use already count: one at a time is the rule. */
export const otherNodeConcerns: Look = ({ others }) => {
  const out = others.filter((node) => isCordoned(node) || !isReady(node));
  return out.length > 0 ? [remark('others-out', words.out(nodeNames(out), out.length))] : [];
};

/** Without a kubelet that answers, pods are marked for deletion and stay. */
export const lostNodeConcerns: Look = ({ node }) =>
  isReady(node) ? [] : [remark('node-not-ready', words.notReady)];

const isEtcdPod = ({ metadata }: Pod): boolean =>
  metadata.namespace === 'kube-system' &&
  metadata.labels?.['component'] === 'etcd' &&
  metadata.labels['tier'] === 'control-plane';

// K3s runs etcd within its server: there the label of the node is all that is seen.
function etcdMembers(facts: { readonly pods: readonly Pod[]; readonly nodes: readonly Node[] }) {
  const pods = facts.pods.filter(isEtcdPod);
  if (pods.length > 0)
    return pods.map((pod) => ({ node: pod.spec?.nodeName ?? '', isWell: isPodReady(pod) }));
  return facts.nodes
    .filter(isEtcdNode)
    .map((node) => ({ node: node.metadata.name, isWell: isReady(node) }));
}

/** Control plane and etcd. The drain leaves static pods alone; the reboot that may follow does not. */
export const controlPlaneConcerns: Look = ({ node, facts, options }) => {
  const members = etcdMembers(facts);
  const isMember = members.some((member) => member.node === node.metadata.name);
  if (!isControlPlane(node) && !isMember) return [];
  const peers = facts.nodes.filter((one) => isControlPlane(one) && one !== node);
  const ready = peers.filter(isReady).length;
  return [
    options.allowControlPlane
      ? remark('control-plane', words.allowed(ready))
      : blocking('control-plane', words.controlPlane(ready)),
    isMember
      ? quorumConcern(node, members)
      : remark('etcd-elsewhere', members.length > 0 ? words.otherEtcd : words.noEtcd),
  ];
};

function quorumConcern(
  node: Node,
  members: readonly { readonly node: string; readonly isWell: boolean }[],
): DrainConcern {
  const quorum = Math.floor(members.length / 2) + 1;
  const left = members.filter(
    (member) => member.isWell && member.node !== node.metadata.name,
  ).length;
  return left >= quorum
    ? remark('etcd-quorum', words.quorum(left, quorum))
    : remark('etcd-quorum-lost', words.noQuorum(left, quorum));
}

const takers: readonly (readonly [string, RegExp])[] = [
  ['the cluster autoscaler', /^(?:ToBeDeletedBy|DeletionCandidateOf)ClusterAutoscaler$/],
  ['Karpenter', /^karpenter\.sh\/(?:disrupted|disruption)$/],
];

/** Programs that may take a node away which is cordoned or empty. */
export const ownerConcerns: Look = ({ node }) => {
  const taints = (node.spec?.taints ?? []).map(({ key }) => key ?? '');
  const { labels = {}, annotations = {} } = node.metadata;
  const marked = takers.filter(([, pattern]) => taints.some((key) => pattern.test(key)));
  const keepers = [
    ...(annotations['cluster.x-k8s.io/machine'] === undefined ? [] : ['Cluster API']),
    ...(labels['karpenter.sh/nodepool'] === undefined &&
    labels['karpenter.sh/provisioner-name'] === undefined
      ? []
      : ['Karpenter']),
  ];
  return [
    ...marked.map(([name]) => remark('node-to-be-removed', words.marked(name))),
    ...(marked.length === 0 && keepers.length > 0
      ? [remark('node-may-be-replaced', words.kept(listed(keepers)))]
      : []),
  ];
};

const readyOthers = (count: number): string =>
  count === 1 ? 'one other is ready' : `${count} others are ready`;

const words = {
  only: 'It is the only node of the cluster: its pods would have nowhere to go.',
  last: (names: string): string =>
    `No other node can take its pods: ${names} are not ready, cordoned, tainted or of another system.`,
  out: (names: string, count: number): string =>
    `${names} ${count === 1 ? 'is' : 'are'} cordoned or not ready already: with this node one more is out of use.`,
  notReady:
    'The kubelet of this node does not answer. Evictions are taken, but the pods stay Terminating until it does, or until the node is removed: the drain does not wait for them. Only if the machine is surely powered off, the taint node.kubernetes.io/out-of-service=nodeshutdown:NoExecute frees its pods and volumes.',
  controlPlane: (others: number): string =>
    `It is a node of the control plane (${readyOthers(others)}); that takes --allow-control-plane.`,
  allowed: (others: number): string =>
    `It is a node of the control plane (${readyOthers(others)}). Its static pods stay through the drain.`,
  quorum: (left: number, quorum: number): string =>
    `A reboot stops its etcd member: ${left} that are well would remain, ${quorum} needed.`,
  noQuorum: (left: number, quorum: number): string =>
    `Do not reboot it: of etcd ${left} that are well would remain, ${quorum} needed. The drain itself does not stop etcd.`,
  otherEtcd: 'No member of etcd is seen on it.',
  noEtcd: 'etcd is not seen from the cluster: before a reboot look after its quorum where it runs.',
  marked: (name: string): string => `${name} has marked this node: it may remove the machine.`,
  kept: (names: string): string =>
    `${names} keeps this node and may replace a machine that is cordoned or empty.`,
};
