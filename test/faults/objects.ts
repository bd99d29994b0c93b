import { isObject } from '../support/json.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { ApiError, type Json, type KubeClient } from '../e2e/support/kube-client.ts';

/** What the tool could change, by path; each as text of what a person has put into it. */
export type Objects = ReadonlyMap<string, string>;

const calico = '/apis/crd.projectcalico.org/v1';

const collections = (namespace: string): readonly string[] => [
  '/api/v1/nodes',
  `/api/v1/namespaces/${namespace}/configmaps`,
  `/apis/apps/v1/namespaces/${namespace}/daemonsets`,
  `/apis/apps/v1/namespaces/${namespace}/deployments`,
  '/apis/operator.tigera.io/v1/installations',
  `${calico}/felixconfigurations`,
  `${calico}/ippools`,
  `${calico}/bgpconfigurations`,
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
];

/** What the proxy writes to be in the way. */
export const overtaking = 'example.com/overtaken';

const recordOf = (value: unknown): Json => (isObject(value) ? value : {});

// Calico, controllers and the server itself write the others all the time.
const isOurs = (key: string): boolean =>
  key.startsWith('unsupported.operator') || key.startsWith('calico-fix');

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).toSorted();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
};

/** The text of what a person has put into an object: no status, nothing that the server or Calico keeps. */
export function essence(object: Json): string {
  const { metadata, status: _status, kind: _kind, apiVersion: _apiVersion, ...rest } = object;
  const { labels, annotations } = recordOf(metadata);
  const own = Object.entries(recordOf(annotations)).filter(([key]) => isOurs(key));
  const spec = recordOf(rest['spec']);
  // The mark of a cordon, which a controller adds and takes away after its time.
  const { taints: _taints, ...withoutTaints } = spec;
  const isNode = 'podCIDR' in spec || 'taints' in spec || object['kind'] === 'Node';
  const body = isNode ? { ...rest, spec: withoutTaints } : rest;
  return JSON.stringify(sorted({ ...body, labels, annotations: Object.fromEntries(own) }));
}

// A kind that was defined a moment ago is not served at once.
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let left = 50; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 429 || left === 0) throw error;
      await wait(200);
    }
  }
}

/** All objects that the tool could change, as they are now. */
export async function readObjects(client: KubeClient, namespace: string): Promise<Objects> {
  const objects = new Map<string, string>();
  await Promise.all(
    collections(namespace).map(async (path) => {
      const found = await patiently(() => client.find(path));
      const items = Array.isArray(found?.['items']) ? found['items'].filter(isObject) : [];
      for (const item of items)
        objects.set(`${path}/${String(recordOf(item['metadata'])['name'])}`, essence(item));
    }),
  );
  return objects;
}

/** The paths at which two sets of objects differ. */
export function differences(one: Objects, other: Objects): readonly string[] {
  const paths = new Set([...one.keys(), ...other.keys()]);
  return [...paths].filter((path) => one.get(path) !== other.get(path));
}

/** Where a pod runs, and whether a DaemonSet has put it there. */
export interface PodPlace {
  readonly node: string;
  readonly isOfDaemonSet: boolean;
}

/** All pods, by path. */
export async function readPods(client: KubeClient): Promise<ReadonlyMap<string, PodPlace>> {
  const { items } = await client.list('/api/v1/pods');
  return new Map(
    items.map((pod) => {
      const { namespace, name, ownerReferences } = recordOf(pod['metadata']);
      const owners = Array.isArray(ownerReferences) ? ownerReferences.filter(isObject) : [];
      const node = recordOf(pod['spec'])['nodeName'];
      return [
        `/api/v1/namespaces/${String(namespace)}/pods/${String(name)}`,
        {
          node: typeof node === 'string' ? node : '',
          isOfDaemonSet: owners.some(({ kind }) => kind === 'DaemonSet'),
        },
      ];
    }),
  );
}
