import type { SimulatedCluster } from './cluster/cluster.ts';
import { timeText } from './cluster/container-log.ts';
import type { Container } from './cluster/containers.ts';
import { valueAt } from './cluster/operator-rules.ts';
import type { PodMachine } from './cluster/pod-machine.ts';
import { ailing } from './journey-ailments.ts';
import { briefly, daemonSet, type Fault } from './journey-faults.ts';
import { between, container, template } from './journey-template-faults.ts';
import type { Json, KubeClient } from './kube-client.ts';

// Faults that keep containers of calico-node from starting, at the first node of an update.

/** What the kubelet shows of a container that it cannot start. */
interface Holding {
  readonly waiting: object;
  /** Since how many seconds; then nothing of the pod was started. */
  readonly seconds?: number;
}

const never = Number.POSITIVE_INFINITY;

// The first container may have been begun before anybody looked.
const unstarted = { program: null, ended: null, run: 0, restarts: 0, nextStart: never };

function hold(pod: PodMachine, held: Container, { waiting, seconds = 0 }: Holding): void {
  held.nextStart = never;
  if (seconds > 0) for (const one of pod.containers) Object.assign(one, unstarted);
  const { status, signature } = pod;
  const startTime = timeText(Date.now() / 1000 - seconds);
  const told = (entry: unknown): unknown =>
    valueAt(entry, 'name') === held.name ? { ...Object(entry), state: { waiting } } : entry;
  Object.assign(pod, {
    signature: (now: number) => `${signature(now)} held`,
    status: (now: number) => {
      const own = status(now);
      const entries = valueAt(own, 'containerStatuses');
      const containerStatuses = Array.isArray(entries) ? entries.map(told) : [];
      return { ...own, containerStatuses, ...(seconds > 0 ? { startTime } : {}) };
    },
  });
}

function heldOnce(holding: Holding): (pod: PodMachine, held: Container) => void {
  const known = new WeakSet<PodMachine>();
  return (pod, held) => {
    if (known.has(pod)) return;
    known.add(pod);
    hold(pod, held, holding);
  };
}

const atOnce = async ({ client }: SimulatedCluster, maxUnavailable: number | string) => {
  await client.patch(daemonSet, {
    spec: { updateStrategy: { rollingUpdate: { maxUnavailable } } },
  });
};

// An update that stops at its first node.
const oneByOne = (fault: Fault): Fault => ({
  ...fault,
  bringUp: async (cluster) => {
    await atOnce(cluster, 1);
    await fault.bringUp(cluster);
  },
  takeAway: async (cluster) => {
    await fault.takeAway(cluster);
    await atOnce(cluster, '100%');
  },
});

const image = (tag: string): string => `docker.io/calico/node:${tag}`;
const noSuchTag = 'v3.24.95';

/** An update to a release that no registry has. */
const missingImage: Fault = oneByOne(
  ailing({
    finding: 'image-pull-failure',
    fix: { timeout: briefly },
    ...between(container({ image: image(noSuchTag) }), container({ image: image('v3.24.5') })),
    ails: () => ({
      has: (one) => one.image.endsWith(noSuchTag),
      shows: heldOnce({
        waiting: {
          reason: 'ImagePullBackOff',
          message: `Back-off pulling image "${image(noSuchTag)}": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image: manifest unknown`,
        },
      }),
    }),
  }),
);

const volume = 'var-run-calico';
const path = '/var/run/calico';
const typed = (type: string) => template({ volumes: [{ name: volume, hostPath: { path, type } }] });

const pods = '/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node';

// The pods whose volume is to be a directory that is there.
async function typedPods(client: KubeClient): Promise<ReadonlySet<string>> {
  const { items } = await client.list(pods);
  const isTyped = (pod: Json): boolean =>
    JSON.stringify(pod['spec']).includes('"type":"Directory"');
  return new Set(items.filter(isTyped).map((pod) => String(valueAt(pod, 'metadata', 'uid'))));
}

/** A volume has a type that the machines' own path is not of. */
const typedMount: Fault = oneByOne(
  ailing({
    finding: 'hostpath-mount-failure',
    fix: { timeout: briefly },
    ...between(typed('Directory'), typed('DirectoryOrCreate')),
    ails: ({ client, kubelets }) => {
      const shown = heldOnce({ waiting: { reason: 'PodInitializing' }, seconds: 120 });
      let typedOnes: ReadonlySet<string> = new Set();
      return {
        refresh: async () => {
          typedOnes = await typedPods(client);
        },
        has: (_, { uid }) => typedOnes.has(uid),
        shows: (pod, held, at) => {
          shown(pod, held);
          const { name, namespace, uid } = pod;
          kubelets.events.note({
            about: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid },
            type: 'Warning',
            reason: 'FailedMount',
            message: `MountVolume.SetUp failed for volume "${volume}" : hostPath type check failed: ${path} is not a directory`,
            at,
            component: 'kubelet',
          });
        },
      };
    },
  }),
);

const mounted = { name: 'bpffs', mountPath: '/sys/fs/bpf' };
const init = 'mount-bpffs';
const withBpf = template({
  initContainers: [{ name: init, volumeMounts: [mounted] }],
  containers: [{ name: 'calico-node', volumeMounts: [mounted] }],
  volumes: [{ name: 'bpffs', hostPath: { path: '/sys/fs/bpf', type: 'Directory' } }],
});
const gone = { $patch: 'delete' };
const withoutBpf = template({
  initContainers: [{ name: init, volumeMounts: [{ mountPath: mounted.mountPath, ...gone }] }],
  containers: [{ name: 'calico-node', volumeMounts: [{ mountPath: mounted.mountPath, ...gone }] }],
  volumes: [{ name: 'bpffs', ...gone }],
});

const mountsBpf = ({ spec }: Container): boolean => JSON.stringify(spec).includes('"bpffs"');

/** The kernels cannot do what the init container for eBPF wants, which nobody uses. */
const noBpf: Fault = oneByOne(
  ailing({
    finding: 'bpf-filesystem-not-mounted',
    fix: { timeout: briefly },
    ...between(withBpf, withoutBpf),
    ails: () => ({
      container: init,
      has: mountsBpf,
      ending: { exitCode: 2, reason: 'Error' },
      says: [['ERROR', 'nodeinit', 'calico-init_linux.go', 'Failed to mount BPF filesystem.']],
    }),
  }),
);

export const heldFaults = { missingImage, typedMount, noBpf } satisfies Readonly<
  Record<string, Fault>
>;
