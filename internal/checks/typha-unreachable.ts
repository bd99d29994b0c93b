import { affectedBy } from '../calico/affected.ts';
import { counted, enumerate } from '../calico/enumerate.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { nodeViews } from '../calico/nodes.ts';
import { saidEvidence, standing } from '../calico/speech.ts';
import { causeOf, cutOff, typhaNodes, type Cut, type TyphaCause } from '../calico/typha-clients.ts';
import { typhaOf, type Typha } from '../calico/typha.ts';
import { followsWithoutData } from '../calico/without-data.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { reachTypha } from '../remediations/reach-typha.ts';
import { defineCheck } from './define.ts';

type TyphaFacts = {
  readonly nodes: readonly string[];
  readonly nodesTotal: number;
  readonly cause: TyphaCause;
  /** What was dialled, `10.0.0.11:5473`. */
  readonly addresses: readonly string[];
  readonly ready: number;
  readonly desired: number | null;
  /** Nodes that run a ready Typha. */
  readonly typhaNodes: readonly string[];
};

// Why a Typha ends or does not get ready, in its own last words of that kind.
function lastComplaint(snapshot: Snapshot, pod: Pod): readonly Evidence[] {
  const said = standing(snapshot, pod, ({ level }) =>
    level === 'ERROR' || level === 'FATAL' || level === 'PANIC' ? level : null,
  ).at(-1);
  return said ? [saidEvidence(pod, said)] : [];
}

function typhaEvidence(snapshot: Snapshot, typha: Typha | null): readonly Evidence[] {
  if (!typha) return [];
  const { deployment, desired, ready, pods } = typha;
  const whole = deployment
    ? [fieldEvidence(deployment, 'status.readyReplicas', `${ready} of ${desired ?? '?'}`)]
    : [];
  const sick = pods.filter(({ state }) => state !== 'ready').slice(0, 3);
  return [
    ...whole,
    ...sick.flatMap(({ pod, state }) => [
      fieldEvidence(pod, 'status', state),
      ...lastComplaint(snapshot, pod),
    ]),
  ];
}

const addressesOf = ({ telling }: Cut): readonly string[] => [
  ...new Set(
    telling.flatMap(({ said }) =>
      said.flatMap(({ value }) =>
        value.kind === 'dial' ? [`${value.address}:${value.port}`] : [],
      ),
    ),
  ),
];

function draftOf(snapshot: Snapshot, typha: Typha | null, cut: Cut): Draft<TyphaFacts> {
  const names = new Set([...cut.telling.map(({ view }) => view), ...cut.silent]);
  const views = nodeViews(snapshot).filter((view) => names.has(view));
  const cause = causeOf(typha, cut);
  const facts = {
    nodes: views.map(({ name }) => name),
    nodesTotal: nodeViews(snapshot).length,
    cause,
    addresses: addressesOf(cut),
    ready: typha?.ready ?? 0,
    desired: typha?.desired ?? null,
    typhaNodes: typhaNodes(snapshot, typha),
  };
  return {
    severity: 'error',
    confidence: cut.telling.length > 0 && cause !== 'unknown' ? 'confirmed' : 'likely',
    facts,
    affected: affectedBy(views),
    evidence: [
      ...cut.telling.slice(0, 4).map(({ pod, last }) => saidEvidence(pod, last)),
      ...typhaEvidence(snapshot, typha),
    ],
    explains: followsWithoutData(snapshot, views),
    remedies: reachTypha(installOf(snapshot), typha, facts),
  };
}

/** Typha stands between the API server and calico-node; it listens on TCP 5473 of the nodes it runs on. */
export const typhaUnreachable = defineCheck<TyphaFacts>({
  id: 'typha-unreachable',
  title: 'calico-node reaches a Typha from every node',
  needs: ['logs', 'deployments'],
  uses: [...installUses, 'events', 'endpoints', 'endpointSlices'],
  run: (snapshot) => {
    const typha = typhaOf(snapshot);
    if (!installOf(snapshot).typha && !typha) return { notApplicable: words.none };
    const cut = cutOff(snapshot, typha);
    return cut.telling.length + cut.silent.length > 0 ? [draftOf(snapshot, typha, cut)] : [];
  },
  words: {
    en: {
      title: ({ nodes, nodesTotal, cause, addresses }) =>
        `calico-node gets no Typha ${nodes.length === nodesTotal && nodesTotal > 1 ? 'on any node' : `on ${enumerate(nodes)}`}: ${words.causes[cause](addresses)}`,
      summary: ({ cause, ready, desired }) =>
        `${words.long[cause]} ${desired === null ? '' : `${ready} of ${counted(desired, 'Typha pod')} ${desired === 1 ? 'is' : 'are'} ready. `}Without Typha calico-node gets no data: what runs goes on, but no pod of it that was started since gets ready.`,
      ruledOut: (facts) => [
        ...(facts.cause === 'blocked' && facts.typhaNodes.length > 0
          ? [`Typha itself works: it is ready on ${enumerate(facts.typhaNodes)}`]
          : []),
        ...(facts.addresses.length > 0 ? ['not TLS: no connection came about'] : []),
      ],
    },
  },
});

const words = {
  none: 'this cluster has no Typha',
  causes: {
    'no-typha': () => 'there is none in the cluster',
    'scaled-down': () => 'it is scaled to 0',
    unscheduled: () => 'its pods cannot be scheduled',
    image: () => 'its image cannot be pulled',
    failing: () => 'its pods crash',
    'not-ready': () => 'none of its pods is ready',
    'no-endpoints': () => 'its service has no endpoint',
    blocked: (addresses) => `no way to ${enumerate(addresses, 2)}`,
    refused: (addresses) => `${enumerate(addresses, 2)} refuses connections`,
    unknown: () => 'the connection breaks',
  } satisfies Record<TyphaCause, (addresses: readonly string[]) => string>,
  long: {
    'no-typha':
      'calico-node is told to use Typha, and neither its Deployment nor a pod of it exists.',
    'scaled-down': 'The Deployment of Typha asks for 0 replicas.',
    unscheduled: 'The scheduler finds no node for the pods of Typha.',
    image: 'The pods of Typha wait for their image.',
    failing: 'The pods of Typha start and end again.',
    'not-ready': 'The pods of Typha run, but do not get ready.',
    'no-endpoints': 'Pods of Typha are ready, but the service leads to none of them.',
    blocked: 'Typha is ready on its nodes; connections from these nodes to it time out.',
    refused: 'Nothing listens at the addresses that calico-node found for Typha.',
    unknown: 'Connections to Typha break, and what was read does not say why.',
  } satisfies Record<TyphaCause, string>,
};
