import type { DaemonSet, Node, Pod } from '../model/kubernetes.ts';
import type { ApiRef } from '../model/remedy.ts';
import {
  baselines,
  hashOf,
  newestHash,
  ownedBy,
  type IsNew,
  type NodeBaseline,
} from '../plan/rollout-nodes.ts';
import type { ApplyContext } from './context.ts';
import { isDaemonSet, isGone, isNode, isPod } from './objects.ts';

/** A DaemonSet with the nodes that it runs on, before anything was changed. */
export interface WorkloadBefore {
  readonly ref: ApiRef;
  /** Null where it is not there (an operator that has not rendered it yet). */
  readonly daemonSet: DaemonSet | null;
  readonly nodes: ReadonlyMap<string, NodeBaseline>;
  /** The template hashes of its pods. */
  readonly hashes: ReadonlySet<string>;
}

type Reader = Pick<ApplyContext, 'cluster'>;

const selectorOf = (daemonSet: DaemonSet): string =>
  Object.entries(daemonSet.spec?.selector?.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

/** The DaemonSet as it is now; null where it is not there, `unread` where that cannot be told at the moment. */
export async function readDaemonSet(
  { cluster }: Reader,
  ref: ApiRef,
): Promise<DaemonSet | null | 'unread'> {
  const reply = await cluster.get(ref);
  if (reply.state === 'refused') return isGone(reply) ? null : 'unread';
  return isDaemonSet(reply.value) ? reply.value : null;
}

/** The pods that a DaemonSet made; null where they cannot be read at the moment. */
export async function podsOf(
  { cluster }: Reader,
  daemonSet: DaemonSet,
): Promise<readonly Pod[] | null> {
  const { namespace, uid } = daemonSet.metadata;
  const labelSelector = selectorOf(daemonSet);
  const reply = await cluster.list({
    apiVersion: 'v1',
    kind: 'Pod',
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === '' ? {} : { labelSelector }),
  });
  return reply.state === 'done' ? ownedBy(reply.value.filter(isPod), uid) : null;
}

async function nodesOf({ cluster }: Reader): Promise<readonly Node[]> {
  const reply = await cluster.list({ apiVersion: 'v1', kind: 'Node' });
  return reply.state === 'done' ? reply.value.filter(isNode) : [];
}

/** How a DaemonSet and its nodes are, to measure against later. What cannot be read counts as sound, so that a loss is noticed. */
export async function workloadBefore(context: Reader, ref: ApiRef): Promise<WorkloadBefore> {
  const seen = await readDaemonSet(context, ref);
  if (seen === null || seen === 'unread')
    return { ref, daemonSet: null, nodes: new Map(), hashes: new Set() };
  const pods = (await podsOf(context, seen)) ?? [];
  return {
    ref,
    daemonSet: seen,
    nodes: baselines(pods, await nodesOf(context)),
    hashes: new Set(pods.map(hashOf)),
  };
}

/**
 * Tells pods of the newest template from others: by the newest ControllerRevision, else (where those may not be read) by a hash that no
 * pod had before.
 */
export async function newnessOf(
  { cluster }: Reader,
  daemonSet: DaemonSet,
  before: WorkloadBefore,
): Promise<IsNew> {
  const { namespace, uid } = daemonSet.metadata;
  const labelSelector = selectorOf(daemonSet);
  const reply = await cluster.list({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === '' ? {} : { labelSelector }),
  });
  const newest = reply.state === 'done' ? newestHash(reply.value, uid) : null;
  return newest === null
    ? (pod) => !before.hashes.has(hashOf(pod))
    : (pod) => hashOf(pod) === newest;
}
