import type { KubeObject, Node, Pod } from '../../internal/model/kubernetes.ts';
import { suffixOf, type NodeSpec } from './cluster.ts';
import type { MemoryCluster } from './memory-cluster.ts';
import { refOf } from './memory-store.ts';

/** A machine, as its kubelet and calico-node find it. */
export interface SimulatedNode extends NodeSpec {
  /** Seconds from the start of the calico-node container until Felix answers; 3 unless given. */
  readonly startSeconds?: number;
}

/** What the simulated programs share: the objects, the time, and what only the machines know. */
export interface World {
  readonly cluster: MemoryCluster;
  /** By name. What stands here can be changed while the world runs: the next start of calico-node finds it. */
  readonly nodes: Map<string, SimulatedNode>;
  readonly calicoVersion: string;
  /** A suffix that no other pod has. */
  readonly newSuffix: (seed: string) => string;
}

/** The node's address in Kubernetes. */
export const internalIP = (world: World, name: string): string => {
  const node: Node | null = world.cluster.store.get({ kind: 'Node', name });
  return node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
};

export const podsOn = ({ cluster }: World, node: string): readonly Pod[] =>
  cluster.store.list('Pod').filter((pod): pod is Pod => (pod as Pod).spec?.nodeName === node);

/** Adds an event about an object, or counts the one that says the same. */
export function tell(
  { cluster }: World,
  object: KubeObject,
  reason: string,
  message: string,
  type: 'Normal' | 'Warning' = 'Warning',
): void {
  const { kind, metadata } = object;
  const namespace = metadata.namespace ?? 'default';
  const now = cluster.clock.time();
  const name = `${metadata.name}.${suffixOf(`${metadata.uid}${reason}${message}`)}`;
  const known = cluster.store.get({ apiVersion: 'v1', kind: 'Event', name, namespace });
  const count = Number(known ? Reflect.get(known, 'count') : 0) + 1;
  const first: unknown = known ? Reflect.get(known, 'firstTimestamp') : now;
  const { uid } = metadata;
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: { kind, name: metadata.name, namespace: metadata.namespace, uid },
    reason,
    message,
    type,
    count,
    firstTimestamp: first,
    lastTimestamp: now,
    source: { component: 'kubelet' },
  };
  cluster.store.put(JSON.parse(JSON.stringify(event)) as KubeObject);
}

/** The log of a container, to write on. */
export interface PodLog {
  readonly append: (lines: readonly string[]) => void;
  /** A new run begins: what was written is the previous one's. */
  readonly rotate: () => void;
}

export function podLog({ cluster }: World, pod: Pod, container: string): PodLog {
  const { name, namespace = '' } = pod.metadata;
  let text = '';
  const set = (previous: boolean): void =>
    cluster.setLog({
      namespace,
      pod: name,
      container,
      previous,
      read: { state: 'read', text },
    });
  return {
    append: (lines) => {
      text += lines.map((line) => `${line}\n`).join('');
      set(false);
    },
    rotate: () => {
      set(true);
      text = '';
      set(false);
    },
  };
}

/** Runs something later, unless the pod is gone by then. */
export function whileThere(
  { cluster }: World,
  pod: Pod,
  seconds: number,
  run: (pod: Pod) => void,
): void {
  cluster.clock.schedule(seconds * 1000, () => {
    const now: Pod | null = cluster.store.get(refOf(pod));
    if (now && now.metadata.uid === pod.metadata.uid) run(now);
  });
}
