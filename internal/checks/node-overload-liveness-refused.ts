import { affectedBy } from '../calico/affected.ts';
import { calicoEnding, isRecentEnd } from '../calico/endings.ts';
import { enumerate } from '../calico/enumerate.ts';
import { isRecent } from '../calico/events.ts';
import { eventEvidence, fieldEvidence } from '../calico/evidence.ts';
import { overloadOf, type LoadSign } from '../calico/load.ts';
import { wasProbeKilled } from '../calico/neighbours.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { isControlPlane } from '../calico/node-roles.ts';
import { probeFailures, type ProbeFailure } from '../calico/probes.ts';
import { isOnlyLate, runtimeComplaint } from '../calico/runtime.ts';
import { runsOf } from '../calico/start-up.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { drainNode } from '../remediations/drain-node.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly {
    readonly name: string;
    readonly signs: readonly Pick<LoadSign, 'kind' | 'value'>[];
    readonly restarts: number;
  }[];
  readonly wellNodes: number;
}

interface Overloaded {
  readonly view: NodeView;
  readonly signs: readonly LoadSign[];
  readonly isSure: boolean;
  readonly state: 'sick' | 'killed' | 'late';
  readonly evidence: readonly Evidence[];
}

const looping = new Set(['crash-loop', 'not-ready', 'restarting']);

// What an overloaded machine does to calico-node: no answer in time, or no Felix yet when the first question comes.
const byLoad = new Set(['felix-refused', 'timeout', 'empty', 'exec-failed']);

const total = (failures: readonly ProbeFailure[]): number =>
  failures.reduce((sum, { event }) => sum + event.count, 0);

const nowSeconds = 300;

/** How the load shows on calico-node now: it is sick for it, was killed for it a short while ago, or just answers late. */
function victimState(snapshot: Snapshot, view: NodeView): 'sick' | 'killed' | 'late' | null {
  const { pod, health } = view;
  if (!pod || health?.state === 'starting') return null;
  if (health?.state === 'sick') return looping.has(health.trouble) ? 'sick' : null;
  const ending = calicoEnding(pod);
  const isLate = probeFailures(snapshot, pod).some(
    ({ cause, event }) => cause.kind === 'timeout' && isRecent(snapshot, event, nowSeconds),
  );
  if (!isLate) return null;
  const isKilled = ending !== null && isRecentEnd(ending, snapshot.takenAt, 2 * nowSeconds);
  return isKilled && wasProbeKilled(snapshot, pod) ? 'killed' : 'late';
}

function victimEvidence(snapshot: Snapshot, view: NodeView): readonly Evidence[] | null {
  const { pod, health } = view;
  if (!pod || victimState(snapshot, view) === null) return null;
  const { ended, present } = runsOf(snapshot, pod);
  if ((ended ?? present)?.start.hasGivenUp) return null;
  const failures = probeFailures(snapshot, pod);
  const late = failures.filter(({ cause }) => byLoad.has(cause.kind));
  const last = late.at(-1);
  // A probe that says outright what is wrong is no victim of the load.
  if (total(failures) > 2 * total(late)) return null;
  const ending = calicoEnding(pod);
  if (ending?.exitCode === 1 || ending?.reason === 'OOMKilled') return null;
  const state = health?.state === 'sick' ? health.trouble : 'ready at the moment';
  return [fieldEvidence(pod, 'status', state), ...(last ? [eventEvidence(last.event)] : [])];
}

function overloadedAt(snapshot: Snapshot, view: NodeView): Overloaded | null {
  const complaint = runtimeComplaint(view.node);
  if (view.isLost || (complaint !== null && !isOnlyLate(complaint))) return null;
  const victim = victimEvidence(snapshot, view);
  const load = victim && overloadOf(snapshot, view);
  const state = victimState(snapshot, view);
  if (!victim || !load || state === null || (state !== 'sick' && !load.isSure)) return null;
  return {
    view,
    ...load,
    state,
    evidence: [...load.signs.flatMap(({ evidence }) => evidence), ...victim],
  };
}

