import type { KubeClient } from '../kube-client.ts';
import { conditionsOf } from './node-objects.ts';
import type { PodMachine } from './pod-machine.ts';
import type { Machine, World } from './world.ts';

/** What kubelets do for the machine itself. */
export interface Upkeep {
  readonly step: (now: number) => void;
  readonly flush: (now: number) => Promise<void>;
}

interface Place {
  readonly machine: Machine;
  readonly pod: PodMachine;
}

// A kubelet with nothing new to tell writes its status each five minutes; its lease says that it lives.
const heartbeat = 300;
const metricsPeriod = 15;
const killEvery = 45;

interface Kept {
  runtime: string;
  since: number;
  written: number;
  annotations: ReadonlySet<string>;
  nextKill: number;
  round: number;
}

// Systemd clears up at no fixed time: a spread that is the same in each run.
const spread = (name: string, round: number): number =>
  Buffer.from(`${name}${round}`).reduce((sum, byte) => (sum * 31 + byte) % 97, 7) / 97;

function killPods(kept: Kept, { facts }: Machine, places: readonly Place[], now: number): void {
  if (facts.doCgroupsAgree || facts.runtime !== 'works') return;
  if (now < kept.nextKill) return;
  kept.round += 1;
  const isFirst = kept.nextKill === 0;
  kept.nextKill = now + killEvery * (0.6 + 3 * spread(facts.name, kept.round));
  if (!isFirst) for (const { pod } of places) pod.killFromBelow(now);
}

async function writeNode(
  client: KubeClient,
  machine: Machine,
  kept: Kept,
  now: number,
): Promise<void> {
  const path = `/api/v1/nodes/${machine.facts.name}`;
  const names = new Set(machine.annotations.keys());
  const gone = [...kept.annotations].filter((name) => !names.has(name)).map((name) => [name, null]);
  const annotations = Object.fromEntries([...machine.annotations, ...gone]);
  machine.isDirty = false;
  kept.written = now;
  kept.annotations = names;
  const conditions = conditionsOf(machine, now, kept.since);
  await client.patch(
    `${path}/status`,
    { metadata: { annotations }, status: { conditions } },
    'strategic',
  );
}

async function writeMetrics(client: KubeClient, machine: Machine): Promise<void> {
  const { facts, demand } = machine;
  const cpu = `${Math.round(Math.min(demand + 0.2, facts.cpus) * 1000)}m`;
  const path = '/apis/metrics.k8s.io/v1beta1/nodes';
  const body = {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'NodeMetrics',
    metadata: { name: facts.name },
    window: '20s',
    timestamp: new Date().toISOString(),
    usage: { cpu, memory: '5Gi' },
  };
  await client.request(
    'PATCH',
    `${path}/${facts.name}?fieldManager=metrics-server&force=true`,
    body,
    'apply',
  );
}

/** Keeps Node objects up to date, clears cgroups away where the drivers do not agree, and measures the load. */
export function machineUpkeep(
  world: World,
  places: () => readonly Place[],
  client: KubeClient,
): Upkeep {
  const all = new Map<string, Kept>();
  let nextMetrics = 0;
  let hasMetrics = true;
  const keptOf = ({ facts }: Machine, now: number): Kept => {
    const kept = all.get(facts.name) ?? {
      runtime: facts.runtime,
      since: now,
      written: 0,
      annotations: new Set(),
      nextKill: 0,
      round: 0,
    };
    all.set(facts.name, kept);
    return kept;
  };
  return {
    step: (now) => {
      for (const machine of world.machines.values()) {
        const kept = keptOf(machine, now);
        if (kept.runtime !== machine.facts.runtime) {
          kept.runtime = machine.facts.runtime;
          kept.since = now;
          machine.isDirty = true;
        }
        if (!machine.facts.doCgroupsAgree)
          killPods(
            kept,
            machine,
            places().filter((place) => place.machine === machine),
            now,
          );
      }
    },
    flush: async (now) => {
      const machines = [...world.machines.values()];
      const due = machines.filter(
        (machine) => machine.isDirty || now > keptOf(machine, now).written + heartbeat,
      );
      await Promise.all(
        due.map((machine) => writeNode(client, machine, keptOf(machine, now), now)),
      );
      if (!hasMetrics || now < nextMetrics) return;
      nextMetrics = now + metricsPeriod;
      await Promise.all(machines.map((machine) => writeMetrics(client, machine))).catch(() => {
        hasMetrics = false; // a cluster without metrics-server
      });
    },
  };
}
