import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { overloadOf } from '../calico/load.ts';
import { nodeViews } from '../calico/nodes.ts';
import { canOverrideProbes, overriddenInstallation } from '../calico/operator-fields.ts';
import { killBudget } from '../calico/probes.ts';
import { progressOf, slowStartOf, type SlowStart } from '../calico/slow-start.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import type { Draft } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { enoughForStart, probeRemedies } from '../remediations/probe-limits.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly {
    readonly name: string;
    /** Seconds that its last run had. */
    readonly lived: number | null;
    readonly restarts: number;
    readonly step: SlowStart['step'];
    readonly datastoreSeconds: number | null;
  }[];
  readonly probe: SlowStart['probe']['kind'];
  /** Seconds after which the probe kills a container that never answers. */
  readonly budget: { readonly from: number; readonly to: number };
  readonly clusterNodes: number;
}

const order = ['confirmed', 'likely', 'possible'] as const;

function remediesFor(
  snapshot: Snapshot,
  starts: readonly SlowStart[],
  first: SlowStart,
): readonly Remedy[] {
  const install = installOf(snapshot);
  const lived = Math.max(...starts.map((start) => start.lived ?? killBudget(first.probe.spec).to));
  const progress = Math.min(...starts.map(({ step }) => progressOf(step)));
  const enough = enoughForStart(first.probe.spec, {
    lived,
    progress,
    nodes: itemsOf(snapshot, 'nodes').length,
  });
  const { failureThreshold } = first.probe.spec;
  return probeRemedies({
    snapshot,
    install,
    installation: overriddenInstallation(snapshot),
    canOverride: canOverrideProbes(snapshot, first.probe.kind),
    numbers:
      first.probe.kind === 'startup'
        ? { startupProbe: { failureThreshold: 2 * (failureThreshold ?? 3) } }
        : { livenessProbe: enough },
  });
}

function draftOf(snapshot: Snapshot, starts: readonly SlowStart[], first: SlowStart): Draft<Facts> {
  const weakest = starts.map(({ confidence }) => order.indexOf(confidence));
  const views = starts.map(({ view }) => view);
  return {
    severity: 'error',
    confidence: order[Math.max(...weakest)] ?? 'possible',
    facts: {
      nodes: starts.map(({ view, lived, restarts, step, datastoreSeconds }) => ({
        name: view.name,
        lived,
        restarts,
        step,
        datastoreSeconds,
      })),
      probe: first.probe.kind,
      budget: killBudget(first.probe.spec),
      clusterNodes: itemsOf(snapshot, 'nodes').length,
    },
    affected: affectedBy(views),
    evidence: starts.slice(0, 3).flatMap(({ evidence }) => evidence),
    explains: ['bgp-peer-down', 'bird-not-running', 'network-unavailable-stale'].map((id) => ({
      id,
      affected: affectedBy(views),
    })),
    remedies: remediesFor(snapshot, starts, first),
  };
}

// Felix answers on its health port only after the start is through: until then each liveness probe fails, and a start that
// takes longer than the probe allows is cut off each time at the same point (node/filesystem/sbin/start_runit).
export const slowStartupLivenessKill = defineCheck<Facts>({
  id: 'slow-startup-liveness-kill',
  title: 'calico-node is through its start before the liveness probe gives it up',
  needs: ['events', 'logs'],
  uses: ['nodeMetrics', 'customResourceDefinitions', ...installUses],
  run: (snapshot) => {
    const starts = nodeViews(snapshot).flatMap((view) => {
      const start = slowStartOf(snapshot, view);
      return start && !overloadOf(snapshot, view) ? [start] : [];
    });
    const [first] = starts;
    return first ? [draftOf(snapshot, starts, first)] : [];
  },
  words: {
    en: {
      title: ({ nodes, budget }) =>
        `calico-node on ${enumerate(nodes.map(({ name }) => name))} is killed before its start is through, after ${Math.round(nodes[0]?.lived ?? budget.to)} s`,
      summary: ({ nodes, probe, budget, clusterNodes }) => {
        const slow = nodes.filter(({ datastoreSeconds }) => (datastoreSeconds ?? 0) >= 1);
        const seconds = Math.max(...slow.map(({ datastoreSeconds }) => datastoreSeconds ?? 0), 0);
        return [
          `The ${probe} probe ends it after ${budget.from} to ${budget.to} s without an answer, and until the start is through there is nothing that could answer.`,
          ...(slow.length > 0
            ? [
                `The datastore is slow there: its first answer took ${seconds.toFixed(1)} s, where some hundredths of a second are usual.`,
              ]
            : nodes.every(({ step }) => step === 'connected' || step === 'address')
              ? [
                  `At that point it reads all ${clusterNodes} nodes of the cluster from the datastore, one answer after the other.`,
                ]
              : ['A far or slow datastore and a busy machine make a start that long.']),
        ].join(' ');
      },
      ruledOut: ({ nodes }) =>
        nodes.every(({ step }) => step !== null)
          ? [
              'an error of the start itself: its log ends in an ordinary line, without "Terminating"',
              'a datastore that cannot be reached: it was, before the kill',
            ]
          : [],
    },
  },
});
