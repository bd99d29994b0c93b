import { parse } from 'yaml';
import { isObject } from '../../support/json.ts';
import type { SimulatedCluster } from './cluster/cluster.ts';
import type { NodeFacts } from './cluster/facts.ts';
import { twoWayPatch } from './cluster/merge-patches.ts';
import { valueAt } from './cluster/operator-rules.ts';
import { briefly, type Fault, type FixHow, restartOn, shortly } from './journey-faults.ts';
import { chartName } from './journey-installs.ts';
import type { Json, KubeClient } from './kube-client.ts';
import { addBridge } from './scenarios/parts.ts';

const installation = '/apis/operator.tigera.io/v1/installations/default';
const configs = '/apis/helm.cattle.io/v1/namespaces/kube-system/helmchartconfigs';
const config = `${configs}/${chartName}`;
const lookMs = 500;

async function wantedBy(client: KubeClient): Promise<Json> {
  const text = valueAt(await client.find(config), 'spec', 'valuesContent');
  const values: unknown = parse(typeof text === 'string' ? text : '');
  const spec = valueAt(values, 'installation');
  const network = valueAt(spec, 'calicoNetwork');
  // The chart's own values have the pools.
  return {
    ...(isObject(spec) ? spec : {}),
    calicoNetwork: { ipPools: [], ...(isObject(network) ? network : {}) },
  };
}

/** A stand-in for the helm-controller: upgrades the release when the values of its HelmChartConfig change. */
async function followValues(client: KubeClient): Promise<() => void> {
  let released = await wantedBy(client);
  const look = async (): Promise<void> => {
    const wanted = await wantedBy(client);
    const patch = twoWayPatch({ spec: released }, { spec: wanted });
    if (Object.keys(patch).length > 0)
      await client.patch(`${installation}?fieldManager=helm`, patch);
    released = wanted;
  };
  const timer = setInterval(() => void look().catch(() => {}), lookMs);
  return () => clearInterval(timer);
}

function nodeOf({ nodes }: SimulatedCluster): NodeFacts {
  const node = nodes.get('worker-2');
  if (!node) throw new Error('there is no worker-2');
  return node;
}

/** A node gives out a bridge's address, and the method is set by the values of a chart; `values` are those that there are. */
function wrongAddress(values: string | null, fix: FixHow): Fault {
  let stop = (): void => {};
  let nics: NodeFacts['nics'] = [];
  return {
    finding: 'wrong-ip-autodetected',
    fix,
    bringUp: async (cluster) => {
      const { client } = cluster;
      const object = { apiVersion: 'helm.cattle.io/v1', kind: 'HelmChartConfig' };
      const spec = { valuesContent: values };
      if (values !== null)
        await client.create(configs, { ...object, metadata: { name: chartName }, spec });
      stop = await followValues(client);
      const node = nodeOf(cluster);
      ({ nics } = node);
      addBridge(node);
      await restartOn(cluster, node.name);
    },
    takeAway: async (cluster) => {
      stop();
      const node = nodeOf(cluster);
      node.nics = nics;
      if (values !== null) await cluster.client.remove(config);
      await restartOn(cluster, node.name);
    },
  };
}

/** Faults of an install from a chart. */
export const chartFaults = {
  withoutConfig: wrongAddress(null, { timeout: briefly }),
  withConfig: wrongAddress('# of the site\ninstallation:\n  variant: Calico\n', {
    remedy: 'autodetection-method-cidr',
    timeout: shortly,
  }),
} satisfies Readonly<Record<string, Fault>>;
