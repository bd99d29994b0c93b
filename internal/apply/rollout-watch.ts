import type { ApplyEvent } from '../model/apply.ts';
import type { DaemonSet } from '../model/kubernetes.ts';
import type { AddressForecast } from '../model/remedy.ts';
import {
  batchSize,
  changesAddresses,
  daemonSetRollout,
  readinessWindow,
  rolloutSeconds,
} from '../plan/rollout.ts';
import { nodeSights } from '../plan/rollout-nodes.ts';
import { isOverdue, isReachable, worseThanBefore } from '../plan/rollout-worse.ts';
import type { WatchedNode, Worse } from '../plan/rollout-worse.ts';
import type { ApplyContext } from './context.ts';
import { plainRef } from './objects.ts';
import { newnessOf, podsOf, readDaemonSet, type WorkloadBefore } from './rollout-look.ts';
import { rolloutMemory, type RolloutMemory } from './rollout-memory.ts';
import { waitFor } from './wait.ts';

/** How waiting for a rollout ended. */
export type RolloutEnd =
  /** Every reachable node has the new template; `sick` are not ready, and were not before. */
  | { readonly kind: 'complete'; readonly sick: readonly string[] }
  | { readonly kind: 'worse'; readonly worse: readonly Worse[] }
  /** The template is not the one that was sent any more. */
  | { readonly kind: 'reverted'; readonly daemonSet: DaemonSet }
  /** Pods that are not ready use up what may be unavailable at a time: the controller replaces no others. */
  | {
      readonly kind: 'blocked';
      readonly sick: readonly string[];
      /** Nodes whose kubelet was away before. */
      readonly away: readonly string[];
      readonly waiting: number;
    }
  | { readonly kind: 'time-out'; readonly waiting: number; readonly isBlind: boolean };

export interface RolloutWatch {
  readonly before: WorkloadBefore;
  readonly cured: ReadonlySet<string>;
  readonly forecasts: readonly AddressForecast[];
  /** Whether the template is still the one that is waited for. */
  readonly holds: (daemonSet: DaemonSet) => boolean;
  /** False while something is taken back: then nothing is measured against before. */
  readonly isGuarded: boolean;
  /** Nodes that are expected to be sick: they are not waited for as long as others. */
  readonly expectedSick: ReadonlySet<string>;
  /** Null: reckoned from the size. */
  readonly limitSeconds: number | null;
}

interface State {
  readonly daemonSet: DaemonSet;
  readonly nodes: readonly WatchedNode[];
  readonly windowSeconds: number;
  /** Since a pod was last seen to be replaced or to get ready. */
  readonly stalledSeconds: number;
}

type Progress = (daemonSet: DaemonSet) => number;

/** Reckons for how many seconds nothing has moved. */
function progressOf({ clock }: Pick<ApplyContext, 'clock'>): Progress {
  let seen = '';
  let since = clock.now();
  return (daemonSet) => {
    const { updated, ready, available } = daemonSetRollout(daemonSet);
    const now = [updated, ready, available].join();
    if (now !== seen) since = clock.now();
    seen = now;
    return (clock.now() - since) / 1000;
  };
}

async function stateOf(
  { before }: RolloutWatch,
  daemonSet: DaemonSet,
  memory: RolloutMemory,
  progress: Progress,
  context: ApplyContext,
): Promise<State | null> {
  const pods = await podsOf(context, daemonSet);
  if (pods === null) return null;
  // Until the controller has seen the template, its newest revision is still the old one.
  const isNew = daemonSetRollout(daemonSet).isObserved
    ? await newnessOf(context, daemonSet, before)
    : () => false;
  const windowSeconds = readinessWindow(daemonSet.spec?.template);
  const sights = nodeSights(pods, isNew, [...before.nodes.keys()]);
  const nodes = await memory.remember(sights);
  return { daemonSet, windowSeconds, nodes, stalledSeconds: progress(daemonSet) };
}

const expectedSickSeconds = 60;

