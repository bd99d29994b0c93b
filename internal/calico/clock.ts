import type { Evidence } from '../model/finding.ts';
import type { Node, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { fieldEvidence } from './evidence.ts';
import type { LogLine } from './log.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { conditionOf } from './pods.ts';
import { podsOn } from './neighbours.ts';
import { findObject, itemsOf } from './snapshot-lists.ts';
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

const leaseOf = (snapshot: Snapshot, node: string): string | null =>
  findObject(snapshot, 'leases', node, 'kube-node-lease')?.spec?.renewTime ?? null;

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

// A clock is wrong if two others agree with one another and not with it.
function againstOthers(own: string | null, others: readonly string[], tolerance: number): number {
  const offsets = others.flatMap((other) => secondsBetween(other, own) ?? []);
  if (offsets.some((offset) => Math.abs(offset) <= tolerance)) return 0;
  const agreed = offsets.filter((offset, place) =>
    offsets.some((other, at) => at !== place && Math.abs(other - offset) <= agree),
  );
  return agreed.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0] ?? 0;
}

function byReports(snapshot: Snapshot, view: NodeView): ClockOffset | null {
  const { node } = view;
  if (!node || !view.isReady) return null;
  const others = nodeViews(snapshot).filter(({ name, isReady }) => name !== view.name && isReady);
  const times = (of: (other: NodeView) => string | null): string[] =>
    others.flatMap((other) => of(other) ?? []);
  const lease = leaseOf(snapshot, view.name);
  const byLease = againstOthers(
    lease,
    times(({ name }) => leaseOf(snapshot, name)),
    leaseTolerance,
  );
  if (byLease !== 0)
    return { seconds: byLease, evidence: fieldEvidence(node, 'lease spec.renewTime', lease ?? '') };
  if (lease !== null) return null;
  const beat = heartbeatOf(node);
  const elsewhere = [...times((other) => other.node && heartbeatOf(other.node))];
  const seconds = againstOthers(beat, elsewhere, reportTolerance);
  const field = 'status.conditions[Ready].lastHeartbeatTime';
  return seconds === 0 ? null : { seconds, evidence: fieldEvidence(node, field, beat ?? '') };
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
