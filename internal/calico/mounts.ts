import type { Evidence } from '../model/finding.ts';
import type { Pod } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { isRecent } from './events.ts';
import { eventEvidence, fieldEvidence } from './evidence.ts';
import type { NodeView } from './nodes.ts';
import { heldContainers, holdingEvents, statusField } from './waiting.ts';

/** What the kubelet or the runtime says about a mount that failed. */
export interface Mounting {
  /** The volume of the pod; null where only the path is told. */
  readonly volume: string | null;
  readonly kind:
    | 'wrong-type'
    | 'missing-object'
    | 'missing-key'
    | 'missing-path'
    | 'read-only'
    | 'other';
  /** The path on the node, or the object as `configmap/calico-config`. */
  readonly what: string | null;
  /** `file`, `directory`, `socket file`; the key that is missing; what was said, for `other`. */
  readonly wanted: string | null;
}

export interface MountFailure extends Mounting {
  readonly view: NodeView;
  readonly pod: Pod;
  readonly evidence: readonly Evidence[];
}

// The kubelet is sometimes faster than the authorizer's view of the pod, or than its own caches: these pass by themselves.
const passes =
  /no relationship found|failed to sync (?:configmap|secret) cache|object "[^"]*" ?\/? ?"?[^"]*"? not registered|failed to fetch token: (?!.*not found)/;

const readable = (text: string): string =>
  text.replace(/^.*MountVolume\.\w+ failed for volume "[^"]+" ?: ?/, '');

type Reader = (message: string) => Omit<Mounting, 'volume'> | null;

// kubelet: pkg/volume/hostpath (checkTypeInternal), pkg/volume/{configmap,secret,projected}; Docker: the daemon's mount check.
const readers: readonly Reader[] = [
  (message) => {
    const type = /hostPath type check failed: (\S+) is not (?:a|an) ([\w ]+)/.exec(message);
    return type && { kind: 'wrong-type', what: type[1] ?? null, wanted: type[2]?.trim() ?? null };
  },
  (message) => {
    const object = /(configmap|secret|serviceaccount)s? "([^"]+)" not found/i.exec(message);
    const what = `${object?.[1]?.toLowerCase() ?? ''}/${object?.[2] ?? ''}`;
    return object && { kind: 'missing-object', what, wanted: null };
  },
  (message) => {
    const key = /references non-existent (?:config|secret) key: (\S+)/.exec(message);
    return key && { kind: 'missing-key', what: null, wanted: key[1] ?? null };
  },
  (message) => {
    const path = /bind source path does not exist: (\S+)/.exec(message);
    return path && { kind: 'missing-path', what: path[1] ?? null, wanted: 'directory' };
  },
  (message) => {
    const path = /mkdir ([^\s:]+): read-only file system/.exec(message);
    return path && { kind: 'read-only', what: path[1] ?? null, wanted: null };
  },
];

/** Reads what a `FailedMount` event, or a container that was refused for a mount, says; null for anything else, and for what passes. */
export function readMount(message: string): Mounting | null {
  if (passes.test(message)) return null;
  const listed = /unmounted volumes=\[([^\]]+)\]/.exec(message)?.[1]?.split(/[ ,]+/);
  const volume =
    /for volume "([^"]+)"/.exec(message)?.[1] ??
    listed?.find((name) => !name.startsWith('kube-api-access')) ??
    null;
  for (const read of readers) {
    const found = read(message);
    if (found) return { volume, ...found };
  }
  if (volume === null || volume.startsWith('kube-api-access')) return null;
  return { volume, kind: 'other', what: null, wanted: readable(message) };
}

// The BPF file system has a check of its own.
const isOfBpf = ({ what }: Mounting): boolean => what?.startsWith('/sys/fs/bpf') === true;

/** What the pod wants to mount under that name: the hostPath and its type, or the object. */
function wish({ spec }: Pod, volume: string | null): string | null {
  const found = (spec?.volumes ?? []).find(({ name }) => name === volume);
  const { hostPath, configMap, secret } = found ?? {};
  if (hostPath) return `hostPath ${hostPath.path ?? ''}, type "${hostPath.type ?? ''}"`;
  if (configMap) return `configMap ${configMap.name ?? ''}`;
  return secret ? `secret ${secret.secretName ?? ''}` : null;
}

const wishEvidence = (pod: Pod, volume: string | null): readonly Evidence[] => {
  const text = wish(pod, volume);
  return text === null ? [] : [fieldEvidence(pod, `spec.volumes[${volume ?? ''}]`, text)];
};

const longestSeconds = 1800;

function fromEvents(snapshot: Snapshot): readonly MountFailure[] {
  const said = (text: string): Mounting | null => {
    const mounting = readMount(text);
    return mounting && !isOfBpf(mounting) ? mounting : null;
  };
  const fits = (isPlain: boolean) =>
    holdingEvents(snapshot, (event) => {
      const mounting = event.reason === 'FailedMount' ? said(event.message) : null;
      return (
        mounting !== null &&
        isPlain === (mounting.kind !== 'other') &&
        isRecent(snapshot, event, longestSeconds)
      );
    });
  const plain = fits(true);
  const known = new Set(plain.map(({ view }) => view));
  return [...plain, ...fits(false).filter(({ view }) => !known.has(view))].flatMap(
    ({ view, pod, event }) => {
      const mounting = said(event.message);
      if (!mounting) return [];
      const phase = fieldEvidence(pod, 'status.phase', pod.status?.phase ?? '');
      const evidence = [eventEvidence(event), phase, ...wishEvidence(pod, mounting.volume)];
      return [{ view, pod, ...mounting, evidence }];
    },
  );
}

const refusals = new Set([
  'CreateContainerError',
  'RunContainerError',
  'StartError',
  'ContainerCannotRun',
]);

/** True if the runtime refused a container because the path behind one of its mounts is not there or cannot be made. */
export const isPathRefusal = (message: string): boolean => {
  const kind = readMount(message)?.kind;
  return kind === 'missing-path' || (kind === 'read-only' && /mount source|bind/.test(message));
};

function fromContainers(snapshot: Snapshot): readonly MountFailure[] {
  return heldContainers(snapshot, refusals).flatMap(({ view, pod, status, reason, message }) => {
    const mounting = isPathRefusal(message) ? readMount(message) : null;
    if (!mounting) return [];
    const field = statusField(pod, status.name ?? '', 'state');
    return [
      { view, pod, ...mounting, evidence: [fieldEvidence(pod, field, `${reason}: ${message}`)] },
    ];
  });
}

/** Mounts that keep calico-node from starting: one for each sick pod. */
export function mountFailures(snapshot: Snapshot): readonly MountFailure[] {
  const events = fromEvents(snapshot);
  const known = new Set(events.map(({ view }) => view));
  return [...events, ...fromContainers(snapshot).filter(({ view }) => !known.has(view))];
}
