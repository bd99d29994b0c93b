import { affectedBy } from '../calico/affected.ts';
import { takenSocket } from '../calico/bird-socket.ts';
import { consequencesOf, viewsMissing } from '../calico/consequences.ts';
import { fieldEvidence, logEvidence } from '../calico/evidence.ts';
import { installUses } from '../calico/install/install.ts';
import type { LogLine } from '../calico/log.ts';
import { logLines } from '../calico/logs.ts';
import { podsOn } from '../calico/neighbours.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { findObject } from '../calico/snapshot-lists.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { freeBgpPort } from '../remediations/free-bgp-port.ts';
import { defineCheck } from './define.ts';
import { someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly port: number;
  /** Pods in the host network that speak BGP there, `namespace/name`. */
  readonly holders: readonly string[];
}

interface Case {
  readonly view: NodeView;
  readonly pod: Pod;
  readonly line: LogLine;
  readonly previous: boolean;
  readonly holders: readonly Pod[];
}

// Programs that speak BGP from the host network, by what their images are called.
const speaksBgp = /metallb|speaker|frr|kube-router|kube-vip|gobgp|bgpd|exabgp|cilium/;

function holdersOn(snapshot: Snapshot, view: NodeView): readonly Pod[] {
  return podsOn(snapshot, view.name).filter(
    (pod) =>
      pod.spec?.hostNetwork === true &&
      pod.metadata.uid !== view.pod?.metadata.uid &&
      (pod.spec.containers ?? []).some(
        ({ image, name, ports }) =>
          speaksBgp.test(image ?? '') ||
          name === 'calico-node' ||
          (ports ?? []).some(({ containerPort }) => containerPort === 179),
      ),
  );
}

function caseOf(snapshot: Snapshot, view: NodeView): Case | null {
  const { pod } = view;
  if (!pod) return null;
  const now = logLines(snapshot, pod, 'calico-node');
  const line = takenSocket(now);
  const holders = holdersOn(snapshot, view);
  if (line) return { view, pod, line, previous: false, holders };
  const hasBird = now.some(({ message }) => message.startsWith('bird: '));
  if (hasBird || view.health?.state !== 'sick') return null;
  const before = takenSocket(logLines(snapshot, pod, 'calico-node', true));
  return before ? { view, pod, line: before, previous: true, holders } : null;
}

const nameOf = ({ metadata }: Pod): string => `${metadata.namespace ?? ''}/${metadata.name}`;

const evidenceOf = ({ view, pod, line, previous, holders }: Case): readonly Evidence[] => [
  logEvidence(pod, 'calico-node', line, previous),
  ...(view.health?.state === 'sick' ? [fieldEvidence(pod, 'status', view.health.trouble)] : []),
  ...holders.map((holder) => fieldEvidence(holder, 'spec.hostNetwork', nameOf(holder))),
];

function draftOf(snapshot: Snapshot, cases: readonly Case[]): Draft<Facts> {
  const views = cases.map(({ view }) => view);
  const evidence = cases.map(evidenceOf);
  const missing = viewsMissing(snapshot, views);
  const facts: Facts = {
    nodes: views.map(({ name }) => name),
    port: findObject(snapshot, 'bgpConfigurations', 'default')?.spec?.listenPort ?? 179,
    holders: [...new Set(cases.flatMap(({ holders }) => holders.map(nameOf)))],
  };
  return {
    severity: 'error',
    confidence:
      missing.length > 0 || evidence.some((items) => items.length > 1) ? 'confirmed' : 'likely',
    facts,
    affected: affectedBy(views),
    evidence: evidence.slice(0, 4).flat(),
    explains: [
      ...consequencesOf(snapshot, views, ['pod-not-ready', 'rollout-blocked']),
      // The other program may answer the peers, and refuse them.
      ...['bgp-as-or-id-mismatch', 'network-unavailable-stale'].map((id) => ({
        id,
        affected: [...affectedBy(views), ...affectedBy(missing)],
      })),
    ],
    remedies: freeBgpPort(snapshot, { ...facts, pods: cases.map(({ pod }) => pod) }),
  };
}

// BIRD says so once, when it opens its port at its start; from then on its sessions stay down. Readiness asks for sessions, so the
// pod is 0/1 - unless the node has no other peer, or a session was up when the rule was relaxed.
export const bgpPort179InUse = defineCheck<Facts>({
  id: 'bgp-port-179-in-use',
  title: 'BIRD has the BGP port to itself on every node',
  needs: ['logs'],
  uses: ['events', 'bgpConfigurations', ...installUses],
  run: (snapshot) => {
    const cases = nodeViews(snapshot).flatMap((view) => caseOf(snapshot, view) ?? []);
    return cases.length === 0 ? [] : [draftOf(snapshot, cases)];
  },
  words: {
    en: {
      title: ({ nodes, port }) => `another program has the BGP port ${port} on ${someNodes(nodes)}`,
      summary: ({ holders }) =>
        `BIRD could not open its port when it started, so it has no session with any peer.${
          holders.length > 0
            ? ` From the host network of these nodes ${holders.slice(0, 4).join(', ')} may speak BGP, too.`
            : ''
        }`,
      ruledOut: () => ['not a firewall: BIRD says itself that it has no socket'],
    },
  },
});
