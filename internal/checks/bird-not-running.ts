import { affectedBy } from '../calico/affected.ts';
import { birdAbsence, type BirdAbsence } from '../calico/bird-absence.ts';
import { installUses } from '../calico/install/install.ts';
import { sickViews } from '../calico/nodes.ts';
import type { Confidence, Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { dropBirdProbes } from '../remediations/drop-bird-probes.ts';
import { defineCheck } from './define.ts';
import { someNodes } from './signature.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly backend: string | null;
  /** True where the probes ask for BIRD although this installation does not run it. */
  readonly isAskedInVain: boolean;
}

const isEvent = ({ field }: { readonly field: string }): boolean => field.startsWith('event');

function confidenceOf(isAskedInVain: boolean, absences: readonly BirdAbsence[]): Confidence {
  const isProbed = absences.some(({ evidence }) => evidence.some(isEvent));
  if (isAskedInVain) return isProbed ? 'confirmed' : 'likely';
  return isProbed && absences.some(({ evidence }) => !evidence.every(isEvent))
    ? 'likely'
    : 'possible';
}

function draftOf(snapshot: Snapshot, absences: readonly BirdAbsence[]): Draft<Facts> {
  const views = absences.map(({ view }) => view);
  const isAskedInVain = absences.every((absence) => absence.isAskedInVain);
  const affected = affectedBy(views);
  return {
    severity: 'error',
    confidence: confidenceOf(isAskedInVain, absences),
    facts: {
      nodes: views.map(({ name }) => name),
      backend: absences[0]?.backend ?? null,
      isAskedInVain,
    },
    affected,
    evidence: absences.slice(0, 4).flatMap(({ evidence }) => evidence),
    explains: [
      'pod-not-ready',
      ...(isAskedInVain ? ['slow-startup-liveness-kill', 'rollout-blocked'] : []),
    ].map((id) => ({ id, affected })),
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
  uses: ['logs', ...installUses],
  run: (snapshot) => {
    const all = sickViews(snapshot).flatMap((view) => birdAbsence(snapshot, view) ?? []);
    const vain = all.filter(({ isAskedInVain }) => isAskedInVain);
    const rest = all.filter(({ isAskedInVain }) => !isAskedInVain);
    return [vain, rest]
      .filter((absences) => absences.length > 0)
      .map((absences) => draftOf(snapshot, absences));
  },
  words: {
    en: {
      title: ({ nodes, backend, isAskedInVain }) =>
        isAskedInVain
          ? `the probes of calico-node ask for BIRD, which backend "${backend}" does not run`
          : `BIRD does not run on ${someNodes(nodes)}`,
      summary: ({ isAskedInVain }) =>
        isAskedInVain
          ? 'They can never succeed: calico-node stays unready, or is restarted by its liveness probe, although it works.'
          : 'Its control socket does not answer. What keeps it from running is not in what was read: look at the lines of confd and bird in the log.',
      ruledOut: ({ isAskedInVain }) =>
        isAskedInVain ? ['not a fault of BIRD: nothing starts it with this backend'] : [],
    },
  },
});
