import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence, logEvidence } from '../calico/evidence.ts';
import { goSeconds } from '../calico/go-duration.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import type { LogLine } from '../calico/log.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { canOverrideResources, overriddenInstallation } from '../calico/operator-fields.ts';
import { lateProbes } from '../calico/probe-timeouts.ts';
import { quantityOf } from '../calico/quantity.ts';
import { calicoContainer } from '../calico/settings.ts';
import { templateLimit } from '../calico/limits.ts';
import { runsOf } from '../calico/start-up.ts';
import type { Draft, Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { resourceLimit } from '../remediations/container-resources.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly limit: string;
  readonly cores: number | null;
  readonly allReady: boolean;
}

interface Throttled {
  readonly view: NodeView;
  readonly limit: string;
  readonly isLogged: boolean;
  readonly isProbed: boolean;
  readonly evidence: readonly Evidence[];
}

// libcalico-go/lib/health/health.go and felix/logutils/summary.go: what Felix says when it does not get on.
function isSlow({ message }: LogLine): boolean {
  const longest = /reconciliation loops over .* longest=(\S+)/.exec(message)?.[1];
  return message.startsWith('Reporter is not live') || (goSeconds(longest ?? '') ?? 0) >= 5;
}

function throttledAt(snapshot: Snapshot, view: NodeView): Throttled | null {
  const { pod, health } = view;
  const limit = calicoContainer(pod?.spec)?.resources?.limits?.['cpu'];
  if (!pod || limit === undefined || view.isLost) return null;
  const run = runsOf(snapshot, pod).present ?? runsOf(snapshot, pod).ended;
  const slow = run?.lines.findLast(isSlow);
  const late = lateProbes(snapshot, pod, health?.state === 'ready' ? 600 : 1800);
  if (!slow && !late) return null;
  return {
    view,
    limit,
    isLogged: slow !== undefined,
    isProbed: late !== null,
    evidence: [
      fieldEvidence(pod, 'spec.containers[calico-node].resources.limits.cpu', limit),
      ...(late?.evidence ?? []),
      ...(slow && run ? [logEvidence(pod, 'calico-node', slow, run.previous)] : []),
    ],
  };
}

// From two cores on a limit is rarely what holds calico-node back.
const wideLimit = 2;

function draftOf(snapshot: Snapshot, all: readonly Throttled[], first: Throttled): Draft<Facts> {
  const views = all.map(({ view }) => view);
  const isSick = views.some(({ health }) => health?.state === 'sick');
  const isSure = all.some(({ isLogged, isProbed }) => isLogged && isProbed);
  const cores = quantityOf(first.limit);
  const install = installOf(snapshot);
  return {
    severity: isSick ? 'error' : 'warning',
    confidence: (cores ?? 0) >= wideLimit ? 'possible' : isSure ? 'confirmed' : 'likely',
    facts: {
      nodes: views.map(({ name }) => name),
      limit: first.limit,
      cores,
      allReady: !isSick,
    },
    affected: affectedBy(views),
    evidence: all.slice(0, 3).flatMap(({ evidence }) => evidence),
    explains: [{ id: 'probe-timeout-too-short', affected: affectedBy(views) }],
    remedies: [
      resourceLimit({
        install,
        installation: overriddenInstallation(snapshot),
        snapshot,
        canOverride: canOverrideResources(snapshot),
        container: 'calico-node',
        resource: 'cpu',
        now: first.limit,
        wanted: null,
        isInjected: templateLimit(snapshot, first.view, 'calico-node', 'cpu') === 'none',
      }),
    ],
  };
}

// A CPU limit stops all threads of the container for the rest of each tenth of a second once its share is used up, probes among
// them: Felix misses its own deadlines on a machine that is otherwise idle.
export const cpuThrottled = defineCheck<Facts>({
  id: 'cpu-throttled',
  title: 'no CPU limit keeps calico-node from answering in time',
  needs: ['events', 'logs'],
  uses: ['customResourceDefinitions', ...installUses],
  run: (snapshot) => {
    const all = nodeViews(snapshot).flatMap((view) => throttledAt(snapshot, view) ?? []);
    const [first] = all;
    return first ? [draftOf(snapshot, all, first)] : [];
  },
  words: {
    en: {
      title: ({ nodes, limit }) =>
        `calico-node on ${enumerate(nodes)} is slowed down by its CPU limit of ${limit}`,
      summary: ({ allReady }) =>
        [
          'It does not answer in time, and a limit holds it back however idle the machine is.',
          allReady ? 'It is ready at the moment.' : 'Its probes fail for it.',
          'How often it is held back stands in the metrics of the kubelet (container_cpu_cfs_throttled_periods_total).',
        ].join(' '),
    },
  },
});
