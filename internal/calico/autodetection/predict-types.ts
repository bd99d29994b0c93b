import type { Inventory } from '../inventory.ts';
import type { Family } from './address.ts';
import type { DetectRequest } from './detect.ts';

/** An address that a method may come to. */
export interface Choice {
  readonly ip: string;
  /** Null where no source gives it. */
  readonly prefix: number | null;
  /** Null where the interface is not known. */
  readonly iface: string | null;
}

/**
 * How sure a prediction is. Certain: everything that Calico would look at is known. Likely: one answer, but something of that is
 * missing or old. Ambiguous: several answers are possible.
 */
export type Sureness = 'certain' | 'likely' | 'ambiguous';

/** Why a method fails, or why nothing can be said. */
export type PredictionReason =
  | 'invalid-method'
  | 'invalid-pattern'
  | 'invalid-cidr'
  | 'invalid-destination'
  | 'no-match'
  | 'no-internal-ip'
  | 'not-on-host'
  | 'interfaces-unknown'
  | 'route-unknown'
  | 'name-unknown'
  | 'prefix-unknown';

/** What a method would choose on a node, whatever the node has now. */
export type Outlook =
  | {
      readonly result: 'chosen';
      /** At least one, the likeliest first. */
      readonly choices: readonly Choice[];
      readonly sureness: Sureness;
    }
  | {
      readonly result: 'fails';
      readonly reason: PredictionReason;
      readonly sureness: 'certain' | 'likely';
    }
  | { readonly result: 'unknown'; readonly reason: PredictionReason };

/** The question of what a method would choose on a node. */
export interface PredictRequest {
  readonly inventory: Inventory;
  /** `status.nodeInfo.kernelVersion`. */
  readonly kernelVersion: string | null;
  /** Null where it is not known: nothing is certain then. */
  readonly calicoVersion: string | null;
  readonly method: string;
  readonly family: Family;
  /** `status.addresses` of the Kubernetes node. */
  readonly nodeAddresses: DetectRequest['nodeAddresses'];
  /** The address that Calico stores now, without prefix; null where there is none. */
  readonly stored: string | null;
  /** The method that the node uses now: its own lines tell what that one chose. */
  readonly methodInUse?: string;
}

/**
 * What becomes of a node's address. `unknown` with choices: one of them would be the same, another would not.
 */
export interface Prediction {
  readonly outcome: 'same' | 'changes' | 'fails' | 'unknown';
  readonly choices: readonly Choice[];
  readonly sureness: Sureness | null;
  readonly reason: PredictionReason | null;
  /** True if the method finds nothing and the stored address stays: Calico keeps it then, and goes on. */
  readonly keepsStored: boolean;
}

/** A node of a cluster, as far as its address goes. */
export interface NodeCase {
  readonly name: string;
  readonly inventory: Inventory;
  readonly kernelVersion: string | null;
  readonly nodeAddresses: DetectRequest['nodeAddresses'];
  /** The address that Calico stores now, without prefix; null where there is none. */
  readonly stored: string | null;
  /** True if the stored address is right and has to stay. */
  readonly isHealthy: boolean;
}
