import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { calicoEnding } from './endings.ts';
import { eventsAbout, isRecent, type SeenEvent } from './events.ts';
import { eventEvidence, fieldEvidence, logEvidence } from './evidence.ts';
import { goSeconds } from './go-duration.ts';
import type { LogLine } from './log.ts';
import { usageOf } from './metrics.ts';
import { neighbourDeaths, neighboursOf, probeTimeouts, wasProbeKilled } from './neighbours.ts';
import type { NodeView } from './nodes.ts';
import { conditionOf } from './pods.ts';
import { probeFailures } from './probes.ts';
import { timeoutOf } from './probe-timeouts.ts';
import { calicoContainer } from './settings.ts';
import { runsOf } from './start-up.ts';

/** One sign that a machine has more work than it can do. */
export interface LoadSign {
  readonly kind:
    | 'cpu'
    | 'memory'
    | 'no-metrics'
    | 'pressure'
    | 'own-time-outs'
    | 'others-time-out'
    | 'others-killed'
    | 'slow-loop'
    | 'flapping';
  /** A strong sign says it by itself; weak ones only together. */
  readonly isStrong: boolean;
  /** What the kind measures: a share of 1, a count, seconds, names. */
  readonly value: string | number;
  readonly evidence: readonly Evidence[];
}

const recent = 1800;
const full = 0.95;
const slowLoop = 5;

const sign = (
  kind: LoadSign['kind'],
  isStrong: boolean,
  value: string | number,
  evidence: readonly Evidence[],
): LoadSign => ({ kind, isStrong, value, evidence });

function metricSigns(snapshot: Snapshot, { node }: NodeView): readonly LoadSign[] {
  const usage = node && usageOf(snapshot, node);
  if (!node || !usage) return [];
  if (usage === 'missing') {
    return [
      sign('no-metrics', true, 'none', [
        fieldEvidence(node, 'metrics.k8s.io', 'no figures for this node, though others have them'),
      ]),
    ];
  }
  const { cpu, memory, text } = usage;
  return [
    ...(cpu >= full ? [sign('cpu', true, cpu, [fieldEvidence(node, 'usage.cpu', text.cpu)])] : []),
    ...(memory >= full
      ? [sign('memory', false, memory, [fieldEvidence(node, 'usage.memory', text.memory)])]
      : []),
  ];
}

function pressureSigns({ node }: NodeView): readonly LoadSign[] {
  if (!node) return [];
  return ['MemoryPressure', 'PIDPressure'].flatMap((type) => {
    const condition = conditionOf(node.status?.conditions, type);
    if (condition?.status !== 'True') return [];
    const evidence = fieldEvidence(
      node,
      `status.conditions[${type}]`,
      `${condition.status}: ${condition.message ?? condition.reason ?? ''}`,
    );
    return [sign('pressure', true, type, [evidence])];
  });
}

const countOf = (events: readonly SeenEvent[]): number =>
  events.reduce((sum, { count }) => sum + count, 0);

// Less than five seconds may simply be too short, a CPU limit starves calico-node on an idle machine too, and a container
// that ran out of memory cannot answer either: those time-outs say nothing of the machine.
function ownTimeouts(snapshot: Snapshot, { pod }: NodeView): readonly LoadSign[] {
  const container = calicoContainer(pod?.spec);
  if (!pod || container?.resources?.limits?.['cpu'] !== undefined) return [];
  if (calicoEnding(pod)?.reason === 'OOMKilled') return [];
  const events = probeFailures(snapshot, pod)
    .filter(({ cause, probe }) => cause.kind === 'timeout' && timeoutOf(container, probe) >= 5)
    .map(({ event }) => event)
    .filter((event) => isRecent(snapshot, event, recent));
  const last = events.at(-1);
  return last && countOf(events) >= 2
    ? [sign('own-time-outs', true, countOf(events), [eventEvidence(last)])]
    : [];
}

// The HTTP probe of a pod with an address of its own also runs out of time where Calico's dataplane does not work: a weak sign,
// however many there are. A command inside a container and a pod on the host's network need no dataplane.
function othersTimeOut(snapshot: Snapshot, view: NodeView): readonly LoadSign[] {
  const found = neighboursOf(snapshot, view).flatMap((pod) => {
    const event = probeTimeouts(snapshot, pod, recent).at(-1);
    return event ? [{ pod, event }] : [];
  });
  if (found.length === 0) return [];
  const isSure = found.some(
    ({ pod, event }) => pod.spec?.hostNetwork === true || /command|exec/.test(event.message),
  );
  const names = found.map(({ pod }) => pod.metadata.name);
  return [
    sign(
      'others-time-out',
      isSure,
      names.join(', '),
      found.slice(0, 2).map(({ event }) => eventEvidence(event)),
    ),
  ];
}