function draftOf(snapshot: Snapshot, overloaded: readonly Overloaded[]): Draft<Facts> {
  const views = overloaded.map(({ view }) => view);
  const isWeak = overloaded.some(({ signs }) => signs.every(({ kind }) => kind === 'no-metrics'));
  const isSure = overloaded.every((one) => one.isSure);
  const all = nodeViews(snapshot);
  const wellNodes = all.filter(({ health }) => health?.state === 'ready').length;
  const takers = all.filter(
    (view) => view.isReady && view.node?.spec?.unschedulable !== true && !views.includes(view),
  );
  return {
    severity: overloaded.some(({ state }) => state !== 'late') ? 'error' : 'warning',
    confidence: isWeak || wellNodes === 0 ? 'possible' : isSure ? 'confirmed' : 'likely',
    facts: {
      nodes: overloaded.map(({ view, signs }) => ({
        name: view.name,
        signs: signs.map(({ kind, value }) => ({ kind, value })),
        restarts: (view.pod && calicoEnding(view.pod)?.restarts) ?? 0,
      })),
      wellNodes,
    },
    affected: affectedBy(views),
    evidence: overloaded.slice(0, 3).flatMap(({ evidence }) => evidence.slice(0, 6)),
    explains: [
      'runtime-broken-init-stuck',
      'probe-timeout-too-short',
      'bird-not-running',
      'bgp-peer-down',
    ].map((id) => ({
      id,
      affected: affectedBy(views),
    })),
    remedies: [
      drainNode({
        nodes: views.map(({ name, node }) => ({ name, isControlPlane: isControlPlane(node) })),
        others: takers.length,
      }),
    ],
  };
}

// A machine with far more work than it can do starts calico-node so slowly, or lets it answer so late, that the kubelet kills it;
// each new start adds to the load. Without a sign of load this is not said: a refused connection alone has other reasons.
export const nodeOverloadLivenessRefused = defineCheck<Facts>({
  id: 'node-overload-liveness-refused',
  title: 'no node has so much work that calico-node cannot answer',
  needs: ['events'],
  uses: ['nodeMetrics', 'logs'],
  run: (snapshot) => {
    const found = nodeViews(snapshot).flatMap((view) => overloadedAt(snapshot, view) ?? []);
    return found.length === 0 ? [] : [draftOf(snapshot, found)];
  },
  words: {
    en: {
      title: ({ nodes }) =>
        `${enumerate(nodes.map(({ name }) => name))} ${nodes.length === 1 ? 'has' : 'have'} more work than can be done, and calico-node does not answer in time`,
      summary: ({ nodes }) => {
        const kinds = [...new Set(nodes.flatMap(({ signs }) => signs.map(({ kind }) => kind)))];
        return [
          `What points to it: ${kinds.map((kind) => words[kind]).join('; ')}.`,
          'The kubelet kills calico-node for want of an answer, and each new start adds to the load.',
        ].join(' ');
      },
      ruledOut: ({ wellNodes }) =>
        wellNodes > 0
          ? [
              `the configuration of calico-node: it is the same on ${wellNodes} ${wellNodes === 1 ? 'node' : 'nodes'} where it works`,
            ]
          : [],
    },
  },
});

const words: Readonly<Record<LoadSign['kind'], string>> = {
  cpu: 'all of its CPU is in use',
  memory: 'nearly all of its memory is in use',
  'no-metrics': 'its kubelet gives no figures, though the others do',
  pressure: 'the kubelet reports pressure on memory or processes',
  'own-time-outs': 'probes of calico-node got no answer within seconds',
  'others-time-out': 'probes of other pods there run out of time too',
  'others-killed': 'other pods there are ended again and again',
  'slow-loop': 'a round of work that takes milliseconds took many seconds',
  flapping: 'the node was not ready at times',
};