function endOf(
  watch: RolloutWatch,
  { daemonSet, nodes, windowSeconds, stalledSeconds }: State,
): RolloutEnd | null {
  const { before, cured, forecasts } = watch;
  const isAboutAddresses = forecasts.length > 0 || changesAddresses(before.daemonSet, daemonSet);
  const given = {
    before: before.nodes,
    now: nodes,
    cured,
    forecasts,
    isAboutAddresses,
    windowSeconds,
  };
  const worse = watch.isGuarded ? worseThanBefore(given) : [];
  if (worse.length > 0) return { kind: 'worse', worse };
  const rollout = daemonSetRollout(daemonSet);
  const counted = nodes.filter((node) => node.pod !== null && isReachable(node, given));
  const windowOf = ({ node }: WatchedNode): number =>
    watch.expectedSick.has(node) ? Math.min(windowSeconds, expectedSickSeconds) : windowSeconds;
  const sick = counted.filter((node) => isOverdue(node, windowOf(node))).map(({ node }) => node);
  const waiting = counted.filter((node) => !node.isUpdated);
  const open = counted.filter(
    (node) => node.isUpdated && !node.isReady && !sick.includes(node.node),
  );
  const away = nodes.filter((node) => !isReachable(node, given)).map(({ node }) => node);
  const unreachable = away.length;
  const isAll = counted.length >= rollout.desired - unreachable;
  const isAvailable = rollout.available >= rollout.desired - unreachable - sick.length;
  if (rollout.isObserved && isAll && waiting.length === 0 && open.length === 0 && isAvailable)
    return { kind: 'complete', sick };
  const isFull = sick.length + unreachable >= batchSize(daemonSet, rollout.desired);
  const isBlocked = waiting.length > 0 && isFull && open.length === 0 && stalledSeconds >= 60;
  return isBlocked ? { kind: 'blocked', sick, away, waiting: waiting.length } : null;
}

type NodeEvent = Extract<ApplyEvent, { kind: 'rollout' }>['nodes'][number];

function eventOf(node: WatchedNode, windowSeconds: number): readonly NodeEvent[] {
  const reason = node.trouble || (node.logFault ?? '');
  const at = { node: node.node, reason };
  if (node.pod === null || node.isTerminating) return [{ ...at, state: 'replacing' }];
  if (!node.isUpdated) return [];
  if (node.isReady) return [{ ...at, state: 'ready', reason: '' }];
  const isFailing = reason !== '' || isOverdue(node, windowSeconds);
  return [{ ...at, state: isFailing ? 'failing' : 'starting' }];
}

const pendingOf = ({ nodes }: State): number => nodes.filter((node) => !node.isUpdated).length;

/** Waits until a DaemonSet's new template is on every node, and watches whether anything gets worse. Sends nothing. */
export async function watchRollout(
  watch: RolloutWatch,
  context: ApplyContext,
): Promise<RolloutEnd> {
  const memory = rolloutMemory(context);
  const progress = progressOf(context);
  const { ref } = watch.before;
  const begun = await readDaemonSet(context, ref);
  const first = begun === 'unread' ? watch.before.daemonSet : begun;
  const seconds = first ? rolloutSeconds(first) : { expected: 60, limit: 300 };
  const limitSeconds = watch.limitSeconds ?? seconds.limit;
  context.onEvent({
    kind: 'phase',
    phase: watch.isGuarded ? 'rollout' : 'roll-back',
    expectedSeconds: seconds.expected,
    limitSeconds,
  });
  let last: State | null = null;
  let isBlind = false;
  const lost = (elapsedSeconds: number): null => {
    isBlind = true;
    context.onEvent({ kind: 'waiting', text: words.unread, elapsedSeconds, limitSeconds });
    return null;
  };
  const end = await waitFor(context, limitSeconds, async (elapsed): Promise<RolloutEnd | null> => {
    const daemonSet = await readDaemonSet(context, ref);
    if (daemonSet === 'unread' || daemonSet === null) return lost(elapsed);
    if (!watch.holds(daemonSet)) return { kind: 'reverted', daemonSet };
    const state = await stateOf(watch, daemonSet, memory, progress, context);
    if (state === null) return lost(elapsed);
    isBlind = false;
    last = state;
    const { desired, updated, ready } = daemonSetRollout(daemonSet);
    context.onEvent({
      kind: 'rollout',
      ref: plainRef(ref),
      desired,
      updated,
      ready,
      nodes: state.nodes.flatMap((node) => eventOf(node, state.windowSeconds)),
      elapsedSeconds: elapsed,
      expectedSeconds: seconds.expected,
      limitSeconds,
    });
    return endOf(watch, state);
  });
  return end ?? { kind: 'time-out', waiting: last === null ? 0 : pendingOf(last), isBlind };
}

const words = {
  unread: 'the API server does not answer; trying again',
};
