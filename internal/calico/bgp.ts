import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { birdSessions, peerKey, type BirdSession } from './bird.ts';
import { eventEvidence, logEvidence } from './evidence.ts';
import { isRecent } from './events.ts';
import type { LogLine } from './log.ts';
import { logLines } from './logs.ts';
import { memoised } from './memo.ts';
import { nodeViews, uptimeOf, type NodeView } from './nodes.ts';
import { probeFailures } from './probes.ts';
import { secondsBetween } from './time.ts';

/** One node that has no session with a peer, now. */
export interface PeerReport {
  readonly view: NodeView;
  readonly peer: string;
  readonly evidence: readonly Evidence[];
  /** BIRD's own words, where its log is there. */
  readonly session: BirdSession | null;
}

// Until then a session that is not up is a start, not a fault: BIRD retries each 5 to 60 s after a failed connect.
const settleSeconds = 90;
const waitingPattern =
  /Calico is not ready yet, waiting\.\.\. reason=".*BGP not established with ([0-9a-fA-F.:,]+)/;

/** The address that a peer key stands for: one that a node has, else the IPv4 address it spells. */
function addressOf(key: string, known: ReadonlyMap<string, string>): string {
  return (
    known.get(key) ??
    (/^\d+_\d+_\d+_\d+$/.test(key) ? key.replaceAll('_', '.') : key.replaceAll('_', ':'))
  );
}

const addressesOf = (view: NodeView): readonly string[] =>
  [view.ipv4?.ip, view.ipv6?.ip, ...view.internalIPs].filter((ip) => ip !== undefined);

function knownKeys(snapshot: Snapshot): ReadonlyMap<string, string> {
  return new Map(
    nodeViews(snapshot)
      .flatMap(addressesOf)
      .map((ip) => [peerKey(ip), ip]),
  );
}

function newestTimed(lines: readonly LogLine[]): string | null {
  return lines.findLast(({ time }) => time !== null)?.time ?? null;
}

// The waiting line comes once a second for as long as the peer is missing: the last one counts if the log ends with it.
function waitingPeers(
  lines: readonly LogLine[],
): { peers: readonly string[]; line: LogLine } | null {
  const line = lines.findLast(({ message }) =>
    message.includes('Calico is not ready yet, waiting...'),
  );
  const peers = waitingPattern.exec(line?.message ?? '')?.[1]?.split(',');
  const behind = secondsBetween(line?.time, newestTimed(lines));
  return line && peers && behind !== null && behind < 10 ? { peers, line } : null;
}

/** What the last readiness failures of a pod that is not ready say. */
function probedPeers(
  snapshot: Snapshot,
  view: NodeView,
): { peers: readonly string[]; evidence: Evidence } | null {
  if (!view.pod || view.health?.state === 'ready') return null;
  const last = probeFailures(snapshot, view.pod).findLast(({ probe }) => probe === 'readiness');
  if (last?.cause.kind !== 'bgp-not-established' || !isRecent(snapshot, last.event, 600))
    return null;
  return { peers: last.cause.peers, evidence: eventEvidence(last.event) };
}

function reportsOf(
  snapshot: Snapshot,
  view: NodeView,
  known: ReadonlyMap<string, string>,
): readonly PeerReport[] {
  const { pod } = view;
  const uptime = uptimeOf(view, snapshot.takenAt);
  if (!pod || uptime === null || uptime < settleSeconds) return [];
  const lines = logLines(snapshot, pod, 'calico-node');
  const sessions = birdSessions(lines);
  const evidence = new Map<string, Evidence[]>();
  const note = (peer: string, item: Evidence): void => {
    evidence.set(peer, [...(evidence.get(peer) ?? []), item]);
  };
  const probed = probedPeers(snapshot, view);
  for (const peer of probed?.peers ?? []) if (probed) note(peer, probed.evidence);
  const waiting = waitingPeers(lines);
  for (const peer of waiting?.peers ?? [])
    if (waiting) note(peer, logEvidence(pod, 'calico-node', waiting.line));
  for (const session of sessions.values()) {
    if (session.state !== 'up')
      note(addressOf(session.key, known), logEvidence(pod, 'calico-node', session.line));
  }
  return [...evidence].flatMap(([peer, items]) => {
    const session = sessions.get(peerKey(peer)) ?? null;
    return session?.state === 'up' && !probed?.peers.includes(peer)
      ? []
      : [{ view, peer, evidence: items, session }];
  });
}

/**
 * Every BGP session that a settled calico-node misses at the snapshot's time: from readiness failures of unready pods, from
 * the waiting lines of v3.31 and newer, and from BIRD's own states, which tell it of pods that are 1/1, too.
 */
export const missingPeers: (snapshot: Snapshot) => readonly PeerReport[] = memoised((snapshot) => {
  const known = knownKeys(snapshot);
  return nodeViews(snapshot).flatMap((view) => reportsOf(snapshot, view, known));
});

/** Nodes that a peer address belongs to: by what Calico stored, else by InternalIP. */
export function ownersOf(snapshot: Snapshot, peer: string): readonly NodeView[] {
  const views = nodeViews(snapshot);
  const stored = views.filter(({ ipv4, ipv6 }) => ipv4?.ip === peer || ipv6?.ip === peer);
  return stored.length > 0 ? stored : views.filter(({ internalIPs }) => internalIPs.includes(peer));
}

/** True if what Calico stored for a node is one of the node's own addresses, or nothing is stored to compare. */
export const hasOwnAddress = ({ ipv4, ipv6, internalIPs }: NodeView): boolean =>
  internalIPs.length === 0 ||
  [ipv4, ipv6].every((stored) => stored === null || internalIPs.includes(stored.ip));

/** True if several nodes store that address. */
export const isShared = (snapshot: Snapshot, peer: string): boolean =>
  nodeViews(snapshot).filter(({ ipv4, ipv6 }) => ipv4?.ip === peer || ipv6?.ip === peer).length > 1;
