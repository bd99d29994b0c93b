import type { Evidence, ObjectRef } from '../model/finding.ts';
import type { KubeObject } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { fieldEvidence, logEvidence, refOf } from './evidence.ts';
import { operatorComplaint } from './install/conditions.ts';
import { mainInstallation, overlayInstallation } from './install/objects.ts';
import { operatorLines } from './operator-log.ts';
import { conditionOf } from './pods.ts';
import { findObject } from './snapshot-lists.ts';
import { secondsBetween } from './time.ts';

/** Why the operator does not render, as far as its input is the reason. */
export interface ConfigComplaint {
  readonly reason: string;
  readonly message: string;
  readonly about: ObjectRef;
  readonly evidence: Evidence;
  /** True where both TigeraStatus and the Installation's own status say so. */
  readonly isSaidTwice: boolean;
}

// It waits, or tries again: nodes that are not well, another writer at the same moment, something not made yet.
const passing =
  /Operation cannot be fulfilled|object has been modified|[Ff]ailed to wait for|waiting for|Waiting (?:for|on)|context deadline exceeded|is not available|not yet|not all pods are ready|connection refused|i\/o timeout|etcdserver|Timeout/;

// Others of the operator's troubles are found by the checks of what they are about.
const foreign =
  /is not within the platform's configured pod network CIDR|(?:scale|autoscale) typha|attempting to grant RBAC permissions|no matches for kind|forbidden/i;

const configReasons: ReadonlySet<string> = new Set([
  'InvalidConfigurationError',
  'ResourceValidationError',
  'MigrationError',
  'ResourceNotFound',
  'ResourceReadError',
  'ResourceCreateError',
  'ResourceUpdateError',
  'ResourcePatchError',
  'CertificateError',
  'InternalServerError',
]);

/** Its retries get rarer up to some minutes, and it checks all every five minutes. */
const stillSaidSeconds = 420;

// `waiting for spec.cni …` and the like are of the operator's own making while it starts; with a wrong input they stay.
const isOfConfig = (reason: string, message: string): boolean =>
  configReasons.has(reason) && !passing.test(message) && !foreign.test(message);

/** Which input the operator calls wrong: the Installation, unless the message names another one. */
function aboutOf(snapshot: Snapshot, message: string): ObjectRef {
  const overlay = overlayInstallation(snapshot);
  if (overlay && /computed config/i.test(message)) return refOf(overlay);
  const main: KubeObject | undefined = mainInstallation(snapshot);
  return main ? refOf(main) : { kind: 'Installation', name: 'default' };
}

const isInstallationDegraded = (snapshot: Snapshot): boolean =>
  conditionOf(mainInstallation(snapshot)?.status?.conditions, 'Degraded')?.status === 'True';

function inStatus(snapshot: Snapshot): ConfigComplaint | null {
  const found = operatorComplaint(snapshot);
  if (!found || !isOfConfig(found.reason, found.message)) return null;
  return {
    reason: found.reason,
    message: found.message,
    about: aboutOf(snapshot, found.message),
    evidence: fieldEvidence(found.object, 'status.conditions Degraded', found.message),
    isSaidTwice: found.object.kind === 'TigeraStatus' && isInstallationDegraded(snapshot),
  };
}

// A plain dump has no TigeraStatus, but the operator's log says the same.
function inLog(snapshot: Snapshot): ConfigComplaint | null {
  const hasStatus =
    findObject(snapshot, 'tigeraStatuses', 'calico') !== undefined ||
    (mainInstallation(snapshot)?.status?.conditions ?? []).length > 0;
  if (hasStatus) return null;
  const said = operatorLines(snapshot).filter(({ logger }) => /installation/.test(logger));
  const last = said.findLast(({ reason }) => reason !== '');
  if (!last || !isOfConfig(last.reason, last.message)) return null;
  if ((secondsBetween(last.at, snapshot.takenAt) ?? 0) > stillSaidSeconds) return null;
  return {
    reason: last.reason,
    message: last.message,
    about: aboutOf(snapshot, last.message),
    evidence: logEvidence(last.pod, last.container, last.line),
    isSaidTwice: false,
  };
}

/** What is wrong with the operator's input, by its status or else by its log; null if nothing is. */
export const configComplaint = (snapshot: Snapshot): ConfigComplaint | null =>
  inStatus(snapshot) ?? inLog(snapshot);
