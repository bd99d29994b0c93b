import { randomBytes, randomUUID } from 'node:crypto';
import { settleAddresses } from '../test/e2e/support/cluster/detection.ts';
import { type NodeFacts, nicWith, workers } from '../test/e2e/support/cluster/facts.ts';
import { calicoIsUp } from '../test/e2e/support/cluster/calico-start.ts';
import { conditionsOf, nodeObject, nodeStatus } from '../test/e2e/support/cluster/node-objects.ts';
import { worldOf } from '../test/e2e/support/cluster/world.ts';
import { addBridge } from '../test/e2e/support/scenarios/parts.ts';

/** Nodes as kubelets and Calico leave them behind, for a cluster in which nobody works. */

export const calicoVersion = 'v3.32.1';
/** The router that all nodes have a BGP session with, but those that call from a bridge's address. */
export const router = '10.64.250.1';

/** A node and what its Calico has told about it. */
export interface BenchNode {
  readonly facts: NodeFacts;
  /** Its Calico has given out the address of a bridge. */
  readonly isSick: boolean;
  /** What it has given out, `10.64.8.10/24`, and from which interface. */
  readonly address: string;
  readonly iface: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const sickShare = 100;

// What each machine gives out is reckoned by Calico's own algorithm, so that the fault is a real one.
function benchNode(facts: NodeFacts, isSick: boolean): BenchNode {
  if (isSick) addBridge(facts);
  const world = worldOf({ nodes: new Map([[facts.name, facts]]), say: () => {} });
  const machine = world.machines.get(facts.name);
  if (!machine) throw new Error(`there is no machine ${facts.name}`);
  const env = { IP: 'autodetect', CALICO_NETWORKING_BACKEND: 'bird' };
  const spec = settleAddresses(world, machine, env, calicoVersion).writes.at(-1)?.spec;
  const address = spec?.bgp?.ipv4Address ?? '';
  return {
    facts,
    isSick,
    address,
    iface: nicWith(facts, address.split('/')[0] ?? '')?.name ?? '',
    annotations: {
      'projectcalico.org/IPv4Address': address,
      'projectcalico.org/Interfaces': JSON.stringify(spec?.interfaces ?? []),
    },
  };
}

/** `count` nodes, one in a hundred sick. */
export const benchNodes = (count: number): readonly BenchNode[] =>
  workers(count).map((facts, place) => benchNode(facts, place % sickShare === 1));

// A kubelet tells of 50 at most.
const images = Array.from({ length: 34 }, (_, place) => ({
  names: [
    `registry.example/team/app-${place}@sha256:${randomBytes(32).toString('hex')}`,
    `registry.example/team/app-${place}:1.${place}.0`,
  ],
  sizeBytes: 123_456_789 + place,
}));

/** The Node, and what its kubelet and its Calico write to it afterwards. */
export function nodeParts({ facts, annotations }: BenchNode, logPort: number, now: number) {
  const machine = worldOf({ nodes: new Map([[facts.name, facts]]), say: () => {} });
  const one = machine.machines.get(facts.name);
  const conditions = one
    ? conditionsOf({ ...one, network: calicoIsUp(Math.floor(now)) }, now, now)
    : [];
  return {
    node: nodeObject(facts, {}),
    // The API server marks a new node as not ready, which a controller would take back.
    byCalico: { metadata: { annotations }, spec: { taints: null } },
    status: { status: { ...nodeStatus(facts, logPort), conditions, images } },
  };
}

export const leaseOf = (name: string, now: number): object => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: {
    name,
    ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid: randomUUID() }],
  },
  spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: leaseTime(now) },
});

export const leaseTime = (now: number): string =>
  new Date(now * 1000).toISOString().replace('Z', '000Z');
