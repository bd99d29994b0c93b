import type { Snapshot } from '../model/snapshot.ts';
import { parseAddress, type Family } from './autodetection/address.ts';
import { parseCidr, type Network } from './autodetection/cidr.ts';
import { predictAddress } from './autodetection/predict.ts';
import type { NodeCase, Prediction } from './autodetection/predict-types.ts';
import type { ClusterCase } from './autodetection/propose.ts';
import { addressSource, type AddressSource } from './autodetection/start-address.ts';
import { inventoryOf } from './inventory.ts';
import { nodeViews, type NodeView } from './nodes.ts';
import { settingsOf, type CalicoSettings } from './settings.ts';
import { itemsOf } from './snapshot-lists.ts';
import { isAtLeast } from './version.ts';

/** The stored address of a family, as Go prints it; null where there is none. */
export function storedIP(view: NodeView, family: Family): string | null {
  const stored = family === 4 ? view.ipv4 : view.ipv6;
  return parseAddress(stored?.ip ?? '')?.text ?? null;
}

const internalIPsOf = ({ internalIPs }: NodeView, family: Family): readonly string[] =>
  internalIPs.flatMap((ip) => {
    const address = parseAddress(ip);
    return address?.family === family ? [address.text] : [];
  });

/**
 * Nodes whose stored address is not right by the look of it: there is none, or it is not one that Kubernetes knows while it is on
 * most other nodes. In a cluster whose nodes use another network for Calico on purpose no node is suspected for that.
 */
export function suspectNodes(snapshot: Snapshot, family: Family): ReadonlySet<string> {
  const views = nodeViews(snapshot).filter((view) => internalIPsOf(view, family).length > 0);
  const none = views.filter((view) => storedIP(view, family) === null);
  const other = views.filter((view) => {
    const stored = storedIP(view, family);
    return stored !== null && !internalIPsOf(view, family).includes(stored);
  });
  const isException = other.length * 2 < views.length - none.length;
  return new Set([...none, ...(isException ? other : [])].map(({ name }) => name));
}

/** The nodes of a snapshot as the simulation needs them; `sick` names those whose address is not right. */
export const nodeCases = (
  snapshot: Snapshot,
  family: Family,
  sick: ReadonlySet<string> = suspectNodes(snapshot, family),
): readonly NodeCase[] =>
  nodeViews(snapshot).map((view) => ({
    name: view.name,
    inventory: inventoryOf(snapshot, view),
    kernelVersion: view.node?.status?.nodeInfo?.kernelVersion ?? null,
    nodeAddresses: view.node ? (view.node.status?.addresses ?? []) : null,
    stored: storedIP(view, family),
    isHealthy: !sick.has(view.name),
  }));

function pools(snapshot: Snapshot): readonly Network[] {
  return itemsOf(snapshot, 'ipPools').flatMap(({ spec }) => {
    // A pool that only announces addresses of load balancers may well be the nodes' own network.
    const isForPods = spec?.allowedUses?.includes('Workload') ?? true;
    return (isForPods && parseCidr(spec?.cidr ?? '')?.network) || [];
  });
}

const serviceIPs = (snapshot: Snapshot): ReadonlySet<string> =>
  new Set(
    itemsOf(snapshot, 'services').flatMap(({ spec }) =>
      (spec?.clusterIPs ?? [spec?.clusterIP ?? '']).flatMap((ip) => parseAddress(ip)?.text ?? []),
    ),
  );

/** A cluster as `judgeMethod` and `proposeMethods` need it. */
export const clusterCase = (
  snapshot: Snapshot,
  family: Family,
  calicoVersion: string | null,
  options: { readonly sick?: ReadonlySet<string>; readonly methodInUse?: string } = {},
): ClusterCase => ({
  nodes: nodeCases(snapshot, family, options.sick),
  family,
  calicoVersion,
  reserved: pools(snapshot),
  serviceIPs: serviceIPs(snapshot),
  ...(options.methodInUse === undefined ? {} : { methodInUse: options.methodInUse }),
});

/** What the next start of calico-node on a node would do about its address. */
export interface NextAddress {
  /** `unknown`: the value of `IP` or `IP6`, or what is stored, is not in the snapshot. */
  readonly source: AddressSource | 'unknown';
  /** The method in use; empty stands for first-found. */
  readonly method: string;
  /** Null unless an address is detected. */
  readonly prediction: Prediction | null;
}

function sourceOf(
  view: NodeView,
  settings: CalicoSettings,
  family: Family,
  calicoVersion: string | null,
): NextAddress['source'] {
  const isOff = settings.backend === 'none' && isAtLeast(calicoVersion, '3.26.2');
  if (isOff) return 'nothing';
  const stored = storedIP(view, family);
  // With etcd the stored value is in no Kubernetes object.
  const isHidden = stored === null && settings.datastore === 'etcd';
  const isUnread = settings.env.get(family === 4 ? 'IP' : 'IP6') === null;
  const value = family === 4 ? settings.ip : settings.ip6;
  if (isUnread || (isHidden && value !== 'autodetect')) return 'unknown';
  return addressSource(family, value, stored !== null);
}

/**
 * Answers whether the method in use would choose another address at the next start of a node's calico-node: `changes` there means
 * that the present one is right by luck alone, or already wrong. Null without a pod.
 */
export function nextAddress(
  snapshot: Snapshot,
  view: NodeView,
  family: Family,
  calicoVersion: string | null,
): NextAddress | null {
  const { pod, node } = view;
  if (!pod) return null;
  const settings = settingsOf(snapshot, pod.spec, pod);
  const method = family === 4 ? settings.method : settings.method6;
  const source = sourceOf(view, settings, family, calicoVersion);
  if (source !== 'detect') return { source, method, prediction: null };
  const prediction = predictAddress({
    inventory: inventoryOf(snapshot, view),
    kernelVersion: node?.status?.nodeInfo?.kernelVersion ?? null,
    calicoVersion,
    method,
    family,
    nodeAddresses: node ? (node.status?.addresses ?? []) : null,
    stored: storedIP(view, family),
    methodInUse: method,
  });
  return { source, method, prediction };
}
