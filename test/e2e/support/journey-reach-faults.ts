import type { SimulatedCluster } from './cluster/cluster.ts';
import type { Container } from './cluster/containers.ts';
import { serviceTimeout } from './cluster/calico-speech.ts';
import { valueAt } from './cluster/operator-rules.ts';
import { ailing } from './journey-ailments.ts';
import { briefly, calico, type Fault, restartOn } from './journey-faults.ts';
import type { KubeClient } from './kube-client.ts';

// Faults on the way to the API server and to Typha.

const configMaps = '/api/v1/namespaces/kube-system/configmaps';
const endpoint = 'kubernetes-services-endpoint';
const port = '6443';
const wrongHost = '10.64.8.250';
const unready = 'calico/node is not ready: felix is not ready: readiness probe reporting 503';

const kubeadm = {
  metadata: { name: 'kubeadm-config' },
  data: { ClusterConfiguration: 'controlPlaneEndpoint: api.example.com:6443\n' },
};

const hostNow = async (client: KubeClient): Promise<unknown> =>
  valueAt(await client.find(`${configMaps}/${endpoint}`), 'data', 'KUBERNETES_SERVICE_HOST');

/** Somebody told calico-node an address of the API server where none is. A pod reads it once, when it starts. */
const wrongEndpoint: Fault = ailing({
  finding: 'apiserver-service-ip-unreachable',
  fix: { timeout: briefly, undoTimeout: '3m' },
  bringUp: async (cluster) => {
    const { client, nodes } = cluster;
    await client.create(configMaps, kubeadm);
    const data = { KUBERNETES_SERVICE_HOST: wrongHost, KUBERNETES_SERVICE_PORT: port };
    await client.create(configMaps, { metadata: { name: endpoint }, data });
    for (const name of nodes.keys()) await restartOn(cluster, name);
  },
  takeAway: async (cluster) => {
    for (const name of [endpoint, 'kubeadm-config'])
      await cluster.client.remove(`${configMaps}/${name}`);
    for (const name of cluster.nodes.keys()) await restartOn(cluster, name);
  },
  ails: ({ client, kubelets }) => {
    const told = new WeakMap<Container, unknown>();
    let host: unknown;
    const seen = (one: Container): unknown => {
      if (!told.has(one)) told.set(one, host);
      return told.get(one);
    };
    // Those that run were told before.
    for (const { containers } of kubelets.pods())
      for (const one of containers) told.set(one, undefined);
    return {
      refresh: async () => {
        host = await hostNow(client);
      },
      has: (one) => seen(one) === wrongHost,
      probe: unready,
      says: [
        [
          'INFO',
          'startup',
          'startup.go',
          `Hit error connecting to datastore - retry error=${serviceTimeout('/api/v1/nodes/foo').replaceAll('10.96.0.1:443', `${wrongHost}:${port}`)}`,
        ],
      ],
    };
  },
});

const deployments = '/apis/apps/v1/namespaces/kube-system/deployments';
const labels = { 'k8s-app': 'calico-typha' };
const typha = {
  metadata: { name: 'calico-typha', labels },
  spec: {
    replicas: 0,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: 'calico-typha', image: 'docker.io/calico/typha:v3.24.5' }] },
    },
  },
};

const replicasOf = async (client: KubeClient): Promise<unknown> =>
  valueAt(await client.find(`${deployments}/calico-typha`), 'spec', 'replicas');

/** Typha was scaled down to none. */
const noTypha: Fault = ailing({
  finding: 'typha-unreachable',
  fix: { timeout: briefly },
  bringUp: async ({ client }) => void (await client.create(deployments, typha)),
  takeAway: async ({ client }) => void (await client.remove(`${deployments}/calico-typha`)),
  ails: ({ client }) => {
    let replicas: unknown = 0;
    return {
      refresh: async () => {
        replicas = await replicasOf(client);
      },
      has: () => replicas === 0,
      probe: unready,
      says: [['ERROR', 'felix', 'discovery.go', "Didn't find any ready Typha instances."]],
    };
  },
});

/** Faults of a manifest install. */
export const reachFaults = { wrongEndpoint, noTypha } satisfies Readonly<Record<string, Fault>>;

const daemonSets = '/apis/apps/v1/namespaces/kube-system/daemonsets';
const felix = `${calico}/felixconfigurations/default`;

const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
// The API server of the tests does not tell where it is.
const slice = {
  metadata: { name: 'kubernetes', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.64.8.5'], conditions: { ready: true } }],
  ports: [{ name: 'https', port: Number(port), protocol: 'TCP' }],
};

const reachable = ({ nodes }: SimulatedCluster, isReachable: boolean): void => {
  for (const node of nodes.values())
    if (node.name === 'worker-3') node.isServiceIpReachable = isReachable;
};

/** kube-proxy was taken away for eBPF, and nobody told the operator where the API server is. */
export function bpfWithoutAddress(): Fault {
  let spec: unknown = null;
  return {
    finding: 'apiserver-service-ip-unreachable',
    fix: { timeout: briefly },
    bringUp: async (cluster) => {
      const { client } = cluster;
      await client.create(configMaps, kubeadm);
      await client.create(slices, slice);
      await client.patch(felix, { spec: { bpfEnabled: true } });
      spec = valueAt(await client.get(`${daemonSets}/kube-proxy`), 'spec');
      await client.remove(`${daemonSets}/kube-proxy`);
      reachable(cluster, false);
      await restartOn(cluster, 'worker-3');
    },
    takeAway: async (cluster) => {
      const { client } = cluster;
      reachable(cluster, true);
      await client.create(daemonSets, { metadata: { name: 'kube-proxy' }, spec });
      await client.patch(felix, { spec: { bpfEnabled: null } });
      await client.remove(`${slices}/kubernetes`);
      await client.remove(`${configMaps}/kubeadm-config`);
    },
  };
}
