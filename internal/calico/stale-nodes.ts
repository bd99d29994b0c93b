import type { Evidence } from '../model/finding.ts';
import type { KubeObject, OwnerObject } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { missingPeers, type PeerReport } from './bgp.ts';
import { fieldEvidence } from './evidence.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { conditionOf } from './pods.ts';
import { isReplaced } from './silent-nodes.ts';
import { itemsOf } from './snapshot-lists.ts';
import { strangePeers } from './strange-peers.ts';
import { secondsBetween } from './time.ts';

/**
 * What is left of a machine: its Node object, long after it was seen last, or beside the node that has its address now; a record that
 * Calico alone has; blocks of addresses; or a peer that nobody is.
 */
export type LeftOverKind = 'node-object' | 'replaced' | 'record' | 'blocks' | 'peer';

/** Something that is left of a machine. */
export interface LeftOverNode {
  /** The node's name; the address where only that is known. */
  readonly name: string;
  readonly kind: LeftOverKind;
  readonly view: NodeView | null;
  /** RFC 3339: when the control plane gave it up; null where that is not told. */
  readonly since: string | null;
  /** True if it may be something else altogether. */
  readonly isGuess?: boolean;
  /** Nodes that miss a session with it. */
  readonly complaints: readonly PeerReport[];
  readonly evidence: readonly Evidence[];
}

// A machine that comes back does so within hours; until then it is lost, not left over.
const goneSeconds = 86_400;

function ofNodes(snapshot: Snapshot): readonly LeftOverNode[] {
  const reports = missingPeers(snapshot);
  return nodeViews(snapshot).flatMap((view): readonly LeftOverNode[] => {
    const { name, node, isLost } = view;
    const ready = conditionOf(node?.status?.conditions, 'Ready');
    if (!node || !isLost) return [];
    const since = ready?.lastTransitionTime ?? null;
    const replaced = isReplaced(snapshot, view);
    const age = secondsBetween(since, snapshot.takenAt) ?? 0;
    if (!replaced && age < goneSeconds) return [];
    const addresses = new Set([view.ipv4?.ip, view.ipv6?.ip, ...view.internalIPs]);
    const told = `${ready?.status}: ${ready?.reason ?? ''}, since ${since ?? 'unknown'}`;
    return [
      {
        name,
        kind: replaced ? 'replaced' : 'node-object',
        view,
        since,
        complaints: replaced ? [] : reports.filter(({ peer }) => addresses.has(peer)),
        evidence: [
          fieldEvidence(node, 'status.conditions[Ready]', told),
          ...(replaced
            ? [fieldEvidence(node, 'status.addresses', view.internalIPs.join(', '))]
            : []),
        ],
      },
    ];
  });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

// Hosts that Calico protects without Kubernetes have a record, too: only a reference to Kubernetes says that a node belongs there.
function referredNode({ metadata, spec }: OwnerObject): string | null {
  const refs: unknown = spec?.['orchRefs'];
  const ref: unknown = (Array.isArray(refs) ? refs : []).find(
    (one: unknown) => isObject(one) && one['orchestrator'] === 'k8s',
  );
  if (!isObject(ref)) return null;
  return typeof ref['nodeName'] === 'string' ? ref['nodeName'] : metadata.name;
}

function bgpAddress({ spec }: OwnerObject): string {
  const bgp: unknown = spec?.['bgp'];
  const value = isObject(bgp) ? bgp['ipv4Address'] : undefined;
  return typeof value === 'string' ? (value.split('/')[0] ?? '') : '';
}

function ofRecords(snapshot: Snapshot, known: ReadonlySet<string>): readonly LeftOverNode[] {
  const reports = missingPeers(snapshot);
  return itemsOf(snapshot, 'calicoNodes').flatMap((record) => {
    const name = referredNode(record);
    if (name === null || known.has(name)) return [];
    const address = bgpAddress(record);
    return [
      {
        name: record.metadata.name,
        kind: 'record' as const,
        view: null,
        since: null,
        complaints: reports.filter(({ peer }) => peer === address),
        evidence: [fieldEvidence(record, 'spec.bgp.ipv4Address', address)],
      },
    ];
  });
}

interface Holding {
  readonly node: string;
  readonly object: KubeObject;
  readonly cidr: string;
}

function holdings(snapshot: Snapshot): readonly Holding[] {
  const affinities = itemsOf(snapshot, 'blockAffinities').flatMap((object) => {
    const { node, cidr, deleted } = object.spec ?? {};
    const isGoing = deleted === true || deleted === 'true';
    return node && !isGoing ? [{ node, object, cidr: cidr ?? '' }] : [];
  });
  const blocks = itemsOf(snapshot, 'ipamBlocks').flatMap((object) => {
    const node = /^host:(.+)$/.exec(object.spec?.affinity ?? '')?.[1];
    return node ? [{ node, object, cidr: object.spec?.cidr ?? '' }] : [];
  });
  return affinities.length > 0 ? affinities : blocks;
}

function ofBlocks(snapshot: Snapshot, known: ReadonlySet<string>): readonly LeftOverNode[] {
  const foreign = holdings(snapshot).filter(
    // Addresses of load balancers have an owner that is no node (kube-controllers, v3.30 and later).
    ({ node }) => !known.has(node) && !node.startsWith('load-balancer'),
  );
  return [...Map.groupBy(foreign, ({ node }) => node)].map(([name, held]) => ({
    name,
    kind: 'blocks',
    view: null,
    since: null,
    complaints: [],
    evidence: held.slice(0, 2).map(({ object, cidr }) => fieldEvidence(object, 'spec.cidr', cidr)),
  }));
}

const ofPeers = (snapshot: Snapshot): readonly LeftOverNode[] =>
  strangePeers(snapshot)
    .filter(({ isNear }) => isNear)
    .map(({ ip, reports, mayBeRouter }) => ({
      name: ip,
      kind: 'peer',
      isGuess: mayBeRouter,
      view: null,
      since: null,
      complaints: reports,
      evidence: reports.slice(0, 2).flatMap(({ evidence }) => evidence.slice(0, 1)),
    }));

/**
 * What the cluster still knows of machines that are gone. Names are only compared where all nodes were read; a node that calico
 * runs on without Kubernetes is none of them.
 */
export function leftOverNodes(snapshot: Snapshot): readonly LeftOverNode[] {
  const { nodes } = snapshot.lists;
  const known = new Set(itemsOf(snapshot, 'nodes').map(({ metadata }) => metadata.name));
  const isComplete = nodes.state === 'read' && known.size > 0;
  const records = isComplete ? ofRecords(snapshot, known) : [];
  const recorded = new Set(records.map(({ name }) => name));
  const blocks = isComplete ? ofBlocks(snapshot, known) : [];
  return [
    ...ofNodes(snapshot),
    ...records,
    ...blocks.filter(({ name }) => !recorded.has(name)),
    ...(records.length > 0 ? [] : ofPeers(snapshot)),
  ];
}
