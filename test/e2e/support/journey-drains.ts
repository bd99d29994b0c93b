import type { NodeFacts } from './cluster/facts.ts';
import { byManifest, machines, workload } from './scenarios/parts.ts';
import type { Scenario } from './scenarios/scenario.ts';

const podsEach = 7;

/** The workload that is too much for a node. */
export const workloadOf = (node: string): string => `reports-${node}`;

// As the sandbox' overload, for several nodes: the work has grown there, and is modest wherever it starts anew.
const busy = ({ name, cpus }: NodeFacts) =>
  workload(workloadOf(name), {
    replicas: podsEach,
    demand: cpus,
    demandAfter: 900,
    node: name,
    hasLivenessProbe: true,
  });

/** A cluster in which so many nodes have more work than they can do, beside more that have not. */
export const overloads = (count: number): Scenario => ({
  id: `overloads-${count}`,
  title: `${count} nodes have far more work than they can do`,
  tries: [],
  finds: ['node-overload-liveness-refused'],
  build: (options) => {
    const nodes = machines({}, 2 * count + 2);
    const sick = nodes.slice(count + 2);
    return byManifest(nodes, {}, options, {
      objects: sick.map(busy),
      morePods: count * podsEach,
      // Quickly, calico-node was killed once or twice and is not held back for minutes.
      history: options.isQuick === true ? 1020 : 2400,
    });
  },
});

/** The names of its nodes that have too much to do. */
export const overloadedNodes = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `worker-${count + index + 3}`);

/** What empties such a node. */
export const drainArgs = (node: string): readonly string[] => [
  'fix',
  'node-overload-liveness-refused',
  '--node',
  node,
  '--ignore-daemonsets',
  '--yes',
];
