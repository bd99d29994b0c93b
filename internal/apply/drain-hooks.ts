import type { KubeObject } from '../model/kubernetes.ts';
import type { Change } from '../model/remedy.ts';

/** Told around each request that is to be carried out, never around a dry run. What they throw ends the drain. */
export interface DrainHooks {
  /** Before it is sent (again after a conflict), with the object as it stands, a Node or a Pod: on disk when it returns. */
  readonly sending: (change: Change, before: KubeObject) => void;
  /** After the server took it; the object as it stands then, null where it is gone or going (an eviction). */
  readonly sent: (change: Change, after: KubeObject | null) => void;
  /** After the server surely did not carry it out, and it is not sent again. */
  readonly refused: (change: Change, reason: string) => void;
}
