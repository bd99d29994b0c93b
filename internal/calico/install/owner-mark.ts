import type { Owner } from '../../model/install.ts';
import type { KubeObject } from '../../model/kubernetes.ts';
import type { Action } from '../../model/remedy.ts';
import type { Snapshot } from '../../model/snapshot.ts';

/** Who writes an object, what that means for a change of it, and the marker that tells. */
export interface OwnerMark {
  readonly owner: Owner;
  /** Application, Kustomization, release, add-on; null where the marker has no name. */
  readonly ownerName: string | null;
  readonly action: Action;
  readonly reason: string;
}

/** Looks for one tool's mark on an object. */
export type Mark = (object: KubeObject, snapshot: Snapshot) => OwnerMark | null;
