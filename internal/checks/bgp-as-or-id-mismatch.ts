import { affectedBy } from '../calico/affected.ts';
import {
  meetingPoint,
  refusalsIn,
  type Disagreement,
  type Refusal,
} from '../calico/bgp-refusals.ts';
import { fieldEvidence, logEvidence } from '../calico/evidence.ts';
import { installUses } from '../calico/install/install.ts';
import { settingsOf } from '../calico/settings.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { agreeOnBgp } from '../remediations/agree-on-bgp.ts';
import { defineCheck } from './define.ts';
import { someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly kind: Disagreement;
  /** BIRD's names of the sessions that are refused. */
  readonly sessions: readonly string[];
  /** Addresses of the peers. */
  readonly peers: readonly string[];
  /** AS numbers that a side got and does not want. */
  readonly numbers: readonly string[];
}

const refusedNumber = /Bad peer AS: (\d+)|\(AS=([^)]*)\)/;

function evidenceOf(snapshot: Snapshot, { kind, view, found }: Refusal): readonly Evidence[] {
  const { pod, health } = view;
  if (!pod) return [];
  const variable = settingsOf(snapshot, pod.spec, pod).env.get('AS');
  return [
    logEvidence(pod, found.container, found.line, found.previous),
    ...(health?.state === 'sick' ? [fieldEvidence(pod, 'status', health.trouble)] : []),
    ...(kind === 'environment' && variable ? [fieldEvidence(pod, 'AS', variable)] : []),
  ];
}

const texts = (values: readonly (string | null | undefined)[]): readonly string[] => [
  ...new Set(values.flatMap((value) => value ?? [])),
];

function draftOf(
  snapshot: Snapshot,
  kind: Disagreement,
  refusals: readonly Refusal[],
): Draft<Facts> {
  const views = meetingPoint(refusals);
  const involved = [
    ...new Set(refusals.flatMap(({ view, peerView }) => [view, ...(peerView ? [peerView] : [])])),
  ];
  const evidence = refusals.map((refusal) => evidenceOf(snapshot, refusal));
  const speakers = new Set(refusals.map(({ view }) => view));
  const facts: Facts = {
    nodes: views.map(({ name }) => name),
    kind,
    sessions: texts(refusals.map(({ session }) => session)),
    peers: texts(refusals.map(({ peer }) => peer)),
    numbers: texts(
      refusals.map(({ found }) => {
        const match = refusedNumber.exec(found.line.message);
        return match?.[1] ?? match?.[2];
      }),
    ),
  };
  const all = affectedBy(involved);
  return {
    severity: 'error',
    confidence:
      speakers.size > 1 || evidence.some((items) => items.length > 1) ? 'confirmed' : 'likely',
    facts,
    affected: affectedBy(views),
    evidence: evidence.slice(0, 4).flat(),
    explains: [
      'bgp-not-established',
      'bgp-port-179-blocked',
      'bgp-peer-down',
      'network-unavailable-stale',
    ].map((id) => ({ id, affected: all })),
    remedies: [agreeOnBgp(snapshot, facts)],
  };
}

const kinds: readonly Disagreement[] = ['as-number', 'router-id', 'password', 'environment'];

// The connection is made, and then one side refuses the other: unlike a blocked port, both ends talk.
export const bgpAsOrIdMismatch = defineCheck<Facts>({
  id: 'bgp-as-or-id-mismatch',
  title: 'BGP peers agree about AS numbers, identifiers and passwords',
  needs: ['logs'],
  uses: ['events', ...installUses],
  run: (snapshot) => {
    const refusals = refusalsIn(snapshot);
    return kinds.flatMap((kind) => {
      const same = refusals.filter((refusal) => refusal.kind === kind);
      return same.length === 0 ? [] : [draftOf(snapshot, kind, same)];
    });
  },
  words: {
    en: {
      title: ({ nodes, kind, sessions }) =>
        sessions.length > 0
          ? `BGP sessions of ${someNodes(nodes)} are refused: ${reasons[kind]}`
          : `BGP of ${someNodes(nodes)} cannot start as it should: ${reasons[kind]}`,
      summary: ({ sessions, numbers }) =>
        sessions.length > 0
          ? `The connection is made and then closed (${sessions.slice(0, 4).join(', ')}): what the two sides are told does not fit.${numbers.length > 0 ? ` The AS number that is not wanted: ${numbers.join(', ')}.` : ''}`
          : 'What this side is told cannot be used, so its sessions do not come up.',
      ruledOut: ({ sessions }) =>
        sessions.length > 0 ? ['not a blocked port: the peer answers, and refuses'] : [],
    },
  },
});

const reasons: Readonly<Record<Disagreement, string>> = {
  'as-number': 'AS numbers do not fit',
  'router-id': 'two of them have the same router ID',
  password: 'passwords do not fit, or cannot be read',
  environment: 'the AS number in the environment is none',
};
