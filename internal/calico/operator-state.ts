import type { Pod } from '../model/kubernetes.ts';
import type { Evidence, ObjectRef } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { isPodReady, podAge } from './components.ts';
import { fieldEvidence, logEvidence, refOf } from './evidence.ts';
import { operatorComplaint } from './install/conditions.ts';
import { operatorDeployment, operatorPods } from './install/objects.ts';
import { operatorLines } from './operator-log.ts';
import { findObject } from './snapshot-lists.ts';
import { secondsBetween } from './time.ts';

/** What keeps the operator from its work, other than its input. */
export type OperatorTrouble =
  | 'missing'
  | 'scaled-down'
  | 'image'
  | 'crashing'
  | 'not-ready'
  | 'rights'
  | 'unknown-types';

export interface OperatorState {
  readonly trouble: OperatorTrouble;
  readonly namespace: string;
  readonly refs: readonly ObjectRef[];
  readonly evidence: readonly Evidence[];
}

const startSeconds = 90;
const stillSaidSeconds = 420;
const pullReasons = /^(?:ImagePullBackOff|ErrImagePull|InvalidImageName|ErrImageNeverPull)$/;

function podTrouble(snapshot: Snapshot, pod: Pod): OperatorTrouble | null {
  if (isPodReady(pod)) return null;
  const status = pod.status?.containerStatuses?.[0];
  const waiting = status?.state?.waiting?.reason ?? '';
  if (pullReasons.test(waiting)) return 'image';
  if (waiting === 'CrashLoopBackOff' || (status?.restartCount ?? 0) > 2) return 'crashing';
  return podAge(snapshot, pod) < startSeconds ? null : 'not-ready';
}

// A dump may leave namespaces out: that there is no operator is known only where its usual one was looked into.
function absence(snapshot: Snapshot): OperatorState | null {
  const namespace = findObject(snapshot, 'namespaces', 'tigera-operator');
  const { deployments, pods } = snapshot.lists;
  const isRead = deployments.state === 'read' && pods.state === 'read';
  if (!namespace || !isRead) return null;
  if (operatorDeployment(snapshot) || operatorPods(snapshot).length > 0) return null;
  return {
    trouble: 'missing',
    namespace: 'tigera-operator',
    refs: [{ kind: 'Deployment', namespace: 'tigera-operator', name: 'tigera-operator' }],
    evidence: [fieldEvidence(namespace, 'deployments', 'no Deployment and no pod of the operator')],
  };
}

function ofDeployment(snapshot: Snapshot): OperatorState | null {
  const deployment = operatorDeployment(snapshot);
  if (!deployment) return null;
  const namespace = deployment.metadata.namespace ?? 'tigera-operator';
  const pods = operatorPods(snapshot).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  if (deployment.spec?.replicas === 0) {
    const evidence = [fieldEvidence(deployment, 'spec.replicas', '0')];
    return { trouble: 'scaled-down', namespace, refs: [refOf(deployment)], evidence };
  }
  const isDown = deployment.status !== undefined && (deployment.status.readyReplicas ?? 0) === 0;
  const troubles = pods.flatMap((pod) => {
    const trouble = podTrouble(snapshot, pod);
    return trouble ? [{ trouble, pod }] : [];
  });
  if (!isDown || (troubles.length === 0 && pods.length > 0)) return null;
  return {
    trouble: troubles[0]?.trouble ?? 'not-ready',
    namespace,
    refs: [refOf(deployment), ...troubles.map(({ pod }) => refOf(pod))],
    evidence: [
      fieldEvidence(deployment, 'status.readyReplicas', '0'),
      ...troubles.slice(0, 2).map(({ pod, trouble }) => fieldEvidence(pod, 'status', trouble)),
    ],
  };
}

const lacks: readonly (readonly [OperatorTrouble, RegExp])[] = [
  [
    'rights',
    /attempting to grant RBAC permissions not currently held|is forbidden: User "system:serviceaccount:[^"]*tigera-operator"/,
  ],
  ['unknown-types', /no matches for kind "[^"]+" in version|could not find the requested resource/],
];

const lackIn = (text: string): OperatorTrouble | null =>
  lacks.find(([, pattern]) => pattern.test(text))?.[0] ?? null;

// It runs, and cannot do its work: its roles or CRDs are of another release than itself, or of another Kubernetes.
function ofWork(snapshot: Snapshot): OperatorState | null {
  const complaint = operatorComplaint(snapshot);
  const told = complaint && lackIn(complaint.message);
  if (complaint && told) {
    const evidence = [
      fieldEvidence(complaint.object, 'status.conditions Degraded', complaint.message),
    ];
    return {
      trouble: told,
      namespace: namespaceOf(snapshot),
      refs: operatorPods(snapshot).map(refOf),
      evidence,
    };
  }
  const last = operatorLines(snapshot).findLast(({ message }) => lackIn(message) !== null);
  const trouble = last && lackIn(last.message);
  const since = secondsBetween(last?.at, snapshot.takenAt) ?? 0;
  if (!last || !trouble || last.reason === '' || since > stillSaidSeconds) return null;
  return {
    trouble,
    namespace: namespaceOf(snapshot),
    refs: [refOf(last.pod)],
    evidence: [logEvidence(last.pod, last.container, last.line)],
  };
}

const namespaceOf = (snapshot: Snapshot): string =>
  operatorPods(snapshot)[0]?.metadata.namespace ?? 'tigera-operator';

/** Why the operator does not do its work; null if nothing shows that it does not. */
export const operatorState = (snapshot: Snapshot): OperatorState | null =>
  ofDeployment(snapshot) ?? absence(snapshot) ?? ofWork(snapshot);
