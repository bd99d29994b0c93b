import { affectedBy } from '../calico/affected.ts';
import { clockFaultOf, type ClockFault } from '../calico/clock-faults.ts';
import { enumerate } from '../calico/enumerate.ts';
import { isControlPlane } from '../calico/node-roles.ts';
import { nodeViews } from '../calico/nodes.ts';
import type { Draft } from '../model/finding.ts';
import { renewCertificates, setClock } from '../remediations/set-clock.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly kind: ClockFault['kind'];
  readonly nodes: readonly {
    readonly name: string;
    /** Seconds ahead of the others, negative if behind; null where that cannot be told. */
    readonly offset: number | null;
  }[];
  /** When the certificate ended or begins; null where no text says so. */
  readonly bound: string | null;
  readonly isFailing: boolean;
}

const order = ['confirmed', 'likely', 'possible'] as const;

// What a wrong clock brings about: tokens and certificates that are not valid yet, or no longer.
const consequences = [
  'node-lost-or-kubelet-down',
  'calico-node-unauthorized',
  'cni-token-unauthorized',
  'typha-tls-failure',
  'apiserver-service-ip-unreachable',
];

function draftOf(kind: ClockFault['kind'], faults: readonly ClockFault[]): Draft<Facts> {
  const views = faults.map(({ view }) => view);
  const weakest = faults.map(({ confidence }) => order.indexOf(confidence));
  const isFailing = faults.some((fault) => fault.isFailing);
  const bound = faults.find((fault) => fault.bound !== null)?.bound ?? null;
  return {
    severity: isFailing ? 'error' : 'warning',
    confidence: order[Math.max(...weakest)] ?? 'possible',
    facts: {
      kind,
      nodes: faults.map(({ view, offset }) => ({ name: view.name, offset })),
      bound,
      isFailing,
    },
    affected: affectedBy(views),
    evidence: faults.slice(0, 3).flatMap(({ evidence }) => evidence),
    explains: consequences.map((id) => ({ id, affected: affectedBy(views) })),
    remedies: [
      kind === 'certificate'
        ? renewCertificates(bound)
        : setClock(
            views.map(({ name, node, pod }) => ({
              name,
              isControlPlane: isControlPlane(node),
              pod: isFailing ? (pod?.metadata.name ?? null) : null,
              namespace: pod?.metadata.namespace ?? 'kube-system',
            })),
          ),
    ],
  };
}

/** Seconds in words: `37 s`, `12 minutes`, `5 hours`, `3 days`. */
function spoken(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 120) return `${Math.round(size)} s`;
  if (size < 7200) return `${Math.round(size / 60)} minutes`;
  return size < 172_800 ? `${Math.round(size / 3600)} hours` : `${Math.round(size / 86_400)} days`;
}

// A certificate and a token are valid from one time to another, by the clock of the machine that looks (crypto/x509). If that clock
// is wrong, nothing that it is shown is valid; if it is right, the certificate has run out.
export const hostClockSkew = defineCheck<Facts>({
  id: 'host-clock-skew',
  title: "every node's clock is right, and no certificate is past its time",
  needs: ['logs'],
  uses: ['leases', 'events'],
  run: (snapshot) => {
    const faults = nodeViews(snapshot).flatMap((view) => clockFaultOf(snapshot, view) ?? []);
    const groups = Map.groupBy(faults, ({ kind, isFailing }) => `${kind} ${isFailing}`);
    return [...groups.values()].flatMap((group) =>
      group[0] ? [draftOf(group[0].kind, group)] : [],
    );
  },
  words: {
    en: {
      title: ({ kind, nodes, bound }) => {
        const names = enumerate(nodes.map(({ name }) => name));
        if (kind === 'certificate')
          return `calico-node on ${names} is shown a certificate that has expired${bound === null ? '' : ` (${bound})`}`;
        const [first] = nodes;
        return nodes.length === 1 && first && first.offset !== null
          ? `${names} has a clock that is ${spoken(first.offset)} ${first.offset > 0 ? 'ahead' : 'behind'}`
          : `${names} ${nodes.length === 1 ? 'has a clock that is' : 'have clocks that are'} wrong`;
      },
      summary: ({ kind, isFailing }) =>
        kind === 'certificate'
          ? 'The clocks agree, so the certificate itself is past its time; whoever checks it refuses it.'
          : isFailing
            ? 'By that clock the certificates and tokens of the cluster are not valid, and calico-node gets no access.'
            : 'calico-node still works there; at its next start its certificates and tokens may not be valid by that clock.',
      ruledOut: ({ kind, nodes }) =>
        kind === 'certificate' && nodes.length > 0
          ? ['a wrong clock: the others go by a time past that end, too']
          : [],
    },
  },
});
