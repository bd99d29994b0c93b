import type { Evidence } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { eventEvidence, fieldEvidence } from './evidence.ts';
import { eventsAbout, type SeenEvent } from './events.ts';
import { nodeViews, sickViews, type NodeView } from './nodes.ts';
import { secondsBetween } from './time.ts';
import {
  allStatuses,
  hasStartedSince,
  heldContainers,
  imageOf,
  statusField,
  type Held,
} from './waiting.ts';

/** Why an image is not there, as far as the registry or the kubelet says it. */
export type PullCause =
  | 'no-such-image'
  | 'rate-limit'
  | 'denied'
  | 'certificate'
  | 'registry-error'
  | 'unreachable'
  | 'disk-full'
  | 'unpack'
  | 'invalid-name'
  | 'never-pull'
  | 'slow'
  | 'unknown';

/** An image that a node has not got, and the container that waits for it. */
export interface FailedPull {
  readonly view: NodeView;
  readonly container: string;
  readonly image: string;
  readonly cause: PullCause;
  readonly evidence: readonly Evidence[];
}

// kubelet, pkg/kubelet/images/types.go.
const reasons = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
  'ImageInspectError',
]);

/** An image of another processor cannot be pulled either, but it is not the registry's fault. */
export const otherPlatform =
  /no match for platform|no matching manifest for|does not match the (?:detected )?host platform/;

// What containerd, CRI-O and Docker hand on from the registry. The first that fits counts: a name that cannot be resolved also
// "cannot be found", and a private repository "does not exist or may require authorization".
const causes: readonly (readonly [RegExp, PullCause])[] = [
  [/couldn't parse image|invalid reference format|InvalidImageName/, 'invalid-name'],
  [/pull policy of Never|ErrImageNeverPull/, 'never-pull'],
  [/toomanyrequests|Too Many Requests|rate limit/i, 'rate-limit'],
  [/no space left on device|disk quota exceeded/, 'disk-full'],
  [/x509:|HTTP response to HTTPS client|remote error: tls/, 'certificate'],
  [
    /dial tcp|no such host|i\/o timeout|connection (?:refused|reset)|network is unreachable|no route to host|TLS handshake timeout|proxyconnect|server misbehaving|deadline exceeded|Client\.Timeout|\bEOF\b/,
    'unreachable',
  ],
  [
    /pull access denied|unauthorized|authorization failed|insufficient_scope|authentication required|no basic auth|credential (?:helper|provider)|docker-credential|40[13] (?:Unauthorized|Forbidden)|status code 40[13]|\bdenied:/i,
    'denied',
  ],
  [
    /50[0234] (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)|RegistryUnavailable/i,
    'registry-error',
  ],
  [/manifest unknown|name unknown|not found|NotFound|does not exist/i, 'no-such-image'],
  [/failed to (?:extract|register) layer|unpack/, 'unpack'],
];

/** The cause that a message names; `unknown` if it names none. */
export const pullCause = (text: string): PullCause =>
  causes.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown';

const isPullEvent = ({ reason, message }: SeenEvent, image: string): boolean =>
  (reason === 'Failed' || reason === 'InspectFailed' || reason === 'ErrImageNeverPull') &&
  message.includes(image);

// Until v1.31 the back-off state no longer says why; the event of the last attempt does.
function failedPull(snapshot: Snapshot, held: Held): FailedPull | null {
  const { view, pod, status, reason, message } = held;
  const image = imageOf(pod, status.name) ?? status.image ?? '';
  const events = eventsAbout(snapshot, pod).filter((event) => isPullEvent(event, image));
  const texts = [`${reason} ${message}`, ...events.toReversed().map((event) => event.message)];
  if (texts.some((text) => otherPlatform.test(text))) return null;
  const told = texts.map(pullCause).find((cause) => cause !== 'unknown');
  const telling = events.findLast((event) => pullCause(event.message) === told) ?? events.at(-1);
  return {
    view,
    container: status.name ?? '',
    image,
    cause: told ?? 'unknown',
    evidence: [
      fieldEvidence(
        pod,
        statusField(pod, status.name ?? '', 'state.waiting'),
        message === '' ? reason : `${reason}: ${message}`,
      ),
      ...(telling ? [eventEvidence(telling)] : []),
    ],
  };
}

// An image of Calico has a hundred megabytes or so: seconds on most lines, a minute or two on bad ones.
const longPullSeconds = 240;

function slowPull(snapshot: Snapshot, view: NodeView, pod: Pod): FailedPull | null {
  const last = eventsAbout(snapshot, pod).findLast(
    ({ reason }) => reason === 'Pulling' || reason === 'Pulled' || reason === 'Failed',
  );
  const image = /Pulling image "([^"]+)"/.exec(last?.message ?? '')?.[1];
  if (!last || image === undefined || hasStartedSince(pod, last.at)) return null;
  if ((secondsBetween(last.at, snapshot.takenAt) ?? 0) < longPullSeconds) return null;
  // Several containers of the pod may have that image; those that are through do not wait for it.
  const container = allStatuses(pod).find(
    ({ name, state }) => imageOf(pod, name) === image && state?.terminated?.exitCode !== 0,
  )?.name;
  return {
    view,
    container: container ?? '',
    image,
    cause: 'slow',
    evidence: [
      eventEvidence(last),
      fieldEvidence(pod, 'status.phase', pod.status?.phase ?? 'Pending'),
    ],
  };
}

/** Every image that a sick calico-node pod waits for. An image for another processor is left out: see image-incompatible. */
export function failedPulls(snapshot: Snapshot): readonly FailedPull[] {
  const failed = heldContainers(snapshot, reasons);
  const known = new Set(failed.map(({ view }) => view));
  return [
    ...failed.flatMap((held) => failedPull(snapshot, held) ?? []),
    ...sickViews(snapshot).flatMap((view) =>
      view.pod && !known.has(view) ? (slowPull(snapshot, view, view.pod) ?? []) : [],
    ),
  ];
}

/** The image that other calico-node pods run in that container, where it is another one; null if there is none. */
export function imageElsewhere(
  snapshot: Snapshot,
  { container, image }: FailedPull,
): string | null {
  const images = nodeViews(snapshot).flatMap(({ pod }) => {
    const state = pod && allStatuses(pod).find(({ name }) => name === container)?.state;
    const isUsed = state?.running !== undefined || state?.terminated?.exitCode === 0;
    return pod && isUsed ? (imageOf(pod, container) ?? []) : [];
  });
  return images.find((other) => other !== image) ?? null;
}
