import type { Condition, KubeObject } from '../../model/kubernetes.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { findObject } from '../snapshot-lists.ts';
import { mainInstallation } from './objects.ts';

/** What the operator complains about. */
export interface OperatorComplaint {
  readonly object: KubeObject;
  readonly reason: string;
  readonly message: string;
}

const degraded = (conditions: readonly Condition[] | undefined): Condition | undefined =>
  conditions?.find(({ type, status }) => type === 'Degraded' && status === 'True');

// Behind what it has to say itself it lists the pods that are not well, a line each (tigera/operator pkg/controller/status,
// degradedMessage; from v1.40.8 on also those that run and are not ready).
const podLine = /^Pod \S+\/\S+ (?:is|has|failed) /;

function ownWords(message: string): string {
  const own = message.split('\n').filter((line) => !podLine.test(line));
  return own.length > 0 ? own.join('\n') : message;
}

/**
 * Why the operator is Degraded: of TigeraStatus/calico, else of the Installation itself (operator
 * 1.28 and later); null if it is not.
 */
export function operatorComplaint(snapshot: Snapshot): OperatorComplaint | null {
  const objects = [findObject(snapshot, 'tigeraStatuses', 'calico'), mainInstallation(snapshot)];
  for (const object of objects) {
    const condition = degraded(object?.status?.conditions);
    if (object && condition) {
      return { object, reason: condition.reason ?? '', message: ownWords(condition.message ?? '') };
    }
  }
  return null;
}

/**
 * The operator's message if it cannot convert the old installation (`MigrationError`); null
 * otherwise.
 */
export function migrationError(snapshot: Snapshot): string | null {
  const complaint = operatorComplaint(snapshot);
  return complaint?.reason === 'MigrationError' ? complaint.message : null;
}
