import { startCluster, type SimulatedCluster } from '../cluster/cluster.ts';
import { addressScenarios } from './addresses.ts';
import { machineScenarios } from './machines.ts';
import { addBridge, byManifest, byOperator, machines } from './parts.ts';
import { nodeAt, type Scenario, type ScenarioOptions } from './scenario.ts';
import { startScenarios } from './starts.ts';

const healthy: Scenario = {
  id: 'healthy',
  title: 'nothing is wrong (operator)',
  tries: ['kubectl calico-fix diagnose'],
  finds: [],
  build: (options) => byOperator(machines(options, 3), {}, options),
};

const healthyManifest: Scenario = {
  id: 'healthy-manifest',
  title: 'nothing is wrong (manifest)',
  tries: ['kubectl calico-fix diagnose'],
  finds: [],
  build: (options) => byManifest(machines(options, 3), {}, options),
};

const twoFaults: Scenario = {
  id: 'two-faults',
  title: 'one node gives out a bridge’s address, on another the health port is taken (manifest)',
  tries: [
    'kubectl calico-fix diagnose',
    'kubectl calico-fix fix wrong-ip-autodetected',
    'kubectl calico-fix diagnose',
  ],
  finds: ['wrong-ip-autodetected', 'health-port-in-use'],
  build: (options) => {
    const nodes = machines(options, 4);
    addBridge(nodeAt(nodes, 1));
    nodeAt(nodes, 2).takenPorts = [9099];
    return byManifest(nodes, {}, options);
  },
};

// A full mesh of so many would be no cluster that anybody runs.
const withoutBgp = {
  calicoNetwork: { bgp: 'Disabled', ipPools: [{ cidr: '10.244.0.0/12', encapsulation: 'VXLAN' }] },
};
const sickShare = 100;

const manyNodes: Scenario = {
  id: 'many-nodes',
  title:
    '5,000 nodes (--nodes N for others), one in a hundred with a bridge’s address (operator, VXLAN); up after 5 to 10 minutes, with 5 GB of memory',
  tries: [
    'kubectl calico-fix diagnose',
    'kubectl calico-fix predict',
    'kubectl calico-fix fix --dry-run=server',
  ],
  finds: ['wrong-ip-autodetected'],
  build: (options) => {
    const nodes = machines({ ...options, nodes: options.nodes ?? 5000 }, 3);
    for (const [place, node] of nodes.entries())
      if (place % sickShare === 1)
        addBridge(node, 'nerdctl0', `10.4.${Math.floor(place / sickShare)}.1/24`);
    return byOperator(nodes, { spec: withoutBgp }, options, {
      kwokPods: 'ordinary',
      hasMetrics: false,
      history: 4000,
    });
  },
};

/** All scenarios of the sandbox. */
export const scenarios: readonly Scenario[] = [
  healthy,
  healthyManifest,
  ...addressScenarios,
  ...startScenarios,
  ...machineScenarios,
  twoFaults,
  manyNodes,
];

/** A scenario by its name. Throws where there is none. */
export function scenarioOf(id: string): Scenario {
  const found = scenarios.find((scenario) => scenario.id === id);
  if (!found) throw new Error(`there is no scenario ${id}`);
  return found;
}

/** Brings up the cluster of a scenario. `say` is told what happens inside. */
export const startScenario = async (
  id: string,
  options: ScenarioOptions = {},
  say: (line: string) => void = () => {},
): Promise<SimulatedCluster> =>
  await startCluster({ ...scenarioOf(id).build(options), context: `sandbox-${id}`, say });
