import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJson } from '../support/detection-vectors.ts';
import type { StartFile, StartVector } from '../support/start-vectors.ts';
import { speechOf } from './support/cluster/calico-speech.ts';
import { storeAddress } from './support/cluster/calico-start.ts';
import { containerLog } from './support/cluster/container-log.ts';
import { settleAddresses } from './support/cluster/detection.ts';
import { type NodeFacts, nodeFacts } from './support/cluster/facts.ts';
import { annotate, type Machine, worldOf } from './support/cluster/world.ts';

// What Calico's real code came to at six releases. The stand-in must come to the same by its own way through machines and
// annotations, or a fix that is wrong might heal an invented node.

const isStartFile = (value: unknown): value is StartFile =>
  typeof value === 'object' && value !== null && 'vectors' in value && 'inventories' in value;

function vectorsOf(): StartFile {
  const file = readJson(path.join(import.meta.dirname, '../vectors/startup.json'));
  if (!isStartFile(file)) throw new Error('startup.json has another form');
  return file;
}

const file = vectorsOf();
const interfacesKey = 'projectcalico.org/Interfaces';
const addressKey = 'projectcalico.org/IPv4Address';

const inventoryOf = ({ inv }: StartVector) => file.inventories[inv] ?? [];

const hasIPv6 = (vector: StartVector): boolean =>
  !['', 'none', undefined].includes(vector.env['IP6']) ||
  [vector.node, ...vector.others].some(({ bgp }) => bgp?.ipv6Address !== undefined);

// An invented machine has IPv4 alone, no point-to-point addresses and one way out; a node that etcd does not hold yet is none of
// Kubernetes'.
const isWithinReach = (vector: StartVector): boolean =>
  vector.node.exists &&
  vector.listError === undefined &&
  vector.addresses !== null &&
  !hasIPv6(vector) &&
  !(vector.env['IP_AUTODETECTION_METHOD'] ?? '').startsWith('can-reach') &&
  inventoryOf(vector).every(({ a }) => a.every(({ p, s }) => p === undefined && s === undefined));

const factsOf = (vector: StartVector): NodeFacts => ({
  ...nodeFacts(vector.node.name, ''),
  nics: inventoryOf(vector).map(({ n, a }, index) => ({
    name: n,
    index: index + 1,
    addresses: a.map(({ c }) => c),
    network: null,
  })),
});

function machineOf(vector: StartVector): {
  readonly world: ReturnType<typeof worldOf>;
  readonly machine: Machine;
} {
  const others = vector.others.map(({ name }) => nodeFacts(name, ''));
  const nodes = new Map([factsOf(vector), ...others].map((facts) => [facts.name, facts]));
  const world = worldOf({ nodes, say: () => {} });
  for (const { name, bgp } of [...vector.others, vector.node]) {
    const machine = world.machines.get(name);
    if (machine) annotate(machine, addressKey, bgp?.ipv4Address ?? null);
  }
  const machine = world.machines.get(vector.node.name);
  if (!machine) throw new Error('the vector has no node');
  const { interfaces } = vector.node;
  if (interfaces) annotate(machine, interfacesKey, JSON.stringify(interfaces));
  machine.addresses = (vector.addresses ?? []).map(([type, address]) => ({ type, address }));
  return { world, machine };
}

/** The address that the stand-in's node gives out behind the start, and the start's exit code. */
function standIn(vector: StartVector, version: string): unknown {
  const { world, machine } = machineOf(vector);
  const result = settleAddresses(world, machine, vector.env, version);
  const speech = speechOf(containerLog(), version);
  const env = () => vector.env;
  storeAddress({ world, machine, version, speech, env, requestSeconds: () => 0 }, result);
  return { exit: result.exit, address: machine.annotations.get(addressKey) ?? null };
}

function calico(vector: StartVector, release: string): unknown {
  const out = vector.out[release];
  const spec = out?.writes.at(-1);
  const text = JSON.stringify(spec ?? {});
  const [, written] = /"ipv4Address":"([^"]+)"/.exec(text) ?? [];
  const address = spec === undefined ? vector.node.bgp?.ipv4Address : written;
  return { exit: out?.exit, address: address ?? null };
}

describe('the stand-in gives a node the address that Calico gives it', () => {
  const vectors = file.vectors.filter(isWithinReach);
  const releases = [...new Set(vectors.flatMap(({ out }) => Object.keys(out)))];

  it.each(releases)('%s', (release) => {
    const told = vectors.filter(({ out }) => out[release] !== undefined);
    expect(told.length).toBeGreaterThan(100);
    const differences = told
      .map((vector) => ({
        id: vector.id,
        got: standIn(vector, release),
        wanted: calico(vector, release),
      }))
      .filter(({ got, wanted }) => JSON.stringify(got) !== JSON.stringify(wanted));
    expect(differences).toEqual([]);
  });
});
