import { affectedBy } from '../calico/affected.ts';
import { eventEvidence, fieldEvidence } from '../calico/evidence.ts';
import { eventsAbout } from '../calico/events.ts';
import { installUses } from '../calico/install/install.ts';
import { heldContainers, type Held } from '../calico/waiting.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { imageSource } from '../remediations/image-source.ts';
import { defineCheck } from './define.ts';

export type PullCause =
  | 'no-such-image'
  | 'rate-limit'
  | 'denied'
  | 'certificate'
  | 'unreachable'
  | 'disk-full'
  | 'invalid-name'
  | 'unknown';

interface Facts {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
  readonly images: readonly string[];
  readonly cause: PullCause;
}

const reasons = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
  'ImageInspectError',
]);

const causes: readonly (readonly [RegExp, PullCause])[] = [
  [/toomanyrequests|429 Too Many Requests|rate limit/i, 'rate-limit'],
  [/manifest unknown|not found|does not exist|no match for platform/i, 'no-such-image'],
  [/x509:|certificate signed by unknown authority/i, 'certificate'],
  [/unauthorized|denied|forbidden|authentication required|401|403/i, 'denied'],
  [/no space left on device|failed to extract layer/i, 'disk-full'],
  [
    /no such host|i\/o timeout|connection refused|network is unreachable|no route to host|TLS handshake timeout|EOF|deadline exceeded/i,
    'unreachable',
  ],
  [/couldn't parse image|invalid reference format|InvalidImageName/i, 'invalid-name'],
];

const causeOf = (text: string): PullCause =>
  causes.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown';

const pullEvents = (snapshot: Snapshot, { pod }: Held) =>
  eventsAbout(snapshot, pod).filter(
    ({ reason, message }) => /^Failed$|InspectFailed/.test(reason) && /image/i.test(message),
  );

function draftOf(snapshot: Snapshot, held: readonly Held[]): Draft<Facts> {
  const views = [...new Set(held.map(({ view }) => view))];
  const events = held.flatMap((item) => pullEvents(snapshot, item).slice(-1));
  const text = [
    ...events.map(({ message }) => message),
    ...held.map(({ reason, message }) => `${reason} ${message}`),
  ].join('\n');
  const images = [
    ...new Set(held.map(({ status, pod }) => imageOf(pod, status.name) ?? status.image ?? '?')),
  ];
  const cause = causeOf(text);
  const affected = affectedBy(views);
  return {
    severity: 'error',
    // The kubelet's state and what the registry said; without the latter the reason is open.
    confidence: cause === 'unknown' ? 'likely' : 'confirmed',
    facts: { nodes: views.map(({ name }) => name), images, cause },
    affected,
    evidence: [
      ...held
        .slice(0, 3)
        .map(({ pod, status, reason, message }) =>
          fieldEvidence(
            pod,
            `status ${status.name ?? ''}`,
            `${reason}${message ? `: ${message}` : ''}`,
          ),
        ),
      ...events.slice(0, 2).map(eventEvidence),
    ],
    explains: [
      'pod-not-ready',
      'rollout-blocked',
      'bgp-peer-down',
      'runtime-broken-init-stuck',
    ].map((id) => ({ id, affected })),
    remedies: imageSource(snapshot, { images, cause, nodes: views.map(({ name }) => name) }),
  };
}

const imageOf = (pod: Held['pod'], name: string | undefined): string | undefined =>
  [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].find(
    (container) => container.name === name,
  )?.image;

// Pulling needs neither Calico nor pods' network: the kubelet uses the node's own. So it is the registry, the name or the way there.
export const imagePullFailure = defineCheck<Facts>({
  id: 'image-pull-failure',
  title: "every node has pulled Calico's images",
  needs: [],
  uses: ['events', ...installUses],
  run: (snapshot) => {
    const held = heldContainers(snapshot, reasons).filter(({ status }) => !status.state?.running);
    return held.length === 0 ? [] : [draftOf(snapshot, held)];
  },
  words: {
    en: {
      title: ({ nodes, images, cause }) =>
        `${nodes.length > 2 ? `${nodes.length} nodes` : nodes.join(' and ')} cannot pull ${images.length === 1 ? images[0] : `${images.length} images`}: ${reasonWords[cause]}`,
      summary: ({ nodes }) =>
        `The kubelet ${nodes.length === 1 ? 'of that node' : 'of these nodes'} waits for the image and tries again, each time after a longer pause. Nodes that have it already are not concerned until their pod is replaced.`,
      ruledOut: () => ['not the pod network: images come over the network of the node itself'],
    },
  },
});

const reasonWords: Readonly<Record<PullCause, string>> = {
  'no-such-image': 'the registry has no such image or tag',
  'rate-limit': 'the registry limits how often they may pull',
  denied: 'the registry refuses them',
  certificate: "the registry's certificate is not trusted there",
  unreachable: 'the registry is not reached',
  'disk-full': 'there is no room on the disk',
  'invalid-name': 'that is no valid image name',
  unknown: 'the reason is in the events',
};
