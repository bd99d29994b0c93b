import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { birdSessions, peerKey, type BirdSession } from './bird.ts';
import { fieldEvidence, logEvidence } from './evidence.ts';
import { logLines } from './logs.ts';
import { nodeViews, uptimeOf, type NodeView } from './nodes.ts';
import { settingsOf, type CalicoSettings } from './settings.ts';
import { selects } from './selector.ts';
import { itemsOf } from './snapshot-lists.ts';

/**
 * Why the other nodes have no routes to a node, or it has none: Calico has no address of it; no tunnel address; it runs another
 * backend than the others; it is in nobody's mesh; or nobody has a mesh.
 */
export type RoutelessKind = 'no-address' | 'no-tunnel' | 'other-backend' | 'left-out' | 'no-mesh';

/** A node that takes no part in the cluster's routes though its calico-node runs. */
export interface RoutelessNode {
  readonly view: NodeView;
  readonly kind: RoutelessKind;
  /** The annotation that is missing, or the backend that it runs; empty for the others. */
  readonly detail: string;
  readonly isSure: boolean;
  readonly evidence: readonly Evidence[];
}

// Until then it may still be starting: the tunnel addresses are taken in the first seconds, sessions come up in the first minute.
const settledSeconds = 120;

const isSettled = (snapshot: Snapshot, view: NodeView): boolean =>
  view.health?.state === 'ready' && (uptimeOf(view, snapshot.takenAt) ?? 0) >= settledSeconds;

const annotation = ({ node }: NodeView, key: string): string | undefined =>
  node?.metadata.annotations?.[`projectcalico.org/${key}`];

const settingsOn = (snapshot: Snapshot, { pod }: NodeView): CalicoSettings =>
  settingsOf(snapshot, pod?.spec, pod);

/** One of the nodes that have the annotation, as the counterpart of the one that has not. */
function contrast(having: readonly NodeView[], key: string): readonly Evidence[] {
  const [other] = having;
  return other?.node
    ? [fieldEvidence(other.node, `projectcalico.org/${key}`, annotation(other, key) ?? '')]
    : [];
}

function withoutAddress(snapshot: Snapshot, views: readonly NodeView[]): readonly RoutelessNode[] {
  const running = views.filter(({ node, pod }) => node !== null && pod !== null);
  const key = ['IPv4Address', 'IPv6Address'].find((name) =>
    running.some((view) => annotation(view, name)),
  );
  if (key === undefined) return [];
  const having = running.filter((view) => annotation(view, key));
  return running.flatMap((view) => {
    if (annotation(view, key) || !view.node || !isSettled(snapshot, view)) return [];
    const { ip } = settingsOn(snapshot, view);
    return [
      {
        view,
        kind: 'no-address' as const,
        detail: key,
        isSure: having.length > 1 || ip === 'none',
        evidence: [
          fieldEvidence(view.node, `projectcalico.org/${key}`, '(not set)'),
          ...(view.pod && ip !== 'autodetect'
            ? [fieldEvidence(view.pod, 'env IP', ip || '(empty)')]
            : []),
          ...contrast(having, key),
        ],
      },
    ];
  });
}

const tunnels = [
  ['IPv4IPIPTunnelAddr', 'ipipMode'],
  ['IPv4VXLANTunnelAddr', 'vxlanMode'],
  ['IPv6VXLANTunnelAddr', 'vxlanMode'],
] as const;

const isOn = (mode: string | undefined): boolean => mode === 'Always' || mode === 'CrossSubnet';

/** Whether a pool gives a node a tunnel of that kind; null where that cannot be told. */
function wantsTunnel(
  snapshot: Snapshot,
  [key, mode]: (typeof tunnels)[number],
  { node }: NodeView,
): boolean | null {
  if (snapshot.lists.ipPools.state !== 'read') return null;
  const family = key.startsWith('IPv6') ? ':' : '.';
  const answers = itemsOf(snapshot, 'ipPools')
    .filter(({ spec }) => isOn(spec?.[mode]) && spec?.cidr?.includes(family) && !spec.disabled)
    .map(({ spec }) => selects(spec?.nodeSelector, node?.metadata.labels ?? {}));
  return answers.includes(true) ? true : answers.includes(null) ? null : false;
}

function withoutTunnel(snapshot: Snapshot, views: readonly NodeView[]): readonly RoutelessNode[] {
  const settled = views.filter((view) => view.node && isSettled(snapshot, view));
  return tunnels.flatMap((tunnel) => {
    const [key] = tunnel;
    const having = settled.filter((view) => annotation(view, key));
    const missing = settled.filter((view) => !annotation(view, key));
    // Pools may be for some of the nodes only: where they were not read the exception has to be a rare one.
    const isException = having.length > 1 && missing.length * 2 < having.length + 1;
    return missing.flatMap((view): readonly RoutelessNode[] => {
      const isWanted = wantsTunnel(snapshot, tunnel, view);
      const isFault = having.length > 0 && (isWanted ?? isException);
      if (!isFault || !view.node) return [];
      const evidence = [
        fieldEvidence(view.node, `projectcalico.org/${key}`, '(not set)'),
        ...contrast(having, key),
      ];
      return [{ view, kind: 'no-tunnel', detail: key, isSure: isWanted === true, evidence }];
    });
  });
}

interface Backend {
  readonly view: NodeView;
  readonly backend: string;
  readonly evidence: readonly Evidence[];
}

