import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { nodeRefs, refOf } from '../calico/evidence.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { rejectedNetworks, rejectedPods } from '../calico/rejected.ts';
import { saidEvidence } from '../calico/speech.ts';
import { followsWithoutData } from '../calico/without-data.ts';
import type { Symptom } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { renewTokens } from '../remediations/renew-tokens.ts';
import { restartPods } from '../remediations/restart-pods.ts';
import { defineCheck } from './define.ts';

type RejectedFacts = {
  readonly nodes: readonly string[];
  readonly nodesTotal: number;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly isEverywhere: boolean;
};

// The CNI plugin's token is made with calico-node's: where that is rejected, this one is not renewed.
function waitingPods(snapshot: Snapshot, views: readonly NodeView[]): Symptom {
  const names = new Set(views.map(({ name }) => name));
  const pods = rejectedNetworks(snapshot).filter(({ node }) => names.has(node));
  return {
    id: 'cni-token-unauthorized',
    affected: [...nodeRefs(names), ...pods.map(({ pod }) => refOf(pod))],
  };
}

/** The API server answers 401: it does not know the token's signer, or the token is over. */
export const calicoNodeUnauthorized = defineCheck<RejectedFacts>({
  id: 'calico-node-unauthorized',
  title: 'the API server accepts the credentials of calico-node',
  needs: ['logs'],
  uses: ['events'],
  run: (snapshot) => {
    const telling = rejectedPods(snapshot);
    const [first] = telling;
    if (!first) return [];
    const views = telling.map(({ view }) => view);
    const nodesTotal = nodeViews(snapshot).length;
    const isEverywhere = views.length === nodesTotal && nodesTotal > 1;
    const restart = restartPods(telling.map(({ pod }) => pod));
    const { namespace = 'kube-system' } = first.pod.metadata;
    const serviceAccount = first.pod.spec?.serviceAccountName ?? 'calico-node';
    return [
      {
        severity: 'error',
        confidence: 'confirmed',
        facts: {
          nodes: views.map(({ name }) => name),
          nodesTotal,
          namespace,
          serviceAccount,
          isEverywhere,
        },
        affected: affectedBy(views),
        evidence: telling.slice(0, 5).map(({ pod, last }) => saidEvidence(pod, last)),
        explains: [...followsWithoutData(snapshot, views), waitingPods(snapshot, views)],
        remedies: [
          ...(restart ? [restart] : []),
          renewTokens({ namespace, serviceAccount, nodes: views.map(({ name }) => name) }),
        ],
      },
    ];
  },
  words: {
    en: {
      title: ({ nodes, isEverywhere }) =>
        `the API server rejects the token of calico-node on ${isEverywhere ? 'every node' : enumerate(nodes)}`,
      summary: ({ namespace, serviceAccount, isEverywhere }) =>
        `It answers 401 to the service account ${namespace}/${serviceAccount}: not a missing right, the token itself is not taken. ${isEverywhere ? 'That follows when the keys for service accounts, or their issuer, were changed on the API server.' : 'Other nodes are let in, so these pods hold an old token, or their node has a wrong clock.'}`,
      ruledOut: () => ['not RBAC: that would read "is forbidden" and name the right'],
    },
  },
});
