import type { ClusterSpec, SimulatedCluster } from '../cluster/cluster.ts';
import type { NodeFacts } from '../cluster/facts.ts';

export interface ScenarioOptions {
  /** How many nodes; a scenario has at least as many as it needs. */
  readonly nodes?: number;
  /** Numbers with which a test need not wait: the same mechanism in seconds instead of minutes. */
  readonly isQuick?: boolean;
}

/** An incident, or what looks like one. */
export interface Scenario {
  /** Its name on the command line. */
  readonly id: string;
  /** What is the matter, in one line. */
  readonly title: string;
  /** What a person may try, a line each; `kubectl calico-fix …` or plain words. */
  readonly tries: readonly string[];
  /** What diagnose has to find: ids of findings of severity error, the first one first; none where all is well. */
  readonly finds: readonly string[];
  readonly build: (options: ScenarioOptions) => Omit<ClusterSpec, 'say' | 'context'>;
  /** What somebody would do on the machines, if that is what cures it. */
  readonly cure?: { readonly told: string; readonly does: (cluster: SimulatedCluster) => void };
}

/** A machine by its place, the last with -1. Throws where there is none. */
export function nodeAt(nodes: readonly NodeFacts[], place: number): NodeFacts {
  const node = nodes.at(place);
  if (!node) throw new Error(`there is no node ${place}`);
  return node;
}
