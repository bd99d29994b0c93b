import { setTimeout as wait } from 'node:timers/promises';
import { type ControlPlane, startControlPlane } from '../control-plane.ts';
import { ApiError, type KubeClient } from '../kube-client.ts';
import { age, type Collection, usualCollections } from './age.ts';
import { calicoCrds, metricsCrd } from './calico-objects.ts';
import type { NodeFacts } from './facts.ts';
import { inParallel } from './in-parallel.ts';
import { type Happening, type Kubelets, type KubeletsOptions, startKubelets } from './kubelets.ts';
import { type KwokPods, startKwok } from './kwok.ts';
import { type LogServer, serveLogs } from './log-server.ts';
import { conditionsOf, nodeObject, nodeStatus } from './node-objects.ts';
import { eventSeconds } from './events.ts';
import { valueAt } from './operator-rules.ts';
import { type World, worldOf } from './world.ts';

/** An install of Calico in a cluster. */
export interface Install {
  readonly namespace: string;
  readonly collections?: readonly Collection[];
  /** Makes its objects; what it starts ends with the function that it returns. */
  readonly begin: (
    client: KubeClient,
    controlPlane: ControlPlane,
    say: (line: string) => void,
  ) => Promise<() => Promise<void>>;
}

export interface ClusterSpec {
  readonly nodes: readonly NodeFacts[];
  readonly install: Install;
  /** Objects beside Calico, with the path of their collection. */
  readonly objects?: readonly (readonly [string, object])[];
  /** How many pods there will be in all; what is told of the past begins when they are there. */
  readonly pods: number;
  /** How long the cluster has stood, in seconds; half an hour unless told. */
  readonly history?: number;
  /** What was done to the machines meanwhile; times are seconds before now. */
  readonly happenings?: (
    world: World,
    kubelets: Kubelets,
  ) => readonly { readonly secondsAgo: number; readonly does: () => void }[];
  readonly labels?: (node: NodeFacts) => Readonly<Record<string, string>>;
  readonly kwokPods?: KwokPods;
  readonly hasMetrics?: boolean;
  readonly context?: string;
  readonly say?: (line: string) => void;
}

/** A cluster of invented machines behind a real API server. */
export interface SimulatedCluster {
  readonly controlPlane: ControlPlane;
  readonly client: KubeClient;
  /** What is true of the machines; may be changed at any time. */
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  readonly world: World;
  readonly kubelets: Kubelets;
  readonly stop: () => Promise<void>;
}

const waitLimitMs = 120_000;
const waitMsForNode = 300;

async function until(
  what: string,
  isDone: () => boolean | Promise<boolean>,
  limitMs = waitLimitMs,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await isDone())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await wait(50);
  }
}

// Just after its definition a kind is not served yet, or its storage is not.
const isNotYet = (error: unknown): boolean =>
  error instanceof ApiError &&
  (error.status === 404 || error.status === 429 || error.status === 503);

const againMs = 100;

async function createOne(client: KubeClient, path: string, object: object): Promise<void> {
  const deadline = Date.now() + waitLimitMs;
  for (;;) {
    try {
      await client.create(path, object);
      return;
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'AlreadyExists') return;
      if (!isNotYet(error) || Date.now() > deadline) throw error;
      await wait(againMs);
    }
  }
}

/** Makes objects, as soon as the API server takes them; one that is there already is left as it is. */
export async function createAll(
  client: KubeClient,
  objects: readonly (readonly [string, object])[],
): Promise<void> {
  await inParallel(objects, 8, ([path, object]) => createOne(client, path, object));
}

// Each in one request with its status, as a kubelet registers: the controllers see it ready from the start.
async function createNodes(
  client: KubeClient,
  world: World,
  spec: ClusterSpec,
  port: number,
  now: number,
): Promise<void> {
  await inParallel([...world.machines.values()], 16, async (machine) => {
    const { facts } = machine;
    const status = { ...nodeStatus(facts, port), conditions: conditionsOf(machine, now, now) };
    await client.create('/api/v1/nodes', {
      ...nodeObject(facts, spec.labels?.(facts) ?? {}),
      status,
    });
  });
}

const isServed = async (client: KubeClient, path: string): Promise<boolean> =>
  await client.get(path).then(
    () => true,
    () => false,
  );

const crdPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

async function createCrds(client: KubeClient, spec: ClusterSpec): Promise<void> {
  const crds = [...calicoCrds, ...(spec.hasMetrics === false ? [] : [metricsCrd])];
  await createAll(
    client,
    crds.map((crd) => [crdPath, crd] as const),
  );
  if (spec.hasMetrics !== false)
    await until('metrics', () => isServed(client, '/apis/metrics.k8s.io/v1beta1/nodes'));
}

