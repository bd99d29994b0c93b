import type { Evidence } from '../model/finding.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  addressClaims,
  choiceEvidence,
  isOwnClaim,
  ownAddresses,
  type AddressClaim,
} from './address-claims.ts';
import { parseAddress, type Family } from './autodetection/address.ts';
import { bitsOf, networkOf, networkText, type Network } from './autodetection/cidr.ts';
import { missingPeers, type PeerReport } from './bgp.ts';
import { birdSessions, peerKey } from './bird.ts';
import { logLines } from './logs.ts';
import { lostAddress } from './lost-address.ts';
import { memoised } from './memo.ts';
import { nodeViews } from './nodes.ts';
import {
  carrierOf,
  isInside,
  isSharedRange,
  methodOn,
  tellKind,
  type WrongKind,
} from './wrong-kind.ts';

/** A node that gives out an address that is not its own. */
export interface WrongAddress {
  readonly claim: AddressClaim;
  readonly kind: WrongKind;
  /** The address that Kubernetes knows the node by; null where there is none of the family. */
  readonly own: string | null;
  /** The interface of that address, where it is known. */
  readonly ownInterface: string | null;
  /** True if calico-node had settled on another address before, in the same run. */
  readonly isFlip: boolean;
  /** True if a session with the address is up elsewhere: it is reached, though it is not the node's. */
  readonly isReached: boolean;
  /** Other nodes that have no session with the address. */
  readonly complaints: readonly PeerReport[];
  /** How many signs there are besides that Kubernetes knows the node by another address. */
  readonly signs: number;
  readonly evidence: readonly Evidence[];
}

interface Company {
  readonly snapshot: Snapshot;
  readonly claims: readonly AddressClaim[];
  /** Networks of the nodes that give out their own address: those that several of them share, if there are such. */
  readonly ownNetworks: readonly Network[];
  readonly reports: readonly PeerReport[];
  /** Names of the nodes that have a session, by the key of its peer. */
  readonly reached: ReadonlyMap<string, ReadonlySet<string>>;
}

function networkOfClaim({ ip, prefix, family }: AddressClaim): Network | null {
  const address = parseAddress(ip);
  const isNetwork = prefix !== null && prefix < bitsOf(family) - 1;
  return address && isNetwork ? networkOf(address, prefix) : null;
}

function ownNetworksOf(claims: readonly AddressClaim[]): readonly Network[] {
  const networks = claims
    .filter((claim) => isOwnClaim(claim))
    .flatMap((claim) => networkOfClaim(claim) ?? []);
  const groups = [...Map.groupBy(networks, networkText).values()];
  const shared = groups.filter((group) => group.length > 1);
  return (shared.length > 0 ? shared : groups).flatMap((group) => group.slice(0, 1));
}

function reachedPeers(snapshot: Snapshot): ReadonlyMap<string, ReadonlySet<string>> {
  const reached = new Map<string, Set<string>>();
  for (const { name, pod } of nodeViews(snapshot)) {
    const sessions = pod ? birdSessions(logLines(snapshot, pod, 'calico-node')).values() : [];
    for (const { key, state } of sessions) {
      if (state === 'up') reached.set(key, (reached.get(key) ?? new Set()).add(name));
    }
  }
  return reached;
}

function companyOf(snapshot: Snapshot, family: Family): Company {
  const claims = addressClaims(snapshot, family);
  return {
    snapshot,
    claims,
    ownNetworks: ownNetworksOf(claims),
    reports: missingPeers(snapshot),
    reached: reachedPeers(snapshot),
  };
}

function wasFlip({ choices, ip }: AddressClaim): boolean {
  const present = choices.filter(({ previous }) => !previous);
  return present.at(-1)?.ip === ip && present.some((choice) => choice.ip !== ip);
}

/** The address that the node should give out: of several, the one in the network of the other nodes. */
function ownOf({ ownNetworks }: Company, { view, family, ip }: AddressClaim): string | null {
  const own = ownAddresses(view, family).filter((address) => address !== ip);
  return own.find((address) => isInside(ownNetworks, address)) ?? own[0] ?? null;
}

/**
 * True if the address is not the node's. Where Kubernetes itself has a bridge or a VIP among the node's addresses, the network of the
 * other nodes decides, and that a session with it is missed.
 */
