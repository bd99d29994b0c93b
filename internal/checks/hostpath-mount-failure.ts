import { affectedBy } from '../calico/affected.ts';
import { eventEvidence, fieldEvidence } from '../calico/evidence.ts';
import { sickEvents } from '../calico/waiting.ts';
import { isRecent, type SeenEvent } from '../calico/events.ts';
import type { NodeView } from '../calico/nodes.ts';
import type { Draft } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { mountSource } from '../remediations/mount-source.ts';
import { defineCheck } from './define.ts';

/** What an event says about the mount that failed. */
interface Mounting {
  readonly volume: string;
  readonly kind: 'wrong-type' | 'missing-object' | 'read-only' | 'other';
  /** The path on the node, or the ConfigMap or Secret. */
  readonly what: string | null;
  readonly wanted: string | null;
}

interface Facts extends Mounting {
  readonly [field: string]: unknown;
  readonly nodes: readonly string[];
}

interface Case {
  readonly view: NodeView;
  readonly event: SeenEvent;
  readonly facts: Mounting;
}

// A pod that has come further than its mounts has had them: only then does an older event mean nothing.
const beforeMounts = new Set(['no-containers', 'create-error', 'init-running', 'init-failing']);

// The kubelet is sometimes faster than the authorizer's view of the pod: these pass by themselves.
const passes =
  /kube-api-access|no relationship found|failed to (?:fetch token|sync configmap cache|sync secret cache)|object ".*" not registered/;

function read(message: string): Mounting | null {
  if (passes.test(message)) return null;
  const volume =
    /volume "([^"]+)"/.exec(message)?.[1] ?? /unmounted volumes=\[([^\]]+)\]/.exec(message)?.[1];
  if (volume === undefined) return null;
  const type = /hostPath type check failed: (\S+) is not (?:a|an) ([\w ]+)/.exec(message);
  if (type) return { volume, kind: 'wrong-type', what: type[1] ?? null, wanted: type[2] ?? null };
  const object = /(configmap|secret) "([^"]+)" not found/i.exec(message);
  if (object)
    return {
      volume,
      kind: 'missing-object',
      what: `${object[1]?.toLowerCase()}/${object[2]}`,
      wanted: null,
    };
  const path = /mkdir (\S+): read-only file system/.exec(message)?.[1];
  if (path) return { volume, kind: 'read-only', what: path, wanted: null };
  return /non-existent config key/.test(message) || /MountVolume\.SetUp failed/.test(message)
    ? { volume, kind: 'other', what: null, wanted: null }
    : null;
}

function casesOf(snapshot: Snapshot): readonly Case[] {
  const fits = (event: SeenEvent): boolean =>
    event.reason === 'FailedMount' &&
    isRecent(snapshot, event, 600) &&
    read(event.message) !== null;
  return sickEvents(snapshot, fits).flatMap(({ view, event }) => {
    const facts = read(event.message);
    const isHeld = view.health?.state === 'sick' && beforeMounts.has(view.health.trouble);
    return facts && isHeld ? [{ view, event, facts }] : [];
  });
}

function draftOf(cases: readonly Case[]): readonly Draft<Facts>[] {
  const [first] = cases;
  if (!first) return [];
  const views = cases.map(({ view }) => view);
  const affected = affectedBy(views);
  const nodes = views.map(({ name }) => name);
  return [
    {
      severity: 'error',
      confidence: 'confirmed',
      facts: { ...first.facts, nodes },
      affected,
      evidence: cases
        .slice(0, 3)
        .flatMap(({ view, event }) => [
          eventEvidence(event),
          ...(view.pod
            ? [fieldEvidence(view.pod, 'status.phase', view.pod.status?.phase ?? '')]
            : []),
        ]),
      explains: [
        'pod-not-ready',
        'rollout-blocked',
        'runtime-broken-init-stuck',
        'bgp-peer-down',
        'bpf-filesystem-not-mounted',
      ].map((id) => ({ id, affected })),
      remedies: [
        mountSource({
          ...first.facts,
          nodes,
          namespace: first.view.pod?.metadata.namespace ?? 'kube-system',
        }),
      ],
    },
  ];
}

// The kubelet checks each hostPath before it makes the pod's sandbox: one of the wrong type keeps all containers from starting.
export const hostpathMountFailure = defineCheck<Facts>({
  id: 'hostpath-mount-failure',
  title: 'calico-node gets all its mounts on every node',
  needs: ['events'],
  run: (snapshot) => {
    const byVolume = Map.groupBy(
      casesOf(snapshot),
      ({ facts }) => `${facts.volume} ${facts.what ?? ''}`,
    );
    return [...byVolume.values()].flatMap(draftOf);
  },
  words: {
    en: {
      title: ({ nodes, what, wanted, volume, kind }) => {
        const where = nodes.length > 2 ? `${nodes.length} nodes` : nodes.join(' and ');
        if (kind === 'wrong-type')
          return `${what} is not a ${wanted} on ${where}, so calico-node cannot be started`;
        if (kind === 'missing-object')
          return `calico-node on ${where} waits for ${what}, which does not exist`;
        return `volume "${volume}" cannot be mounted on ${where}${what ? ` (${what})` : ''}`;
      },
      summary: () =>
        'The kubelet mounts everything before it starts the first container: until that works the pod stays Pending, and a rolling update stops here.',
      ruledOut: () => ['not the container runtime: it has not been asked yet'],
    },
  },
});
