import type { SimulatedCluster } from '../cluster/cluster.ts';
import type { NodeFacts } from '../cluster/facts.ts';
import { collections } from '../cluster/manifest.ts';
import { disruptionBudget, type WorkloadOptions } from '../cluster/workloads.ts';
import { byManifest, byManifestAlone, machines, onBoth, type Put, workload } from './parts.ts';
import { nodeAt, type Scenario, type ScenarioOptions } from './scenario.ts';

const onAll =
  (change: (node: NodeFacts) => void) =>
  ({ nodes }: SimulatedCluster): void => {
    for (const node of nodes.values()) change(node);
  };

const cgroupDrivers = onBoth({
  id: 'cgroup-drivers',
  title:
    'on the newest node systemd clears containers away that the runtime has put in the wrong place',
  tries: [
    'kubectl calico-fix diagnose',
    'kubectl calico-fix explain cgroup-driver-mismatch',
    'press c when the runtime is set right',
  ],
  finds: ['cgroup-driver-mismatch'],
  make: (put, options) => {
    const nodes = machines(options, 3);
    nodeAt(nodes, -1).doCgroupsAgree = false;
    return put(nodes, options);
  },
  cure: {
    told: 'containerd uses systemd’s cgroups now',
    does: onAll((node) => {
      node.doCgroupsAgree = true;
    }),
  },
});

const rebootedNode: Scenario = {
  id: 'rebooted-node',
  title: 'looks like cgroup-drivers: all containers of a node were restarted, once, by a reboot',
  tries: ['kubectl calico-fix diagnose', 'nothing is wrong any more'],
  finds: [],
  build: (options) => {
    const nodes = machines(options, 3);
    return byManifest(nodes, {}, options, {
      happenings: (_, kubelets) => [
        {
          secondsAgo: 1200,
          does: () => {
            const last = nodeAt(nodes, -1).name;
            for (const pod of kubelets.pods())
              if (kubelets.machineOf(pod)?.facts.name === last)
                pod.killFromBelow(Date.now() / 1000 - 1200);
          },
        },
      ],
    });
  },
};

const stuckRuntime = onBoth({
  id: 'stuck-runtime',
  title:
    'the container runtime of a node does not say how containers end, and calico-node stands in Init',
  tries: [
    'kubectl calico-fix diagnose',
    'kubectl calico-fix explain runtime-broken-init-stuck',
    'press c when the runtime is restarted',
  ],
  finds: ['runtime-broken-init-stuck'],
  make: (put, options) => {
    const nodes = machines(options, 3);
    nodeAt(nodes, 0).runtime = 'wedged';
    return put(nodes, options);
  },
  cure: {
    told: 'the runtime was restarted',
    does: onAll((node) => {
      node.runtime = 'works';
    }),
  },
});

const deadServiceAddress: Scenario = {
  id: 'dead-service-address',
  title:
    'looks like stuck-runtime: init containers do not get on, as nothing answers at the API server’s service address',
  tries: ['kubectl calico-fix diagnose', 'kube-proxy of that node has to be put right: press c'],
  finds: ['apiserver-service-ip-unreachable'],
  build: (options) => {
    const nodes = machines(options, 3);
    nodeAt(nodes, 0).isServiceIpReachable = false;
    return byManifest(nodes, {}, options);
  },
  cure: {
    told: 'the service address works again',
    does: onAll((node) => {
      node.isServiceIpReachable = true;
    }),
  },
};

const modestSeconds = 900;

// Seven CPUs' worth of work for each that there is: probes come too late by far. It begins when the pods have run for a quarter
// of an hour, so that those that start elsewhere are modest at first.
const busy = (node: NodeFacts): WorkloadOptions => ({
  replicas: 7,
  demand: node.cpus,
  demandAfter: modestSeconds,
  node: node.name,
  hasLivenessProbe: true,
});

// How long it has gone on. Quickly, calico-node was killed once or twice and is not held back for minutes.
const overloadSeconds = ({ isQuick }: ScenarioOptions): number => (isQuick === true ? 120 : 1500);

function overloaded(
  put: Put,
  options: ScenarioOptions,
  more: readonly (readonly [string, object])[] = [],
) {
  const nodes = machines(options, 3);
  const node = nodeAt(nodes, 1);
  const reports = busy(node);
  const objects = [workload('reports', reports), ...more];
  const history = modestSeconds + overloadSeconds(options);
  return put(nodes, options, { objects, morePods: reports.replicas, history });
}

const overload = onBoth({
  id: 'overload',
  title: 'a node has far more work than it can do, and calico-node answers its probes too late',
  tries: [
    'kubectl top nodes',
    'kubectl calico-fix diagnose',
    'kubectl calico-fix fix node-overload-liveness-refused --ignore-daemonsets --dry-run=server',
    'kubectl calico-fix fix node-overload-liveness-refused --ignore-daemonsets',
  ],
  finds: ['node-overload-liveness-refused'],
  make: (put, options) => overloaded(put, options),
});

const blockedDrain: Scenario = {
  id: 'blocked-drain',
  title: 'as overload, and a disruption budget lets none of the busy pods go',
  tries: [
    'kubectl calico-fix fix node-overload-liveness-refused --ignore-daemonsets',
    'kubectl delete pdb reports',
  ],
  finds: ['node-overload-liveness-refused'],
  build: (options) =>
    overloaded(byManifestAlone, options, [
      [collections.budgets, disruptionBudget('reports', { maxUnavailable: 0 })],
    ]),
};

const healthPort: Scenario = {
  id: 'health-port',
  title: 'looks like overload: another program of the machine holds the port of Felix’ health',
  tries: ['kubectl calico-fix diagnose', 'press c when that program is gone'],
  finds: ['health-port-in-use'],
  build: (options) => {
    const nodes = machines(options, 3);
    nodeAt(nodes, 1).takenPorts = [9099];
    return byManifest(nodes, {}, options);
  },
  cure: {
    told: 'the port is free again',
    does: onAll((node) => {
      node.takenPorts = [];
    }),
  },
};

/** Incidents of which the machines are the cause. */
export const machineScenarios: readonly Scenario[] = [
  ...cgroupDrivers,
  rebootedNode,
  ...stuckRuntime,
  deadServiceAddress,
  ...overload,
  blockedDrain,
  healthPort,
];
