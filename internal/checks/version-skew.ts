import { affectedBy } from '../calico/affected.ts';
import { enumerate } from '../calico/enumerate.ts';
import { eventEvidence } from '../calico/evidence.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { skewUses, versionSkew as skewOf, type ComponentVersion } from '../calico/install/skew.ts';
import type { LogLine } from '../calico/log.ts';
import { sickViews, type NodeView } from '../calico/nodes.ts';
import { probeFailures, type ProbeFailure } from '../calico/probes.ts';
import { saidEvidence, sickTelling } from '../calico/speech.ts';
import { shownSymptoms } from '../calico/without-data.ts';
import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { useOneRelease } from '../remediations/upgrade-calico.ts';
import { defineCheck } from './define.ts';

type SkewFacts = {
  /** calico-node's version. */
  readonly version: string | null;
  readonly differing: readonly Pick<ComponentVersion, 'component' | 'version'>[];
  readonly nodes: readonly string[];
  /** The option or command that a program of another release was given; null where none was seen. */
  readonly unknown: string | null;
};

// Go's flag package and cobra; typha/pkg/syncclient for a Typha that is too old. A manifest of one release, an image of another.
const unknownOption =
  /flag provided but not defined: (-\S+)|unknown (?:shorthand )?flag: (\S+)|unknown command "([^"]+)"|(require SyncerType \S+) but Typha|(without support for node resource updates), disconnecting/;

function readUnknown(text: string): string | null {
  const match = unknownOption.exec(text);
  return match ? (match.slice(1).find((part) => part !== undefined) ?? null) : null;
}

interface Misfit {
  readonly view: NodeView;
  readonly unknown: string;
  readonly evidence: Evidence;
}

const inLogs = (snapshot: Snapshot): readonly Misfit[] =>
  sickTelling(snapshot, ({ text }: LogLine) => readUnknown(text)).map(({ view, pod, last }) => ({
    view,
    unknown: last.value,
    evidence: saidEvidence(pod, last),
  }));

const usageOf = ({ cause }: ProbeFailure): string | null =>
  cause.kind === 'usage' ? (readUnknown(cause.text) ?? cause.text.slice(0, 80)) : null;

const inProbes = (snapshot: Snapshot): readonly Misfit[] =>
  sickViews(snapshot).flatMap((view) => {
    const last = view.pod ? probeFailures(snapshot, view.pod).at(-1) : undefined;
    const unknown = last && usageOf(last);
    return last && unknown ? [{ view, unknown, evidence: eventEvidence(last.event) }] : [];
  });

function differingEvidence(snapshot: Snapshot): readonly Evidence[] {
  return skewOf(snapshot).differing.map(({ from: { container, ...from }, image }) => ({
    from,
    field: `spec.template containers ${container}`,
    text: image,
  }));
}

const explained = [
  'bpf-filesystem-not-mounted',
  'image-incompatible',
  'rollout-blocked',
  'typha-unreachable',
];

/** The parts of Calico are made and tested together: one release, one manifest. */
export const versionSkew = defineCheck<SkewFacts>({
  id: 'version-skew',
  title: 'all parts of Calico come from one release',
  needs: ['deployments'],
  uses: [...new Set([...installUses, ...skewUses, 'events' as const, 'logs' as const])],
  run: (snapshot) => {
    const { calico, differing } = skewOf(snapshot);
    const misfits = [...inLogs(snapshot), ...inProbes(snapshot)];
    if (misfits.length === 0 && differing.length === 0) return [];
    const views = [...new Set(misfits.map(({ view }) => view))];
    const isError = misfits.length > 0;
    const install = installOf(snapshot);
    return [
      {
        severity: isError ? 'error' : 'warning',
        confidence: isError && differing.length === 0 ? 'likely' : 'confirmed',
        facts: {
          version: calico,
          differing: differing.map(({ component, version }) => ({ component, version })),
          nodes: views.map(({ name }) => name),
          unknown: misfits[0]?.unknown ?? null,
        },
        affected: isError
          ? affectedBy(views)
          : differing.map(({ from: { container: _container, ...ref } }) => ref),
        evidence: [
          ...misfits.slice(0, 4).map(({ evidence }) => evidence),
          ...differingEvidence(snapshot),
        ],
        explains: isError
          ? [
              ...explained.map((id) => ({ id, affected: affectedBy(views) })),
              ...shownSymptoms(snapshot, views),
            ]
          : [],
        remedies: [useOneRelease(install, calico ?? install.calicoVersion ?? 'VERSION')],
      },
    ];
  },
  words: {
    en: {
      title: ({ version, differing, unknown, nodes }) =>
        unknown === null
          ? `${enumerate(differing.map(({ component, version: own }) => `${component} ${own}`))} beside calico-node ${version ?? ''}`
          : `the manifest and the image on ${enumerate(nodes)} are of different releases: "${unknown}" is not known there`,
      summary: ({ unknown }) =>
        unknown === null
          ? 'The parts of Calico are tested as one release only. Mixed ones often work, until a type, a message or an option differs.'
          : 'The pod is told something that the program in its image does not know, so the program ends at once. Image and manifest have to come from one release.',
    },
  },
});
