import { affectedBy } from '../calico/affected.ts';
import { unreachedNodes, type ReachCause, type Unreached } from '../calico/api-reach.ts';
import type { DialReason } from '../calico/api-errors.ts';
import { counted, enumerate } from '../calico/enumerate.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { nodeViews } from '../calico/nodes.ts';
import { followsWithoutData } from '../calico/without-data.ts';
import type { Confidence, Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { reachApiServer } from '../remediations/reach-api-server.ts';
import { defineCheck } from './define.ts';

type ReachFacts = {
  readonly nodes: readonly string[];
  readonly nodesTotal: number;
  readonly host: string;
  readonly port: number;
  readonly reason: DialReason;
  readonly cause: ReachCause;
};

const explained = ['cni-token-unauthorized', 'typha-unreachable'];

const provenCauses: ReadonlySet<ReachCause> = new Set([
  'kube-proxy-missing',
  'kube-proxy-failing',
  'no-endpoints',
  'bpf-without-address',
]);

const confidenceOf = (group: readonly Unreached[], cause: ReachCause): Confidence =>
  group.some(({ isSaid, hasFailed }) => isSaid && (hasFailed || provenCauses.has(cause)))
    ? 'confirmed'
    : 'likely';

function draftOf(snapshot: Snapshot, group: readonly Unreached[]): Draft<ReachFacts>[] {
  const [first] = group;
  if (!first) return [];
  const views = group.map(({ view }) => view);
  const { cause, failure } = first;
  return [
    {
      severity: 'error',
      confidence: confidenceOf(group, cause),
      facts: {
        nodes: views.map(({ name }) => name),
        nodesTotal: nodeViews(snapshot).length,
        ...failure,
        cause,
      },
      affected: affectedBy(views),
      evidence: group.slice(0, 5).flatMap(({ evidence }) => evidence),
      explains: followsWithoutData(snapshot, views, explained),
      remedies: reachApiServer(snapshot, installOf(snapshot), { cause, failure, views }),
    },
  ];
}

/**
 * The first thing each part of Calico does is to ask the API server through the service IP, which kube-proxy makes work.
 * https://docs.tigera.io/calico/latest/operations/ebpf/enabling-ebpf (kubernetes-services-endpoint)
 */
export const apiserverServiceIpUnreachable = defineCheck<ReachFacts>({
  id: 'apiserver-service-ip-unreachable',
  title: 'calico-node reaches the API server from every node',
  needs: ['logs'],
  uses: [
    ...installUses,
    'events',
    'services',
    'endpoints',
    'endpointSlices',
    'felixConfigurations',
  ],
  run: (snapshot) => {
    const found = unreachedNodes(snapshot);
    const groups = Map.groupBy(found, ({ cause, failure }) => `${cause} ${failure.host}`);
    return [...groups.values()].flatMap((group) => draftOf(snapshot, group));
  },
  words: {
    en: {
      title: (facts) =>
        facts.nodes.length === facts.nodesTotal && facts.nodesTotal > 1
          ? `no node reaches the API server at ${facts.host}: ${words.causes[facts.cause]}`
          : `${enumerate(facts.nodes)} cannot reach the API server at ${facts.host}: ${words.causes[facts.cause]}`,
      summary: (facts) =>
        `${words.reasons[facts.reason](facts)} calico-node and its init containers ask the API server first, so none of them gets further. ${words.advice[facts.cause](facts.nodes.length)}`,
      ruledOut: (facts) => [
        ...(facts.nodes.length < facts.nodesTotal
          ? [
              `the API server itself answers: ${counted(facts.nodesTotal - facts.nodes.length, 'other node')} ${facts.nodesTotal - facts.nodes.length === 1 ? 'reaches' : 'reach'} it`,
            ]
          : []),
        'not credentials or rights: no answer came at all',
      ],
    },
  },
});

const words = {
  causes: {
    'kube-proxy-missing': 'no kube-proxy runs there',
    'kube-proxy-failing': 'its kube-proxy does not work',
    'bpf-without-address': 'kube-proxy is gone and Calico was not told another address',
    'no-endpoints': 'the service has no endpoint',
    'http-proxy': 'an HTTP proxy stands in between',
    'name-not-resolved': 'the name does not resolve there',
    'own-address-unreachable': 'the address that Calico was given does not answer',
    'node-path': 'the way from there is broken',
    unknown: 'nothing answers',
  } satisfies Record<ReachCause, string>,
  reasons: {
    timeout: ({ host, port }) => `Connections to ${host}:${port} time out.`,
    refused: ({ host, port }) => `Connections to ${host}:${port} are refused.`,
    'no-route': ({ host }) => `There is no route to ${host}.`,
    'tls-timeout': ({ host, port }) =>
      `${host}:${port} takes connections, but no TLS session comes about.`,
    'not-resolved': ({ host }) => `${host} cannot be resolved.`,
    proxy: ({ host }) => `The proxy from the environment does not pass requests on to ${host}.`,
  } satisfies Record<DialReason, (facts: Pick<ReachFacts, 'host' | 'port'>) => string>,
  advice: {
    'kube-proxy-missing': (count) =>
      `The other nodes have a kube-proxy pod, ${count === 1 ? 'this one has' : 'these have'} none: the service IP leads nowhere there.`,
    'kube-proxy-failing': () =>
      'The kube-proxy pod there is not well, so the service IP leads nowhere.',
    'bpf-without-address': () =>
      'With the eBPF dataplane calico-node itself would make the service IP work, but it needs the API server to start.',
    'no-endpoints': () => 'Nothing stands behind the service default/kubernetes.',
    'http-proxy': () => 'The service network belongs into NO_PROXY.',
    'name-not-resolved': () => 'calico-node uses the name servers of its node.',
    'own-address-unreachable': () =>
      'This is not the service IP, but an address from its environment or its ConfigMap.',
    'node-path': () =>
      'kube-proxy shows no fault: look at the firewall, the routes and the way to the control plane from there.',
    unknown: () => 'What was read does not say why.',
  } satisfies Record<ReachCause, (count: number) => string>,
};