function isAstray(company: Company, claim: AddressClaim): boolean {
  const { ownNetworks, reports } = company;
  const { view, family, ip } = claim;
  if (lostAddress(company.snapshot, claim)) return true;
  const isNear = isInside(ownNetworks, ip);
  const hasNear = ownAddresses(view, family).some((own) => isInside(ownNetworks, own));
  if (!isOwnClaim(claim)) return !isNear || hasNear;
  const isMissed = reports.some((report) => report.peer === ip || report.view === view);
  return !isNear && hasNear && isMissed;
}

function wrongOf(company: Company, claim: AddressClaim): WrongAddress {
  const { snapshot, reports, ownNetworks, reached } = company;
  const { view, ip, choices } = claim;
  const own = ownOf(company, claim);
  const told = tellKind(snapshot, claim, own, ownNetworks);
  const complaints = reports.filter((report) => report.peer === ip && report.view !== view);
  const isFlip = wasFlip(claim);
  const before = isFlip ? choices.findLast((choice) => !choice.previous && choice.ip !== ip) : null;
  const signs = [
    told.isSign,
    ownNetworks.length > 0 && !isInside(ownNetworks, ip),
    complaints.length > 0,
    reports.some((report) => report.view === view),
    claim.source !== 'log' && claim.evidence.length > 1,
    isFlip,
  ];
  return {
    claim,
    kind: told.kind,
    own,
    ownInterface: carrierOf(snapshot, view, own),
    isFlip,
    isReached:
      complaints.length === 0 &&
      [...(reached.get(peerKey(ip)) ?? [])].some((name) => name !== view.name),
    complaints,
    signs: signs.filter(Boolean).length,
    evidence: [
      ...claim.evidence,
      ...(before ? choiceEvidence(view, before) : []),
      ...told.evidence,
      ...complaints.slice(0, 2).flatMap(({ evidence }) => evidence.slice(0, 1)),
    ],
  };
}

// Addresses that may be of one network; a host address tells of none, but for the range of VPN meshes.
function groupOf(claim: AddressClaim): string {
  const network = networkOfClaim(claim);
  if (network) return networkText(network);
  return isSharedRange(claim.ip) ? 'shared' : claim.ip;
}

// Methods that name the network or the interface: the choice is somebody's will.
const isDeliberate = (snapshot: Snapshot, { view, family }: AddressClaim): boolean =>
  /^(?:interface|cidr|skip-interface|can-reach)=/.test(methodOn(snapshot, view, family));

/**
 * A second network that most nodes use for Calico, each with an address of its own: where the method asks for it, or nobody misses
 * a session, it is meant so.
 */
function meant(
  { snapshot, claims }: Company,
  wrong: readonly WrongAddress[],
): ReadonlySet<WrongAddress> {
  const usual = wrong.filter(({ kind }) => kind !== 'own-device' && kind !== 'virtual');
  const groups = [...Map.groupBy(usual, ({ claim }) => groupOf(claim)).values()];
  const group = groups.find(
    (members) =>
      members.length > 1 &&
      members.length * 2 > claims.length &&
      new Set(members.map(({ claim }) => claim.ip)).size === members.length,
  );
  if (!group) return new Set();
  const isWanted = group.every(({ claim }) => isDeliberate(snapshot, claim));
  const isQuiet = group.every(({ complaints }) => complaints.length === 0);
  return new Set(isWanted || isQuiet ? group : []);
}

function compute(snapshot: Snapshot, family: Family): readonly WrongAddress[] {
  const company = companyOf(snapshot, family);
  // The address of another node is had twice, which is a fault of its own.
  const others = new Set(nodeViews(snapshot).flatMap((view) => ownAddresses(view, family)));
  const wrong = company.claims
    .filter(
      (claim) =>
        claim.view.pod !== null &&
        (isOwnClaim(claim) || !others.has(claim.ip)) &&
        isAstray(company, claim),
    )
    .map((claim) => wrongOf(company, claim));
  const left = meant(company, wrong);
  return wrong.filter((one) => !left.has(one));
}

const wrong = {
  4: memoised((snapshot) => compute(snapshot, 4)),
  6: memoised((snapshot) => compute(snapshot, 6)),
};

/**
 * The nodes that give out an address which is not their own, in order of names. A second network that is meant is left out, and so
 * is the address of another node.
 */
export const wrongAddresses = (snapshot: Snapshot, family: Family): readonly WrongAddress[] =>
  wrong[family](snapshot);
