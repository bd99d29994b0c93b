import { nodeRefs, eventEvidence, fieldEvidence, refOf } from '../calico/evidence.ts';
import { eventsAbout, isRecent, type SeenEvent } from '../calico/events.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { hindrances, type Hindrance } from '../calico/placement.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import { secondsBetween } from '../calico/time.ts';
import type { Draft } from '../model/finding.ts';
import type { DaemonSet, Node } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { placePods } from '../remediations/place-pods.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly daemonSet: string;
  readonly reason:
    | 'node-selector'
    | 'taint'
    | 'affinity'
    | 'refused'
    | 'unscheduled'
    | 'controller';
  readonly detail: string;
}

interface Case {
  readonly view: NodeView;
  readonly reason: Facts['reason'];
  readonly detail: string;
  readonly event: SeenEvent | null;
}

// A node that joined a moment ago has no pod yet; neither has one that is about to go.
const joinSeconds = 120;
// Machines that are no machines: no pod in the host's network can run there, and the operator leaves them out on purpose.
const isVirtual = (node: Node): boolean =>
  node.metadata.labels?.['type'] === 'virtual-kubelet' ||
  node.metadata.labels?.['kubernetes.azure.com/cluster'] === 'virtual-kubelet' ||
  node.metadata.labels?.['eks.amazonaws.com/compute-type'] === 'fargate';
// Nodes are moved one by one between two DaemonSets by this label (tigera/operator, pkg/controller/migration).
const migrationKey =
  /projectcalico\.org\/(?:operator-node-migration|node-network-during-migration|ds-ready)/;

function describe(hindrance: Hindrance): string {
  switch (hindrance.kind) {
    case 'node-selector':
      return `${hindrance.key}=${hindrance.wanted}`;
    case 'taint':
      return hindrance.taint;
    case 'affinity':
      return 'spec.template.spec.affinity.nodeAffinity';
  }
}

function caseOf(snapshot: Snapshot, daemonSet: DaemonSet, view: NodeView): Case | null {
  const { node, pod } = view;
  if (!node || isVirtual(node) || node.metadata.deletionTimestamp !== undefined) return null;
  if ((secondsBetween(node.metadata.creationTimestamp, snapshot.takenAt) ?? Infinity) < joinSeconds)
    return null;
  if (pod) return unscheduledCase(snapshot, view);
  const found = hindrances(daemonSet, node);
  if (found.some((item) => item.kind === 'node-selector' && migrationKey.test(item.key)))
    return null;
  const [first] = found;
  if (first) return { view, reason: first.kind, detail: describe(first), event: null };
  const refusal = eventsAbout(snapshot, daemonSet).findLast(
    (event) => event.reason === 'FailedCreate' && isRecent(snapshot, event, 1800),
  );
  return refusal
    ? { view, reason: 'refused', detail: refusal.message, event: refusal }
    : { view, reason: 'controller', detail: '', event: null };
}

function unscheduledCase(snapshot: Snapshot, view: NodeView): Case | null {
  const { pod, health } = view;
  if (!pod || health?.state !== 'sick' || health.trouble !== 'unscheduled') return null;
  const event =
    eventsAbout(snapshot, pod).findLast(({ reason }) => reason === 'FailedScheduling') ?? null;
  return { view, reason: 'unscheduled', detail: event?.message ?? '', event };
}

function draftOf(snapshot: Snapshot, daemonSet: DaemonSet, cases: readonly Case[]): Draft<Facts> {
  const [first] = cases;
  const nodes = cases.map(({ view }) => view.name);
  const reason = first?.reason ?? 'controller';
  const { name, namespace } = daemonSet.metadata;
  return {
    severity: 'error',
    confidence: reason === 'controller' ? 'likely' : 'confirmed',
    facts: { nodes, daemonSet: `${namespace ?? ''}/${name}`, reason, detail: first?.detail ?? '' },
    affected: [
      ...nodeRefs(nodes),
      ...cases.flatMap(({ view }) => (view.pod ? [refOf(view.pod)] : [])),
    ],
    evidence: [
      fieldEvidence(
        daemonSet,
        'status.desiredNumberScheduled',
        `${daemonSet.status?.desiredNumberScheduled ?? '?'} of ${nodeViews(snapshot).length} nodes`,
      ),
      ...cases
        .slice(0, 3)
        .flatMap(({ view, detail, event }) => [
          ...(event ? [eventEvidence(event)] : []),
          ...(view.node && !event && detail
            ? [fieldEvidence(view.node, 'metadata.labels, spec.taints', detail)]
            : []),
        ]),
    ],
    explains: ['bgp-peer-down', 'pods-without-network'].map((id) => ({
      id,
      affected: nodeRefs(nodes),
    })),
    remedies: placePods(snapshot, { reason, detail: first?.detail ?? '', nodes, daemonSet }),
  };
}

// A node without calico-node has no CNI configuration: it stays NotReady, or its pods have no network.
export const daemonsetNotScheduled = defineCheck<Facts>({
  id: 'daemonset-not-scheduled',
  title: 'every Linux node has a calico-node pod',
  needs: ['events'],
  uses: [...installUses],
  run: (snapshot) => {
    const { daemonSet: name, namespace, state } = installOf(snapshot);
    const daemonSet = name
      ? findObject(snapshot, 'daemonSets', name, namespace ?? undefined)
      : undefined;
    if (!daemonSet) return { notApplicable: 'no calico-node DaemonSet was read' };
    if (state === 'migrating')
      return { notApplicable: 'nodes are being moved between two DaemonSets' };
    const cases = nodeViews(snapshot).flatMap((view) => caseOf(snapshot, daemonSet, view) ?? []);
    const groups = Map.groupBy(
      cases,
      ({ reason, detail }) => `${reason} ${reason === 'unscheduled' ? '' : detail}`,
    );
    return [...groups.values()].map((group) => draftOf(snapshot, daemonSet, group));
  },
  words: {
    en: {
      title: ({ nodes, reason, detail }) =>
        `${nodes.length > 2 ? `${nodes.length} nodes have` : `${nodes.join(' and ')} ${nodes.length === 1 ? 'has' : 'have'}`} no calico-node: ${reasonWords[reason](detail)}`,
      summary: ({ daemonSet }) =>
        `DaemonSet ${daemonSet} has no running pod there. Without it a node has no pod network of Calico's.`,
    },
  },
});

const reasonWords: Readonly<Record<Facts['reason'], (detail: string) => string>> = {
  'node-selector': (detail) => `the label ${detail} that the DaemonSet asks for is missing`,
  taint: (detail) => `the taint ${detail} keeps it away`,
  affinity: () => "the DaemonSet's node affinity excludes it",
  refused: () => 'the API server refuses to create the pod',
  unscheduled: () => 'the pod is there, but the scheduler finds no place for it',
  controller: () => 'nothing forbids it, and yet the DaemonSet controller made none',
};
