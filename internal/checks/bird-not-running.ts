import { affectedBy } from '../calico/affected.ts';
import { eventEvidence, fieldEvidence } from '../calico/evidence.ts';
import { isRecent } from '../calico/events.ts';
import { installUses } from '../calico/install/install.ts';
import { sickViews, uptimeOf, type NodeView } from '../calico/nodes.ts';
import { probeFailures, type ProbeFailure } from '../calico/probes.ts';
import { calicoContainer, settingsOf } from '../calico/settings.ts';
import type { Draft } from '../model/finding.ts';
import type { Container } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { dropBirdProbes } from '../remediations/drop-bird-probes.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly backend: string | null;
  /** True where the probes ask for BIRD although this installation does not run it. */
  readonly isAskedInVain: boolean;
}

interface Case {
  readonly view: NodeView;
  readonly failure: ProbeFailure;
  readonly backend: string | null;
  readonly isAskedInVain: boolean;
}

const birdKinds = new Set(['bird-socket', 'bird-not-live']);
// BIRD and its socket are there within seconds of a start; before that these messages mean nothing.
const settleSeconds = 60;

const asksForBird = (container: Container | undefined): boolean =>
  [container?.livenessProbe, container?.readinessProbe, container?.startupProbe].some((probe) =>
    probe?.exec?.command?.some((word) => /^--?bird6?-(?:live|ready)$/.test(word)),
  );

function caseOf(snapshot: Snapshot, view: NodeView): Case | null {
  if (!view.pod) return null;
  const failure = probeFailures(snapshot, view.pod).at(-1);
  if (!failure || !birdKinds.has(failure.cause.kind) || !isRecent(snapshot, failure.event, 300))
    return null;
  if ((uptimeOf(view, snapshot.takenAt) ?? settleSeconds) < settleSeconds) return null;
  const container = calicoContainer(view.pod.spec);
  const variable = settingsOf(snapshot, view.pod.spec, view.pod).env.get(
    'CALICO_NETWORKING_BACKEND',
  );
  const isOther = variable === 'vxlan' || variable === 'none';
  return {
    view,
    failure,
    backend: variable ?? null,
    isAskedInVain: isOther && asksForBird(container),
  };
}

function draftOf(snapshot: Snapshot, cases: readonly Case[]): Draft<Facts> {
  const views = cases.map(({ view }) => view);
  const isAskedInVain = cases.every((item) => item.isAskedInVain);
  return {
    severity: 'error',
    confidence: isAskedInVain ? 'confirmed' : 'possible',
    facts: {
      nodes: views.map(({ name }) => name),
      backend: cases[0]?.backend ?? null,
      isAskedInVain,
    },
    affected: affectedBy(views),
    evidence: cases
      .slice(0, 4)
      .flatMap(({ view, failure, backend }) => [
        eventEvidence(failure.event),
        ...(view.pod && backend
          ? [fieldEvidence(view.pod, 'CALICO_NETWORKING_BACKEND', backend)]
          : []),
      ]),
    explains: [{ id: 'pod-not-ready', affected: affectedBy(views) }],
    isSymptom: !isAskedInVain,
    remedies: dropBirdProbes(snapshot, isAskedInVain),
  };
}

// Two causes of one message: BIRD is not part of this installation and the probes ask for it all the same, or it should run and
// does not, which as a rule follows from something else (confd has no datastore, the configuration is refused).
export const birdNotRunning = defineCheck<Facts>({
  id: 'bird-not-running',
  title: 'BIRD runs where the probes ask for it',
  needs: ['events'],
  uses: [...installUses, 'configMaps'],
  run: (snapshot) => {
    const all = sickViews(snapshot).flatMap((view) => caseOf(snapshot, view) ?? []);
    const vain = all.filter(({ isAskedInVain }) => isAskedInVain);
    const rest = all.filter(({ isAskedInVain }) => !isAskedInVain);
    return [vain, rest]
      .filter((cases) => cases.length > 0)
      .map((cases) => draftOf(snapshot, cases));
  },
  words: {
    en: {
      title: ({ nodes, backend, isAskedInVain }) =>
        isAskedInVain
          ? `the probes of calico-node ask for BIRD, which backend "${backend}" does not run`
          : `BIRD does not run on ${nodes.length > 2 ? `${nodes.length} nodes` : nodes.join(' and ')}`,
      summary: ({ isAskedInVain }) =>
        isAskedInVain
          ? 'They can never succeed: calico-node stays unready, or is restarted by its liveness probe, although it works.'
          : 'Its control socket does not answer. What keeps it from running is not in what was read: look at the lines of confd and bird in the log.',
    },
  },
});
