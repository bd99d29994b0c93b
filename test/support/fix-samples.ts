import type { DaemonSet, Deployment } from '../../internal/model/kubernetes.ts';
import type { AddressForecast, Change, Remedy } from '../../internal/model/remedy.ts';
import type { MemoryCluster } from './memory-cluster.ts';
import {
  simulatedCluster,
  type SimulatedCluster,
  type SimulationOptions,
} from './simulated-cluster.ts';
import type { SimulatedNode } from './simulated-world.ts';

/** A bridge with a higher index than the network card: first-found takes it at the next start. */
export const bridge = { name: 'lab0', index: 9, addresses: ['10.99.0.1/24'] };

export const wellNodes: readonly SimulatedNode[] = [
  { name: 'n1', ip: '10.8.0.1' },
  { name: 'n2', ip: '10.8.0.2' },
  { name: 'n3', ip: '10.8.0.3' },
  { name: 'n4', ip: '10.8.0.4' },
];

/** One machine has the bridge, so that calico-node there gives out its address. */
export const wrongAddress = (options: SimulationOptions = {}): Promise<SimulatedCluster> =>
  simulatedCluster({
    nodes: wellNodes.map((node) => (node.name === 'n2' ? { ...node, more: [bridge] } : node)),
    ...options,
  });

export const installationRef = (name = 'default') =>
  ({ apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name }) as const;

export const daemonSetRef = (namespace = 'kube-system') =>
  ({ apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name: 'calico-node' }) as const;

/** The patch of a manifest's DaemonSet that sets a method. */
export const methodOf = (method: string, namespace = 'kube-system'): Change => ({
  ref: daemonSetRef(namespace),
  verb: 'patch',
  patchType: 'strategic',
  body: {
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: 'calico-node',
              env: [
                { name: 'IP', value: 'autodetect' },
                { name: 'IP_AUTODETECTION_METHOD', value: method },
              ],
            },
          ],
        },
      },
    },
  },
});

/** The patch of an Installation; what is not given is taken away, unless `isPartial`. */
export const autodetection = (
  fields: Readonly<Record<string, unknown>>,
  options: { readonly name?: string; readonly isPartial?: boolean } = {},
): Change => {
  const none = {
    firstFound: null,
    interface: null,
    skipInterface: null,
    canReach: null,
    cidrs: null,
    kubernetes: null,
  };
  const method = options.isPartial ? fields : { ...none, ...fields };
  return {
    ref: installationRef(options.name),
    verb: 'patch',
    patchType: 'merge',
    body: { spec: { calicoNetwork: { nodeAddressAutodetectionV4: method } } },
  };
};

/** Forecasts by node: the address that it keeps or gets. */
export const forecasts = (
  addresses: Readonly<Record<string, { readonly now: string | null; readonly then: string }>>,
): NonNullable<Remedy['addresses']> =>
  Object.entries(addresses).map(([node, { now, then }]): AddressForecast => ({
    node,
    family: 4,
    now,
    nowInterface: null,
    then,
    thenInterface: null,
    outcome: now === then ? 'stays' : 'changes',
  }));

/** The pods of calico-node by node: their UIDs, so that a restart is seen. */
export const podUids = (
  cluster: SimulatedCluster,
  nodes: readonly string[] = wellNodes.map(({ name }) => name),
): Readonly<Record<string, string>> =>
  Object.fromEntries(nodes.map((node) => [node, cluster.calicoPod(node)?.metadata.uid ?? '']));

/** The DaemonSet calico-node as it stands. */
export function daemonSetIn(cluster: MemoryCluster, namespace = 'kube-system'): DaemonSet {
  const object: DaemonSet = cluster.stored(daemonSetRef(namespace));
  return object;
}

/** The method in the template of the DaemonSet calico-node; undefined where none is set. */
export const methodIn = (cluster: MemoryCluster, namespace?: string): string | undefined =>
  daemonSetIn(cluster, namespace).spec?.template?.spec?.containers?.[0]?.env?.find(
    ({ name }) => name === 'IP_AUTODETECTION_METHOD',
  )?.value;

/** Switches the operator off, as a person does. */
export function scaleOperatorDown(cluster: SimulatedCluster): void {
  cluster.operator?.pause(true);
  const ref = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'tigera-operator',
    name: 'tigera-operator',
  };
  cluster.edit<Deployment>(ref, (draft) => {
    draft.spec = { ...draft.spec, replicas: 0 };
  });
}
