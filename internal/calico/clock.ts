import type { Evidence } from '../model/finding.ts';
import type { Node, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { fieldEvidence } from './evidence.ts';
import type { LogLine } from './log.ts';
import { memoised } from './memo.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { conditionOf } from './pods.ts';
import { podsOn } from './neighbours.ts';
import { itemsOf } from './snapshot-lists.ts';
import { newest, secondsBetween } from './time.ts';

/** A node's clock against the others': positive seconds if it runs ahead. */
export interface ClockOffset {
  readonly seconds: number;
  readonly evidence: Evidence;
}

// A kubelet reports at least every five minutes, its lease every ten seconds (kubelet's nodeStatusReportFrequency, leases).
const reportTolerance = 900;
const leaseTolerance = 180;
const agree = 600;

const heartbeatOf = (node: Node): string | null =>
  conditionOf(node.status?.conditions, 'Ready')?.lastHeartbeatTime ?? null;

/** The newest time that the API server's own clock wrote: creation times, which no kubelet has a hand in. */
function serverTime(snapshot: Snapshot): string | null {
  const created = [...itemsOf(snapshot, 'events'), ...itemsOf(snapshot, 'pods')];
  return newest(created.map(({ metadata }) => metadata.creationTimestamp));
}

/** The newest time of the snapshot that this node's clock did not write. */
export function timeElsewhere(snapshot: Snapshot, view: NodeView): string | null {
  const others = nodeViews(snapshot).flatMap(({ name, node }) =>
    node && name !== view.name ? [heartbeatOf(node)] : [],
  );
  return newest([serverTime(snapshot), ...others]);
}

/** What the clocks of all nodes that report say, and what most of them agree on. */
interface Clocks {
  readonly times: ReadonlyMap<string, string>;
  readonly usual: string | null;
}

// The middle one of all is right unless half of the clocks are wrong; at least two must be near it to outvote a third.
function clocksOf(pairs: readonly (readonly [string, string | null])[]): Clocks {
  const times = new Map(pairs.flatMap(([name, time]) => (time === null ? [] : [[name, time]])));
  const sorted = [...times.values()].toSorted((a, b) => secondsBetween(b, a) ?? 0);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? null;
  const near = sorted.filter((time) => Math.abs(secondsBetween(middle, time) ?? Infinity) <= agree);
  return { times, usual: near.length >= 2 && sorted.length >= 3 ? middle : null };
}

const allClocks = memoised((snapshot) => {
  const views = nodeViews(snapshot).filter(({ isReady }) => isReady);
  const names = new Set(views.map(({ name }) => name));
  const leases = itemsOf(snapshot, 'leases').filter(
    ({ metadata }) => metadata.namespace === 'kube-node-lease' && names.has(metadata.name),
  );
  return {
    leases: clocksOf(leases.map(({ metadata, spec }) => [metadata.name, spec?.renewTime ?? null])),
    beats: clocksOf(views.map(({ name, node }) => [name, node && heartbeatOf(node)])),
  };
});

function offsetIn({ times, usual }: Clocks, name: string, tolerance: number): number | null {
  const offset = secondsBetween(usual, times.get(name));
  return offset !== null && Math.abs(offset) > tolerance ? offset : null;
}

function byReports(snapshot: Snapshot, { name, node }: NodeView): ClockOffset | null {
  const { leases, beats } = allClocks(snapshot);
  const byLease = offsetIn(leases, name, leaseTolerance);
  if (node && byLease !== null) {
    const evidence = fieldEvidence(node, 'lease spec.renewTime', leases.times.get(name) ?? '');
    return { seconds: byLease, evidence };
  }
  // The lease is the finer clock of the two: where it agrees, a late heartbeat means nothing.
  const byBeat = leases.times.has(name) ? null : offsetIn(beats, name, reportTolerance);
  const field = 'status.conditions[Ready].lastHeartbeatTime';
  return node && byBeat !== null
    ? { seconds: byBeat, evidence: fieldEvidence(node, field, beats.times.get(name) ?? '') }
    : null;
}

// The API server notes when a pod was made, the kubelet when it saw it first. A static pod is older than its mirror.
function byPods(snapshot: Snapshot, view: NodeView): ClockOffset | null {
  const offset = (pod: Pod): number =>
    pod.metadata.annotations?.['kubernetes.io/config.mirror'] === undefined
      ? (secondsBetween(pod.metadata.creationTimestamp, pod.status?.startTime) ?? 0)
      : 0;
  const early = podsOn(snapshot, view.name).toSorted((a, b) => offset(a) - offset(b))[0];
  if (!early || offset(early) > -leaseTolerance) return null;
  const text = `${early.status?.startTime}, made at ${early.metadata.creationTimestamp}`;
  return { seconds: offset(early), evidence: fieldEvidence(early, 'status.startTime', text) };
}

/**
 * How far a node's clock is off now, by its lease or heartbeat against those of the others. Null where they agree or nothing
 * tells. A kubelet that is silent is no clock: only nodes that are Ready are compared.
 */
export const reportedOffset = byReports;

/** How far a node's clock is off, or was when one of its pods started. */
export const clockOffsetOf = (snapshot: Snapshot, view: NodeView): ClockOffset | null =>
  byReports(snapshot, view) ?? byPods(snapshot, view);

/** What Go says of a certificate outside its time (crypto/x509); the times are missing before Go 1.15. */
export interface CertificateTime {
  /** The clock of the machine that looked. */
  readonly current: string | null;
  readonly relation: 'before' | 'after' | null;
  readonly bound: string | null;
}

/** Reads a line about a certificate that is expired or not yet valid; null if it is about something else. */
export function certificateTime({ text }: LogLine): CertificateTime | null {
  const match =
    /x509: certificate has expired or is not yet valid(?:: current time (\S+) is (before|after) (\S+?))?(?=["\s,;)]|$)/.exec(
      text,
    );
  if (!match) return null;
  const relation = match[2] === 'before' || match[2] === 'after' ? match[2] : null;
  return { current: match[1] ?? null, relation, bound: match[3] ?? null };
}
