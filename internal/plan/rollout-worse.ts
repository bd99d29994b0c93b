import type { AddressForecast } from '../model/remedy.ts';
import type { NodeBaseline, NodeSight } from './rollout-nodes.ts';

/** What is seen of a node, with what it took further looks to learn. */
export interface WatchedNode extends NodeSight {
  /** Seconds since its updated pod was first seen; 0 where it has none. */
  readonly updatedSeconds: number;
  /** Seconds since its pod was last seen ready, or since watching began. */
  readonly unreadySeconds: number;
  /** The addresses that Calico wrote to the Node, without prefix; undefined where the Node was not looked at. */
  readonly addresses?: { readonly 4: string | null; readonly 6: string | null };
  /** The kubelet's Ready condition now; undefined where the Node was not looked at. */
  readonly isNodeReady?: boolean;
  /** Seconds since it was first seen that it is not; 0 where it is, or was not looked at. */
  readonly nodeLostSeconds?: number;
  /** A line of its updated pod's log that says why it cannot go on; empty if there is none. */
  readonly logFault?: string;
}

export type WorseKind =
  | 'not-ready-in-time'
  | 'no-cure'
  | 'cannot-start'
  | 'restarts'
  | 'log'
  | 'regression'
  | 'other-address'
  | 'node-lost';

/** Something that got worse, or did not get better where the change was to help. */
export interface Worse {
  readonly kind: WorseKind;
  readonly node: string;
  /** A reason, a log line, an address: what was seen. */
  readonly detail: string;
}

export interface WorseCase {
  readonly before: ReadonlyMap<string, NodeBaseline>;
  readonly now: readonly WatchedNode[];
  /** Nodes that the change is to cure. */
  readonly cured: ReadonlySet<string>;
  readonly forecasts: readonly AddressForecast[];
  /** The template changes how addresses are found: what a start says of that counts although the pod is ready. */
  readonly isAboutAddresses: boolean;
  /** As `readinessWindow`. */
  readonly windowSeconds: number;
}

/** Lines of calico-node that end its start (node/pkg/lifecycle/startup, autodetection_methods.go). */
const endings =
  /Invalid IP autodetection method|Unable to auto-detect an IPv[46] address|Couldn't autodetect an IPv[46] address|conflicting node detected|is already using the IPv[46] address/;

/** The last line of a log that says that calico-node cannot start with its address; empty if none does. */
export const addressFault = (log: string): string =>
  log
    .split('\n')
    .findLast((line) => endings.test(line))
    ?.trim() ?? '';

// An image that is not there yet takes longer than a probe, and says nothing of the template.
const startSpareSeconds = 120;

const limitOf = (node: WatchedNode, windowSeconds: number): number =>
  windowSeconds + (node.isStarted ? 0 : startSpareSeconds);

/** True for an updated pod that had its time and is not ready. */
export const isOverdue = (node: WatchedNode, windowSeconds: number): boolean =>
  node.isUpdated && !node.isReady && node.updatedSeconds > limitOf(node, windowSeconds);

// After an API server was away, all nodes look lost until their kubelets have told of themselves again.
const lostSeconds = 60;

const isConflict = (line: string): boolean => /conflicting|already using/.test(line);

/** Whether a forecast came true on a node; null where it cannot be told. */
export function isAsForecast(node: WatchedNode, forecast: AddressForecast): boolean | null {
  if (forecast.outcome !== 'changes' && forecast.outcome !== 'stays') return null;
  const address = node.addresses?.[forecast.family] ?? null;
  return address === null || forecast.then === null ? null : address === forecast.then;
}

function otherAddress(node: WatchedNode, { forecasts }: WorseCase): Worse | null {
  if (!node.isUpdated) return null;
  for (const forecast of forecasts) {
    if (forecast.node !== node.node || isAsForecast(node, forecast) !== false) continue;
    const address = node.addresses?.[forecast.family] ?? '';
    // Until calico-node has started, the address of before still stands there.
    const isNews = node.isReady || address !== forecast.now;
    if (isNews) return { kind: 'other-address', node: node.node, detail: address };
  }
  return null;
}

