import type { Evidence, Finding, ObjectRef } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { eventEvidence, fieldEvidence, logEvidence, nodeRefs, refOf } from '../calico/evidence.ts';
import { cniFailures, type CniFailure } from '../calico/cni-failures.ts';
import { eventsAbout } from '../calico/events.ts';
import { containerLog, logLines } from '../calico/logs.ts';
import { sickViews, type NodeView } from '../calico/nodes.ts';
import { pendingInit, statusOf } from '../calico/pods.ts';
import { secondsBetween } from '../calico/time.ts';

/** The id of the finding for sick pods that nothing explains. */
export const undeterminedId = 'undetermined';

const isCovered = (view: NodeView, refs: readonly ObjectRef[]): boolean =>
  refs.some(
    ({ kind, name }) =>
      (kind === 'Node' && name === view.name) ||
      (kind === 'Pod' && name === view.pod?.metadata.name),
  );

/** Nodes with a sick calico-node pod that no finding of severity error is about. */
export function unexplainedViews(
  snapshot: Snapshot,
  findings: readonly Finding[],
): readonly NodeView[] {
  const refs = findings
    .filter(({ severity }) => severity === 'error')
    .flatMap(({ affected, symptoms }) => [
      ...affected,
      ...symptoms.flatMap((symptom) => symptom.affected),
    ]);
  return sickViews(snapshot).filter((view) => !isCovered(view, refs));
}

/** The container whose log would tell: the init container that has not ended, else calico-node. */
const telling = (view: NodeView): string =>
  (view.pod && pendingInit(view.pod)?.name) ?? 'calico-node';

function evidenceOf(snapshot: Snapshot, view: NodeView): readonly Evidence[] {
  const { pod, health } = view;
  if (!pod || health?.state !== 'sick') return [];
  const container = telling(view);
  const event = eventsAbout(snapshot, pod).findLast(({ type }) => type === 'Warning');
  const line = logLines(snapshot, pod, container).at(-1);
  return [
    fieldEvidence(pod, 'status', health.trouble),
    ...(event ? [eventEvidence(event)] : []),
    ...(line ? [logEvidence(pod, container, line)] : []),
  ];
}

// What was not read decides what to get next: the log of the run before, then this run's, then the events.
function nextCommands(snapshot: Snapshot, view: NodeView): readonly string[] {
  const pod = view.pod;
  if (!pod) return [`kubectl describe node ${view.name}`];
  const { name, namespace } = pod.metadata;
  const container = telling(view);
  const log = `kubectl -n ${namespace ?? 'default'} logs ${name} -c ${container}`;
  const isUnread = (previous: boolean): boolean =>
    containerLog(snapshot, pod, container, previous)?.read.state !== 'read';
  return [
    ...(isUnread(false) ? [log] : []),
    // Without a restart there was no run before.
    ...((statusOf(pod, container)?.restartCount ?? 0) > 0 && isUnread(true)
      ? [`${log} --previous`]
      : []),
    `kubectl -n ${namespace ?? 'default'} describe pod ${name}`,
  ];
}

const openQuestion = {
  id: undeterminedId,
  severity: 'error',
  confidence: 'possible',
  ruledOut: [],
  symptoms: [],
} as const;

const gatherMore = (manual: readonly string[]): Remedy => ({
  id: 'gather-more',
  title: words.remedy,
  action: 'manual',
  risk: 'none',
  changes: [],
  consequences: [],
  manual,
});

// Before that a pod may just have been early: the kubelet tries again, and calico-node may be starting.
const longSeconds = 180;
const manyTries = 3;

/** Pods that have waited for their network for long, on nodes that no finding of severity error is about. */
function waitingPods(snapshot: Snapshot, findings: readonly Finding[]): readonly CniFailure[] {
  const refs = findings
    .filter(({ severity }) => severity === 'error')
    .flatMap(({ affected, symptoms }) => [
      ...affected,
      ...symptoms.flatMap((symptom) => symptom.affected),
    ]);
  // A cause that is named without objects is one of the whole cluster.
  if (findings.some(({ severity, affected }) => severity === 'error' && affected.length === 0))
    return [];
  return cniFailures(snapshot).filter(({ pod, node, operation, event }) => {
    const age = secondsBetween(pod.metadata.creationTimestamp ?? '', snapshot.takenAt) ?? 0;
    const isOld = age >= longSeconds && event.count >= manyTries;
    const isKnown = refs.some(
      ({ kind, name }) =>
        (kind === 'Node' && name === node) || (kind === 'Pod' && name === pod.metadata.name),
    );
    return operation === 'add' && isOld && !isKnown;
  });
}

function withoutNetwork(failures: readonly CniFailure[]): Finding | null {
  const [first] = failures;
  if (!first) return null;
  const nodes = [...new Set(failures.map(({ node }) => node))];
  const { name, namespace } = first.pod.metadata;
  return {
    ...openQuestion,
    title: words.withoutNetwork(nodes),
    summary: words.withoutNetworkSummary,
    facts: { nodes, pods: failures.map(({ pod }) => pod.metadata.name) },
    affected: [...nodeRefs(nodes), ...failures.map(({ pod }) => refOf(pod))],
    evidence: failures.slice(0, 5).map(({ event }) => eventEvidence(event)),
    remedies: [
      gatherMore([
        `kubectl -n ${namespace ?? 'default'} describe pod ${name}`,
        `# on ${first.node}:`,
        'sudo journalctl -u containerd -u crio -u kubelet --since -15min | grep -i calico | tail -50',
        'sudo tail -50 /var/log/calico/cni/cni.log',
      ]),
    ],
  };
}

/** The finding for sick pods that nothing explains; null if there are none. It names what would tell. */
export function undetermined(snapshot: Snapshot, findings: readonly Finding[]): Finding | null {
  const views = unexplainedViews(snapshot, findings);
  const first = views[0];
  if (!first) return withoutNetwork(waitingPods(snapshot, findings));
  const names = views.map(({ name }) => name);
  const commands = nextCommands(snapshot, first);
  return {
    ...openQuestion,
    title: words.title(names),
    summary: words.summary,
    facts: { nodes: names, pods: views.map(({ pod }) => pod?.metadata.name ?? null) },
    affected: [...nodeRefs(names), ...views.flatMap(({ pod }) => (pod ? [refOf(pod)] : []))],
    evidence: views.slice(0, 5).flatMap((view) => evidenceOf(snapshot, view)),
    remedies: [gatherMore(commands)],
  };
}

const words = {
  title: (names: readonly string[]): string =>
    names.length === 1
      ? `calico-node is not well on ${names[0]}, and what was read does not say why`
      : `calico-node is not well on ${names.length} nodes, and what was read does not say why`,
  summary:
    'No known cause matches. That is an open question, not a clean bill: the evidence below is all that stands out.',
  withoutNetwork: (names: readonly string[]): string =>
    names.length === 1
      ? `Pods on ${names[0]} get no network from Calico, and what was read does not say why`
      : `Pods on ${names.length} nodes get no network from Calico, and what was read does not say why`,
  withoutNetworkSummary:
    'calico-node itself looks well, but its CNI plugin has failed again and again, with words that no check knows.',
  remedy: 'Get what is missing, then diagnose again',
};
