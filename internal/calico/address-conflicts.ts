import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { addressClaims, ownAddresses, type AddressClaim } from './address-claims.ts';
import { isGlobalUnicast, parseAddress, type Family } from './autodetection/address.ts';
import { calicoEnding } from './endings.ts';
import { fieldEvidence, logEvidence } from './evidence.ts';
import { lastLine, logLines, type FoundLine } from './logs.ts';
import { memoised } from './memo.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { secondsBetween } from './time.ts';

/**
 * Why two nodes have one address: the other one is gone but its object is left; is known to Calico alone; the machines really
 * share it; or it is not the address of (one of) the nodes, as calico-node took that of a bridge or a floating one.
 */
export type ConflictKind = 'dead-holder' | 'unknown-holder' | 'duplicate-address' | 'not-own';

/** An address that several nodes have. */
export interface AddressConflict {
  readonly ip: string;
  readonly family: Family;
  readonly kind: ConflictKind;
  /** Nodes that cannot settle because of it. */
  readonly losers: readonly NodeView[];
  /** Nodes that have it all the same. */
  readonly sharers: readonly NodeView[];
  /** Names that Calico gives as the other holders; some may be no node's any more. */
  readonly holders: readonly string[];
  /** True if two independent things say so. */
  readonly isSure: boolean;
  readonly evidence: readonly Evidence[];
}

interface Report {
  readonly view: NodeView;
  readonly ip: string;
  readonly holder: string;
  readonly evidence: readonly Evidence[];
}

// startup.go, `checkConflictingNodes`: one line for each holder, at WARNING, in all releases. The detection runs once a minute.
const pattern =
  /Calico node '([^']+)' is already using the IPv[46] address ([0-9a-fA-F.:]*[0-9a-fA-F])/;
const over = /^(?:Using node name: |Calico node started successfully)/;
const twoRounds = 150;

function isPresent(snapshot: Snapshot, view: NodeView, { line, previous }: FoundLine): boolean {
  const lines = view.pod ? logLines(snapshot, view.pod, 'calico-node') : [];
  if (view.health?.state === 'sick')
    return previous
      ? !lines.some(({ message }) => over.test(message))
      : !lines.slice(lines.indexOf(line)).some(({ message }) => over.test(message));
  const end = lines.findLast(({ time }) => time !== null)?.time;
  return !previous && (secondsBetween(line.time, end) ?? 0) <= twoRounds;
}

function reportsOf(snapshot: Snapshot, view: NodeView): readonly Report[] {
  const { pod } = view;
  const last = pod ? lastLine(snapshot, pod, 'calico-node', pattern) : null;
  if (!pod || !last || !isPresent(snapshot, view, last)) return [];
  const lines = logLines(snapshot, pod, 'calico-node', last.previous);
  const reports = lines.flatMap((line) => {
    const [, holder, text] = pattern.exec(line.message) ?? [];
    const ip = parseAddress(text ?? '')?.text;
    const near = (secondsBetween(line.time, last.line.time) ?? 0) < 5;
    if (holder === undefined || ip === undefined || !near) return [];
    const evidence = [logEvidence(pod, 'calico-node', line, last.previous)];
    return [{ view, ip, holder, evidence }];
  });
  return [...new Map(reports.map((report) => [`${report.holder} ${report.ip}`, report])).values()];
}

// Without a log: a start that ends at once with 1, on a node that Kubernetes knows by an address that another one has.
function silentReports(snapshot: Snapshot, view: NodeView): readonly Report[] {
  const { pod, node, health } = view;
  const ending = pod && calicoEnding(pod);
  if (!pod || !node || health?.state !== 'sick' || ending?.exitCode !== 1) return [];
  if (logLines(snapshot, pod, 'calico-node').length > 0 || view.ipv4 || view.ipv6) return [];
  return ownAddresses(view, 4).flatMap((ip) =>
    nodeViews(snapshot)
      .filter((other) => other !== view && (other.ipv4?.ip ?? other.internalIPs[0]) === ip)
      .map((other) => ({
        view,
        ip,
        holder: other.name,
        evidence: [fieldEvidence(node, 'status.addresses', ip)],
      })),
  );
}

const storesIt = (view: NodeView, ip: string): boolean =>
  [view.ipv4, view.ipv6].some((stored) => parseAddress(stored?.ip ?? '')?.text === ip);

