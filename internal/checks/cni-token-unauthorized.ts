import { counted, enumerate } from '../calico/enumerate.ts';
import { eventEvidence, fieldEvidence, logEvidence, nodeRefs, refOf } from '../calico/evidence.ts';
import { lastLine } from '../calico/logs.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { rejectedNetworks, type RejectedNetwork, type Rejection } from '../calico/rejected.ts';
import { settingsOf } from '../calico/settings.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { restartPods } from '../remediations/restart-pods.ts';
import { trustApiServer } from '../remediations/trust-api-server.ts';
import { defineCheck } from './define.ts';

type TokenState = 'ready' | 'sick' | 'missing';

type TokenFacts = {
  readonly cause: Rejection['cause'];
  readonly nodes: readonly string[];
  readonly adds: number;
  readonly deletes: number;
  /** How calico-node, which renews the token, is on these nodes: the worst of them. */
  readonly calicoNode: TokenState;
  /** False where CALICO_MANAGE_CNI tells calico-node to leave the plugin's files alone. */
  readonly isRenewed: boolean;
};

// node/pkg/cni/token_watch.go and cni-plugin/pkg/install/install.go.
const renewing = /Unable to create token for CNI kubeconfig|Failed to update CNI token/;

const stateOf = ({ pod, health }: NodeView): TokenState =>
  !pod ? 'missing' : health?.state === 'sick' ? 'sick' : 'ready';

function evidenceOf(
  snapshot: Snapshot,
  views: readonly NodeView[],
  failures: readonly RejectedNetwork[],
): readonly Evidence[] {
  const nodes = views.slice(0, 3).flatMap(({ pod, health }) => {
    const found = pod && lastLine(snapshot, pod, 'calico-node', renewing);
    if (pod && found) return [logEvidence(pod, found.container, found.line, found.previous)];
    return pod && health?.state === 'sick' ? [fieldEvidence(pod, 'status', health.trouble)] : [];
  });
  return [...failures.slice(-3).map(({ event }) => eventEvidence(event)), ...nodes];
}

function draftOf(snapshot: Snapshot, failures: readonly RejectedNetwork[]): Draft<TokenFacts>[] {
  const [first] = failures;
  if (!first) return [];
  const names = [...new Set(failures.map(({ node }) => node))].toSorted();
  const views = nodeViews(snapshot).filter(({ name }) => names.includes(name));
  const states = new Set(views.map(stateOf));
  const settings = views.map(({ pod }) => settingsOf(snapshot, pod?.spec, pod));
  const { rejection } = first;
  const pods = views.flatMap(({ pod }) => pod ?? []);
  const restart = rejection.cause === 'name' ? null : restartPods(pods);
  const namespace = pods[0]?.metadata.namespace ?? 'kube-system';
  return [
    {
      severity: 'error',
      confidence: 'confirmed',
      facts: {
        cause: rejection.cause,
        nodes: names,
        adds: failures.filter(({ operation }) => operation === 'add').length,
        deletes: failures.filter(({ operation }) => operation === 'delete').length,
        calicoNode: states.has('missing') ? 'missing' : states.has('sick') ? 'sick' : 'ready',
        isRenewed: !settings.some(({ env }) => env.get('CALICO_MANAGE_CNI') === 'false'),
      },
      affected: [...nodeRefs(names), ...failures.map(({ pod }) => refOf(pod))],
      evidence: evidenceOf(snapshot, views, failures),
      explains: [
        {
          id: 'pods-without-network',
          affected: failures.flatMap(({ pod, operation }) =>
            operation === 'add' ? [refOf(pod)] : [],
          ),
        },
      ],
      // Where calico-node does not run, its own fault is the cause: nobody renews the token meanwhile.
      isSymptom: !views.every((view) => stateOf(view) === 'ready'),
      remedies: [
        ...(restart ? [restart] : []),
        ...(rejection.cause === 'token'
          ? []
          : [trustApiServer({ ...rejection, namespace, node: first.node })]),
      ],
    },
  ];
}

/**
 * The CNI plugin asks the API server with a token of its own (calico-kubeconfig), which lives for a day and is written by
 * install-cni, together with the cluster's CA, and renewed by calico-node.
 * https://github.com/projectcalico/calico/blob/master/node/pkg/cni/token_watch.go
 */
export const cniTokenUnauthorized = defineCheck<TokenFacts>({
  id: 'cni-token-unauthorized',
  title: "the CNI plugin's kubeconfig is good for the API server on every node",
  needs: ['events'],
  uses: ['configMaps', 'logs'],
  run: (snapshot) =>
    [
      ...Map.groupBy(rejectedNetworks(snapshot), ({ rejection }) => rejection.cause).values(),
    ].flatMap((failures) => draftOf(snapshot, failures)),
  words: {
    en: {
      title: ({ cause, nodes }) => `${words.titles[cause]} on ${enumerate(nodes)}`,
      summary: (facts) => [words.stuck(facts), ...words.reasons[facts.cause](facts)].join(' '),
      ruledOut: ({ cause }) =>
        cause === 'token'
          ? [
              'not the way to the API server: it answered, with 401',
              'not RBAC: that would read "is forbidden" and name the right',
            ]
          : ['not the way to the API server: something answers there, with a certificate'],
    },
  },
});

const renewal = {
  states: {
    ready: 'calico-node runs there, but did not renew it.',
    sick: 'calico-node, which renews it, is not well there.',
    missing: 'No calico-node pod runs there that could renew it.',
  } satisfies Record<TokenState, string>,
  unmanaged: 'CALICO_MANAGE_CNI is false, so calico-node does not renew it.',
};

const words = {
  titles: {
    token: "the CNI plugin's token is rejected",
    authority: 'the API server shows a certificate of an unknown CA to the CNI plugin',
    name: 'the API server shows a certificate for another address to the CNI plugin',
  } satisfies Record<Rejection['cause'], string>,
  reasons: {
    token: ({ isRenewed, calicoNode }) => [
      "The plugin's kubeconfig on the node holds a token that the API server does not take.",
      isRenewed ? renewal.states[calicoNode] : renewal.unmanaged,
    ],
    authority: ({ calicoNode }) => [
      "The plugin's kubeconfig on the node holds another CA: often that of a cluster that was there before.",
      calicoNode === 'ready'
        ? 'calico-node itself gets through, and writes the file anew when it starts.'
        : 'calico-node, which writes the file when it starts, is not well there.',
    ],
    name: () => [
      "The API server's certificate was made for another service range, or another machine answers at that address.",
    ],
  } satisfies Record<Rejection['cause'], (facts: TokenFacts) => readonly string[]>,
  stuck: ({ adds, deletes }: TokenFacts): string => {
    const parts = [
      ...(adds > 0 ? [`${counted(adds, 'pod')} cannot get a network`] : []),
      ...(deletes > 0 ? [`${counted(deletes, 'pod')} cannot be taken down`] : []),
    ];
    return `${parts.join(' and ')}.`;
  },
};
