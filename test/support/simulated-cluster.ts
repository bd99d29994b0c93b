import { isCalicoNodePod } from '../../internal/calico/pods.ts';
import type { Pod } from '../../internal/model/kubernetes.ts';
import { healthyCluster, suffixOf, workers } from './cluster.ts';
import type { Kind } from './daemon-set.ts';
import { memoryCluster, type MemoryCluster, type MemoryOptions } from './memory-cluster.ts';
import { installationCrd, type CrdOptions } from './memory-crd.ts';
import { refOf } from './memory-store.ts';
import { add, type Sample } from './sample.ts';
import { runDaemonSets } from './simulated-daemon-sets.ts';
import { runKubelets } from './simulated-kubelet.ts';
import { runOperator, type Operator, type OperatorOptions } from './simulated-operator.ts';
import { runWorkloads } from './simulated-workloads.ts';
import type { SimulatedNode, World } from './simulated-world.ts';
import type { Interface } from './start-log.ts';

export interface SimulationOptions extends Omit<MemoryOptions, 'sample'> {
  readonly install?: Kind;
  readonly version?: string;
  /** The kubelets' release. */
  readonly kubernetes?: string;
  /** Machines, or how many healthy ones. */
  readonly nodes?: readonly SimulatedNode[] | number;
  /** Changes the objects before anything runs: settings of the DaemonSet or the Installation, more workloads. */
  readonly change?: (sample: Sample) => void;
  /** The fields of the Installation's definition; null: the definition is not there. */
  readonly crd?: CrdOptions | null;
  readonly operator?: OperatorOptions;
  /** Seconds that the cluster runs before it is handed over; 600 unless given. */
  readonly age?: number;
}

/**
 * A cluster in memory whose programs run, by the clock: the DaemonSet controller, a kubelet on each node with the real algorithms of
 * calico-node's start, BIRD's mesh, the operator, replacements of evicted pods. Faults are not painted on but happen:
 *
 *     const cluster = await simulatedCluster({
 *       install: 'operator',
 *       nodes: [
 *         { name: 'n1', ip: '10.8.0.1' },
 *         { name: 'n2', ip: '10.8.0.2', more: [{ name: 'lab0', index: 9, addresses: ['10.99.0.1/24'] }] },   // first-found takes it
 *         { name: 'n3', ip: '10.8.0.3', startSeconds: 200 },                                          // the liveness probe kills it
 *       ],
 *     });
 *     diagnose(await cluster.gather(), …)              // finds them
 *     cluster.addInterface('n1', { … }); cluster.restart('n1');
 *
 * It has run for ten minutes when it is handed over. Time passes while somebody waits by `cluster.clock` (`clock.advance` in a test).
 */
export interface SimulatedCluster extends MemoryCluster {
  readonly world: World;
  readonly operator: Operator | null;
  /** The calico-node pod on a node, if there is one that is not going. */
  readonly calicoPod: (node: string) => Pod | null;
  /** A new interface on a machine: the next start of calico-node there finds it. */
  readonly addInterface: (node: string, iface: Interface) => void;
  /** What the next start of calico-node on a machine takes, in seconds. */
  readonly setStart: (node: string, seconds: number) => void;
  /** Deletes the calico-node pod of a node. */
  readonly restart: (node: string) => void;
}

function sampleOf(options: SimulationOptions, nodes: readonly SimulatedNode[]): Sample {
  const { install = 'manifest', version = 'v3.29.1' } = options;
  const { kubernetes } = options;
  const sample = healthyCluster({ install, version, kubernetes, nodes, noLogs: true });
  // Its own pods are made by the DaemonSet controller, its addresses by calico-node.
  sample.lists.pods = (sample.lists.pods ?? []).filter((pod) => !isCalicoNodePod(pod as Pod));
  for (const { metadata } of sample.lists.nodes ?? []) metadata.annotations = {};
  if (install === 'operator' && options.crd !== null)
    add(sample, 'customResourceDefinitions', installationCrd(options.crd));
  options.change?.(sample);
  return sample;
}

/** Makes a cluster that lives, and lets it run in. */
export async function simulatedCluster(options: SimulationOptions = {}): Promise<SimulatedCluster> {
  const { install = 'manifest', version = 'v3.29.1', nodes = 3, age = 600 } = options;
  const machines = typeof nodes === 'number' ? workers(nodes) : nodes;
  const cluster = memoryCluster({ ...options, sample: sampleOf(options, machines) });
  let count = 0;
  const world: World = {
    cluster,
    nodes: new Map(machines.map((node) => [node.name, node])),
    calicoVersion: version,
    newSuffix: (seed) => suffixOf(`${seed}${(count += 1)}`),
  };
  runKubelets(world);
  runDaemonSets(world);
  runWorkloads(world);
  const operator = install === 'operator' ? runOperator(world, options.operator) : null;
  await cluster.clock.advance(age * 1000);
  const calicoPod = (node: string): Pod | null =>
    (cluster.store.list('Pod') as readonly Pod[]).find(
      (pod) =>
        isCalicoNodePod(pod) &&
        pod.spec?.nodeName === node &&
        pod.metadata.deletionTimestamp === undefined,
    ) ?? null;
  const change = (name: string, parts: (node: SimulatedNode) => Partial<SimulatedNode>): void => {
    const node = world.nodes.get(name);
    if (!node) throw new Error(`there is no machine ${name}`);
    world.nodes.set(name, { ...node, ...parts(node) });
  };
  return {
    ...cluster,
    world,
    operator,
    calicoPod,
    addInterface: (name, iface) => change(name, ({ more = [] }) => ({ more: [...more, iface] })),
    setStart: (name, startSeconds) => change(name, () => ({ startSeconds })),
    restart: (name) => {
      const pod = calicoPod(name);
      if (pod) cluster.deletePod(refOf(pod));
    },
  };
}
