import { affectedBy } from '../calico/affected.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { sickViews, type NodeView } from '../calico/nodes.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import { secondsBetween } from '../calico/time.ts';
import type { Draft } from '../model/finding.ts';
import type { DaemonSet } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { outsideCluster } from '../remediations/outside.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly updated: number;
  readonly desired: number;
  readonly strategy: string;
}

// A rollout goes node by node, about a minute each; ten minutes without a step is not under way any more.
const stalledSeconds = 600;

function isStalled(snapshot: Snapshot, { pod, health }: NodeView): boolean {
  const age = secondsBetween(pod?.metadata.creationTimestamp, snapshot.takenAt);
  return health?.state === 'sick' && age !== null && age > stalledSeconds;
}

function draftOf(daemonSet: DaemonSet, views: readonly NodeView[]): Draft<Facts> {
  const { updatedNumberScheduled = 0, desiredNumberScheduled = 0 } = daemonSet.status ?? {};
  const { name, namespace = 'default' } = daemonSet.metadata;
  return {
    severity: 'warning',
    confidence: 'confirmed',
    facts: {
      nodes: views.map((view) => view.name),
      updated: updatedNumberScheduled,
      desired: desiredNumberScheduled,
      strategy: daemonSet.spec?.updateStrategy?.type ?? 'RollingUpdate',
    },
    affected: affectedBy(views),
    evidence: [
      fieldEvidence(
        daemonSet,
        'status.updatedNumberScheduled',
        `${updatedNumberScheduled} of ${desiredNumberScheduled}`,
      ),
      fieldEvidence(
        daemonSet,
        'status.numberUnavailable',
        String(daemonSet.status?.numberUnavailable ?? 0),
      ),
    ],
    isSymptom: true,
    remedies: [
      outsideCluster(words.title, [
        `kubectl -n ${namespace} rollout status daemonset/${name}`,
        '# cure the sick nodes first; the rollout goes on by itself',
      ]),
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
    const daemonSet = name
      ? findObject(snapshot, 'daemonSets', name, namespace ?? undefined)
      : undefined;
    const { updatedNumberScheduled, desiredNumberScheduled } = daemonSet?.status ?? {};
    if (!daemonSet || updatedNumberScheduled === undefined || desiredNumberScheduled === undefined)
      return [];
    if (updatedNumberScheduled >= desiredNumberScheduled) return [];
    const views = sickViews(snapshot).filter((view) => isStalled(snapshot, view));
    return views.length === 0 ? [] : [draftOf(daemonSet, views)];
  },
  words: {
    en: {
      title: ({ updated, desired }) =>
        `an update of calico-node is stuck: ${updated} of ${desired} nodes have it`,
      summary: ({ nodes }) =>
        `It waits for ${nodes.join(', ')}; the other nodes keep the old pod until that one is well.`,
    },
  },
});

const words = { title: 'Cure what keeps the sick pods, and the update goes on' };
