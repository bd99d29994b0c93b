import { affectedBy } from '../calico/affected.ts';
import { eventEvidence, logEvidence } from '../calico/evidence.ts';
import { installUses } from '../calico/install/install.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { probeFailures } from '../calico/probes.ts';
import { presentSign } from '../calico/signs.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { repairLocalhost } from '../remediations/repair-localhost.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  /** The name cannot be looked up, or it means an address that the host does not have. */
  readonly kind: 'no-answer' | 'foreign-address';
}

interface Case {
  readonly view: NodeView;
  readonly kind: Facts['kind'];
  readonly evidence: readonly Evidence[];
}

const lookup = /lookup localhost\b/;
// libcalico-go/lib/health binds what `localhost` means; an address that is not on the host cannot be bound.
const foreign =
  /[Hh]ealth endpoint failed.*listen tcp [^ ]+: bind: cannot assign requested address/;

function caseOf(snapshot: Snapshot, view: NodeView): Case | null {
  const { pod } = view;
  if (!pod) return null;
  const isSick = view.health?.state === 'sick';
  const probe = isSick
    ? probeFailures(snapshot, pod).findLast(({ cause }) => cause.kind === 'localhost-lookup')
    : undefined;
  const line = presentSign(snapshot, view, lookup) ?? presentSign(snapshot, view, foreign);
  if (!probe && !line) return null;
  return {
    view,
    kind: line && foreign.test(line.line.text) ? 'foreign-address' : 'no-answer',
    evidence: [
      ...(line ? [logEvidence(pod, line.container, line.line, line.previous)] : []),
      ...(probe ? [eventEvidence(probe.event)] : []),
    ],
  };
}

function draftOf(snapshot: Snapshot, cases: readonly Case[]): Draft<Facts> {
  const views = cases.map(({ view }) => view);
  const nodes = views.map(({ name }) => name);
  return {
    severity: 'error',
    confidence: cases.some(({ evidence }) => evidence.length > 1) ? 'confirmed' : 'likely',
    facts: { nodes, kind: cases[0]?.kind ?? 'no-answer' },
    affected: affectedBy(views),
    evidence: cases.slice(0, 4).flatMap(({ evidence }) => evidence),
    explains: [
      { id: 'pod-not-ready', affected: affectedBy(views) },
      { id: 'slow-startup-liveness-kill', affected: affectedBy(views) },
    ],
    remedies: repairLocalhost(snapshot, nodes),
  };
}

// Felix binds its health port on `localhost` and the probes ask there. The name is looked up in the node's /etc/hosts, which the
// kubelet copies for pods in the host network; without an entry the question goes to DNS, which may know nothing, or something else.
export const localhostUnresolvable = defineCheck<Facts>({
  id: 'localhost-unresolvable',
  title: 'the name localhost means the loopback address on every node',
  needs: ['events', 'logs'],
  uses: [...installUses],
  run: (snapshot) => {
    const cases = nodeViews(snapshot).flatMap((view) => caseOf(snapshot, view) ?? []);
    return cases.length === 0 ? [] : [draftOf(snapshot, cases)];
  },
  words: {
    en: {
      title: ({ nodes, kind }) =>
        `on ${nodes.length === 1 ? nodes[0] : `${nodes.length} nodes`} the name "localhost" ${
          kind === 'no-answer'
            ? 'cannot be looked up'
            : 'means an address that the machine does not have'
        }`,
      summary: () =>
        'Felix reports its health at localhost, and the probes look for it there. Without the name neither finds the other, and the kubelet restarts a calico-node that works.',
      ruledOut: () => ['not a broken Felix: the probes fail before they reach it'],
    },
  },
});
