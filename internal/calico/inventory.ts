import type { Snapshot } from '../model/snapshot.ts';
import { isLinkLocal, parseAddress, type Family } from './autodetection/address.ts';
import { readFelix, type FelixView } from './inventory-felix.ts';
import { readStartup, type ObservedChoice, type StartupView } from './inventory-startup.ts';
import type { LogLine } from './log.ts';
import { logLines } from './logs.ts';
import type { NodeView } from './nodes.ts';

/** An address on a node; the prefix is null where no source gives it. */
export interface InventoryAddress {
  readonly ip: string;
  readonly prefix: number | null;
}

/** Where an interface or an address is known from, best first. */
export type InventorySource =
  | 'felix'
  | 'interfaces-annotation'
  | 'startup'
  | 'stored-address'
  | 'InternalIP';

/** A network interface of a node, as far as the API tells. */
export interface InventoryInterface {
  readonly name: string;
  readonly ifIndex: number | null;
  readonly addresses: readonly InventoryAddress[];
  readonly source: InventorySource;
  /** True if it may have addresses that the source does not show: Felix sees none on an interface that is switched off. */
  readonly mayHideAddresses: boolean;
  /** True if the addresses stand in the kernel's order. */
  readonly isOrdered: boolean;
  /** RFC 3339: when the log last told of a change; null where it has none. */
  readonly changedAt: string | null;
}

/**
 * How much of a node's interfaces is known: every one; every one but those whose names Calico leaves out by default; or only
 * what happened to be told.
 */
export type Completeness = 'all' | 'not-excluded' | 'part';

/** The interfaces of one node. */
export interface Inventory {
  readonly interfaces: readonly InventoryInterface[];
  /** Addresses that the node is known by, without their interface. */
  readonly unplaced: readonly (InventoryAddress & { readonly source: InventorySource })[];
  readonly completeness: Readonly<Record<Family, Completeness>>;
  /** True if the interfaces may have changed since: known from the run before, or from a pod that is not well. */
  readonly isStale: boolean;
  /** Names in the order in which Calico tries them, where its log has an enumeration; null otherwise. */
  readonly order: readonly string[] | null;
  /** What the method in use last chose, if it enumerates interfaces and its line is in the log. */
  readonly observed: Readonly<Record<Family, ObservedChoice | null>>;
  /** True if the method in use found nothing when it was last tried. */
  readonly hasFailed: Readonly<Record<Family, boolean>>;
}

/** What an inventory is made of. */
export interface InventorySources {
  readonly felix: FelixView | null;
  readonly startup: StartupView | null;
  /** `projectcalico.org/Interfaces`, from v3.31.0 on. */
  readonly interfacesAnnotation: string | undefined;
  readonly stored: readonly InventoryAddress[];
  readonly internalIPs: readonly string[];
  readonly isStale: boolean;
}

