import { nodeViews, type NodeView } from '../calico/nodes.ts';
import { inventoryOf } from '../calico/inventory.ts';
import type { Family } from '../calico/autodetection/address.ts';
import type { NodePrediction, Proposal } from '../calico/autodetection/propose.ts';
import type { AddressForecast } from '../model/remedy.ts';
import type { Snapshot } from '../model/snapshot.ts';

function carrierOf(snapshot: Snapshot, view: NodeView | undefined, ip: string | null) {
  if (!view || ip === null) return null;
  const { interfaces } = inventoryOf(snapshot, view);
  return interfaces.find(({ addresses }) => addresses.some((one) => one.ip === ip))?.name ?? null;
}

function thenOf({ outcome, choices, keepsStored, now }: NodePrediction): {
  readonly outcome: AddressForecast['outcome'];
  readonly then: string | null;
  readonly iface: string | null;
} {
  const [choice, other] = choices;
  const iface = choice?.iface ?? null;
  switch (outcome) {
    case 'same':
      return { outcome: 'stays', then: now, iface };
    case 'changes':
      // One of several: which of them is not known.
      return {
        outcome: 'changes',
        then: other ? null : (choice?.ip ?? null),
        iface: other ? null : iface,
      };
    case 'fails':
      return keepsStored
        ? { outcome: 'stays', then: now, iface: null }
        : { outcome: 'none', then: null, iface: null };
    case 'unknown':
      return { outcome: 'unknown', then: null, iface: null };
  }
}

/** What a simulated method would make of each node's address, by name of the node. */
export function addressForecasts(
  snapshot: Snapshot,
  { predictions }: Proposal,
  family: Family,
): readonly AddressForecast[] {
  const views = new Map(nodeViews(snapshot).map((view) => [view.name, view]));
  return predictions.map((prediction) => {
    const { node, now } = prediction;
    const { outcome, then, iface } = thenOf(prediction);
    const nowInterface = carrierOf(snapshot, views.get(node), now);
    const thenInterface = iface ?? (then === now ? nowInterface : null);
    return { node, family, now, nowInterface, then, thenInterface, outcome };
  });
}
