import { setTimeout as wait } from 'node:timers/promises';
import {
  startCluster,
  type ClusterSpec,
  type SimulatedCluster,
} from '../e2e/support/cluster/cluster.ts';
import { valueAt } from '../e2e/support/cluster/operator-rules.ts';
import { readyNodes } from '../e2e/support/cluster/watching.ts';

/** What else is so in a cluster while something is wrong; it holds for one journey. */
export interface Circumstance {
  readonly id: string;
  readonly begin: (cluster: SimulatedCluster) => Promise<void>;
}

/** Somebody else's change of what the cure changes too. */
export interface Rival {
  readonly path: string;
  /** What they make of the object. Whoever puts `undo` in has it as it was. */
  readonly meddle: (cluster: SimulatedCluster) => Promise<{ readonly undo: () => Promise<void> }>;
}

/** A cluster in which something is wrong that the tool can put right, and how that is told apart without the tool. */
export interface Incident {
  readonly id: string;
  readonly build: () => ClusterSpec;
  /** Calico's. */
  readonly namespace: string;
  /** The paths of what its cure may change, where it lasts. */
  readonly mayWrite: RegExp;
  /** Null: nobody else changes the same. */
  readonly rival: Rival | null;
  /** Most of its weathers are such that something cannot be read. */
  readonly isOfReading?: true;
  /** What fix may be asked for, one of them at random. */
  readonly fixes: readonly (readonly string[])[];
  /** Seconds that a fix may wait, one of them at random. */
  readonly timeouts: readonly number[];
  /** What a journey begins in, one of them at random. */
  readonly circumstances: readonly Circumstance[];
  /** Whether what the tool is to cure is there, and shows. */
  readonly isSick: (cluster: SimulatedCluster) => Promise<boolean>;
  /** Whether it is cured, and calico-node works where it did not. In between are pods that have just been started. */
  readonly isWell: (cluster: SimulatedCluster) => Promise<boolean>;
  /** Whether the incident stands as at its beginning, and nothing moves. */
  readonly isStanding: (cluster: SimulatedCluster) => Promise<boolean>;
  /** Ends all circumstances, and sets going what brings the incident back. Asked for again and again until it stands. */
  readonly bringBack: (cluster: SimulatedCluster) => Promise<void>;
}

/** From a single look to the end of everything. */
export const anyTimeout: Incident['timeouts'] = [0, 20, 100, 240];

/** Nothing besides. */
export const usual: Circumstance = { id: 'usual', begin: () => Promise.resolve() };

/** The path of Calico's DaemonSet. */
export const daemonSetIn = (namespace: string): string =>
  `/apis/apps/v1/namespaces/${namespace}/daemonsets/calico-node`;

/** Changed pods are replaced all at once, so that a rollout takes seconds. */
export const allAtOnce = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } };

/** The spec of an Installation without BGP, where a calico-node is ready some seconds after its start. */
export const withoutBgp = {
  calicoNetwork: { bgp: 'Disabled', ipPools: [{ cidr: '10.244.0.0/14', encapsulation: 'VXLAN' }] },
  nodeUpdateStrategy: allAtOnce,
};

/** Nothing is replaced by itself, so that nothing has to be waited for. */
export const onDelete: Circumstance = {
  id: 'OnDelete',
  begin: async ({ client }) => {
    const updateStrategy = { type: 'OnDelete', rollingUpdate: null };
    await client.patch(daemonSetIn('kube-system'), { spec: { updateStrategy } });
  },
};

/** Lets changed pods of a manifest's DaemonSet be replaced all at once. */
export const rollAtOnce: Incident['bringBack'] = async ({ client }) => {
  await client.patch(daemonSetIn('kube-system'), { spec: { updateStrategy: allAtOnce } });
};

/** Whether all pods of Calico's DaemonSet have its newest template. */
export async function isNewest({ client }: SimulatedCluster, namespace: string): Promise<boolean> {
  const daemonSet = await client.get(daemonSetIn(namespace));
  const status = (key: string): unknown => valueAt(daemonSet, 'status', key);
  return (
    status('observedGeneration') === valueAt(daemonSet, 'metadata', 'generation') &&
    status('updatedNumberScheduled') === status('desiredNumberScheduled')
  );
}

/** The nodes that have no calico-node that is ready. */
export async function unreadyNodes(cluster: SimulatedCluster): Promise<readonly string[]> {
  const ready = new Set(await readyNodes(cluster));
  return [...cluster.nodes.keys()].filter((name) => !ready.has(name));
}

/** Looks again and again until something is so, for at most so many milliseconds; says whether it was. */
export async function within(ms: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + ms;
  while (!(await isSo())) {
    if (Date.now() > end) return false;
    await wait(200);
  }
  return true;
}

/** Brings the cluster of an incident up, quick where the real one takes minutes. */
export const startIncident = async ({ id, build }: Incident): Promise<SimulatedCluster> =>
  await startCluster({ ...build(), context: `faults-${id}` });
