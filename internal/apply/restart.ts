import type { Pod } from '../model/kubernetes.ts';
import type { ApiRef } from '../model/remedy.ts';
import { isPodReady, troubleOf } from '../plan/rollout-nodes.ts';
import { readinessWindow } from '../plan/rollout.ts';
import type { ApplyContext } from './context.ts';
import { glance, isDaemonSet, isPod } from './objects.ts';
import { waitFor } from './wait.ts';

export type RestartEnd =
  | { readonly kind: 'ready'; readonly pod: string }
  /** The successor is there and not ready, or none came. */
  | { readonly kind: 'failed'; readonly pod: string | null; readonly reason: string };

const controllerOf = (pod: Pod) =>
  pod.metadata.ownerReferences?.find(({ controller }) => controller) ??
  pod.metadata.ownerReferences?.[0];

/** The pod that came in place of another: of the same owner, and on the same node where it is a DaemonSet's. */
function successorOf(old: Pod, pods: readonly Pod[], known: ReadonlySet<string>): Pod | null {
  const owner = controllerOf(old);
  const isOnNode = owner?.kind === 'DaemonSet';
  const candidates = pods.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      !known.has(pod.metadata.uid ?? '') &&
      controllerOf(pod)?.uid === owner?.uid &&
      (!isOnNode || pod.spec?.nodeName === old.spec?.nodeName),
  );
  return candidates.find(isPodReady) ?? candidates[0] ?? null;
}

async function siblings(context: ApplyContext, old: Pod): Promise<readonly Pod[] | null> {
  const { namespace } = old.metadata;
  const node = controllerOf(old)?.kind === 'DaemonSet' ? old.spec?.nodeName : undefined;
  const reply = await context.cluster.list({
    apiVersion: 'v1',
    kind: 'Pod',
    ...(namespace === undefined ? {} : { namespace }),
    ...(node === undefined ? {} : { fieldSelector: `spec.nodeName=${node}` }),
  });
  return reply.state === 'done' ? reply.value.filter(isPod) : null;
}

/** The UIDs of the pods beside one that is about to be deleted: what is not among them later has come in its place. */
export async function podsBefore(context: ApplyContext, old: Pod): Promise<ReadonlySet<string>> {
  const pods = (await siblings(context, old)) ?? [];
  return new Set(pods.flatMap(({ metadata }) => metadata.uid ?? []));
}

async function windowOf(context: ApplyContext, old: Pod): Promise<number> {
  const owner = controllerOf(old);
  const { namespace } = old.metadata;
  const grace = old.spec?.terminationGracePeriodSeconds ?? 30;
  if (owner?.kind !== 'DaemonSet' || !owner.name) return readinessWindow(undefined) + grace;
  const ref: ApiRef = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    name: owner.name,
    ...(namespace === undefined ? {} : { namespace }),
  };
  const daemonSet = await glance(context.cluster, ref);
  const template = daemonSet && isDaemonSet(daemonSet) ? daemonSet.spec?.template : undefined;
  return readinessWindow(template) + grace;
}

/**
 * Waits until the pod that comes in place of a deleted one is Ready. `known` are the pods that were there before. Sends nothing.
 */
export async function waitForSuccessor(
  old: Pod,
  known: ReadonlySet<string>,
  context: ApplyContext,
  limit: number | null,
): Promise<RestartEnd> {
  const window = await windowOf(context, old);
  const limitSeconds = Math.min(limit ?? window, window);
  const { namespace = '' } = old.metadata;
  const node = old.spec?.nodeName ?? '';
  context.onEvent({ kind: 'phase', phase: 'rollout', expectedSeconds: 40, limitSeconds });
  let last: Pod | null = null;
  let isOldThere = true;
  const ready = await waitFor(context, limitSeconds, async (elapsedSeconds) => {
    const pods = await siblings(context, old);
    if (pods === null) {
      context.onEvent({ kind: 'waiting', text: words.unread, elapsedSeconds, limitSeconds });
      return null;
    }
    isOldThere = pods.some(({ metadata }) => metadata.uid === old.metadata.uid);
    last = successorOf(old, pods, known);
    const state = isOldThere ? words.ending : last === null ? words.none : words.starting;
    context.onEvent({ kind: 'waiting', text: state, elapsedSeconds, limitSeconds });
    return last !== null && isPodReady(last) ? last : null;
  });
  if (ready) {
    const name = ready.metadata.name;
    context.onEvent({ kind: 'pod', node, namespace, name, state: 'ready', reason: '' });
    return { kind: 'ready', pod: name };
  }
  return failure(last, isOldThere);
}

function failure(successor: Pod | null, isOldThere: boolean): RestartEnd {
  if (successor === null)
    return { kind: 'failed', pod: null, reason: isOldThere ? words.stuck : words.noSuccessor };
  return {
    kind: 'failed',
    pod: successor.metadata.name,
    reason: troubleOf(successor) || words.notReady,
  };
}

const words = {
  unread: 'the API server does not answer; trying again',
  ending: 'the old pod is ending',
  none: 'its DaemonSet has not made a new pod yet',
  starting: 'the new pod is starting',
  stuck: 'the old pod does not end: its kubelet may be away',
  noSuccessor: 'no new pod came',
  notReady: 'it is not ready',
};