// So many kubelets are heard of less often.
const isLarge = ({ nodes }: ClusterSpec): boolean => nodes.length > 200;

// In seconds: the past of many is told in larger ones.
const stepOf = ({ nodes }: ClusterSpec): number => Math.min(5, Math.max(0.5, nodes.length / 60));

interface Clock {
  readonly now: () => number;
  /** Seconds that it is behind. */
  offset: number;
}

const secondsNow = (): number => Date.now() / 1000;

async function liveThroughPast(
  spec: ClusterSpec,
  world: World,
  kubelets: Kubelets,
  clock: Clock,
  history: number,
): Promise<void> {
  const expected = spec.kwokPods === 'ordinary' ? world.machines.size : spec.pods;
  const limitMs = waitLimitMs + waitMsForNode * world.machines.size;
  await until('the pods', () => kubelets.pods().length >= expected, limitMs);
  spec.say?.('the pods are there');
  const end = secondsNow();
  const happenings: readonly Happening[] = (spec.happenings?.(world, kubelets) ?? []).map(
    ({ secondsAgo, does }) => ({ at: end - secondsAgo, does }),
  );
  kubelets.liveThrough(end - history, end, { happenings, step: stepOf(spec) });
  clock.offset = 0;
  await kubelets.flush();
}

// The API server keeps events for an hour. Those of the cluster's making are older then.
async function forgetEvents(client: KubeClient, history: number): Promise<void> {
  if (history <= eventSeconds) return;
  const { items } = await client.list('/api/v1/namespaces');
  const old = 'fieldSelector=source%21%3Dkubelet';
  for (const space of items)
    await client.remove(
      `/api/v1/namespaces/${String(valueAt(space, 'metadata', 'name'))}/events?${old}`,
    );
}

interface Parts {
  readonly spec: ClusterSpec;
  readonly controlPlane: ControlPlane;
  readonly client: KubeClient;
  readonly world: World;
  readonly ends: (() => Promise<void> | void)[];
}

async function bringUp({ spec, controlPlane, client, world, ends }: Parts): Promise<Kubelets> {
  const history = spec.history ?? 1800;
  const clock: Clock = { offset: history, now: () => secondsNow() - clock.offset };
  const kubeletClient = controlPlane.client('kubelet');
  const isCalico: KubeletsOptions['runs'] = (pod) =>
    JSON.stringify(pod['metadata']).includes('"k8s-app":"calico-node"');
  const only = spec.kwokPods === 'ordinary' ? { runs: isCalico } : {};
  const kubelets = await startKubelets({ client: kubeletClient, world, clock: clock.now, ...only });
  ends.push(kubelets.stop, kubeletClient.close);
  const logs: LogServer = await serveLogs(controlPlane.authority.issue('127.0.0.1'), kubelets.find);
  ends.push(logs.close);
  await Promise.all([
    createNodes(client, world, spec, logs.port, clock.now()),
    createCrds(client, spec),
  ]);
  const say = spec.say ?? (() => {});
  say(`${world.machines.size} nodes are there`);
  await startKwok(controlPlane, spec.kwokPods, isLarge(spec) ? 400 : 40);
  ends.push(await spec.install.begin(client, controlPlane, say));
  await createAll(client, spec.objects ?? []);
  await liveThroughPast(spec, world, kubelets, clock, history);
  say(`the cluster has stood for ${Math.round(history / 60)} minutes`);
  await forgetEvents(client, history);
  await age(
    controlPlane,
    client,
    [...usualCollections, ...(spec.install.collections ?? [])],
    history,
  );
  kubelets.begin();
  return kubelets;
}

/** Brings a cluster up that has stood for a while. It ends with `stop`, or with this process. */
export async function startCluster(spec: ClusterSpec): Promise<SimulatedCluster> {
  const controlPlane = await startControlPlane({
    ...(spec.context === undefined ? {} : { context: spec.context }),
    ...(isLarge(spec) ? { nodeGraceSeconds: 600 } : {}),
  });
  const client = controlPlane.client('kubectl');
  const nodes = new Map(spec.nodes.map((node) => [node.name, node]));
  const world = worldOf({ nodes, say: spec.say ?? (() => {}) });
  const ends: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.toReversed()) await end();
    client.close();
    await controlPlane.stop();
  };
  try {
    const kubelets = await bringUp({ spec, controlPlane, client, world, ends });
    return { controlPlane, client, nodes, world, kubelets, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
