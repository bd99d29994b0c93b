/** What is true of the machines of an invented cluster: the only source of what its stand-ins do. Tests may change it at any time. */

export interface Nic {
  readonly name: string;
  /** The kernel's number of the interface. */
  readonly index: number;
  /** `10.0.0.1/24`, in the kernel's order. */
  readonly addresses: readonly string[];
  /** The network that it is plugged into; machines reach one another where they share one. Null: nobody outside sees it, as with a bridge. */
  readonly network: string | null;
}

export interface NodeFacts {
  readonly name: string;
  readonly internalIp: string;
  readonly kernel: string;
  readonly cpus: number;
  readonly osImage: string;
  readonly runtimeVersion: string;
  nics: readonly Nic[];
  /** How long the datastore takes for one request from here. */
  secondsPerRequest: number;
  /** False: nothing answers at the service address of the API server. */
  isServiceIpReachable: boolean;
  /** `wedged`: containers start, and nobody hears of them any more. `frozen`: the runtime does not answer at all. */
  runtime: 'works' | 'wedged' | 'frozen';
  /** False: systemd clears away the containers' cgroups from time to time. */
  doCgroupsAgree: boolean;
  /** Ports that other programs of the machine hold. */
  takenPorts: readonly number[];
  /** Names of nodes whose BGP a firewall drops here. */
  blockedPeers: readonly string[];
}

export interface Facts {
  /** The release in the images, `v3.32.1`. */
  readonly nodes: Map<string, NodeFacts>;
  /** Told about what happens inside, one line each. */
  readonly say: (line: string) => void;
}

export interface NodeOptions extends Partial<Omit<NodeFacts, 'name' | 'internalIp' | 'nics'>> {
  /** Interfaces beside `lo` and the card. */
  readonly more?: readonly Nic[];
  /** The card's name and number; `ens3`, 2 unless told. */
  readonly nic?: string;
  readonly nicIndex?: number;
}

/** A machine that is well: a card with the address that Kubernetes knows, a datastore nearby. */
export function nodeFacts(name: string, internalIp: string, options: NodeOptions = {}): NodeFacts {
  const { more = [], nic = 'ens3', nicIndex = 2, ...facts } = options;
  return {
    name,
    internalIp,
    kernel: '6.12.38',
    cpus: 4,
    osImage: 'Debian GNU/Linux 13 (trixie)',
    runtimeVersion: 'containerd://2.1.4',
    nics: [
      { name: 'lo', index: 1, addresses: ['127.0.0.1/8'], network: null },
      { name: nic, index: nicIndex, addresses: [`${internalIp}/24`], network: 'nodes' },
      ...more,
    ],
    secondsPerRequest: 0.01,
    isServiceIpReachable: true,
    runtime: 'works',
    doCgroupsAgree: true,
    takenPorts: [],
    blockedPeers: [],
    ...facts,
  };
}

/** A bridge of containers or machines: an address that no other node reaches. */
export const bridge = (name: string, index: number, address: string): Nic => ({
  name,
  index,
  addresses: [address],
  network: null,
});

/** The interface of a node that carries an address; undefined where none does. */
export const nicWith = ({ nics }: NodeFacts, address: string): Nic | undefined =>
  nics.find(({ addresses }) => addresses.some((text) => text.split('/')[0] === address));

/** `worker-1…` with invented addresses, all well. */
export function workers(count: number, options: NodeOptions = {}): NodeFacts[] {
  return Array.from({ length: count }, (_, index) => {
    const ip = `10.${64 + Math.floor(index / 240)}.8.${10 + (index % 240)}`;
    return nodeFacts(`worker-${index + 1}`, ip, options);
  });
}
