import type { Evidence, ObjectRef } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { denied, serviceAccountOf, type Denied } from './api-errors.ts';
import { cniFailures } from './cni-failures.ts';
import { isPodReady, kubeControllersPods, typhaPods } from './components.ts';
import { eventEvidence, refOf } from './evidence.ts';
import type { LogLine } from './log.ts';
import { nodeViews } from './nodes.ts';
import { isAllowedNow } from './rights.ts';
import { saidEvidence, standing } from './speech.ts';

/** Who is told: a sick or a working calico-node, another part of Calico, or a pod without network by the CNI plugin. */
export type DenialSource = 'sick-node' | 'ready-node' | 'typha' | 'kube-controllers' | 'cni';

/** One right that is missing now, and who says so. */
export interface Denial {
  readonly right: Denied;
  readonly source: DenialSource;
  /** Null where the pod runs on no node. */
  readonly node: string | null;
  readonly pod: ObjectRef;
  readonly evidence: Evidence;
  /** Null where the cluster's roles were not read. */
  readonly isProven: boolean | null;
}

// Watchers ask again every second, informers within a minute: where they fall silent, the right is there again.
const watching = /Failed to perform list|[Ff]ailed to (?:watch|list)/;
const quietSeconds = 180;
// What a working pod is denied at its start may be given to it a moment later.
const quietInWorking = 70;

// kubeadm's and Rancher's settings may be forbidden (startup.go, "assuming not on kubeadm").
const isHarmless = (text: string): boolean => /assuming not on (?:kubeadm|rancher)/i.test(text);

function readRight({ text }: LogLine): Denied | null {
  const right = isHarmless(text) ? null : denied(text);
  return right && serviceAccountOf(right.user) ? right : null;
}

const quietFor =
  (seconds: number) =>
  ({ text }: LogLine): number | null =>
    watching.test(text) ? seconds : null;

function inPod(
  snapshot: Snapshot,
  pod: Pod,
  source: DenialSource,
  isRepeated = false,
): readonly Denial[] {
  const quiet = quietFor(isRepeated ? quietInWorking : quietSeconds);
  const said = standing(snapshot, pod, readRight, { quiet }).filter(
    ({ line, previous }) => !isRepeated || (!previous && watching.test(line.text)),
  );
  const last = new Map(said.map((one) => [JSON.stringify(one.value), one]));
  return [...last.values()].map((one) => ({
    right: one.value,
    source,
    node: pod.spec?.nodeName ?? null,
    pod: refOf(pod),
    evidence: saidEvidence(pod, one),
    isProven: null,
  }));
}

// A working calico-node may have been denied something at its start; only what it is denied again and again counts.
const inNodes = (snapshot: Snapshot): readonly Denial[] =>
  nodeViews(snapshot).flatMap(({ pod, health }) => {
    if (!pod) return [];
    if (health?.state === 'sick') return inPod(snapshot, pod, 'sick-node');
    return health?.state === 'ready' ? inPod(snapshot, pod, 'ready-node', true) : [];
  });

const inEvents = (snapshot: Snapshot): readonly Denial[] =>
  cniFailures(snapshot).flatMap(({ pod, node, event }) => {
    const right = denied(event.message);
    if (!right || !serviceAccountOf(right.user)) return [];
    const evidence = eventEvidence(event);
    return [{ right, source: 'cni', node, pod: refOf(pod), evidence, isProven: null }];
  });

/**
 * The rights that parts of Calico are denied now. What the roles of the cluster allow by now is left out; where they were read
 * and do not allow it, the denial is proven.
 */
export function standingDenials(snapshot: Snapshot): readonly Denial[] {
  const others = [
    ...typhaPods(snapshot).map((pod) => ({ pod, source: 'typha' as const })),
    ...kubeControllersPods(snapshot).map((pod) => ({ pod, source: 'kube-controllers' as const })),
  ];
  const all = [
    ...inNodes(snapshot),
    ...others.flatMap(({ pod, source }) => inPod(snapshot, pod, source, isPodReady(pod))),
    ...inEvents(snapshot),
  ];
  return all.flatMap((denial) => {
    const isAllowed = isAllowedNow(snapshot, denial.right);
    if (isAllowed === true) return [];
    return [{ ...denial, isProven: isAllowed === null ? null : true }];
  });
}

// node/pkg/status, node/pkg/lifecycle/startup: reports and conditions, without which Felix and BIRD work all the same.
const optional = /^(?:caliconodestatuses(?:\/status)?|nodes\/status|configmaps|events|usages)$/;

/** True if calico-node cannot become ready without this right. */
export const isBlocking = ({ right, source }: Denial): boolean =>
  source !== 'ready-node' && source !== 'kube-controllers' && !optional.test(right.resource);
