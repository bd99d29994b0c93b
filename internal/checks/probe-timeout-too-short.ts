import { affectedBy } from '../calico/affected.ts';
import { calicoEnding, isFromOutside } from '../calico/endings.ts';
import { enumerate } from '../calico/enumerate.ts';
import { fieldEvidence } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { overloadOf } from '../calico/load.ts';
import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { canOverrideProbes, overriddenInstallation } from '../calico/operator-fields.ts';
import { lateProbes, probeOf, type LateProbes } from '../calico/probe-timeouts.ts';
import type { ProbeKind } from '../calico/probes.ts';
import { runtimeComplaint } from '../calico/runtime.ts';
import { calicoContainer } from '../calico/settings.ts';
import type { Draft } from '../model/finding.ts';
import type { Remedy } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { enoughTime, probeRemedies } from '../remediations/probe-limits.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly { readonly name: string; readonly count: number }[];
  readonly probes: readonly ProbeKind[];
  readonly timeoutSeconds: number;
  /** True where no calico-node is unready or restarting for it at the moment. */
  readonly allReady: boolean;
}

interface Late {
  readonly view: NodeView;
  readonly late: LateProbes;
}

const shortSeconds = 2;

function lateAt(snapshot: Snapshot, view: NodeView): Late | null {
  const { pod, health } = view;
  if (!pod || view.isLost || runtimeComplaint(view.node) !== null) return null;
  if (calicoContainer(pod.spec)?.resources?.limits?.['cpu'] !== undefined) return null;
  const late = lateProbes(snapshot, pod, health?.state === 'ready' ? 600 : 1800);
  if (!late || late.timeoutSeconds > shortSeconds) return null;
  // A container that ends by itself leaves an empty message behind whenever a probe was running.
  const ending = calicoEnding(pod);
  return late.isTold || !ending || isFromOutside(ending) ? { view, late } : null;
}

function remediesFor(
  snapshot: Snapshot,
  probes: readonly ProbeKind[],
  view: NodeView,
): readonly Remedy[] {
  const install = installOf(snapshot);
  const container = calicoContainer(view.pod?.spec);
  const numbers = Object.fromEntries(
    probes.map((kind) => [`${kind}Probe`, enoughTime(probeOf(container, kind) ?? {})]),
  );
  return probeRemedies({
    snapshot,
    install,
    installation: overriddenInstallation(snapshot),
    canOverride: canOverrideProbes(snapshot, probes[0] ?? 'liveness'),
    numbers,
  });
}

function draftOf(snapshot: Snapshot, all: readonly Late[], first: Late): Draft<Facts> {
  const views = all.map(({ view }) => view);
  const sick = views.filter(({ health }) => health?.state === 'sick');
  const probes = [...new Set(all.flatMap(({ late }) => late.probes))];
  const { pod } = first.view;
  const isTold = all.some(({ late }) => late.isTold);
  return {
    severity: sick.length > 0 ? 'error' : 'warning',
    confidence: isTold ? 'confirmed' : 'likely',
    facts: {
      nodes: all.map(({ view, late }) => ({ name: view.name, count: late.count })),
      probes,
      timeoutSeconds: Math.min(...all.map(({ late }) => late.timeoutSeconds)),
      allReady: sick.length === 0,
    },
    affected: affectedBy(views),
    evidence: [
      ...(pod
        ? [
            fieldEvidence(
              pod,
              `spec.containers[calico-node].${probes[0] ?? 'readiness'}Probe.timeoutSeconds`,
              String(first.late.timeoutSeconds),
            ),
          ]
        : []),
      ...all.slice(0, 3).flatMap(({ late }) => late.evidence),
    ],
    remedies: remediesFor(snapshot, probes, first.view),
  };
}

// Each exec probe starts a program that needs some tenths of a second; with the default of one second a busy moment is enough.
// Kubernetes enforces the limit for exec probes since v1.20, Calico's manifests allow 10 s since v3.20.
export const probeTimeoutTooShort = defineCheck<Facts>({
  id: 'probe-timeout-too-short',
  title: "calico-node's probes have time enough for their answer",
  needs: ['events'],
  uses: ['nodeMetrics', 'logs', 'customResourceDefinitions', ...installUses],
  run: (snapshot) => {
    const all = nodeViews(snapshot).flatMap((view) => lateAt(snapshot, view) ?? []);
    // Where the machine itself is short of time, more patience only hides it.
    const own = all.filter(({ view }) => !overloadOf(snapshot, view)?.isSure);
    const [first] = own;
    return first ? [draftOf(snapshot, own, first)] : [];
  },
  words: {
    en: {
      title: ({ nodes, timeoutSeconds }) =>
        `${timeoutSeconds} s is too short a time for calico-node's probes on ${enumerate(nodes.map(({ name }) => name))}`,
      summary: ({ nodes, probes, allReady }) =>
        [
          `Its ${enumerate(probes)} probe${probes.length === 1 ? '' : 's'} got no answer in that time, ${nodes.reduce((sum, { count }) => sum + count, 0)} times of late; calico-node itself says nothing is wrong.`,
          allReady
            ? 'It is ready at the moment.'
            : probes.includes('liveness')
              ? 'The kubelet takes that for a death and restarts it.'
              : 'The kubelet takes that for being unready.',
        ].join(' '),
    },
  },
});