function kindOf(
  family: Family,
  ip: string,
  losers: readonly NodeView[],
  sharers: readonly NodeView[],
  holders: readonly (NodeView | null)[],
): ConflictKind {
  const living = holders.filter((view) => view !== null && !view.isLost);
  if (living.length === 0 && sharers.length < 2)
    return holders.some((view) => view !== null) ? 'dead-holder' : 'unknown-holder';
  const all = new Set([...losers, ...sharers, ...living]);
  const isOwn = (view: NodeView | null): boolean =>
    view !== null && ownAddresses(view, family).includes(ip);
  return [...all].every(isOwn) ? 'duplicate-address' : 'not-own';
}

function holderEvidence(view: NodeView, ip: string): readonly Evidence[] {
  const { node, ipv4, ipv6, internalIPs } = view;
  if (!node) return [];
  if (storesIt(view, ip)) {
    const key = ipv4?.ip === ip ? 'IPv4Address' : 'IPv6Address';
    const stored = ipv4?.ip === ip ? ipv4 : ipv6;
    const text = typeof stored?.prefix !== 'number' ? ip : `${ip}/${stored.prefix}`;
    return [fieldEvidence(node, `projectcalico.org/${key}`, text)];
  }
  return internalIPs.includes(ip) ? [fieldEvidence(node, 'status.addresses', ip)] : [];
}

function conflictOf(
  snapshot: Snapshot,
  ip: string,
  reports: readonly Report[],
  claims: readonly AddressClaim[],
): AddressConflict {
  const family = ip.includes(':') ? 6 : 4;
  const losers = [...new Set(reports.map(({ view }) => view))];
  const sharers = claims.map(({ view }) => view).filter((view) => !losers.includes(view));
  const names = [...new Set(reports.map(({ holder }) => holder))];
  const views = new Map(nodeViews(snapshot).map((view) => [view.name, view]));
  const named = names.map((name) => views.get(name) ?? null);
  const objects = [...new Set([...named.filter((view) => view !== null), ...sharers])].flatMap(
    (view) => holderEvidence(view, ip),
  );
  const isStated = reports.some(({ evidence }) =>
    evidence.some(({ field }) => field.endsWith('log')),
  );
  return {
    ip,
    family,
    kind: kindOf(family, ip, losers, sharers, named),
    losers,
    sharers,
    holders: names,
    isSure: isStated || objects.length > 1,
    evidence: [...reports.slice(0, 3).flatMap(({ evidence }) => evidence), ...objects.slice(0, 4)],
  };
}

function compute(snapshot: Snapshot): readonly AddressConflict[] {
  const views = nodeViews(snapshot).filter(({ isLost }) => !isLost);
  const said = views.flatMap((view) => reportsOf(snapshot, view));
  const reports = [...said, ...views.flatMap((view) => silentReports(snapshot, view))];
  const claims = [...addressClaims(snapshot, 4), ...addressClaims(snapshot, 6)].filter(({ ip }) => {
    const address = parseAddress(ip);
    return address !== null && isGlobalUnicast(address);
  });
  const byClaim = Map.groupBy(claims, ({ ip }) => ip);
  const byReport = Map.groupBy(reports, ({ ip }) => ip);
  const shared = [...byClaim].flatMap(([ip, holders]) => (holders.length > 1 ? [ip] : []));
  return [...new Set([...byReport.keys(), ...shared])].map((ip) =>
    conflictOf(snapshot, ip, byReport.get(ip) ?? [], byClaim.get(ip) ?? []),
  );
}

/**
 * Addresses that more than one node has: as calico-node says when it refuses to start, or as it is stored for several nodes that
 * all run (the check is made only when an address changes, so nodes that change together do not see one another).
 */
export const addressConflicts: (snapshot: Snapshot) => readonly AddressConflict[] =
  memoised(compute);

/** The nodes that a conflict is about: those that cannot settle, and those that have the address though it is not theirs alone. */
export function conflictViews({
  losers,
  sharers,
  kind,
  family,
  ip,
}: AddressConflict): readonly NodeView[] {
  if (kind === 'dead-holder' || kind === 'unknown-holder') return losers;
  if (losers.length === 0 || kind === 'duplicate-address') return [...losers, ...sharers];
  return [...losers, ...sharers.filter((view) => !ownAddresses(view, family).includes(ip))];
}