// start_runit prints which daemons it leaves out; BIRD prints that it runs.
const leavesOut = /^CALICO_NETWORKING_BACKEND is (vxlan|none) - no /;

function backendInLog(snapshot: Snapshot, view: NodeView): readonly Backend[] {
  const { pod } = view;
  const line = (pod ? logLines(snapshot, pod, 'calico-node') : []).findLast(
    ({ message }) => leavesOut.test(message) || message === 'bird: Started',
  );
  if (!pod || !line) return [];
  const backend = leavesOut.exec(line.message)?.[1] ?? 'bird';
  return [{ view, backend, evidence: [logEvidence(pod, 'calico-node', line)] }];
}

function backendInPod(snapshot: Snapshot, view: NodeView): readonly Backend[] {
  const { pod } = view;
  const backend = settingsOn(snapshot, view).env.get('CALICO_NETWORKING_BACKEND');
  if (!pod || !backend) return [];
  return [
    { view, backend, evidence: [fieldEvidence(pod, 'env CALICO_NETWORKING_BACKEND', backend)] },
  ];
}

// A rollout that changes the backend has both for a while.
const isRollingOut = (snapshot: Snapshot): boolean =>
  itemsOf(snapshot, 'daemonSets').some(
    ({ status }) =>
      status?.updatedNumberScheduled !== undefined &&
      status.updatedNumberScheduled < (status.desiredNumberScheduled ?? 0),
  );

// What differs from most of the others.
function exceptions(backends: readonly Backend[]): readonly RoutelessNode[] {
  const groups = [...Map.groupBy(backends, ({ backend }) => backend).values()].toSorted(
    (a, b) => b.length - a.length,
  );
  const [most = []] = groups;
  if (most.length * 2 <= backends.length) return [];
  const contrasted = most.slice(0, 1).flatMap(({ evidence }) => evidence);
  return groups.slice(1).flatMap((group) =>
    group.map(({ view, backend, evidence }) => ({
      view,
      kind: 'other-backend' as const,
      detail: backend,
      isSure: true,
      evidence: [...evidence, ...contrasted],
    })),
  );
}

// Like is held against like: where the log of one node was not read, its setting against another's log says nothing of either.
function otherBackend(snapshot: Snapshot, views: readonly NodeView[]): readonly RoutelessNode[] {
  if (isRollingOut(snapshot)) return [];
  const running = views.filter(
    ({ health }) => health?.state === 'ready' || health?.state === 'sick',
  );
  return [
    ...exceptions(running.flatMap((view) => backendInLog(snapshot, view))),
    ...exceptions(running.flatMap((view) => backendInPod(snapshot, view))),
  ];
}

interface Mesh {
  readonly view: NodeView;
  readonly sessions: ReadonlyMap<string, BirdSession>;
}

function leftOut(snapshot: Snapshot, views: readonly NodeView[]): readonly RoutelessNode[] {
  const meshes = views.flatMap((view): readonly Mesh[] => {
    const lines = view.pod ? logLines(snapshot, view.pod, 'calico-node') : [];
    const hasStarted = lines.some(({ message }) => message === 'bird: Started');
    return hasStarted ? [{ view, sessions: birdSessions(lines) }] : [];
  });
  const inMesh = meshes.filter(({ sessions }) => sessions.size > 0);
  if (inMesh.length < 2) return [];
  return meshes.flatMap(({ view, sessions }) => {
    const ip = view.ipv4?.ip ?? view.internalIPs[0];
    if (sessions.size > 0 || ip === undefined || !view.pod || !isSettled(snapshot, view)) return [];
    if (inMesh.some((other) => other.sessions.has(peerKey(ip)))) return [];
    const started = logLines(snapshot, view.pod, 'calico-node').findLast(
      ({ message }) => message === 'bird: Started',
    );
    return [
      {
        view,
        kind: 'left-out' as const,
        detail: '',
        isSure: false,
        evidence: started ? [logEvidence(view.pod, 'calico-node', started)] : [],
      },
    ];
  });
}

function withoutMesh(snapshot: Snapshot, views: readonly NodeView[]): readonly RoutelessNode[] {
  const { bgpPeers, ipPools } = snapshot.lists;
  const configuration = itemsOf(snapshot, 'bgpConfigurations').find(
    ({ metadata, spec }) => metadata.name === 'default' && spec?.nodeToNodeMeshEnabled === false,
  );
  const needsIt = itemsOf(snapshot, 'ipPools').some(({ spec }) => isOn(spec?.ipipMode));
  const isKnown = bgpPeers.state === 'read' && ipPools.state === 'read';
  if (!configuration || !needsIt || !isKnown || bgpPeers.items.length > 0) return [];
  return views.map((view) => ({
    view,
    kind: 'no-mesh',
    detail: '',
    isSure: true,
    evidence: [fieldEvidence(configuration, 'spec.nodeToNodeMeshEnabled', 'false')],
  }));
}

/** The nodes that take no part in the routes of the cluster though their calico-node runs, each for the first reason that holds. */
export function routelessNodes(snapshot: Snapshot): readonly RoutelessNode[] {
  const views = nodeViews(snapshot).filter(({ isLost, pod }) => !isLost && pod !== null);
  const all = [
    ...otherBackend(snapshot, views),
    ...withoutAddress(snapshot, views),
    ...withoutTunnel(snapshot, views),
    ...leftOut(snapshot, views),
    ...withoutMesh(snapshot, views),
  ];
  return all.filter((one, index) => all.findIndex(({ view }) => view === one.view) === index);
}