function othersKilled(snapshot: Snapshot, view: NodeView): readonly LoadSign[] {
  const { ended, present } = view.pod ? runsOf(snapshot, view.pod) : { ended: null, present: null };
  const wasHealthy = (ended ?? present)?.start.step === 'healthy';
  const deaths = neighbourDeaths(snapshot, view, 3600).filter(
    ({ pod }) => !wasHealthy || wasProbeKilled(snapshot, pod),
  );
  const pods = [...new Set(deaths.map(({ pod }) => pod))];
  const evidence = deaths
    .slice(0, 2)
    .map(({ pod, ending }) =>
      fieldEvidence(
        pod,
        `status.containerStatuses[${ending.container}]`,
        `${ending.restarts} restarts, last ended with ${ending.exitCode ?? 'unknown'}`,
      ),
    );
  return pods.length === 0
    ? []
    : [
        sign(
          'others-killed',
          pods.length >= 2,
          pods.map(({ metadata }) => metadata.name).join(', '),
          evidence,
        ),
      ];
}

// felix/logutils/summary.go (lib/logrusr/summarizer.go from v3.30), and BIRD's own watchdog.
function loopSeconds({ message }: LogLine): number | null {
  const felix = /dataplane reconciliation loops over .* longest=(\S+)/.exec(message)?.[1];
  if (felix) return goSeconds(felix);
  const bird = /I\/O loop cycle took (\d+) ms/.exec(message)?.[1];
  return bird ? Number(bird) / 1000 : null;
}

const isLateReport = ({ message }: LogLine): boolean =>
  message.startsWith('Reporter is not live: timed out');

function slowLoops(snapshot: Snapshot, { pod }: NodeView): readonly LoadSign[] {
  if (!pod || calicoContainer(pod.spec)?.resources?.limits?.['cpu'] !== undefined) return [];
  const { present, ended } = runsOf(snapshot, pod);
  const run = present ?? ended;
  const slow = run?.lines.findLast(
    (line) => (loopSeconds(line) ?? 0) >= slowLoop || isLateReport(line),
  );
  if (!slow || !run) return [];
  const evidence = logEvidence(pod, 'calico-node', slow, run.previous);
  return [sign('slow-loop', false, loopSeconds(slow) ?? 'timed out', [evidence])];
}

function flapping(snapshot: Snapshot, { node, isReady }: NodeView): readonly LoadSign[] {
  if (!node || !isReady) return [];
  const events = eventsAbout(snapshot, node).filter(
    (event) => event.reason === 'NodeNotReady' && isRecent(snapshot, event, recent),
  );
  const last = events.at(-1);
  return last ? [sign('flapping', false, countOf(events), [eventEvidence(last)])] : [];
}

/** What the API knows of a node's load; empty where nothing points to too much of it. */
export const loadSigns = (snapshot: Snapshot, view: NodeView): readonly LoadSign[] => [
  ...metricSigns(snapshot, view),
  ...pressureSigns(view),
  ...othersTimeOut(snapshot, view),
  ...ownTimeouts(snapshot, view),
  ...othersKilled(snapshot, view),
  ...slowLoops(snapshot, view),
  ...flapping(snapshot, view),
];

/**
 * The signs that a node is overloaded, if there are enough of them: a strong one, or two weak ones. Figures that show an idle
 * machine are answered only by two strong ones. `isSure` takes two of which one is strong.
 */
export function overloadOf(
  snapshot: Snapshot,
  view: NodeView,
): { readonly signs: readonly LoadSign[]; readonly isSure: boolean } | null {
  const signs = loadSigns(snapshot, view);
  const strong = signs.filter(({ isStrong }) => isStrong).length;
  const usage = view.node && usageOf(snapshot, view.node);
  const isIdle = usage !== null && usage !== 'missing' && usage.cpu < 0.7 && usage.memory < 0.9;
  const isEnough = isIdle ? strong >= 2 : strong >= 1 || signs.length >= 2;
  return isEnough ? { signs, isSure: strong >= 1 && signs.length >= 2 } : null;
}
