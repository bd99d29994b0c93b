import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { isRecent } from './events.ts';
import { eventEvidence, fieldEvidence } from './evidence.ts';
import { isPathRefusal } from './mounts.ts';
import type { NodeView } from './nodes.ts';
import { heldContainers, holdingEvents, statusField } from './waiting.ts';

/** Why a runtime refuses a sandbox or a container, as far as it says so. */
export type CreationCause =
  | 'not-shared-mount'
  | 'kernel-feature'
  | 'mount-refused'
  | 'pause-image'
  | 'file-limits'
  | 'disk-full'
  | 'missing-config'
  | 'must-be-root'
  | 'missing-program'
  | 'runtime-handler'
  | 'security-module'
  | 'cgroup'
  | 'unknown';

export interface Creation {
  readonly view: NodeView;
  /** The container; null where the pod's sandbox could not be made. */
  readonly container: string | null;
  readonly cause: CreationCause;
  /** What the message names: a path, an image, an object; null if nothing. */
  readonly detail: string | null;
  readonly evidence: Evidence;
}

const reasons = new Set([
  'CreateContainerError',
  'CreateContainerConfigError',
  'RunContainerError',
  'StartError',
  'ContainerCannotRun',
  'PreCreateHookError',
  'PostStartHookError',
]);

// A time-out, a lost runtime, a wrong cgroup path and an image of another processor are told by their own checks; a cache that is
// not filled yet passes by itself.
const ofOthers =
  /deadline exceeded|DeadlineExceeded|code = Unavailable|(?:containerd|dockerd?|crio|cri-dockerd)\.sock|failed to reserve (?:container|sandbox) name|is reserved for|cgroupsPath|exec format error|microarchitecture|x86-64-v\d|failed to sync (?:configmap|secret) cache/;

// containerd's CRI plugin and runc; the kubelet for what an environment variable refers to. The first that fits counts: an inotify
// limit also says "no space left on device", and a mount that is refused also says "permission denied".
const causes: readonly (readonly [RegExp, CreationCause])[] = [
  [
    /path "(?<detail>[^"]+)"[^"]*(?:"[^"]+"[^"]*)?not a shared(?: or slave)? mount/,
    'not-shared-mount',
  ],
  [/not a shared(?: or slave)? mount/, 'not-shared-mount'],
  [/(?<detail>\/sys\/kernel\/security)|unknown filesystem type/, 'kernel-feature'],
  [/sandbox image "?(?<detail>[^"\s]+)"?|(?<image>\S*pause:[\w.-]+)/, 'pause-image'],
  [
    /too many open files|resource temporarily unavailable|inotify|cannot allocate memory/,
    'file-limits',
  ],
  [/no space left on device|disk quota exceeded/, 'disk-full'],
  [/couldn't find key (?<detail>\S+ in (?:ConfigMap|Secret) \S+)/, 'missing-config'],
  [/(?<detail>(?:configmap|secret) "[^"]+") not found/i, 'missing-config'],
  [/runAsNonRoot/, 'must-be-root'],
  [/exec: "?(?<detail>[^":]+)"?: .*(?:not found|no such file)/, 'missing-program'],
  [/(?:no runtime for|runtime handler) "(?<detail>[^"]+)"/, 'runtime-handler'],
  [/apparmor|seccomp|selinux/i, 'security-module'],
  [/error mounting "(?<detail>[^"]+)"/, 'mount-refused'],
  [/permission denied|operation not permitted/i, 'security-module'],
  [/cgroup/i, 'cgroup'],
];

/** Reads what the kubelet says of a container or sandbox that was refused; null where that is another check's matter. */
export function readCreation(message: string): Pick<Creation, 'cause' | 'detail'> | null {
  if (ofOthers.test(message) || isPathRefusal(message)) return null;
  for (const [pattern, cause] of causes) {
    const match = pattern.exec(message);
    if (match) {
      const { detail, image } = match.groups ?? {};
      return { cause, detail: detail ?? image ?? null };
    }
  }
  return { cause: 'unknown', detail: null };
}

// calico-node runs in the host's network: no CNI plugin takes part in making its sandbox.
function refusedSandboxes(snapshot: Snapshot): readonly Creation[] {
  const fits = holdingEvents(
    snapshot,
    (event) => event.reason === 'FailedCreatePodSandBox' && isRecent(snapshot, event, 1800),
  );
  return fits.flatMap(({ view, event }) => {
    const read = readCreation(event.message);
    return read ? [{ view, container: null, ...read, evidence: eventEvidence(event) }] : [];
  });
}

/** The sandboxes and containers of sick calico-node pods that the runtime refuses to make, now. */
export function refusedCreations(snapshot: Snapshot): readonly Creation[] {
  const containers = heldContainers(snapshot, reasons).flatMap(
    ({ view, pod, status, reason, message }): Creation[] => {
      const read = readCreation(message);
      const container = status.name ?? '';
      const evidence = fieldEvidence(
        pod,
        statusField(pod, container, 'state'),
        `${reason}: ${message}`,
      );
      return read ? [{ view, container, ...read, evidence }] : [];
    },
  );
  const known = new Set(containers.map(({ view }) => view));
  return [...containers, ...refusedSandboxes(snapshot).filter(({ view }) => !known.has(view))];
}
