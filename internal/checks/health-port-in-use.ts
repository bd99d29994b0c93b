import { affectedBy } from '../calico/affected.ts';
import { eventEvidence, fieldEvidence, logEvidence } from '../calico/evidence.ts';
import { installUses } from '../calico/install/install.ts';
import { nodeViews, sickViews, type NodeView } from '../calico/nodes.ts';
import { probeFailures, type ProbeFailure } from '../calico/probes.ts';
import { settingsOf } from '../calico/settings.ts';
import { presentSign } from '../calico/signs.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { moveHealthPort } from '../remediations/move-health-port.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly port: number;
  /** Pods in the host network that ask for the port, `namespace/name`. */
  readonly holders: readonly string[];
  /** What answers in Felix's place, if something does. */
  readonly status: number | null;
}

interface Case {
  readonly view: NodeView;
  readonly evidence: readonly Evidence[];
  readonly status: number | null;
  readonly holders: readonly Pod[];
}

// libcalico-go/lib/health: the endpoint is tried again each second for as long as the port is taken.
const bindFailure =
  /(?:Health endpoint failed|health endpoint failed).*:(\d+): bind: address already in use/;

const portOf = (snapshot: Snapshot, view: NodeView): number => {
  const configured = itemsOf(snapshot, 'felixConfigurations').find(
    ({ metadata }) => metadata.name === 'default',
  )?.spec?.['healthPort'];
  const env = settingsOf(snapshot, view.pod?.spec, view.pod).env.get('FELIX_HEALTHPORT');
  return Number(env ?? configured ?? 9099);
};

function holdersOf(snapshot: Snapshot, view: NodeView, port: number): readonly Pod[] {
  return itemsOf(snapshot, 'pods').filter(
    (pod) =>
      pod.spec?.nodeName === view.name &&
      pod.metadata.uid !== view.pod?.metadata.uid &&
      (pod.spec.containers ?? []).some((container) =>
        (container.ports ?? []).some(
          ({ hostPort, containerPort }) =>
            hostPort === port || (pod.spec?.hostNetwork === true && containerPort === port),
        ),
      ),
  );
}

// Felix answers 200, 204 or 503 (libcalico-go/lib/health); any other answer comes from another server.
function foreignAnswer(failures: readonly ProbeFailure[]): ProbeFailure | undefined {
  return failures.findLast(
    ({ cause }) => cause.kind === 'status' && ![200, 204, 503].includes(cause.status),
  );
}

function caseOf(snapshot: Snapshot, view: NodeView): Case | null {
  const { pod } = view;
  if (!pod) return null;
  const sign = presentSign(snapshot, view, bindFailure);
  const answer =
    view.health?.state === 'sick' ? foreignAnswer(probeFailures(snapshot, pod)) : undefined;
  if (!sign && !answer) return null;
  const port = Number(bindFailure.exec(sign?.line.text ?? '')?.[1] ?? portOf(snapshot, view));
  const holders = holdersOf(snapshot, view, port);
  return {
    view,
    status: answer?.cause.kind === 'status' ? answer.cause.status : null,
    holders,
    evidence: [
      ...(sign ? [logEvidence(pod, sign.container, sign.line, sign.previous)] : []),
      ...(answer ? [eventEvidence(answer.event)] : []),
      ...holders.map((holder) => fieldEvidence(holder, 'spec.containers[].ports', String(port))),
    ],
  };
}

function draftOf(snapshot: Snapshot, cases: readonly Case[]): Draft<Facts> {
  const views = cases.map(({ view }) => view);
  const holders = [...new Set(cases.flatMap((item) => item.holders))];
  const first = views[0];
  const line = cases
    .flatMap(({ evidence }) => evidence)
    .find(({ field }) => field.includes('log'))?.text;
  const logged = line ? bindFailure.exec(line)?.[1] : undefined;
  const port = Number(logged ?? (first ? portOf(snapshot, first) : 9099));
  const isSure = cases.some(
    ({ evidence }) =>
      evidence.length > 1 || new Set(evidence.map(({ from }) => from.name)).size > 1,
  );
  return {
    severity: 'error',
    confidence: isSure ? 'confirmed' : 'likely',
    facts: {
      nodes: views.map(({ name }) => name),
      port,
      holders: holders.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`),
      status: cases.find(({ status }) => status !== null)?.status ?? null,
    },
    affected: affectedBy(views),
    evidence: cases.slice(0, 4).flatMap(({ evidence }) => evidence),
    explains: [
      { id: 'pod-not-ready', affected: affectedBy(views) },
      { id: 'slow-startup-liveness-kill', affected: affectedBy(views) },
    ],
    remedies: moveHealthPort(snapshot, { port, nodes: views.map(({ name }) => name) }),
  };
}

// Felix serves its health on one port of the node. If another program has it, the probes reach that program, or nobody.
export const healthPortInUse = defineCheck<Facts>({
  id: 'health-port-in-use',
  title: 'Felix has its health port to itself on every node',
  needs: ['events', 'logs'],
  uses: ['felixConfigurations', ...installUses],
  run: (snapshot) => {
    const views = new Set([...sickViews(snapshot), ...nodeViews(snapshot)]);
    const cases = [...views].flatMap((view) => caseOf(snapshot, view) ?? []);
    return cases.length === 0 ? [] : [draftOf(snapshot, cases)];
  },
  words: {
    en: {
      title: ({ nodes, port }) =>
        `another program has port ${port} on ${nodes.length === 1 ? nodes[0] : `${nodes.length} nodes`}, where Felix reports its health`,
      summary: ({ port, holders, status }) =>
        `calico-node itself works, but its probes on port ${port} ${status ? `are answered by a stranger (HTTP ${status})` : 'do not reach it'}, so the kubelet restarts it.` +
        (holders.length > 0 ? ` The port is asked for by ${holders.join(', ')}.` : ''),
      ruledOut: ({ status }) =>
        status ? ['not a slow or broken Felix: it would answer 503, or not at all'] : [],
    },
  },
});
