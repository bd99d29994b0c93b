import { affectedBy } from '../calico/affected.ts';
import { consequencesOf } from '../calico/consequences.ts';
import { enumerate } from '../calico/enumerate.ts';
import { installOf, installUses } from '../calico/install/install.ts';
import { unfitImages, type UnfitCause, type UnfitImage } from '../calico/unfit-images.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { fittingImage } from '../remediations/fitting-image.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly cause: UnfitCause;
  readonly images: readonly string[];
  readonly architectures: readonly string[];
  /** True if nodes of other kinds run calico-node well. */
  readonly isOdd: boolean;
}

function draftOf(
  snapshot: Snapshot,
  cause: UnfitCause,
  unfit: readonly UnfitImage[],
): Draft<Facts> {
  const views = unfit.map(({ view }) => view);
  const nodes = views.map(({ name }) => name);
  const images = [...new Set(unfit.flatMap(({ image }) => image ?? []))];
  const architectures = views.flatMap(({ node }) => node?.status?.nodeInfo?.architecture ?? []);
  // A crash without a word may have other reasons than the processor.
  const isSure = cause !== 'crash' && unfit.some(({ evidence }) => evidence.length > 1);
  return {
    severity: 'error',
    confidence: isSure ? 'confirmed' : 'likely',
    facts: {
      nodes,
      cause,
      images,
      architectures: [...new Set(architectures)],
      isOdd: unfit.every(({ isOdd }) => isOdd),
    },
    affected: affectedBy(views),
    evidence: unfit.slice(0, 3).flatMap(({ evidence }) => evidence),
    explains: consequencesOf(snapshot, views, [
      'pod-not-ready',
      'crash-loop',
      'rollout-blocked',
      'image-pull-failure',
      'container-create-failure',
      'bpf-filesystem-not-mounted',
      'cni-install-failed',
    ]),
    remedies: [fittingImage({ cause, nodes, images, install: installOf(snapshot) })],
  };
}

// The program of the image cannot run on this processor: another architecture, an older level of it, or a fault of that build.
export const imageIncompatible = defineCheck<Facts>({
  id: 'image-incompatible',
  title: "Calico's images run on the processor of every node",
  needs: [],
  uses: ['events', 'logs', ...installUses],
  run: (snapshot) =>
    [...Map.groupBy(unfitImages(snapshot), ({ cause }) => cause)].map(([cause, group]) =>
      draftOf(snapshot, cause, group),
    ),
  words: {
    en: {
      title: ({ nodes, cause }) =>
        `calico-node cannot run on ${enumerate(nodes)}: ${words.causes[cause]}`,
      summary: ({ architectures, images, isOdd }) =>
        [
          `${images[0] ?? 'The image'} ends as soon as its program is started, each time.`,
          architectures.length === 0
            ? 'The API does not tell the architecture of the machines.'
            : `The machines are ${architectures.join(' and ')}.`,
          ...(isOdd ? ['Nodes of another architecture run it well.'] : []),
        ].join(' '),
      ruledOut: ({ cause }) =>
        cause === 'crash' ? [] : ['not the configuration: the program ends before it reads any'],
    },
  },
});

const words = {
  causes: {
    architecture: 'the image is for another processor architecture',
    'cpu-level': 'the processor lacks instructions that the image needs',
    library: 'a library is missing in the image',
    crash: 'its program crashes at once (SIGSEGV)',
  } satisfies Record<UnfitCause, string>,
};
