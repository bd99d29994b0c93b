import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence, refOf } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { nodeViews, sickViews, type NodeView } from '../calico/nodes.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import { newest, secondsBetween } from '../calico/time.ts';
import type { Draft } from '../model/finding.ts';
import type { DaemonSet, Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { resumeRollout } from '../remediations/resume-rollout.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly updated: number;
  readonly desired: number;
  readonly strategy: string;
}

// A rollout goes node by node, about a minute each; ten minutes without a new pod is not under way any more.
const stalledSeconds = 600;

const revisionOf = (pod: Pod): string | null =>
  pod.metadata.labels?.['controller-revision-hash'] ?? null;

const createdAt = ({ pod }: NodeView): string | undefined => pod?.metadata.creationTimestamp;

/** The views whose sick pod holds up the rest: of the newest revision, or one that does not end. */
function blockers(snapshot: Snapshot): readonly NodeView[] {
  const last = newest(nodeViews(snapshot).map(createdAt));
  if ((secondsBetween(last, snapshot.takenAt) ?? 0) < stalledSeconds) return [];
  const latest = nodeViews(snapshot).find((view) => createdAt(view) === last)?.pod;
  const revision = latest ? revisionOf(latest) : null;
  return sickViews(snapshot).filter(
    ({ pod }) =>
      pod !== null &&
      (pod.metadata.deletionTimestamp !== undefined ||
        revision === null ||
        revisionOf(pod) === revision),
  );
}

// The API leaves a count of 0 out (apps/v1 types.go, omitempty), and some dumps leave out more. With OnDelete an update that nobody
// has begun is to be told; else the first pod follows within seconds.
function updatedOf({ status }: DaemonSet, isOnDelete: boolean): number | undefined {
  const isCounted = isOnDelete && status?.observedGeneration !== undefined;
  return status?.updatedNumberScheduled ?? (isCounted ? 0 : undefined);
}

function draftOf(
  snapshot: Snapshot,
  daemonSet: DaemonSet,
  views: readonly NodeView[],
): Draft<Facts> {
  const {
    updatedNumberScheduled = 0,
    desiredNumberScheduled = 0,
    numberUnavailable = 0,
  } = daemonSet.status ?? {};
  const strategy = daemonSet.spec?.updateStrategy?.type ?? 'RollingUpdate';
  return {
    severity: 'warning',
    confidence: 'confirmed',
    facts: {
      nodes: views.map(({ name }) => name),
      updated: updatedNumberScheduled,
      desired: desiredNumberScheduled,
      strategy,
    },
    affected: views.length > 0 ? affectedBy(views) : [refOf(daemonSet)],
    evidence: [
      fieldEvidence(
        daemonSet,
        'status.updatedNumberScheduled',
        `${updatedNumberScheduled} of ${desiredNumberScheduled}`,
      ),
      fieldEvidence(daemonSet, 'status.numberUnavailable', String(numberUnavailable)),
      fieldEvidence(daemonSet, 'spec.updateStrategy.type', strategy),
    ],
    isSymptom: true,
    remedies: [
      resumeRollout({
        daemonSet,
        strategy,
        install: installOf(snapshot),
        pods: views.flatMap(({ pod }) => pod ?? []),
      }),
    ],
  };
}

// With maxUnavailable 1 one sick pod is all that may be missing: no other node gets the new template until it is well.
export const rolloutBlocked = defineCheck<Facts>({
  id: 'rollout-blocked',
  title: 'no update of calico-node is stuck behind a sick node',
  needs: [],
  uses: [...installUses],
  run: (snapshot) => {
    const { daemonSet: name, namespace } = installOf(snapshot);
    const daemonSet = findObject(snapshot, 'daemonSets', name ?? '', namespace ?? undefined);
    if (!daemonSet) return { notApplicable: 'no calico-node DaemonSet was read' };
    const isOnDelete = daemonSet.spec?.updateStrategy?.type === 'OnDelete';
    const updated = updatedOf(daemonSet, isOnDelete);
    const desired = daemonSet.status?.desiredNumberScheduled;
    if (updated === undefined || desired === undefined || updated >= desired) return [];
    if (isOnDelete) return [draftOf(snapshot, daemonSet, [])];
    const views = blockers(snapshot);
    return views.length === 0 ? [] : [draftOf(snapshot, daemonSet, views)];
  },
  words: {
    en: {
      title: ({ nodes, updated, desired }) =>
        nodes.length > 0
          ? `an update of calico-node is stuck: ${updated} of ${desired} nodes have it`
          : `an update of calico-node waits for somebody: ${updated} of ${desired} nodes have it`,
      summary: ({ nodes }) =>
        nodes.length > 0
          ? `It waits for ${enumerate(nodes)}; the other nodes keep their old pod until calico-node is well there.`
          : 'The update strategy of the DaemonSet is OnDelete: a node gets the new pod when its old one is deleted, and not before.',
    },
  },
});
