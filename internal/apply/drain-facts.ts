import type { Clock } from '../model/clock.ts';
import type { Cluster } from '../model/cluster.ts';
import type { DrainFacts } from '../plan/drain-facts.ts';

/** Reads what the drains of these nodes are judged by. What cannot be read is said in `gaps`; throws what the cluster throws. */
export async function readDrainFacts(
  cluster: Cluster,
  nodes: readonly string[],
  clock: Clock,
): Promise<DrainFacts> {
  void [cluster, nodes, clock];
  await Promise.resolve();
  throw new Error('not written yet');
}
