import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { fieldEvidence, logEvidence } from './evidence.ts';
import { operatorComplaint } from './install/conditions.ts';
import { operatorLines } from './operator-log.ts';
import { secondsBetween } from './time.ts';

/** A pool of the Installation that the operator does not make, for it lies outside kubeadm's pod range. */
export interface PoolRefusal {
  readonly cidr: string;
  readonly range: readonly string[];
  readonly evidence: Evidence;
}

// tigera/operator pkg/controller/installation; operators before v1.25 write one range, without brackets.
const pattern =
  /IPPool (\S+) is not within the platform's configured pod network CIDR(?:\(s\))? \[?([^\]\n]+)\]?/;

const stillSaidSeconds = 420;

function read(message: string, evidence: Evidence): PoolRefusal | null {
  const [, cidr, range] = pattern.exec(message) ?? [];
  return cidr === undefined || range === undefined
    ? null
    : { cidr, range: range.split(/[\s,]+/).filter((part) => part.includes('/')), evidence };
}

/** What the operator says of such a pool, in its status or, where a dump has none, in its log; null if it says nothing of it. */
export function poolRefusal(snapshot: Snapshot): PoolRefusal | null {
  const complaint = operatorComplaint(snapshot);
  if (complaint) {
    const { object, message } = complaint;
    return read(message, fieldEvidence(object, 'status.conditions Degraded', message));
  }
  const last = operatorLines(snapshot).findLast(({ reason }) => reason !== '');
  if (!last || snapshot.lists.tigeraStatuses.state === 'read') return null;
  const isOver = (secondsBetween(last.at, snapshot.takenAt) ?? 0) > stillSaidSeconds;
  return isOver ? null : read(last.message, logEvidence(last.pod, last.container, last.line));
}
