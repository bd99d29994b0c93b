import { missingPeers, ownersOf, type PeerReport } from './bgp.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { LogLine } from './log.ts';
import { lastLine, logLines, type FoundLine } from './logs.ts';
import { nodeViews, type NodeView } from './nodes.ts';

/** What the two ends of a session do not agree about. */
export type Disagreement = 'as-number' | 'router-id' | 'password' | 'environment';

/** One node whose session is refused, by it or by its peer, or whose own settings cannot be used. */
export interface Refusal {
  readonly kind: Disagreement;
  readonly view: NodeView;
  readonly found: FoundLine;
  /** BIRD's name of the session and the peer's address; null where the line names none. */
  readonly session: string | null;
  readonly peer: string | null;
  /** The node at the other end, where it is one. */
  readonly peerView: NodeView | null;
}

// proto/bgp/packets.c: "Received: …" where the peer refused, "Error: …" where BIRD did; the session stays down and tries again.
const refusalTexts: readonly (readonly [Disagreement, RegExp])[] = [
  ['as-number', /Bad peer AS/],
  ['router-id', /Bad BGP identifier/],
  ['password', /Authentication failure|Kernel MD5 auth failed/],
];

// confd/pkg/backends/calico/client.go, v3.14 and newer.
const unreadable =
  /Can't read password (?:for BGPPeer|referenced by BGP Configuration) .*|Can't read password/;
// node/pkg/lifecycle/startup (node/pkg/startup up to v3.19): startup ends there.
const notANumber = /The AS number specified in the environment \(AS=[^)]*\) is not valid/;

const kindOf = (line: LogLine): Disagreement | null =>
  refusalTexts.find(([, pattern]) => pattern.test(line.message))?.[0] ?? null;

function refusedSession(snapshot: Snapshot, { view, peer, session }: PeerReport): Refusal | null {
  const kind = session?.error ? kindOf(session.error) : null;
  if (!kind || !session?.error) return null;
  const [owner, another] = ownersOf(snapshot, peer);
  return {
    kind,
    view,
    found: { line: session.error, container: 'calico-node', previous: false },
    session: `${session.kind}_${session.key}`,
    peer,
    peerView: another ? null : (owner ?? null),
  };
}

const own = (kind: Disagreement, view: NodeView, found: FoundLine): Refusal => ({
  kind,
  view,
  found,
  session: null,
  peer: null,
  peerView: null,
});

/** A secret that confd may not read leaves a session without its password: a fault only where a session is missing. */
function unreadablePassword(snapshot: Snapshot, view: NodeView): Refusal | null {
  if (!view.pod) return null;
  const line = logLines(snapshot, view.pod, 'calico-node').findLast(({ message }) =>
    unreadable.test(message),
  );
  const isMissing = missingPeers(snapshot).some((report) => report.view === view);
  return line && isMissing
    ? own('password', view, { line, container: 'calico-node', previous: false })
    : null;
}

function wrongVariable(snapshot: Snapshot, view: NodeView): Refusal | null {
  if (!view.pod || view.health?.state !== 'sick') return null;
  const found = lastLine(snapshot, view.pod, 'calico-node', notANumber);
  return found ? own('environment', view, found) : null;
}

/** Every session that one side refuses now, and every node whose own AS number or password cannot be used. */
export function refusalsIn(snapshot: Snapshot): readonly Refusal[] {
  const sessions = missingPeers(snapshot).flatMap(
    (report) => refusedSession(snapshot, report) ?? [],
  );
  const others = nodeViews(snapshot).flatMap((view) => [
    unreadablePassword(snapshot, view) ?? [],
    wrongVariable(snapshot, view) ?? [],
  ]);
  return [...sessions, ...others.flat()];
}

/** The nodes at which refused sessions meet: the one that takes part in each, else all that do. */
export function meetingPoint(refusals: readonly Refusal[]): readonly NodeView[] {
  const ends = refusals.map(({ view, peerView }) => (peerView ? [view, peerView] : [view]));
  const all = [...new Set(ends.flat())];
  const common = all.filter((view) => ends.every((pair) => pair.includes(view)));
  return ends.length > 1 && common.length === 1 ? common : all;
}
