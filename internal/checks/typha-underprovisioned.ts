import { affectedBy } from '../calico/affected.ts';
import { counted, enumerate } from '../calico/enumerate.ts';
import { fieldEvidence, logEvidence, refOf } from '../calico/evidence.ts';
import { operatorComplaint } from '../calico/install/conditions.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { operatorLines } from '../calico/operator-log.ts';
import { conditionOf } from '../calico/pods.ts';
import { secondsBetween } from '../calico/time.ts';
import { cutOff } from '../calico/typha-clients.ts';
import { typhaOf, typhaReplicasFor, type PlaceReason, type Typha } from '../calico/typha.ts';
import { followsWithoutData } from '../calico/without-data.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { placeOf, placingReasons } from '../remediations/reach-typha.ts';
import { placeTypha, scaleTypha } from '../remediations/typha-scale.ts';
import { defineCheck } from './define.ts';

type ReplicaFacts = {
  readonly ready: number;
  readonly desired: number | null;
  /** What so many nodes should have. */
  readonly wanted: number;
  readonly nodes: readonly string[];
  readonly pending: readonly string[];
  readonly reasons: readonly PlaceReason[];
  readonly kind: 'unscheduled' | 'operator' | 'too-few';
};

const explained = ['typha-unreachable'];

// Below this number of nodes one Typha does as well as several; the manifest itself asks for one.
const manyNodes = 100;

const scaling = /(?:scale|autoscale) typha/i;
// The autoscaler looks every ten seconds.
const stillSaidSeconds = 120;

function scalingEvidence(snapshot: Snapshot): readonly Evidence[] {
  const complaint = operatorComplaint(snapshot);
  if (complaint && scaling.test(complaint.message))
    return [fieldEvidence(complaint.object, 'status.conditions Degraded', complaint.message)];
  const last = operatorLines(snapshot).findLast(({ message }) => scaling.test(message));
  const isPresent = last && (secondsBetween(last.at, snapshot.takenAt) ?? 0) <= stillSaidSeconds;
  return isPresent ? [logEvidence(last.pod, last.container, last.line)] : [];
}

const pendingEvidence = (typha: Typha): readonly Evidence[] =>
  typha.pods
    .filter(({ state }) => state === 'unscheduled')
    .slice(0, 3)
    .map(({ pod }) =>
      fieldEvidence(
        pod,
        'status.conditions PodScheduled',
        conditionOf(pod.status?.conditions, 'PodScheduled')?.message ?? '',
      ),
    );

// The operator makes the Deployment only when it knows how many there are to be.
const notMade = (snapshot: Snapshot): Typha => ({
  namespace: installOf(snapshot).namespace ?? 'calico-system',
  name: 'calico-typha',
  deployment: null,
  desired: null,
  pods: [],
  ready: 0,
  endpoints: null,
});

function kindOf(typha: Typha, nodes: number, complaints: number): ReplicaFacts['kind'] | null {
  if (typha.pods.some(({ state }) => state === 'unscheduled')) return 'unscheduled';
  if (complaints > 0) return 'operator';
  const isFew = nodes >= manyNodes && (typha.desired ?? typha.ready) < typhaReplicasFor(nodes);
  return isFew && typha.desired !== 0 ? 'too-few' : null;
}

function draftOf(
  snapshot: Snapshot,
  typha: Typha,
  kind: ReplicaFacts['kind'],
  suffering: readonly NodeView[],
): Draft<ReplicaFacts> {
  const install = installOf(snapshot);
  const total = nodeViews(snapshot).length;
  const reasons = placingReasons(typha);
  const place = placeOf(install, typha, total);
  const pending = typha.pods.filter(({ state }) => state === 'unscheduled').map(({ pod }) => pod);
  const isError = suffering.length > 0 && typha.ready === 0;
  return {
    severity: isError ? 'error' : 'warning',
    confidence: 'confirmed',
    facts: {
      ready: typha.ready,
      desired: typha.desired,
      wanted: place.wanted,
      nodes: isError ? suffering.map(({ name }) => name) : [],
      pending: pending.map(({ metadata }) => metadata.name),
      reasons,
      kind,
    },
    affected: [
      ...(isError ? affectedBy(suffering) : []),
      { kind: 'Deployment', namespace: typha.namespace, name: typha.name },
      ...pending.map(refOf),
    ],
    evidence: [...scalingEvidence(snapshot), ...pendingEvidence(typha)],
    explains: isError ? followsWithoutData(snapshot, suffering, explained) : [],
    remedies:
      kind === 'too-few' || (kind === 'operator' && pending.length === 0)
        ? [scaleTypha(install, place)]
        : [placeTypha(install, place, reasons)],
  };
}

/** Each Typha takes port 5473 of its node, so there is at most one on a node; the operator counts them by nodes. */
export const typhaUnderprovisioned = defineCheck<ReplicaFacts>({
  id: 'typha-underprovisioned',
  title: 'as many Typha run as the cluster needs',
  needs: ['deployments'],
  uses: [...installUses, 'events', 'endpoints', 'endpointSlices', 'logs'],
  run: (snapshot) => {
    const complaints = scalingEvidence(snapshot).length;
    const typha = typhaOf(snapshot) ?? (complaints > 0 ? notMade(snapshot) : null);
    if (!typha) return { notApplicable: words.none };
    const views = nodeViews(snapshot);
    const kind = kindOf(typha, views.length, complaints);
    if (!kind) return [];
    const cut = cutOff(snapshot, typha);
    // Until it can place Typha, the operator makes no calico-node for new nodes either.
    const unserved = kind === 'operator' ? views.filter(({ pod }) => pod === null) : [];
    const suffering = new Set([...cut.telling.map(({ view }) => view), ...cut.silent, ...unserved]);
    return [
      draftOf(
        snapshot,
        typha,
        kind,
        views.filter((view) => suffering.has(view)),
      ),
    ];
  },
  words: {
    en: {
      title: ({ kind, pending, reasons, ready, wanted }) =>
        kind === 'unscheduled'
          ? `${counted(pending.length, 'Typha pod')} cannot be scheduled: ${words.why(reasons)}`
          : kind === 'operator'
            ? 'the operator cannot run as many Typha as it wants to'
            : `${ready} Typha ${ready === 1 ? 'serves' : 'serve'} a cluster that needs ${wanted}`,
      summary: ({ ready, desired, nodes }) =>
        `${desired === null ? 'No Typha is ready.' : `${ready} of ${counted(desired, 'Typha pod')} ${desired === 1 ? 'is' : 'are'} ready.`} ${nodes.length > 0 ? `calico-node on ${enumerate(nodes)} gets no data and does not get ready.` : 'calico-node still gets its data, but fewer failures are borne.'}`,
    },
  },
});

const words = {
  none: 'this cluster has no Typha',
  reasons: {
    taints: 'taints keep it off the nodes',
    ports: 'its ports are taken on every node that could have it',
    resources: 'no node has enough CPU or memory left',
    selector: 'no node matches its selector',
    other: 'the scheduler finds no node',
  } satisfies Record<PlaceReason, string>,
  why: (reasons: readonly PlaceReason[]): string =>
    enumerate(reasons.map((reason) => words.reasons[reason])) || words.reasons.other,
};
