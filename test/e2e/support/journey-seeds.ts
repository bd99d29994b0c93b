/** A seed case that is fixed through the API. */
export interface Case {
  readonly id: string;
  /** What is given to `fix` beside the form of output. */
  readonly args: readonly string[];
  /** What is changed. */
  readonly target: string;
  readonly remedy: string;
}

const address = { args: [], remedy: 'autodetection-method' };
const probes = { args: [], remedy: 'probe-limits' };

/** What a change of an object cures. */
export const changes: readonly Case[] = [
  {
    id: 'slow-start-old-operator',
    args: ['--freeze-operator'],
    target: 'DaemonSet',
    remedy: 'freeze-operator',
  },
  { id: 'slow-start', target: 'DaemonSet', ...probes },
  { id: 'slow-start-operator', target: 'Installation', ...probes },
  { id: 'bridge-address', target: 'Installation', ...address },
  { id: 'bridge-address-manifest', target: 'DaemonSet', ...address },
  { id: 'docker-network', target: 'DaemonSet', ...address },
];

const drain = {
  args: ['node-overload-liveness-refused', '--ignore-daemonsets'],
  target: 'worker-2',
  remedy: 'drain-node',
};
/** What is cured by emptying a node. */
export const drains: readonly Case[] = ['overload', 'overload-operator'].map((id) => ({
  id,
  ...drain,
}));

/** What a person has to do on the machine, with the remedy that says how. */
export const byHand: readonly (readonly [id: string, remedy: string])[] = [
  ['cgroup-drivers', 'same-cgroup-driver'],
  ['cgroup-drivers-operator', 'same-cgroup-driver'],
  ['stuck-runtime', 'restart-runtime'],
  ['stuck-runtime-operator', 'restart-runtime'],
];

/** The scenarios whose whole way is gone, from the diagnosis on. */
export const walkedIds: ReadonlySet<string> = new Set([
  ...changes.map(({ id }) => id),
  ...drains.map(({ id }) => id),
  ...byHand.map(([id]) => id),
]);