interface ListedInterface {
  readonly name: string;
  readonly addresses: readonly string[];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Reads the annotation `projectcalico.org/Interfaces`; null if it is not there or is not what Calico writes. */
export function parseInterfaces(text: string | undefined): readonly ListedInterface[] | null {
  let list: unknown;
  try {
    list = JSON.parse(text ?? '');
  } catch {
    return null;
  }
  if (!Array.isArray(list)) return null;
  return list.flatMap((entry: unknown) => {
    if (!isRecord(entry) || typeof entry['name'] !== 'string') return [];
    const given: unknown = entry['addresses'];
    const addresses = (Array.isArray(given) ? given : []).flatMap((one: unknown) =>
      typeof one === 'string' ? (parseAddress(one)?.text ?? []) : [],
    );
    return [{ name: entry['name'], addresses }];
  });
}

function prefixesOf({ startup, stored }: InventorySources): ReadonlyMap<string, number> {
  const pairs = [...stored, ...(startup?.found ?? [])].flatMap(({ ip, prefix }) =>
    prefix === null ? [] : [[parseAddress(ip)?.text ?? ip, prefix] as const],
  );
  return new Map(pairs);
}

type Draft = Omit<InventoryInterface, 'addresses'> & { readonly addresses: Set<string> };

const bare = (name: string, source: InventorySource): Omit<Draft, 'addresses'> => ({
  name,
  ifIndex: null,
  source,
  mayHideAddresses: false,
  isOrdered: false,
  changedAt: null,
});

function addFelix(drafts: Map<string, Draft>, felix: FelixView): void {
  for (const [name, { ifIndex, isDown, addresses, changedAt }] of felix.interfaces) {
    const mayHideAddresses = (addresses?.size ?? 0) === 0 && isDown !== false;
    const rest = { ifIndex, mayHideAddresses, changedAt, addresses: new Set(addresses ?? []) };
    drafts.set(name, { ...bare(name, 'felix'), ...rest });
  }
}

const isLinkLocalText = (ip: string): boolean => {
  const address = parseAddress(ip);
  return address !== null && isLinkLocal(address);
};

// The annotation has the kernel's order, Felix has the newer state: both together, where they speak of the same addresses.
function mergeAddresses(
  known: ReadonlySet<string>,
  told: readonly string[],
): Pick<Draft, 'addresses' | 'isOrdered'> {
  if (known.size === 0) return { addresses: new Set(told), isOrdered: true };
  const isSame =
    told.every((ip) => known.has(ip)) &&
    [...known].every((ip) => told.includes(ip) || isLinkLocalText(ip));
  return { addresses: isSame ? new Set([...told, ...known]) : new Set(known), isOrdered: isSame };
}

function addAnnotation(drafts: Map<string, Draft>, sources: InventorySources): void {
  for (const { name, addresses } of parseInterfaces(sources.interfacesAnnotation) ?? []) {
    if (sources.felix?.gone.has(name)) continue;
    const known = drafts.get(name) ?? {
      ...bare(name, 'interfaces-annotation'),
      addresses: new Set<string>(),
    };
    const merged = mergeAddresses(known.addresses, addresses);
    drafts.set(name, { ...known, ...merged, mayHideAddresses: false });
  }
}

function addStartup(drafts: Map<string, Draft>, { startup, felix }: InventorySources): void {
  for (const { ip, iface } of startup?.found ?? []) {
    if (iface === null || felix?.gone.has(iface)) continue;
    const known = drafts.get(iface);
    if (known && known.source !== 'startup') continue;
    const addresses = new Set([...(known?.addresses ?? []), ip]);
    drafts.set(iface, { ...bare(iface, 'startup'), mayHideAddresses: true, addresses });
  }
}

function unplacedOf(
  sources: InventorySources,
  placed: ReadonlySet<string>,
  prefixes: ReadonlyMap<string, number>,
): Inventory['unplaced'] {
  const { startup, stored, internalIPs } = sources;
  const candidates: (readonly [string, InventorySource])[] = [
    ...(startup?.found ?? []).map(({ ip }) => [ip, 'startup'] as const),
    ...stored.map(({ ip }) => [ip, 'stored-address'] as const),
    ...internalIPs.map((ip) => [ip, 'InternalIP'] as const),
  ];
  const seen = new Set(placed);
  return candidates.flatMap(([text, source]) => {
    const ip = parseAddress(text)?.text;
    if (ip === undefined || seen.has(ip) || startup?.missing.has(ip)) return [];
    seen.add(ip);
    return [{ ip, prefix: prefixes.get(ip) ?? null, source }];
  });
}

function completenessOf(sources: InventorySources, family: Family): Completeness {
  if (sources.felix?.isComplete) return 'all';
  // The annotation has the families that IP and IP6 ask for, no others.
  const isListed = (parseInterfaces(sources.interfacesAnnotation) ?? []).some(({ addresses }) =>
    addresses.some((address) => parseAddress(address)?.family === family),
  );
  return isListed ? 'not-excluded' : 'part';
}

/** Puts together what the sources tell of one node. Felix's lines win over the annotation, as they have the index too. */
export function buildInventory(sources: InventorySources): Inventory {
  const drafts = new Map<string, Draft>();
  if (sources.felix) addFelix(drafts, sources.felix);
  addAnnotation(drafts, sources);
  addStartup(drafts, sources);
  const prefixes = prefixesOf(sources);
  const interfaces = [...drafts.values()].map((draft) => ({
    ...draft,
    addresses: [...draft.addresses].map((ip) => ({ ip, prefix: prefixes.get(ip) ?? null })),
  }));
  const placed = new Set(interfaces.flatMap(({ addresses }) => addresses.map(({ ip }) => ip)));
  return {
    interfaces,
    unplaced: unplacedOf(sources, placed, prefixes),
    completeness: { 4: completenessOf(sources, 4), 6: completenessOf(sources, 6) },
    isStale: sources.isStale,
    order: sources.startup?.order ?? null,
    observed: sources.startup?.observed ?? { 4: null, 6: null },
    hasFailed: sources.startup?.hasFailed ?? { 4: false, 6: false },
  };
}

const memo = new WeakMap<Snapshot['logs'], WeakMap<NodeView, Inventory>>();

function gather(snapshot: Snapshot, view: NodeView): Inventory {
  const { pod, ipv4, ipv6, internalIPs, health } = view;
  const lines = (previous: boolean): readonly LogLine[] =>
    pod ? logLines(snapshot, pod, 'calico-node', previous) : [];
  const now = readFelix(lines(false));
  const hasNow = now.interfaces.size > 0;
  const felix = hasNow ? now : readFelix(lines(true));
  return buildInventory({
    felix: felix.interfaces.size > 0 ? felix : null,
    startup: readStartup([...lines(true), ...lines(false)]),
    interfacesAnnotation: view.node?.metadata.annotations?.['projectcalico.org/Interfaces'],
    stored: [ipv4, ipv6].filter((one) => one !== null),
    internalIPs,
    isStale: !hasNow && health?.state !== 'ready',
  });
}

/** The interfaces of a node from every source of the snapshot: logs, annotations, addresses. Computed once per view. */
export function inventoryOf(snapshot: Snapshot, view: NodeView): Inventory {
  const { logs } = snapshot;
  const known = memo.get(logs) ?? new WeakMap<NodeView, Inventory>();
  memo.set(logs, known);
  const inventory = known.get(view) ?? gather(snapshot, view);
  known.set(view, inventory);
  return inventory;
}
