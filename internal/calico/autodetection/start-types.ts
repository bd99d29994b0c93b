import type { Surroundings } from './can-reach.ts';
import type { DetectRequest, SaidLine } from './detect.ts';
import type { HostInterface } from './host.ts';

/** `spec.bgp` of a Calico node, as stored: other fields than these are kept. */
export interface StoredBgp {
  readonly ipv4Address?: string;
  readonly ipv6Address?: string;
  readonly asNumber?: number;
  readonly [field: string]: unknown;
}

/** An entry of `spec.interfaces`, from v3.31.0 on. */
export interface StoredInterface {
  readonly name: string;
  readonly addresses?: readonly string[];
}

/** What Calico writes to its node. */
export interface StoredSpec {
  readonly bgp?: StoredBgp;
  readonly interfaces?: readonly StoredInterface[];
  readonly orchRefs?: readonly { readonly nodeName: string; readonly orchestrator: string }[];
}

/** A node as the datastore has it. */
export interface StoredNode {
  readonly name: string;
  readonly bgp: StoredBgp | null;
}

/** Everything that the address part of calico-node's start looks at. */
export interface StartRequest {
  /** The container's environment: IP, IP6, the methods, AS, CALICO_NETWORKING_BACKEND, DISABLE_NODE_IP_CHECK, CALICO_K8S_NODE_REF. */
  readonly env: Readonly<Record<string, string>>;
  readonly calicoVersion: string;
  /** In the order in which the kernel lists them. */
  readonly interfaces: readonly HostInterface[];
  readonly nodeAddresses: DetectRequest['nodeAddresses'];
  readonly surroundings: Surroundings | null;
  /** `exists` false: the datastore has no such node yet, which only etcd allows. */
  readonly node: StoredNode & {
    readonly exists: boolean;
    readonly interfaces?: readonly StoredInterface[] | null;
  };
  /** All other nodes. */
  readonly others: readonly StoredNode[];
  /** The error that listing the nodes ends in; undefined if they can be listed. */
  readonly listError?: string;
}

/** A write to the datastore, in order. An update before an exit takes addresses away. */
export interface StartWrite {
  readonly verb: 'create' | 'update';
  readonly spec: StoredSpec;
}

/** What the start comes to: `exit` null means that it went on. */
export interface StartResult {
  readonly exit: number | null;
  /** True if an address or, from v3.31.0 on, the list of interfaces changed; undefined after an exit. */
  readonly changed?: boolean;
  readonly writes: readonly StartWrite[];
  readonly log: readonly SaidLine[];
  /** True if a detection could not be simulated (see `Detection`); nothing else of the result counts then. */
  readonly isUnknown: boolean;
}

/** How a step of the routine ends: it goes on, ends the program at once, fails with Calico's error, or cannot be told. */
export type Step = 'on' | 'exit' | 'unknown' | { readonly error: string };

/** The node as it is being changed, with what has been said so far. */
export interface StartState {
  readonly request: StartRequest;
  bgp: StoredBgp | null;
  interfaces: readonly StoredInterface[] | null;
  orchRefs: StoredSpec['orchRefs'];
  readonly log: SaidLine[];
  readonly writes: StartWrite[];
}
