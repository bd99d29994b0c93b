import type { DaemonSet, KubeObject, PodTemplate, Probe } from '../model/kubernetes.ts';
import { fieldAt, isEqual, isFields, type Fields } from './fields.ts';

/** How far a DaemonSet or Deployment is on its way to the template that it was given. */
export interface Rollout {
  readonly desired: number;
  /** Pods of the newest template; 0 while the controller has not seen it. */
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  readonly unavailable: number;
  /** False while the status is of an older template. */
  readonly isObserved: boolean;
  /** As `kubectl rollout status` understands it. */
  readonly isComplete: boolean;
}

function part(object: KubeObject, name: 'spec' | 'status'): Fields {
  const value = fieldAt(object, [name]);
  return isFields(value) ? value : {};
}

// The API leaves out numbers that are 0.
function count(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === 'number' ? value : 0;
}

const isObserved = (object: KubeObject): boolean =>
  count(part(object, 'status'), 'observedGeneration') >= (object.metadata.generation ?? 0);

/** The rollout of a DaemonSet (kubectl pkg/polymorphichelpers/rollout_status.go). */
export function daemonSetRollout(daemonSet: KubeObject): Rollout {
  const status = part(daemonSet, 'status');
  const isSeen = isObserved(daemonSet);
  const desired = count(status, 'desiredNumberScheduled');
  const updated = isSeen ? count(status, 'updatedNumberScheduled') : 0;
  const available = count(status, 'numberAvailable');
  return {
    desired,
    updated,
    ready: count(status, 'numberReady'),
    available,
    unavailable: count(status, 'numberUnavailable'),
    isObserved: isSeen,
    isComplete: isSeen && updated >= desired && available >= desired,
  };
}

/** The rollout of a Deployment: new pods are there, old ones are gone, and all are available. */
export function deploymentRollout(deployment: KubeObject): Rollout {
  const spec = part(deployment, 'spec');
  const status = part(deployment, 'status');
  const isSeen = isObserved(deployment);
  const desired = typeof spec['replicas'] === 'number' ? spec['replicas'] : 1;
  const updated = isSeen ? count(status, 'updatedReplicas') : 0;
  const available = count(status, 'availableReplicas');
  const isOldGone = count(status, 'replicas') <= updated;
  return {
    desired,
    updated,
    ready: count(status, 'readyReplicas'),
    available,
    unavailable: count(status, 'unavailableReplicas'),
    isObserved: isSeen,
    isComplete: isSeen && updated >= desired && isOldGone && available >= updated,
  };
}

/** True for a DaemonSet whose pods are replaced only when somebody deletes them. */
export const isOnDelete = (daemonSet: DaemonSet): boolean =>
  daemonSet.spec?.updateStrategy?.type === 'OnDelete';

// Percentages of a DaemonSet's maxUnavailable are rounded up (kubernetes pkg/controller/daemon/update.go).
function resolved(value: unknown, desired: number): number {
  if (typeof value === 'number') return value;
  const [, percent] = /^(\d+)%$/.exec(typeof value === 'string' ? value : '') ?? [];
  return percent === undefined ? 0 : Math.ceil((Number(percent) * desired) / 100);
}

/** How many pods of a DaemonSet are replaced at the same time: `maxUnavailable`, or `maxSurge` where that is 0. */
export function batchSize(daemonSet: DaemonSet, desired: number): number {
  const rolling = daemonSet.spec?.updateStrategy?.rollingUpdate;
  const surge = fieldAt(rolling, ['maxSurge']);
  const most = resolved(rolling?.maxUnavailable ?? 1, desired);
  return Math.max(1, most > 0 ? most : resolved(surge, desired));
}

/** Seconds from a container's start until a probe's answer counts at the latest; Kubernetes' defaults are delay 0, period 10, threshold 3. */
const lengthOf = (probe: Probe | undefined): number =>
  probe === undefined
    ? 0
    : (probe.initialDelaySeconds ?? 0) +
      (probe.periodSeconds ?? 10) * (probe.failureThreshold ?? 3);

const calicoOf = (template: PodTemplate | undefined) =>
  template?.spec?.containers?.find(({ name }) => name === 'calico-node') ??
  template?.spec?.containers?.[0];

/** Seconds in which a well container of this template is as a rule shown ready: start-up and the readiness probe's delay and period. */
export function readySeconds(template: PodTemplate | undefined): number {
  const probe = calicoOf(template)?.readinessProbe;
  return (probe?.initialDelaySeconds ?? 0) + (probe?.periodSeconds ?? 10);
}

const leastWindow = 180;
const spareSeconds = 60;

/**
 * Seconds that a new pod of this template is given to be ready before it counts as failed: what its slowest probe allows, a start-up
 * probe besides, and a minute; never less than three.
 */
export function readinessWindow(template: PodTemplate | undefined): number {
  const container = calicoOf(template);
  const probes = Math.max(lengthOf(container?.livenessProbe), lengthOf(container?.readinessProbe));
  return Math.max(leastWindow, probes + lengthOf(container?.startupProbe) + spareSeconds);
}

const shortestLimit = 300;
const restartSeconds = 20;

/** Seconds that the rollout of a DaemonSet will take if all is well, and after which waiting for it ends. */
export function rolloutSeconds(daemonSet: DaemonSet): {
  readonly expected: number;
  readonly limit: number;
} {
  const desired = count(part(daemonSet, 'status'), 'desiredNumberScheduled');
  const template = daemonSet.spec?.template;
  const batches = Math.max(1, Math.ceil(desired / batchSize(daemonSet, desired)));
  const window = lengthOf(calicoOf(template)?.readinessProbe);
  return {
    expected: batches * (restartSeconds + readySeconds(template)),
    // Never shorter than what a single pod is given.
    limit: Math.max(shortestLimit, batches * (60 + window), readinessWindow(template) + 180),
  };
}

const addressVariables = new Set([
  'IP',
  'IP_AUTODETECTION_METHOD',
  'IP6',
  'IP6_AUTODETECTION_METHOD',
]);

/** Whether two templates find calico-node's addresses in different ways. */
export function changesAddresses(before: DaemonSet | null, after: DaemonSet): boolean {
  const variables = (daemonSet: DaemonSet | null) =>
    (calicoOf(daemonSet?.spec?.template)?.env ?? []).filter(({ name = '' }) =>
      addressVariables.has(name),
    );
  return !isEqual(variables(before), variables(after));
}