// A node that was sick before may go on failing for a while, until its neighbours are cured too: only time tells.
function ofGoodNode(
  node: WatchedNode,
  { windowSeconds, isAboutAddresses }: WorseCase,
): Worse | null {
  const at = node.node;
  if (node.isUpdated && node.trouble !== '')
    return { kind: 'cannot-start', node: at, detail: node.trouble };
  const isSaid = node.isUpdated && (!node.isReady || isAboutAddresses);
  if (isSaid && node.logFault) return { kind: 'log', node: at, detail: node.logFault };
  if (isOverdue(node, windowSeconds)) return { kind: 'not-ready-in-time', node: at, detail: '' };
  const isLost = !node.isReady && !node.isTerminating && node.unreadySeconds > windowSeconds;
  return isLost && !node.isUpdated ? { kind: 'regression', node: at, detail: '' } : null;
}

function ofSickNode(node: WatchedNode, baseline: NodeBaseline | undefined): Worse | null {
  const isNewTrouble =
    node.trouble !== '' &&
    node.trouble !== 'CrashLoopBackOff' &&
    node.trouble !== baseline?.trouble;
  return node.isUpdated && isNewTrouble
    ? { kind: 'cannot-start', node: node.node, detail: node.trouble }
    : null;
}

function ofNode(node: WatchedNode, given: WorseCase): Worse | null {
  const baseline = given.before.get(node.node);
  if (baseline && !baseline.isNodeReady) return null;
  const { nodeLostSeconds = 0 } = node;
  if (node.isUpdated && node.isNodeReady === false && nodeLostSeconds > lostSeconds)
    return { kind: 'node-lost', node: node.node, detail: '' };
  const address = otherAddress(node, given);
  if (address) return address;
  if (baseline?.isPodReady) return ofGoodNode(node, given);
  const isOfMethod = given.isAboutAddresses && node.isUpdated && node.logFault;
  if (isOfMethod && !isConflict(node.logFault))
    return { kind: 'log', node: node.node, detail: node.logFault };
  return ofSickNode(node, baseline);
}

const wasGood = (node: WatchedNode, { before }: WorseCase): boolean =>
  before.get(node.node)?.isPodReady === true;

// Where a change gives back a template of before, pods that were made from it stay, with the restarts that they had.
function restartsSince({ node, pod, restarts }: WatchedNode, { before }: WorseCase): number {
  const baseline = before.get(node);
  const isSamePod = pod?.metadata.uid !== undefined && pod.metadata.uid === baseline?.podUid;
  return isSamePod ? restarts - baseline.restarts : restarts;
}

function restarting(given: WorseCase): readonly Worse[] {
  const nodes = given.now.filter(
    (node) => node.isUpdated && restartsSince(node, given) > 0 && wasGood(node, given),
  );
  if (nodes.length < 2) return [];
  return nodes.map(({ node, restarts }) => ({ kind: 'restarts', node, detail: String(restarts) }));
}

/** True where the change did on a sick node what it was made for. */
const isBetter = (node: WatchedNode, given: WorseCase): boolean =>
  (node.isUpdated && node.isReady) ||
  given.forecasts.some(
    (forecast) =>
      forecast.node === node.node &&
      forecast.outcome === 'changes' &&
      isAsForecast(node, forecast) === true,
  );

// Only where none of them got better: a change that helps some of its nodes stays.
function withoutCure(given: WorseCase): readonly Worse[] {
  const sick = given.now.filter(
    (node) => given.cured.has(node.node) && !wasGood(node, given) && isReachable(node, given),
  );
  const overdue = sick.filter((node) => isOverdue(node, given.windowSeconds));
  const isOpen = sick.some((node) => node.isUpdated && !overdue.includes(node));
  if (overdue.length === 0 || isOpen || sick.some((node) => isBetter(node, given))) return [];
  return overdue.map(({ node, trouble }) => ({ kind: 'no-cure', node, detail: trouble }));
}

/** False for a node whose kubelet was away before the change: its pod is not replaced. */
export const isReachable = (
  { node }: { readonly node: string },
  { before }: Pick<WorseCase, 'before'>,
): boolean => before.get(node)?.isNodeReady !== false;

/**
 * What got worse since a template began to roll out, by what the updated pods show (and old ones that were well). Nodes that were
 * sick before are given their time; nodes whose kubelet was away are left out. Empty: nothing speaks for going back.
 */
export function worseThanBefore(given: WorseCase): readonly Worse[] {
  const each = given.now.flatMap((node) => ofNode(node, given) ?? []);
  return each.length > 0 ? each : [...restarting(given), ...withoutCure(given)];
}
