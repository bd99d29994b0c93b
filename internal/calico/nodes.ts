import type { Node, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { conditionOf, healthOf, isCalicoNodePod, type PodHealth } from './pods.ts';
import { itemsOf } from './snapshot-lists.ts';
import { secondsBetween, secondsOf } from './time.ts';

/** An address with its prefix length; null where the source gives none. */
export interface StoredAddress {
  readonly ip: string;
  readonly prefix: number | null;
}

/** Everything the API tells about one node and its calico-node pod. */
export interface NodeView {
  readonly name: string;
  /** Null if the pod names a node that the list does not have. */
  readonly node: Node | null;
  readonly pod: Pod | null;
  readonly health: PodHealth | null;
  /** True for a Linux node whose kubelet reports Ready. */
  readonly isReady: boolean;
  /** `Unknown`: the control plane has not heard of the kubelet. */
  readonly isLost: boolean;
  readonly internalIPs: readonly string[];
  /** What Calico stored: `projectcalico.org/IPv4Address` and `IPv6Address` (Kubernetes datastore only). */
  readonly ipv4: StoredAddress | null;
  readonly ipv6: StoredAddress | null;
}

/** Parses `10.0.0.1/24` or a bare address. */
export function storedAddress(value: string | undefined): StoredAddress | null {
  if (!value) return null;
  const [ip, prefix] = value.split('/');
  return ip ? { ip, prefix: prefix === undefined ? null : Number(prefix) } : null;
}

function age(pod: Pod): number {
  return secondsOf(pod.metadata.creationTimestamp ?? pod.status?.startTime) ?? 0;
}

// A DaemonSet may leave a terminating or failed pod beside the new one: the newest that is neither counts.
function currentPod(pods: readonly Pod[]): Pod | null {
  const isOver = (pod: Pod): boolean =>
    pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === 'Failed';
  const byAge = pods.toSorted((a, b) => age(b) - age(a));
  return byAge.find((pod) => !isOver(pod)) ?? byAge[0] ?? null;
}

/** The node a pod belongs to: where it runs, else the one its DaemonSet made it for (node affinity by name). */
export function nodeNameOf(pod: Pod): string | null {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const text = JSON.stringify(pod.spec?.affinity ?? {});
  return /"key":"metadata\.name","operator":"In","values":\["([^"]+)"\]/.exec(text)?.[1] ?? null;
}

function viewOf(name: string, node: Node | null, pods: readonly Pod[], takenAt: string): NodeView {
  const ready = conditionOf(node?.status?.conditions, 'Ready');
  const pod = currentPod(pods);
  const annotations = node?.metadata.annotations ?? {};
  return {
    name,
    node,
    pod,
    health: pod ? healthOf(pod, takenAt) : null,
    isReady: ready?.status === 'True',
    isLost: ready?.status === 'Unknown',
    internalIPs: (node?.status?.addresses ?? []).flatMap(({ type, address }) =>
      type === 'InternalIP' && address ? [address] : [],
    ),
    ipv4: storedAddress(annotations['projectcalico.org/IPv4Address']),
    ipv6: storedAddress(annotations['projectcalico.org/IPv6Address']),
  };
}

// The kubelet's own word is an empty text where it has not said any.
function isLinux({ status, metadata: { labels } }: Node): boolean {
  const told = status?.nodeInfo?.operatingSystem;
  const system = told === '' ? undefined : told;
  return (
    (system ?? labels?.['kubernetes.io/os'] ?? labels?.['beta.kubernetes.io/os'] ?? 'linux') ===
    'linux'
  );
}

const memo = new WeakMap<readonly Node[], WeakMap<readonly Pod[], readonly NodeView[]>>();

/** One view for each Linux node, and for each node that only a calico-node pod names, in order of names. */
export function nodeViews(snapshot: Snapshot): readonly NodeView[] {
  const nodes = itemsOf(snapshot, 'nodes');
  const pods = itemsOf(snapshot, 'pods');
  const known = memo.get(nodes)?.get(pods);
  if (known) return known;
  const podsByNode = Map.groupBy(pods.filter(isCalicoNodePod), (pod) => nodeNameOf(pod) ?? '');
  const linux = nodes.filter(isLinux);
  const windows = new Set(
    nodes.filter((node) => !isLinux(node)).map(({ metadata }) => metadata.name),
  );
  const names = new Set(linux.map(({ metadata }) => metadata.name));
  const views = linux.map((node) =>
    viewOf(node.metadata.name, node, podsByNode.get(node.metadata.name) ?? [], snapshot.takenAt),
  );
  for (const [name, group] of podsByNode) {
    if (name && !names.has(name) && !windows.has(name))
      views.push(viewOf(name, null, group, snapshot.takenAt));
  }
  const sorted = views.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  const perNodes = memo.get(nodes) ?? new WeakMap<readonly Pod[], readonly NodeView[]>();
  perNodes.set(pods, sorted);
  memo.set(nodes, perNodes);
  return sorted;
}

/** Views whose calico-node pod is sick, pods still starting left out. */
export const sickViews = (snapshot: Snapshot): readonly NodeView[] =>
  nodeViews(snapshot).filter(({ health }) => health?.state === 'sick');

/** Seconds since the calico-node container of this view started; null if it does not run. */
export function uptimeOf(view: NodeView, takenAt: string): number | null {
  const status = view.pod?.status?.containerStatuses?.find(({ name }) => name === 'calico-node');
  return secondsBetween(status?.state?.running?.startedAt, takenAt);
}
