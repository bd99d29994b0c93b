import { absences, type Absence, type AbsenceReason } from '../calico/absent-pods.ts';
import { affectedBy } from '../calico/affected.ts';
import { consequencesOf } from '../calico/consequences.ts';
import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { nodeViews } from '../calico/nodes.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { DaemonSet } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { placePods } from '../remediations/place-pods.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly daemonSet: string;
  readonly reason: AbsenceReason;
  /** The label, the taint, or the message that tells it. */
  readonly detail: string;
  /** False if these nodes get on without Calico, and may be left out on purpose. */
  readonly isCut: boolean;
}

function daemonSetOf(snapshot: Snapshot): DaemonSet | null {
  const { daemonSet, namespace } = installOf(snapshot);
  return findObject(snapshot, 'daemonSets', daemonSet ?? '', namespace ?? undefined) ?? null;
}

function countEvidence(snapshot: Snapshot, daemonSet: DaemonSet | null): readonly Evidence[] {
  const desired = daemonSet?.status?.desiredNumberScheduled;
  return daemonSet && desired !== undefined
    ? [
        fieldEvidence(
          daemonSet,
          'status.desiredNumberScheduled',
          `${desired} of ${nodeViews(snapshot).length} Linux nodes`,
        ),
      ]
    : [];
}

function draftOf(snapshot: Snapshot, absent: readonly Absence[]): readonly Draft<Facts>[] {
  const [first] = absent;
  if (!first) return [];
  const views = absent.map(({ view }) => view);
  const nodes = views.map(({ name }) => name);
  const { reason, detail } = first;
  const install = installOf(snapshot);
  const daemonSet = daemonSetOf(snapshot);
  const isCut = absent.some((one) => one.isCut);
  return [
    {
      severity: isCut ? 'error' : 'warning',
      confidence: absent.every(({ isSure }) => isSure) ? 'confirmed' : 'likely',
      facts: {
        nodes,
        daemonSet: `${install.namespace ?? ''}/${install.daemonSet ?? ''}`,
        reason,
        detail,
        isCut,
      },
      affected: affectedBy(views),
      evidence: [
        ...countEvidence(snapshot, daemonSet),
        ...absent.slice(0, 3).flatMap(({ evidence }) => evidence),
      ],
      explains: consequencesOf(snapshot, views, [
        'pods-without-network',
        'cni-install-failed',
        'rollout-blocked',
      ]),
      remedies: placePods({ reason, detail, nodes, daemonSet, install }),
    },
  ];
}

const groupOf = ({ reason, detail, isCut }: Absence): string =>
  `${reason} ${String(isCut)} ${reason === 'unscheduled' ? '' : detail}`;

// A node without calico-node has no CNI configuration: it stays NotReady, or its pods have no network.
export const daemonsetNotScheduled = defineCheck<Facts>({
  id: 'daemonset-not-scheduled',
  title: 'every Linux node has a calico-node pod',
  needs: [],
  uses: ['events', 'logs', ...installUses],
  run: (snapshot) => {
    const { daemonSet, state } = installOf(snapshot);
    if (daemonSet === null) return { notApplicable: 'no calico-node DaemonSet or pod was read' };
    if (state === 'migrating' || state === 'uninstalling')
      return { notApplicable: 'calico-node is being moved or taken away on purpose' };
    return [...Map.groupBy(absences(snapshot), groupOf).values()].flatMap((group) =>
      draftOf(snapshot, group),
    );
  },
  words: {
    en: {
      title: ({ nodes, reason, detail }) => words.titles[reason](enumerate(nodes), detail),
      summary: ({ daemonSet, isCut, reason }) =>
        [
          `DaemonSet ${daemonSet} has no running pod there.`,
          isCut
            ? 'Without it a node gets no routes, no policy and, if it is new, no pod network at all.'
            : 'The node is Ready and Calico has never been there: if that is as it should be, leave it so.',
          ...(reason === 'controller'
            ? ['Nothing in the DaemonSet or on the node keeps the pod away.']
            : []),
        ].join(' '),
    },
  },
});

const words = {
  titles: {
    'node-selector': (where, detail) =>
      `calico-node asks for the label ${detail}, which is missing on ${where}`,
    taint: (where, detail) => `the taint ${detail} keeps calico-node away from ${where}`,
    affinity: (where) => `the node affinity of calico-node excludes ${where}`,
    refused: (where) => `the API server refuses to make the calico-node pod of ${where}`,
    unscheduled: (where) => `the scheduler finds no place for calico-node on ${where}`,
    controller: (where) => `the DaemonSet controller made no calico-node pod for ${where}`,
  } satisfies Record<AbsenceReason, (where: string, detail: string) => string>,
};
