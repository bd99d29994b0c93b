import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { nodeRefs, refOf } from '../calico/evidence.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { rejectedNetworks, rejectedPods, type Rejection } from '../calico/rejected.ts';
import { saidEvidence, type Telling } from '../calico/speech.ts';
import { followsWithoutData } from '../calico/without-data.ts';
import type { Draft, Symptom } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { renewTokens } from '../remediations/renew-tokens.ts';
import { restartPods } from '../remediations/restart-pods.ts';
import { trustApiServer } from '../remediations/trust-api-server.ts';
import { defineCheck } from './define.ts';

type RejectedFacts = {
  readonly cause: Rejection['cause'];
  /** Where the certificate was shown; null for a token. */
  readonly host: string | null;
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

function draftOf(
  snapshot: Snapshot,
  telling: readonly Telling<Rejection>[],
): Draft<RejectedFacts>[] {
  const [first] = telling;
  if (!first) return [];
  const views = telling.map(({ view }) => view);
  const nodes = views.map(({ name }) => name);
  const nodesTotal = nodeViews(snapshot).length;
  const isEverywhere = views.length === nodesTotal && nodesTotal > 1;
  const { namespace = 'kube-system' } = first.pod.metadata;
  const serviceAccount = first.pod.spec?.serviceAccountName ?? 'calico-node';
  const { value } = first.last;
  const restart = value.cause === 'name' ? null : restartPods(telling.map(({ pod }) => pod));
  return [
    {
      severity: 'error',
      confidence: 'confirmed',
      facts: {
        cause: value.cause,
        host: value.cause === 'token' ? null : value.host,
        nodes,
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
        value.cause === 'token'
          ? renewTokens({ namespace, serviceAccount, nodes })
          : trustApiServer({ ...value, namespace, node: first.view.name }),
      ],
    },
  ];
}

/**
 * The API server answers 401, because it does not know the token's signer or the token is over; or calico-node does not take
 * the API server's certificate. The CA comes with the token.
 */
export const calicoNodeUnauthorized = defineCheck<RejectedFacts>({
  id: 'calico-node-unauthorized',
  title: 'calico-node and the API server accept the credentials of one another',
  needs: ['logs'],
  uses: ['events'],
  run: (snapshot) =>
    [...Map.groupBy(rejectedPods(snapshot), ({ last }) => last.value.cause).values()].flatMap(
      (telling) => draftOf(snapshot, telling),
    ),
  words: {
    en: {
      title: ({ cause, nodes, isEverywhere }) =>
        `${words.titles[cause]} on ${isEverywhere ? 'every node' : enumerate(nodes)}`,
      summary: (facts) => words.summaries[facts.cause](facts),
      ruledOut: ({ cause }) => [
        cause === 'token'
          ? 'not RBAC: that would read "is forbidden" and name the right'
          : 'not the way to the API server: something answers there, with a certificate',
      ],
    },
  },
});

const words = {
  titles: {
    token: 'the API server rejects the token of calico-node',
    authority: 'the API server shows a certificate of an unknown CA to calico-node',
    name: 'the API server shows a certificate for another address to calico-node',
  } satisfies Record<Rejection['cause'], string>,
  summaries: {
    token: ({ namespace, serviceAccount, isEverywhere }) =>
      `It answers 401 to the service account ${namespace}/${serviceAccount}: not a missing right, the token itself is not taken. ${isEverywhere ? 'That follows when the keys for service accounts, or their issuer, were changed on the API server.' : 'Other nodes are let in, so these pods hold an old token, or their node has a wrong clock.'}`,
    authority: ({ host, isEverywhere }) =>
      `What answers at ${host} shows a certificate of another CA than the one that the pod was given. ${isEverywhere ? "That follows when the cluster's CA was made anew." : 'Other nodes trust it, so these pods hold an old CA, or another machine answers at this address there.'}`,
    name: ({ host }) =>
      `What answers at ${host} shows a certificate that does not name this address. The API server's certificate was made for another service range, or another machine answers there.`,
  } satisfies Record<Rejection['cause'], (facts: RejectedFacts) => string>,
};
