import { affectedBy } from '../calico/affected.ts';
import { consequencesOf } from '../calico/consequences.ts';
import { enumerate } from '../calico/enumerate.ts';
import {
  failedPulls,
  imageElsewhere,
  type FailedPull,
  type PullCause,
} from '../calico/image-pulls.ts';
import { installUses } from '../calico/install/install.ts';
import { refOf } from '../calico/evidence.ts';
import { itemsOf } from '../calico/snapshot-lists.ts';
import { runtimeOf } from '../calico/runtime.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { imageSource, type MissingImage } from '../remediations/image-source.ts';
import { defineCheck } from './define.ts';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly cause: PullCause;
  readonly images: readonly MissingImage[];
}

function missingImages(snapshot: Snapshot, pulls: readonly FailedPull[]): readonly MissingImage[] {
  const byContainer = new Map(pulls.map((pull) => [`${pull.container} ${pull.image}`, pull]));
  return [...byContainer.values()].map((pull) => ({
    container: pull.container,
    image: pull.image,
    elsewhere: imageElsewhere(snapshot, pull),
  }));
}

function draftOf(snapshot: Snapshot, cause: PullCause, pulls: readonly FailedPull[]): Draft<Facts> {
  const views = [...new Set(pulls.map(({ view }) => view))];
  const images = missingImages(snapshot, pulls);
  const evidence = pulls.map((pull) => pull.evidence);
  // A tag that only this container has is also another version than the rest of Calico.
  const isUpdate = images.some(({ elsewhere }) => elsewhere !== null);
  const workloads = [...itemsOf(snapshot, 'daemonSets'), ...itemsOf(snapshot, 'deployments')];
  const isTold = cause !== 'unknown' && cause !== 'slow';
  return {
    severity: 'error',
    // The kubelet's state, and what the registry said or an event of the attempt.
    confidence:
      isTold || (cause === 'unknown' && evidence.some((items) => items.length > 1))
        ? 'confirmed'
        : 'likely',
    facts: { nodes: views.map(({ name }) => name), cause, images },
    affected: affectedBy(views),
    evidence: evidence.slice(0, 3).flat(),
    explains: [
      ...consequencesOf(snapshot, views, [
        'pod-not-ready',
        'rollout-blocked',
        'runtime-broken-init-stuck',
        'cni-install-failed',
      ]),
      ...(isUpdate ? [{ id: 'version-skew', affected: workloads.map(refOf) }] : []),
    ],
    remedies: imageSource(snapshot, {
      images,
      cause,
      nodes: views.map(({ name, node }) => ({ name, runtime: runtimeOf(node) })),
    }),
  };
}

// Pulling needs neither Calico nor pods' network: the kubelet uses the node's own. So it is the registry, the name or the way there.
export const imagePullFailure = defineCheck<Facts>({
  id: 'image-pull-failure',
  title: "every node has pulled Calico's images",
  needs: [],
  uses: ['events', 'logs', ...installUses],
  run: (snapshot) =>
    [...Map.groupBy(failedPulls(snapshot), ({ cause }) => cause)].map(([cause, pulls]) =>
      draftOf(snapshot, cause, pulls),
    ),
  words: {
    en: {
      title: ({ nodes, images, cause }) =>
        cause === 'slow'
          ? `${enumerate(nodes)} ${nodes.length === 1 ? 'is' : 'are'} still pulling ${words.images(images)}`
          : `${enumerate(nodes)} cannot pull ${words.images(images)}: ${words.causes[cause]}`,
      summary: ({ nodes, images }) =>
        [
          `The kubelet ${nodes.length === 1 ? 'of that node' : 'of these nodes'} waits for the image and tries again, each time after a longer pause.`,
          images.some(({ elsewhere }) => elsewhere !== null)
            ? 'Pods that were not replaced yet run another image, so an update brought this one.'
            : 'Nodes that have it already are not concerned until their pod is replaced.',
        ].join(' '),
      ruledOut: () => ['not the pod network: images come over the network of the node itself'],
    },
  },
});

const words = {
  images: (images: readonly MissingImage[]): string => {
    const names = [...new Set(images.map(({ image }) => image))];
    return names.length === 1 ? (names[0] ?? '') : `${names.length} images`;
  },
  causes: {
    'no-such-image': 'the registry has no such image or tag',
    'rate-limit': 'the registry limits how often they may pull',
    denied: 'the registry refuses them, or has no such repository',
    certificate: "the registry's certificate is not trusted there",
    'registry-error': 'the registry answers with an error of its own',
    unreachable: 'the registry is not reached',
    'disk-full': 'there is no room on the disk',
    unpack: 'its layers cannot be unpacked there',
    'invalid-name': 'that is no valid image name',
    'never-pull': 'the pull policy forbids it, and it is not on the node',
    slow: 'the pull does not come to an end',
    unknown: 'the reason is in the events',
  } satisfies Record<PullCause, string>,
};
