import { isObject } from '../../../support/json.ts';
import { ApiError, type Json, type KubeClient } from '../kube-client.ts';
import { follow, type Following } from './follow.ts';
import { eventSink, type EventSink } from './events.ts';
import { machineUpkeep } from './machine-upkeep.ts';
import { podMachine, type PodMachine } from './pod-machine.ts';
import { programsOf } from './programs.ts';
import type { Machine, World } from './world.ts';

export interface KubeletsOptions {
  /** A client whose name is `kubelet`. */
  readonly client: KubeClient;
  readonly world: World;
  /** Whether they run a pod; the others are left to somebody else. All unless told. */
  readonly runs?: (pod: Json) => boolean;
  /** Seconds since 1970; those of this machine unless told. */
  readonly clock?: () => number;
}

/** The kubelets of all machines. */
export interface Kubelets {
  readonly pods: () => readonly PodMachine[];
  readonly events: EventSink;
  readonly find: (
    namespace: string,
    name: string,
  ) => { pod: PodMachine; isReachable: boolean } | null;
  readonly machineOf: (pod: PodMachine) => Machine | null;
  /** Lets all machines live from one time to another, without the API server: what was before the first look. */
  readonly liveThrough: (from: number, to: number, how: Past) => void;
  /** Writes all that has changed. */
  readonly flush: () => Promise<void>;
  /** Begins to follow the clock, and to write. */
  readonly begin: () => void;
  readonly stop: () => Promise<void>;
}

/** How a past is lived through: what happens in it, and in steps of how many seconds. */
export interface Past {
  readonly happenings: readonly Happening[];
  readonly step: number;
}

/** Something that is done to the machines at a time. */
export interface Happening {
  readonly at: number;
  readonly does: () => void;
}

interface Known {
  readonly machine: Machine;
  readonly pod: PodMachine;
  /** The demand that it puts on its machine at a time, in CPUs. */
  readonly demand: (now: number) => number;
  written: string;
}

const stepMs = 250;
/** Says how many CPUs a pod would use, and from which age in seconds on; its requests do not tell. */
export const demandKey = 'example.com/cpu-demand';
export const demandAfterKey = 'example.com/cpu-demand-after';
const idleDemand = 0.02;

const at = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);
const uidOf = (pod: Json): string => String(at(pod['metadata'], 'uid'));

function demandOf(pod: Json, bornAt: number): Known['demand'] {
  const annotations = at(pod['metadata'], 'annotations');
  const text = at(annotations, demandKey);
  const from = bornAt + Number(at(annotations, demandAfterKey) ?? 0);
  return (now) => (typeof text === 'string' && now >= from ? Number(text) : idleDemand);
}

function podAddress(world: World, machine: Machine, count: number): string {
  const place = [...world.machines.keys()].indexOf(machine.facts.name);
  return `10.${244 + Math.floor(place / 256)}.${place % 256}.${(count % 250) + 2}`;
}

interface Ground {
  readonly options: KubeletsOptions;
  readonly events: EventSink;
  readonly known: Map<string, Known>;
  readonly clock: () => number;
}

function take({ options, events, known, clock }: Ground, type: string, pod: Json): void {
  const uid = uidOf(pod);
  const { world, runs } = options;
  if (type === 'DELETED') return void known.delete(uid);
  const nodeName = at(pod['spec'], 'nodeName');
  const machine = typeof nodeName === 'string' ? world.machines.get(nodeName) : undefined;
  if (!machine || (runs && !runs(pod))) return;
  const one = known.get(uid);
  const now = clock();
  if (!one) {
    const podIP = podAddress(world, machine, known.size);
    const context = { machine, events, podIP, program: programsOf(world, machine) };
    known.set(uid, {
      machine,
      pod: podMachine(pod, context, now),
      demand: demandOf(pod, now),
      written: '',
    });
  }
  if (at(pod['metadata'], 'deletionTimestamp') === undefined) return;
  const grace = Number(at(pod['metadata'], 'deletionGracePeriodSeconds') ?? 0);
  known.get(uid)?.pod.beginDeletion(now, grace);
}

function step({ options, known }: Ground, upkeep: (now: number) => void, now: number): void {
  for (const machine of options.world.machines.values()) machine.demand = 0;
  for (const { machine, demand, pod } of known.values())
    if (!pod.isOver()) machine.demand += demand(now);
  for (const { pod } of known.values()) pod.step(now);
  upkeep(now);
}

// A pod that has gone meanwhile, or an API server that is away, is met again at the next round.
const ignoreLoss = (error: unknown): void => {
  if (
    error instanceof ApiError &&
    error.status !== 404 &&
    error.status !== 409 &&
    error.status !== 429 &&
    error.status < 500
  )
    throw error;
};

async function writePod({ options, known, clock }: Ground, uid: string, one: Known): Promise<void> {
  const { client } = options;
  const { pod } = one;
  const path = `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`;
  if (pod.isOver()) {
    await client.remove(path, { gracePeriodSeconds: 0, preconditions: { uid } }).catch(ignoreLoss);
    known.delete(uid);
    return;
  }
  if (one.machine.facts.runtime === 'frozen') return;
  const signature = pod.signature(clock());
  if (signature === one.written) return;
  try {
    await client.patch(`${path}/status`, { metadata: { uid }, status: pod.status(clock()) });
    one.written = signature;
  } catch (error) {
    ignoreLoss(error);
  }
}

/** The kubelets of a world's machines: they run the pods that the API server gives them, and tell it how they are. */
export async function startKubelets(options: KubeletsOptions): Promise<Kubelets> {
  const { client, world } = options;
  const events = eventSink(client);
  const known = new Map<string, Known>();
  const clock = options.clock ?? (() => Date.now() / 1000);
  const ground: Ground = { options, events, known, clock };
  const upkeep = machineUpkeep(world, () => [...known.values()], client);
  let following: Following | null = await follow(client, '/api/v1/pods', (type, pod) =>
    take(ground, type, pod),
  );
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  let isWriting = false;
  const flush = async (): Promise<void> => {
    await Promise.all([...known].map(([uid, one]) => writePod(ground, uid, one)));
    await Promise.all([upkeep.flush(clock()), events.flush()]);
  };
  const round = (): void => {
    step(ground, upkeep.step, clock());
    if (isWriting) return;
    isWriting = true;
    writing = flush()
      .catch(ignoreLoss)
      .finally(() => {
        isWriting = false;
      });
  };
  return {
    pods: () => [...known.values()].map(({ pod }) => pod),
    events,
    find: (namespace, name) => {
      const one = [...known.values()].find(
        ({ pod }) => pod.namespace === namespace && pod.name === name,
      );
      return one ? { pod: one.pod, isReachable: one.machine.facts.runtime === 'works' } : null;
    },
    machineOf: (pod) => known.get(pod.uid)?.machine ?? null,
    liveThrough: (from, to, past) => {
      const waiting = past.happenings.toSorted((a, b) => a.at - b.at);
      for (let now = from; now <= to; now += past.step) {
        while ((waiting[0]?.at ?? Infinity) <= now) waiting.shift()?.does();
        step(ground, upkeep.step, now);
      }
    },
    flush,
    begin: () => {
      timer ??= setInterval(round, stepMs);
    },
    stop: async () => {
      if (timer) clearInterval(timer);
      following?.stop();
      following = null;
      await writing.catch(() => {});
    },
  };
}
