import { setTimeout as wait } from 'node:timers/promises';
import { isObject } from '../../support/json.ts';
import type { SimulatedCluster } from './cluster/cluster.ts';
import { valueAt } from './cluster/operator-rules.ts';
import { journeyLabel } from './journey-accounts.ts';
import { ApiError, type Json } from './kube-client.ts';

const calico = '/apis/crd.projectcalico.org/v1';

/** Collections of what a person may change in a cluster. */
const paths: readonly string[] = [
  '/api/v1/namespaces',
  '/api/v1/nodes',
  '/api/v1/configmaps',
  '/api/v1/services',
  '/apis/apps/v1/daemonsets',
  '/apis/apps/v1/deployments',
  '/apis/policy/v1/poddisruptionbudgets',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  `${calico}/felixconfigurations`,
  `${calico}/ippools`,
  `${calico}/bgpconfigurations`,
  `${calico}/clusterinformations`,
  '/apis/operator.tigera.io/v1/installations',
  '/apis/helm.cattle.io/v1/helmchartconfigs',
  // The controllers make their own when they come to it.
  '/api/v1/serviceaccounts?fieldSelector=metadata.name%3Dcalico-node',
];

// Kept by the API server and the controllers, and never the same again after two writes.
const serverMetadata = new Set(['resourceVersion', 'generation', 'managedFields']);
const serverAnnotations = ['deprecated.daemonset.template.generation'];
// What calico-node and the node controller write by themselves: they follow the machines, and not the user.
const ofPrograms =
  /^projectcalico\.org\/|^node\.kubernetes\.io\/(?:not-ready|unreachable|network-)/;

function withoutServers(metadata: unknown): object {
  const fields = isObject(metadata) ? metadata : {};
  const kept = Object.entries(fields).filter(([key]) => !serverMetadata.has(key));
  const annotations = isObject(fields['annotations']) ? fields['annotations'] : {};
  const own = Object.entries(annotations).filter(
    ([key]) => !serverAnnotations.includes(key) && !ofPrograms.test(key),
  );
  return { ...Object.fromEntries(kept), annotations: Object.fromEntries(own) };
}

function specOf(spec: unknown): unknown {
  if (!isObject(spec) || !Array.isArray(spec['taints'])) return spec;
  const taints = spec['taints'].filter(
    (one) => !(isObject(one) && ofPrograms.test(String(one['key']))),
  );
  const { taints: _, ...rest } = spec;
  return taints.length === 0 ? rest : { ...rest, taints };
}

/** An object but for what the server and the cluster's own programs keep in it. */
export function essenceOf({ metadata, spec, ...rest }: Json): object {
  const fields = Object.entries(rest).filter(([key]) => key !== 'status');
  return {
    ...Object.fromEntries(fields),
    metadata: withoutServers(metadata),
    ...(spec === undefined ? {} : { spec: specOf(spec) }),
  };
}

// A collection that nobody has read since the server's start is not ready at once (429).
async function listed(cluster: SimulatedCluster, path: string): Promise<readonly Json[]> {
  try {
    return (await cluster.client.list(path)).items;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404) return [];
    if (error.status !== 429) throw error;
    await wait(200);
    return listed(cluster, path);
  }
}

/** All that a person may change in a cluster, by `collection namespace/name`: two of these are equal where nothing was changed. */
export async function objectsOf(
  cluster: SimulatedCluster,
): Promise<Readonly<Record<string, object>>> {
  const lists = await Promise.all(
    paths.map(async (path) => {
      const items = await listed(cluster, path);
      const own = items.filter(
        (item) => valueAt(item, 'metadata', 'labels', journeyLabel) !== 'true',
      );
      return own.map((item): [string, object] => {
        const metadata = isObject(item['metadata']) ? item['metadata'] : {};
        const { namespace = '', name } = metadata;
        return [`${path} ${String(namespace)}/${String(name)}`, essenceOf(item)];
      });
    }),
  );
  return Object.fromEntries(lists.flat());
}
