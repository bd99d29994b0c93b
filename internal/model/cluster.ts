import type { KubeObject } from './kubernetes.ts';
import type { ApiRef, Change } from './remedy.ts';
import type { Snapshot } from './snapshot.ts';

/** An RBAC right: as a request needs it, as a role gives it. */
export interface Right {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  /** Plural, with the subresource: `pods/eviction`. */
  readonly resource: string;
  /** Absent: the whole cluster. */
  readonly namespace?: string;
  readonly name?: string;
}

/** Why a request was not answered with what it asked for. */
export interface Refused {
  readonly state: 'refused';
  /** The HTTP status; null where no answer came. */
  readonly status: number | null;
  /** The server's word: `Conflict`, `Invalid`, `TooManyRequests`, `NotFound`, …; empty where it gave none. */
  readonly reason: string;
  readonly message: string;
  /** `details.causes` of the server's Status. */
  readonly causes: readonly {
    readonly reason: string;
    readonly field: string;
    readonly message: string;
  }[];
  readonly retryAfterSeconds: number | null;
  /** The right that is missing (403). */
  readonly right?: Right;
  /** True where the request was sent and its answer was lost: it may have been carried out. */
  readonly isOpen: boolean;
}

export interface Done<T> {
  readonly state: 'done';
  readonly value: T;
  /** The server's `Warning` headers, in order. */
  readonly warnings: readonly string[];
}

export type Reply<T> = Done<T> | Refused;

export interface ListQuery {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/**
 * A cluster to which something may be done. Refusals are data; only the signal's reason and a UserError about credentials are
 * thrown. What was never carried out (429, 503 before the handler, connection refused) is tried again within, with patience;
 * a write whose answer was lost is not.
 */
export interface Cluster {
  /** The kubeconfig context. */
  readonly context: string;
  readonly server: string;
  readonly get: (ref: ApiRef) => Promise<Reply<KubeObject>>;
  readonly list: (query: ListQuery) => Promise<Reply<readonly KubeObject[]>>;
  /**
   * Sends a change with field manager `calico-fix` and strict field validation; the answer is the object as it stands then.
   * `isDryRun`: everything but storing it. An eviction or deletion answers with the object or a Status.
   */
  readonly send: (
    change: Change,
    options?: { readonly isDryRun?: boolean },
  ) => Promise<Reply<KubeObject>>;
  /** Whether RBAC allows it (SelfSubjectAccessReview). */
  readonly may: (right: Right) => Promise<Reply<boolean>>;
  /** The newest lines of a container's log. */
  readonly log: (
    pod: { readonly namespace: string; readonly name: string; readonly container: string },
    options?: { readonly previous?: boolean; readonly tailLines?: number },
  ) => Promise<Reply<string>>;
  /** A fresh snapshot, to judge by. */
  readonly gather: () => Promise<Snapshot>;
}
