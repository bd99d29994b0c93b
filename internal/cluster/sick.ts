import type { ContainerStatus, Node, Pod } from '../model/kubernetes.ts';

const recentMs = 3_600_000;

function isRecent(time: string | undefined, takenAt: string): boolean {
  const age = Date.parse(takenAt) - Date.parse(time ?? '');
  return age >= 0 && age < recentMs;
}

function symptomOfContainer(
  status: ContainerStatus,
  isInit: boolean,
  takenAt: string,
): string | null {
  const { state, lastState, name = '' } = status;
  if (state?.waiting) return `${name} waits: ${state.waiting.reason ?? ''}`;
  const end = state?.terminated;
  if (end && !(isInit && end.exitCode === 0)) return `${name} ended: ${end.reason ?? ''}`;
  if (isInit && !end) return `${name} runs`;
  if (!isInit && status.ready !== true) return `${name} is not ready`;
  return isRecent(lastState?.terminated?.finishedAt, takenAt) ? `${name} restarted` : null;
}

/** How a pod is unwell, in a few words that are equal for pods that suffer alike; null if it is well. */
export function symptomOfPod(pod: Pod, takenAt: string): string | null {
  const { status, metadata } = pod;
  if (metadata.deletionTimestamp !== undefined) return 'is being deleted';
  if (status?.phase === 'Succeeded') return null;
  for (const container of status?.initContainerStatuses ?? []) {
    const symptom = symptomOfContainer(container, true, takenAt);
    if (symptom !== null) return symptom;
  }
  for (const container of status?.containerStatuses ?? []) {
    const symptom = symptomOfContainer(container, false, takenAt);
    if (symptom !== null) return symptom;
  }
  if (status?.phase !== 'Running') return `is ${status?.phase ?? 'without status'}`;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'False' ? 'is not ready' : null;
}

const addressesOf = (node: Node): readonly string[] =>
  [4, 6].flatMap((family) => {
    const stored = node.metadata.annotations?.[`projectcalico.org/IPv${family}Address`];
    const address = stored?.split('/')[0];
    return address ? [address] : [];
  });

const isIPv4 = (address: string): boolean => address.includes('.');

// An address of a family of which the kubelet names none proves nothing.
function hasForeignAddress(node: Node): boolean {
  const internal = (node.status?.addresses ?? []).flatMap(({ type, address }) =>
    type === 'InternalIP' && address ? [address] : [],
  );
  return addressesOf(node).some(
    (address) =>
      internal.some((own) => isIPv4(own) === isIPv4(address)) && !internal.includes(address),
  );
}

const isTrue = (node: Node, type: string): string =>
  node.status?.conditions?.find((condition) => condition.type === type)?.status ?? '';

function symptomOfNode(node: Node, holders: ReadonlyMap<string, number>): string | null {
  const ready = isTrue(node, 'Ready');
  if (ready === 'Unknown') return 'node is lost';
  if (ready === 'False') return 'node is not ready';
  if (isTrue(node, 'NetworkUnavailable') === 'True') return 'node has no network';
  if (hasForeignAddress(node)) return 'address is foreign';
  if (addressesOf(node).some((address) => (holders.get(address) ?? 0) > 1))
    return 'address is shared';
  return null;
}

/** A node with its calico-node pods, and how it is unwell. */
export interface NodeCase {
  /** The node's name; empty for pods that have none yet. */
  readonly node: string;
  readonly pods: readonly Pod[];
  /** Null: nothing is seen to be wrong. */
  readonly symptom: string | null;
}

function countHolders(nodes: readonly Node[]): ReadonlyMap<string, number> {
  const holders = new Map<string, number>();
  for (const address of nodes.flatMap(addressesOf)) {
    holders.set(address, (holders.get(address) ?? 0) + 1);
  }
  return holders;
}

/**
 * Every node with its calico-node pods. Sick, for the purpose of looking closer, is more than for a finding: a pod that is
 * not ready, waits, has not finished its init containers or restarted within the hour, or that is missing; a node that is not
 * ready or without network; a Calico address that is none of the node's own or that another node has too.
 */
export function nodeCases(
  nodes: readonly Node[],
  calicoPods: readonly Pod[],
  takenAt: string,
): readonly NodeCase[] {
  const holders = countHolders(nodes);
  const podsByNode = Map.groupBy(calicoPods, (pod) => pod.spec?.nodeName ?? '');
  const byName = new Map(nodes.map((node) => [node.metadata.name, node]));
  const names = new Set([...byName.keys(), ...podsByNode.keys()]);
  return [...names].map((name): NodeCase => {
    const node = byName.get(name);
    const pods = podsByNode.get(name) ?? [];
    const ofPods = pods
      .map((pod) => symptomOfPod(pod, takenAt))
      .find((symptom) => symptom !== null);
    const ofNode = node ? symptomOfNode(node, holders) : null;
    const isMissing =
      calicoPods.length > 0 && pods.length === 0 && node !== undefined && isLinux(node);
    return { node: name, pods, symptom: ofPods ?? ofNode ?? (isMissing ? 'has no pod' : null) };
  });
}

const isLinux = (node: Node): boolean =>
  (node.status?.nodeInfo?.operatingSystem ??
    node.metadata.labels?.['kubernetes.io/os'] ??
    'linux') === 'linux';
