import type { Node, Pod } from '../model/kubernetes.ts';
import { isNodeReady, type NodeSight } from '../plan/rollout-nodes.ts';
import { addressFault, type WatchedNode } from '../plan/rollout-worse.ts';
import type { ApplyContext } from './context.ts';
import { isNode } from './objects.ts';

/** What is known of a node from earlier looks. Times by the context's clock, in milliseconds. */
interface Known {
  readonly updatedAt: number | null;
  readonly readyAt: number;
  readonly lookedAt: number | null;
  /** The last closer look was at a ready pod: what stands on its Node then stays. */
  readonly isSettled: boolean;
  readonly addresses?: WatchedNode['addresses'];
  readonly isNodeReady?: boolean;
  /** When the node was first seen not to be ready, of looks without a better one in between. */
  readonly nodeLostAt?: number;
  readonly logFault?: string;
  /** The pod that all this is about. */
  readonly podUid: string;
}

export interface RolloutMemory {
  /** Adds to what is seen what was seen before, and looks closer at updated pods. */
  readonly remember: (sights: readonly NodeSight[]) => Promise<readonly WatchedNode[]>;
}

const annotations = { 4: 'projectcalico.org/IPv4Address', 6: 'projectcalico.org/IPv6Address' };

const addressIn = (node: Node, family: 4 | 6): string | null =>
  node.metadata.annotations?.[annotations[family]]?.split('/')[0] ?? null;

/** The addresses that Calico wrote to a Node, without prefix. */
export const addressesOf = (
  node: Node,
): { readonly 4: string | null; readonly 6: string | null } => ({
  4: addressIn(node, 4),
  6: addressIn(node, 6),
});

const mostCloseLooks = 10;
const closeLookSeconds = 10;
// The start is some hundred lines back once Felix runs.
const logLines = 2000;
// What a method does is seen on the first nodes; of thousands, not all have to be read.
const mostReadLogs = 30;

async function faultIn(pod: Pod, { cluster }: Pick<ApplyContext, 'cluster'>): Promise<string> {
  const { namespace = '', name } = pod.metadata;
  const status = pod.status?.containerStatuses?.find((one) => one.name === 'calico-node');
  const of = { namespace, name, container: 'calico-node' };
  const isBetweenRuns = status?.state?.running === undefined && (status?.restartCount ?? 0) > 0;
  const reply = await cluster.log(of, { tailLines: logLines, previous: isBetweenRuns });
  return reply.state === 'done' ? addressFault(reply.value) : '';
}

type CloseLook = Pick<Known, 'addresses' | 'isNodeReady' | 'logFault'>;

async function lookCloser(
  sight: NodeSight,
  context: Pick<ApplyContext, 'cluster'>,
  readsLog: boolean,
): Promise<CloseLook> {
  const reply = await context.cluster.get({ apiVersion: 'v1', kind: 'Node', name: sight.node });
  const node = reply.state === 'done' && isNode(reply.value) ? reply.value : null;
  const isReadable = readsLog && sight.isStarted && sight.pod !== null;
  const logFault = isReadable && sight.pod ? await faultIn(sight.pod, context) : '';
  return {
    ...(node ? { addresses: addressesOf(node), isNodeReady: isNodeReady(node) } : {}),
    logFault,
  };
}

const watched = (sight: NodeSight, memory: Known, now: number): WatchedNode => ({
  ...sight,
  updatedSeconds: memory.updatedAt === null ? 0 : (now - memory.updatedAt) / 1000,
  unreadySeconds: (now - memory.readyAt) / 1000,
  ...(memory.addresses ? { addresses: memory.addresses } : {}),
  ...(memory.isNodeReady === undefined ? {} : { isNodeReady: memory.isNodeReady }),
  ...(memory.nodeLostAt === undefined ? {} : { nodeLostSeconds: (now - memory.nodeLostAt) / 1000 }),
  ...(memory.logFault === undefined ? {} : { logFault: memory.logFault }),
});

/** Remembers what earlier looks at a rollout have shown, so that times can be reckoned without the clocks of other machines. */
export function rolloutMemory(context: Pick<ApplyContext, 'cluster' | 'clock'>): RolloutMemory {
  const start = context.clock.now();
  const known = new Map<string, Known>();
  let logsRead = 0;
  const recall = (sight: NodeSight, now: number): Known => {
    const podUid = sight.pod?.metadata.uid ?? '';
    const old = known.get(sight.node);
    const isSame = old !== undefined && old.podUid === podUid;
    const base: Known = isSame
      ? old
      : {
          updatedAt: null,
          readyAt: old?.readyAt ?? start,
          lookedAt: null,
          isSettled: false,
          podUid,
        };
    return {
      ...base,
      updatedAt: sight.isUpdated ? (base.updatedAt ?? now) : null,
      readyAt: sight.isReady ? now : base.readyAt,
    };
  };
  const closer = async (sight: NodeSight, now: number): Promise<void> => {
    const memory = known.get(sight.node);
    if (!memory) return;
    const readsLog = !sight.isReady || logsRead < mostReadLogs;
    if (readsLog) logsRead += 1;
    const seen = await lookCloser(sight, context, readsLog);
    const { nodeLostAt = now, ...rest } = memory;
    const lost = { ...memory, ...seen }.isNodeReady === false ? { nodeLostAt } : {};
    known.set(sight.node, { ...rest, ...seen, ...lost, lookedAt: now, isSettled: sight.isReady });
  };
  return {
    remember: async (sights) => {
      const now = context.clock.now();
      for (const sight of sights) known.set(sight.node, recall(sight, now));
      const due = sights.filter((sight) => {
        const memory = known.get(sight.node);
        if (!memory || !sight.isUpdated || sight.isTerminating) return false;
        if (memory.lookedAt === null || (sight.isReady && !memory.isSettled)) return true;
        return !sight.isReady && (now - memory.lookedAt) / 1000 >= closeLookSeconds;
      });
      for (const sight of due.slice(0, mostCloseLooks)) await closer(sight, now);
      return sights.flatMap((sight) => {
        const memory = known.get(sight.node);
        return memory ? [watched(sight, memory, now)] : [];
      });
    },
  };
}
