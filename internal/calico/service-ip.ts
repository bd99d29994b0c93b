import type { DaemonSet, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { LogLine } from './log.ts';
import { logLines } from './logs.ts';
import { podsOn } from './neighbours.ts';
import { conditionOf } from './pods.ts';
import { findObject, itemsOf } from './snapshot-lists.ts';

/** The cluster's addresses of the service `default/kubernetes`; empty where it was not read. */
export function serviceAddresses(snapshot: Snapshot): readonly string[] {
  const spec = findObject(snapshot, 'services', 'kubernetes', 'default')?.spec;
  return spec?.clusterIPs ?? (spec?.clusterIP === undefined ? [] : [spec.clusterIP]);
}

// kubeadm's label; k3s and RKE2 run it as a static pod or inside the agent, where no pod tells anything.
function isKubeProxy({ metadata: { name, labels } }: Pod): boolean {
  if (/windows/.test(name)) return false;
  return (
    labels?.['k8s-app'] === 'kube-proxy' ||
    labels?.['component'] === 'kube-proxy' ||
    name.startsWith('kube-proxy-')
  );
}

const isLiveKubeProxy = (pod: Pod): boolean =>
  isKubeProxy(pod) && pod.metadata.deletionTimestamp === undefined;

const proxies = new WeakMap<readonly Pod[], readonly Pod[]>();

/** The kube-proxy pods of the cluster, those being deleted left out. */
export function kubeProxyPods(snapshot: Snapshot): readonly Pod[] {
  const pods = itemsOf(snapshot, 'pods');
  const found = proxies.get(pods) ?? pods.filter(isLiveKubeProxy);
  proxies.set(pods, found);
  return found;
}

/** The DaemonSet that kube-proxy's pods belong to; undefined where they are static pods, or it was not read. */
export function kubeProxyDaemonSet(snapshot: Snapshot): DaemonSet | undefined {
  const [pod] = kubeProxyPods(snapshot);
  const owner = pod?.metadata.ownerReferences?.find(({ kind }) => kind === 'DaemonSet')?.name;
  return findObject(snapshot, 'daemonSets', owner ?? 'kube-proxy', pod?.metadata.namespace);
}

/** What makes the service IP work on a node, or does not. */
export type KubeProxy =
  | { readonly state: 'ready'; readonly pod: Pod }
  | {
      readonly state: 'failing';
      readonly pod: Pod;
      readonly container: string;
      readonly line: LogLine | null;
    }
  /** Other nodes have one. */
  | { readonly state: 'missing' }
  /** The cluster shows no kube-proxy pod at all: it is inside another program, or replaced. */
  | { readonly state: 'unknown' };

// kube-proxy, pkg/proxy/iptables and pkg/proxy/nftables: rules that the kernel did not take.
const cannotProgram =
  /Failed to execute iptables-restore|Error syncing|Failed to (?:ensure|sync)|can't initialize iptables|nftables.*(?:failed|not supported|Operation not)/i;

function failingLine(snapshot: Snapshot, pod: Pod, container: string): LogLine | null {
  const tail = logLines(snapshot, pod, container).slice(-20);
  return tail.findLast(({ message }) => cannotProgram.test(message)) ?? null;
}

/** How kube-proxy is on a node. */
export function kubeProxyOn(snapshot: Snapshot, node: string): KubeProxy {
  const pod = podsOn(snapshot, node).find(isLiveKubeProxy);
  if (!pod) return { state: kubeProxyPods(snapshot).length > 0 ? 'missing' : 'unknown' };
  const container = pod.spec?.containers?.[0]?.name ?? 'kube-proxy';
  const line = failingLine(snapshot, pod, container);
  const isReady =
    pod.status?.phase === 'Running' &&
    conditionOf(pod.status.conditions, 'Ready')?.status !== 'False';
  return isReady && line === null
    ? { state: 'ready', pod }
    : { state: 'failing', pod, container, line };
}

/** True if the API server has no endpoint behind its service; null where neither Endpoints nor EndpointSlices were read. */
export function hasNoApiEndpoint(snapshot: Snapshot): boolean | null {
  const { endpoints, endpointSlices } = snapshot.lists;
  if (endpoints.state !== 'read' && endpointSlices.state !== 'read') return null;
  const named = findObject(snapshot, 'endpoints', 'kubernetes', 'default');
  const slices = itemsOf(snapshot, 'endpointSlices').filter(
    ({ metadata }) =>
      metadata.namespace === 'default' &&
      metadata.labels?.['kubernetes.io/service-name'] === 'kubernetes',
  );
  const count =
    (named?.subsets ?? []).flatMap(({ addresses }) => addresses ?? []).length +
    slices.flatMap((slice) => slice.endpoints ?? []).length;
  return count === 0;
}

/**
 * An address of the API server itself: kubeadm's `controlPlaneEndpoint`, else an endpoint of its service, else the host of its
 * static pod; null where none of them tells.
 */
export function apiServerAddress(
  snapshot: Snapshot,
): { readonly host: string; readonly port: number } | null {
  const kubeadm = findObject(snapshot, 'configMaps', 'kubeadm-config', 'kube-system');
  const told = /^controlPlaneEndpoint: *"?(\[?[\w.:-]+?\]?):(\d+)"?\s*$/m.exec(
    kubeadm?.data?.['ClusterConfiguration'] ?? '',
  );
  if (told?.[1]) return { host: told[1], port: Number(told[2]) };
  const subset = findObject(snapshot, 'endpoints', 'kubernetes', 'default')?.subsets?.[0];
  const endpoint = subset?.addresses?.[0]?.ip;
  if (endpoint) return { host: endpoint, port: subset.ports?.[0]?.port ?? 6443 };
  const server = itemsOf(snapshot, 'pods').find(
    ({ metadata }) => metadata.labels?.['component'] === 'kube-apiserver',
  );
  return server?.status?.hostIP ? { host: server.status.hostIP, port: 6443 } : null;
}

const asksForBpf = ({ spec }: Pod): boolean =>
  spec?.containers?.some(({ env }) =>
    env?.some(({ name, value }) => name === 'FELIX_BPFENABLED' && value === 'true'),
  ) ?? false;

/** True if Calico itself is to take kube-proxy's place (eBPF dataplane), by FelixConfiguration, Installation or variable. */
export const isBpf = (snapshot: Snapshot): boolean =>
  findObject(snapshot, 'felixConfigurations', 'default')?.spec?.['bpfEnabled'] === true ||
  itemsOf(snapshot, 'installations').some(
    ({ spec }) => spec?.calicoNetwork?.linuxDataplane === 'BPF',
  ) ||
  itemsOf(snapshot, 'pods').some(asksForBpf);
