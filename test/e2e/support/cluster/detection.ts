import {
  type DetectRequest,
  detect,
  type SaidLine,
} from '../../../../internal/calico/autodetection/detect.ts';
import { type HostInterface, hostAddress } from '../../../../internal/calico/autodetection/host.ts';
import { connectedRoutes, parseRoutes } from '../../../../internal/calico/autodetection/routes.ts';
import { startNode } from '../../../../internal/calico/autodetection/start-node.ts';
import type {
  StartResult,
  StoredInterface,
  StoredNode,
} from '../../../../internal/calico/autodetection/start-types.ts';
import type { NodeFacts } from './facts.ts';
import type { Machine, World } from './world.ts';

// The algorithm is the project's own; the vectors of Calico's real code hold it (test/vectors), so that it may stand for Calico here.

/** The interfaces in the order of the kernel's dump: ascending by index from Linux 6.9 on, else by hash bucket. */
export function kernelList({ nics, kernel }: NodeFacts): readonly HostInterface[] {
  const [major = 0, minor = 0] = kernel.split('.').map(Number);
  const isNew = major > 6 || (major === 6 && minor >= 9);
  const place = (index: number): number => (isNew ? index : index & 255);
  return nics
    .toSorted((a, b) => place(a.index) - place(b.index) || b.index - a.index)
    .map(({ name, addresses }) => ({
      name,
      isUp: true,
      addresses: addresses.map((text) => hostAddress(text)).filter((address) => address !== null),
    }));
}

// Out of the machine the way leads through its first card.
function surroundingsOf(
  { nics }: NodeFacts,
  interfaces: readonly HostInterface[],
): DetectRequest['surroundings'] {
  const card = nics.find(({ network }) => network !== null);
  const gateway = card?.addresses[0]?.replace(/\d+\/\d+$/, '1');
  const out = card && gateway ? parseRoutes([`default via ${gateway} dev ${card.name}`]) : [];
  return {
    routes: [...connectedRoutes(interfaces), ...out],
    resolve: () => ({ error: ': no such host' }),
  };
}

const addressKey = 'projectcalico.org/IPv4Address';
const interfacesKey = 'projectcalico.org/Interfaces';

function storedInterfaces(text: string | undefined): readonly StoredInterface[] | null {
  if (text === undefined) return null;
  const value: unknown = JSON.parse(text);
  const isInterface = (one: unknown): one is StoredInterface =>
    typeof one === 'object' && one !== null && 'name' in one;
  return Array.isArray(value) ? value.filter(isInterface) : null;
}

function storedNode({ facts, annotations }: Machine): StoredNode {
  const ipv4Address = annotations.get(addressKey);
  return { name: facts.name, bgp: ipv4Address === undefined ? null : { ipv4Address } };
}

/** What the start of calico-node makes of a machine's addresses, given its environment. */
export function settleAddresses(
  world: World,
  machine: Machine,
  env: Readonly<Record<string, string>>,
  calicoVersion: string,
): StartResult {
  const interfaces = kernelList(machine.facts);
  return startNode({
    env,
    calicoVersion,
    interfaces,
    nodeAddresses: machine.addresses,
    surroundings: surroundingsOf(machine.facts, interfaces),
    node: {
      ...storedNode(machine),
      exists: true,
      interfaces: storedInterfaces(machine.annotations.get(interfacesKey)),
    },
    // Read only where an address has changed: a large cluster is many nodes.
    get others() {
      return [...world.machines.values()].filter((other) => other !== machine).map(storedNode);
    },
  });
}

/** What a detection alone says, for the lines that the monitor repeats each minute. */
export function detectionLines(
  machine: Machine,
  env: Readonly<Record<string, string>>,
  calicoVersion: string,
): readonly SaidLine[] {
  const interfaces = kernelList(machine.facts);
  return detect({
    method: env['IP_AUTODETECTION_METHOD'] ?? '',
    family: 4,
    calicoVersion,
    interfaces,
    nodeAddresses: machine.addresses,
    surroundings: surroundingsOf(machine.facts, interfaces),
  }).log;
}
