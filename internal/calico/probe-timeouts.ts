import type { Evidence } from '../model/finding.ts';
import type { Container, Pod, Probe } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { isRecent } from './events.ts';
import { eventEvidence } from './evidence.ts';
import { isProbeTimeout } from './neighbours.ts';
import { probeFailures, type ProbeFailure, type ProbeKind } from './probes.ts';
import { calicoContainer } from './settings.ts';

/** Probes of one calico-node pod that got no answer in their time. */
export interface LateProbes {
  readonly probes: readonly ProbeKind[];
  readonly count: number;
  /** Seconds that the probes concerned allow: the least of them. */
  readonly timeoutSeconds: number;
  /** True where the kubelet says so; false where its message is empty. */
  readonly isTold: boolean;
  readonly evidence: readonly Evidence[];
}

/** The probe of that kind. */
export const probeOf = (container: Container | undefined, kind: ProbeKind): Probe | undefined =>
  kind === 'liveness'
    ? container?.livenessProbe
    : kind === 'startup'
      ? container?.startupProbe
      : container?.readinessProbe;

/** Seconds that a probe waits for its answer; Kubernetes' default is 1. */
export const timeoutOf = (container: Container | undefined, kind: ProbeKind): number =>
  probeOf(container, kind)?.timeoutSeconds ?? 1;

// Kubelets before v1.21 say nothing at all when an exec probe runs out of time; the same empty message comes once when a
// container ends while its probe runs.
function isLate({ cause, event }: ProbeFailure): boolean {
  return isProbeTimeout(event) || cause.kind === 'empty' || cause.kind === 'timeout';
}

const atLeast = 3;

/**
 * Late probes of a pod within the last `seconds`; null where there are fewer than three, or where the probes also say
 * outright what is wrong more often than that they are late.
 */
export function lateProbes(snapshot: Snapshot, pod: Pod, seconds: number): LateProbes | null {
  const container = calicoContainer(pod.spec);
  const failures = probeFailures(snapshot, pod).filter(({ event }) =>
    isRecent(snapshot, event, seconds),
  );
  const late = failures.filter(isLate);
  const total = (some: readonly ProbeFailure[]): number =>
    some.reduce((sum, { event }) => sum + event.count, 0);
  const last = late.at(-1);
  if (!last || total(late) < atLeast || total(failures) - total(late) > total(late)) return null;
  const probes = [...new Set(late.map(({ probe }) => probe))];
  return {
    probes,
    count: total(late),
    timeoutSeconds: Math.min(...probes.map((kind) => timeoutOf(container, kind))),
    isTold: late.some(({ cause }) => cause.kind !== 'empty'),
    evidence: [eventEvidence(last.event)],
  };
}
