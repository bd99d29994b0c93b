import type { Speech } from './calico-speech.ts';
import type { Machine, World } from './world.ts';

/** What a calico-node has around it. */
export interface CalicoContext {
  readonly world: World;
  readonly machine: Machine;
  /** The release of its image, `v3.32.1`. */
  readonly version: string;
  readonly speech: Speech;
  /** The container's environment, as the kubelet makes it of the pod's template. */
  readonly env: () => Readonly<Record<string, string>>;
  /** How long one request to the datastore takes here and now. */
  readonly requestSeconds: () => number;
}
