import type { Evidence } from '../model/finding.ts';
import type { OwnerObject } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { addressChoices, type AddressChoice } from './address-choices.ts';
import { parseAddress, type Family } from './autodetection/address.ts';
import { parseCidrOrAddress } from './autodetection/cidr.ts';
import { detectionFailures } from './detection-failures.ts';
import { fieldEvidence, logEvidence } from './evidence.ts';
import { inventoryOf } from './inventory.ts';
import { memoised } from './memo.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { itemsOf } from './snapshot-lists.ts';

/** The address that a node gives out as its own through Calico. */
export interface AddressClaim {
  readonly view: NodeView;
  readonly family: Family;
  readonly ip: string;
  readonly prefix: number | null;
  /** The interface that carries it, where a log or the annotation of interfaces tells. */
  readonly iface: string | null;
  /** Stored with the node (`annotation`), in Calico's own node record, or only said in the log. */
  readonly source: 'annotation' | 'calico-node' | 'log';
  /** All choices of this family that the log tells, oldest first. */
  readonly choices: readonly AddressChoice[];
  readonly evidence: readonly Evidence[];
}

const annotationOf: Readonly<Record<Family, string>> = {
  4: 'projectcalico.org/IPv4Address',
  6: 'projectcalico.org/IPv6Address',
};

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

/**
 * The addresses of a family that Kubernetes knows the node by: `status.addresses`, else those of its calico-node pod, which
 * has the network of the host. Empty where neither has one of the family.
 */
export function ownAddresses({ node, pod }: NodeView, family: Family): readonly string[] {
  const ofNode = (node?.status?.addresses ?? []).flatMap(({ type, address }) =>
    (type === 'InternalIP' || type === 'ExternalIP') && address ? [address] : [],
  );
  const ofPod = [
    pod?.status?.hostIP,
    ...(pod?.spec?.hostNetwork === true ? (pod.status?.podIPs ?? []).map(({ ip }) => ip) : []),
  ].filter((ip) => ip !== undefined);
  const all = (texts: readonly string[]): readonly string[] =>
    distinct(
      texts.flatMap((text) => {
        const address = parseAddress(text);
        return address?.family === family ? [address.text] : [];
      }),
    );
  const own = all(ofNode);
  return own.length > 0 ? own : all(ofPod);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The address that Calico's own node record has (etcd, or a dump by calicoctl); null where there is none. */
export function recordedAddress({ spec }: OwnerObject, family: Family): string | null {
  const bgp = spec?.['bgp'];
  const value = isObject(bgp) ? bgp[family === 4 ? 'ipv4Address' : 'ipv6Address'] : undefined;
  return typeof value === 'string' && value !== '' ? value : null;
}

interface Source {
  readonly source: AddressClaim['source'];
  readonly text: string;
  readonly evidence: Evidence;
}

function storedSource(snapshot: Snapshot, view: NodeView, family: Family): Source | null {
  const key = annotationOf[family];
  const text = view.node?.metadata.annotations?.[key];
  if (view.node && text)
    return { source: 'annotation', text, evidence: fieldEvidence(view.node, key, text) };
  const record = itemsOf(snapshot, 'calicoNodes').find(
    ({ metadata }) => metadata.name === view.name,
  );
  const recorded = record ? recordedAddress(record, family) : null;
  return record && recorded !== null
    ? {
        source: 'calico-node',
        text: recorded,
        evidence: fieldEvidence(record, 'spec.bgp', recorded),
      }
    : null;
}

/** A choice of the log as evidence. */
export const choiceEvidence = ({ pod }: NodeView, choice: AddressChoice): readonly Evidence[] =>
  pod ? [logEvidence(pod, 'calico-node', choice.line, choice.previous)] : [];

function carrierOf(snapshot: Snapshot, view: NodeView, ip: string): string | null {
  const found = inventoryOf(snapshot, view).interfaces.find(({ addresses }) =>
    addresses.some((address) => address.ip === ip),
  );
  return found?.name ?? null;
}

function claimOf(snapshot: Snapshot, view: NodeView, family: Family): AddressClaim | null {
  const choices = addressChoices(snapshot, view, family);
  const stored = storedSource(snapshot, view, family);
  // What a start found before one that found nothing is nobody's address any more.
  const hasFailed = detectionFailures(snapshot).some((one) => one.view === view && one.isFatal);
  const last = hasFailed ? undefined : choices.at(-1);
  const cidr = stored ? parseCidrOrAddress(stored.text) : null;
  const ip = cidr?.address.text ?? last?.ip;
  if (ip === undefined) return null;
  const said = choices.findLast((choice) => choice.ip === ip);
  const prefix = stored?.text.includes('/') ? (cidr?.prefix ?? null) : (said?.prefix ?? null);
  return {
    view,
    family,
    ip,
    prefix,
    iface: said?.iface ?? carrierOf(snapshot, view, ip),
    source: stored?.source ?? 'log',
    choices,
    evidence: [...(stored ? [stored.evidence] : []), ...(said ? choiceEvidence(view, said) : [])],
  };
}

const claimsOf = (family: Family): ((snapshot: Snapshot) => readonly AddressClaim[]) =>
  memoised((snapshot) =>
    nodeViews(snapshot).flatMap((view) =>
      view.isLost ? [] : (claimOf(snapshot, view, family) ?? []),
    ),
  );

const claims = { 4: claimsOf(4), 6: claimsOf(6) };

/**
 * The address that each node gives out, one family at a time: what is stored, else what calico-node last said that it found.
 * Nodes without either are left out, and so are those that the control plane has lost.
 */
export const addressClaims = (snapshot: Snapshot, family: Family): readonly AddressClaim[] =>
  claims[family](snapshot);

/** True if Kubernetes knows the node by the address that it gives out, or knows none of that family. */
export function isOwnClaim({ view, family, ip }: AddressClaim): boolean {
  const own = ownAddresses(view, family);
  return own.length === 0 || own.includes(ip);
}
