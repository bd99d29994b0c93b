import { isObject } from '../../../support/json.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { Json, KubeClient } from '../kube-client.ts';
import { inParallel } from './in-parallel.ts';

// The API server puts its own time on everything that is made. A cluster that has stood for a while is made by writing older
// times into its etcd.

/** A collection of the API and the place of its objects in etcd. */
export interface Collection {
  readonly path: string;
  readonly registry: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const shifted = (text: unknown, seconds: number): string =>
  `${new Date(Date.parse(String(text)) - seconds * 1000).toISOString().slice(0, 19)}Z`;

async function put(etcd: string, key: string, revision: string, value: string): Promise<boolean> {
  const body = {
    compare: [{ key: base64(key), target: 'MOD', mod_revision: revision, result: 'EQUAL' }],
    success: [{ request_put: { key: base64(key), value: base64(value) } }],
  };
  const answer = await fetch(`${etcd}/v3/kv/txn`, { method: 'POST', body: JSON.stringify(body) });
  const result: unknown = await answer.json();
  return isObject(result) && result['succeeded'] === true;
}

// An event tells its own times; the kubelets' stand-in writes right ones itself.
function eventTimes(object: Json, seconds: number): object {
  if (object['kind'] !== 'Event') return {};
  const source = object['source'];
  const isOurs = isObject(source) && source['component'] === 'kubelet';
  if (isOurs) return {};
  const times = ['firstTimestamp', 'lastTimestamp'].filter(
    (key) => typeof object[key] === 'string',
  );
  const micro = object['eventTime'];
  return {
    ...Object.fromEntries(times.map((key) => [key, shifted(object[key], seconds)])),
    ...(typeof micro === 'string'
      ? { eventTime: shifted(micro, seconds).replace('Z', '.000000Z') }
      : {}),
  };
}

const tries = 20;
const atOnce = 16;

function older(object: Json, metadata: Json, seconds: number): string {
  const { resourceVersion: _, ...rest } = metadata;
  const creationTimestamp = shifted(rest['creationTimestamp'], seconds);
  return JSON.stringify({
    ...object,
    ...eventTimes(object, seconds),
    metadata: { ...rest, creationTimestamp },
  });
}

interface Place {
  readonly etcd: string;
  readonly client: KubeClient;
  readonly path: string;
  readonly key: string;
}

// What is at hand is read again only where it has changed meanwhile: of many objects few do.
async function ageOne(atHand: Json, { etcd, client, path, key }: Place, seconds: number) {
  let object: Json | null = atHand;
  for (let left = tries; left > 0; left -= 1) {
    const metadata: unknown = object?.['metadata'];
    if (!object || !isObject(metadata)) return;
    const revision = String(metadata['resourceVersion']);
    if (await put(etcd, key, revision, older(object, metadata, seconds))) return;
    object = await client.find(path);
  }
  throw new Error(`${path} is changed all the time`);
}

const nameOf = ({ metadata }: Json): string => (isObject(metadata) ? String(metadata['name']) : '');
const spaceOf = ({ metadata }: Json): string | null =>
  isObject(metadata) && typeof metadata['namespace'] === 'string' ? metadata['namespace'] : null;

// In a list the objects themselves do not say what they are.
async function listed(client: KubeClient, path: string) {
  const { apiVersion, kind, items } = await client.get(path);
  const found: readonly unknown[] = Array.isArray(items) ? items : [];
  return { apiVersion, kind: String(kind).replace(/List$/, ''), items: found.filter(isObject) };
}

/** Makes all objects of these collections so many seconds older. */
export async function age(
  { etcd }: ControlPlane,
  client: KubeClient,
  collections: readonly Collection[],
  seconds: number,
): Promise<void> {
  for (const { path, registry } of collections) {
    const { items, ...head } = await listed(client, path);
    await inParallel(items, atOnce, async (item) => {
      const [space, name] = [spaceOf(item), nameOf(item)];
      const slash = path.lastIndexOf('/');
      const one =
        space === null
          ? `${path}/${name}`
          : `${path.slice(0, slash)}/namespaces/${space}${path.slice(slash)}/${name}`;
      const key = `/registry/${registry}/${space === null ? '' : `${space}/`}${name}`;
      await ageOne({ ...head, ...item }, { etcd, client, path: one, key }, seconds);
    });
  }
}

const core = (name: string, registry = name): Collection => ({ path: `/api/v1/${name}`, registry });
const apps = (name: string): Collection => ({ path: `/apis/apps/v1/${name}`, registry: name });

/** What a user sees the age of. */
export const usualCollections: readonly Collection[] = [
  core('namespaces'),
  core('nodes', 'minions'),
  core('configmaps'),
  apps('daemonsets'),
  apps('deployments'),
  apps('replicasets'),
  apps('controllerrevisions'),
  core('pods'),
  core('events'),
];
