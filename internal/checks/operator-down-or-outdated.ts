import { affectedBy } from '../calico/affected.ts';
import { standingDenials } from '../calico/denials.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { operatorState, type OperatorTrouble } from '../calico/operator-state.ts';
import { nodeRefs } from '../calico/evidence.ts';
import type { Symptom } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { repairOperator } from '../remediations/repair-operator.ts';
import { defineCheck } from './define.ts';

type OperatorFacts = {
  readonly trouble: OperatorTrouble;
  readonly operatorVersion: string | null;
  readonly namespace: string;
  /** Why it is more than a warning: there is no calico-node at all, or it lacks what only the operator can give. */
  readonly harm: 'none' | 'no-calico-node' | 'rights';
};

function harmOf(snapshot: Snapshot, trouble: OperatorTrouble): OperatorFacts['harm'] {
  const views = nodeViews(snapshot);
  const { daemonSets, pods } = snapshot.lists;
  const isRead = daemonSets.state === 'read' && pods.state === 'read';
  if (isRead && views.every(({ pod }) => pod === null)) return 'no-calico-node';
  return trouble === 'rights' && standingDenials(snapshot).length > 0 ? 'rights' : 'none';
}

const consequences = (
  views: readonly NodeView[],
  harm: OperatorFacts['harm'],
): readonly Symptom[] =>
  harm === 'none'
    ? []
    : ['rbac-missing', 'daemonset-not-scheduled'].map((id) => ({
        id,
        affected: affectedBy(views),
      }));

/** calico-node goes on without its operator; only changes, and repairs of what it rendered, are not made. */
export const operatorDownOrOutdated = defineCheck<OperatorFacts>({
  id: 'operator-down-or-outdated',
  title: 'the operator runs and can do its work',
  needs: ['deployments'],
  uses: [...installUses, 'logs', 'events', 'clusterRoles', 'clusterRoleBindings'],
  run: (snapshot) => {
    const install = installOf(snapshot);
    if (install.renderer !== 'operator') return { notApplicable: words.none };
    const state = operatorState(snapshot);
    if (!state) return [];
    const harm = harmOf(snapshot, state.trouble);
    const views = nodeViews(snapshot);
    return [
      {
        severity: harm === 'none' ? 'warning' : 'error',
        confidence: state.refs.length > 1 || harm !== 'none' ? 'confirmed' : 'likely',
        facts: {
          trouble: state.trouble,
          operatorVersion: install.operatorVersion,
          namespace: state.namespace,
          harm,
        },
        affected: [
          ...(harm === 'none' ? [] : nodeRefs(views.map(({ name }) => name))),
          ...state.refs,
        ],
        evidence: state.evidence,
        explains: consequences(views, harm),
        remedies: [repairOperator(install, state.namespace, state.trouble)],
      },
    ];
  },
  words: {
    en: {
      title: ({ trouble }) => words.titles[trouble],
      summary: ({ harm, trouble }) => `${words.long[trouble]} ${words.harms[harm]}`,
    },
  },
});

const words = {
  none: 'no operator renders this Calico',
  titles: {
    missing: 'there is no tigera-operator in the cluster',
    'scaled-down': 'tigera-operator is scaled to 0',
    image: "tigera-operator's image cannot be pulled",
    crashing: 'tigera-operator crashes again and again',
    'not-ready': 'tigera-operator does not get ready',
    rights: 'tigera-operator lacks rights that it has to hand on',
    'unknown-types': 'tigera-operator asks for types that the API server does not have',
  } satisfies Record<OperatorTrouble, string>,
  long: {
    missing: 'Neither its Deployment nor a pod of it exists.',
    'scaled-down': 'Somebody stopped it.',
    image: 'Its pod waits for the image.',
    crashing: 'Its pod starts and ends.',
    'not-ready': 'Its pod runs, but is not ready.',
    rights:
      'Its ClusterRole is older than the operator: only the manifest of its own release gives it all it needs.',
    'unknown-types':
      'Its CRDs, or this Kubernetes, are of another time than the operator: it and its CRDs belong to one release.',
  } satisfies Record<OperatorTrouble, string>,
  harms: {
    none: 'calico-node goes on as it is; a change of the Installation has no effect until the operator works again.',
    'no-calico-node': 'No calico-node was made for any node yet.',
    rights: 'Calico is denied what only the operator may write into its roles.',
  } satisfies Record<OperatorFacts['harm'], string>,
};
