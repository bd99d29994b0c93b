import { diagnose } from '../../internal/checks/run.ts';
import type { DaemonSet, Node, Pod } from '../../internal/model/kubernetes.ts';
import type { ApiRef } from '../../internal/model/remedy.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import type { SimulatedNode } from './simulated-world.ts';

/** An interface that first-found takes before the network card. */
export const bridge = { name: 'lab0', index: 9, addresses: ['10.99.0.1/24'] };

/** Machines `n1`…, the second of which is different. */
export const machines = (count: number, second: Partial<SimulatedNode> = {}): SimulatedNode[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `n${index + 1}`,
    ip: `10.8.0.${index + 1}`,
    ...(index === 1 ? second : {}),
  }));

/** What the project's checks find now: `id nodes`, in their order. */
export const findings = async (cluster: SimulatedCluster): Promise<readonly string[]> =>
  diagnose(await cluster.gather(), { toolVersion: 'test' }).findings.map(
    ({ id, affected }) =>
      `${id} ${affected
        .filter(({ kind }) => kind === 'Node')
        .map(({ name }) => name)
        .join()}`,
  );

/** The calico-node (or canal) DaemonSet. */
export const placeOf = (cluster: SimulatedCluster): ApiRef => {
  const [daemonSet] = cluster.store.list('DaemonSet');
  const { name = '', namespace = '' } = daemonSet?.metadata ?? {};
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name };
};

export const installation: ApiRef = {
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  name: 'default',
};

/** A variable of calico-node in the DaemonSet's template. */
export const envOf = (cluster: SimulatedCluster, name: string): string | undefined => {
  const { spec }: DaemonSet = cluster.stored(placeOf(cluster));
  const container = spec?.template?.spec?.containers?.find((one) => one.name === 'calico-node');
  return container?.env?.find((one) => one.name === name)?.value;
};

/** Sets a variable of calico-node in the DaemonSet, as somebody by hand. */
export const setEnv = (cluster: SimulatedCluster, name: string, value: string) => {
  const containers = [{ name: 'calico-node', env: [{ name, value }] }];
  const body = { spec: { template: { spec: { containers } } } };
  return cluster.send({ ref: placeOf(cluster), verb: 'patch', patchType: 'strategic', body });
};

/** Merges fields into the IPv4 autodetection of an Installation, as somebody by hand. */
export const setMethod = (cluster: SimulatedCluster, method: object, ref = installation) => {
  const body = { spec: { calicoNetwork: { nodeAddressAutodetectionV4: method } } };
  return cluster.send({ ref, verb: 'patch', patchType: 'merge', body });
};

/** What Calico stored as a node's address, with its prefix. */
export const addressOf = (cluster: SimulatedCluster, name: string): string | undefined =>
  cluster.stored({ kind: 'Node', name }).metadata.annotations?.['projectcalico.org/IPv4Address'];

/** Whether a pod's Ready condition is true. */
export const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: now }) => type === 'Ready' && now === 'True') ?? false;

/** Lets so many seconds pass. */
export const pass = (cluster: SimulatedCluster, seconds: number) =>
  cluster.clock.advance(seconds * 1000);

/** The control plane hears nothing of a node any more, or hears of it again. */
export const setNodeLost = (cluster: SimulatedCluster, name: string, isLost: boolean): void => {
  cluster.edit<Node>({ kind: 'Node', name }, (node) => {
    for (const condition of node.status?.conditions ?? [])
      if (condition.type === 'Ready') {
        condition.status = isLost ? 'Unknown' : 'True';
        condition.reason = isLost ? 'NodeStatusUnknown' : 'KubeletReady';
        condition.lastTransitionTime = cluster.clock.time();
      }
    const key = 'node.kubernetes.io/unreachable';
    const others = (node.spec?.taints ?? []).filter((taint) => taint.key !== key);
    const taints = [
      { key, effect: 'NoSchedule' },
      { key, effect: 'NoExecute' },
    ];
    node.spec = { ...node.spec, taints: isLost ? [...others, ...taints] : others };
  });
};
