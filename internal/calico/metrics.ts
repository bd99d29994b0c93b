import type { Node } from '../model/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { quantityOf } from './quantity.ts';
import { findObject, itemsOf } from './snapshot-lists.ts';

/** How much of a node's CPU and memory is used, as shares of 1, and the figures as they stand in the API. */
export interface Usage {
  readonly cpu: number;
  readonly memory: number;
  readonly text: { readonly cpu: string; readonly memory: string };
}

/**
 * A node's use as metrics.k8s.io tells it: `missing` where other nodes have figures and this one has none, null where nothing
 * can be said.
 */
export function usageOf(snapshot: Snapshot, node: Node): Usage | 'missing' | null {
  const metrics = findObject(snapshot, 'nodeMetrics', node.metadata.name);
  if (!metrics) return itemsOf(snapshot, 'nodeMetrics').length > 0 ? 'missing' : null;
  const room = { ...node.status?.capacity, ...node.status?.allocatable };
  const share = (name: string): number | null => {
    const used = quantityOf(metrics.usage?.[name]);
    const all = quantityOf(room[name]);
    return used === null || all === null || all === 0 ? null : used / all;
  };
  const cpu = share('cpu');
  const memory = share('memory');
  if (cpu === null && memory === null) return null;
  const text = (name: string): string =>
    `${metrics.usage?.[name] ?? 'unknown'} of ${room[name] ?? 'unknown'}`;
  return { cpu: cpu ?? 0, memory: memory ?? 0, text: { cpu: text('cpu'), memory: text('memory') } };
}
