import type * as k8s from '../../internal/model/kubernetes.ts';
import { healthyCluster, workers, type ClusterSpec, type NodeSpec } from './cluster.ts';
import type { Kind } from './daemon-set.ts';
import { earlyNoise, startupNoise, type NoiseSpec } from './early-noise.ts';
import { addEvent, logOf, nodeOf, podOn, setLog } from './faults.ts';
import { lateNoise } from './late-noise.ts';
import { at, type Mutable, type Sample } from './sample.ts';

type Pod = Mutable<k8s.Pod>;

const backendOf = (kind: Kind): NoiseSpec['backend'] => {
  if (kind === 'vxlan') return 'vxlan';
  return kind === 'canal' || kind === 'policy-only' ? 'none' : 'bird';
};

const isBehind = (line: string, text: string): boolean => line.includes(text);

/** Puts the noise of a start and of the time since into a node's log. */
function makeNoisy(sample: Sample, spec: NoiseSpec): void {
  const pod = podOn(sample, spec.node.name);
  const lines = logOf(sample, pod).split('\n');
  const asked = lines.findIndex((line) => isBehind(line, 'Checking datastore connection'));
  const started = lines.findIndex((line) => line === 'Calico node started successfully');
  if (started === -1) return;
  const text = [
    ...lines.slice(0, asked + 1),
    ...startupNoise(spec),
    ...lines.slice(asked + 1, started + 1),
    ...earlyNoise(spec),
    ...lines.slice(started + 1, -1),
    ...lateNoise(spec),
  ];
  setLog(sample, pod, 'calico-node', `${text.join('\n')}\n`);
}

const cgroups =
  'cgroup v1 detected. cgroup v1 support is deprecated and will be removed in a future release. Please migrate to cgroup v2.';

const tokens = (node: string): string =>
  `MountVolume.SetUp failed for volume "kube-api-access-7x2qd" : failed to fetch token: serviceaccounts "default" is forbidden: User "system:node:${node}" cannot create resource "serviceaccounts/token" in API group "" in the namespace "shop": no relationship found between node '${node}' and this object`;

/** The pod that was there before this one: deleted, with its last events left. */
const gone = ({ metadata }: Pod): { kind: string; metadata: Pod['metadata'] } => ({
  kind: 'Pod',
  metadata: { ...metadata, name: metadata.name.replace(/.{5}$/, 'zzz9x'), uid: 'pod-before' },
});

function firstSeconds(sample: Sample, pod: Pod, web: Pod | undefined, ago: number): void {
  const unhealthy = (message: string, seconds: number): void =>
    addEvent(sample, pod, 'Unhealthy', message, { ago: ago - seconds });
  unhealthy(
    'Readiness probe failed: calico/node is not ready: BIRD is not ready: failed to stat() nodename file: stat /var/lib/calico/nodename: no such file or directory\n',
    4,
  );
  unhealthy(
    'Readiness probe failed: 2026-03-01 11:10:45.335 [INFO][146] node/health.go 207: Number of node(s) with BGP peering established = 0\ncalico/node is not ready: BIRD is not ready: BGP not established with 10.20.0.11,10.20.0.12',
    9,
  );
  unhealthy(
    'Readiness probe failed: calico/node is not ready: BIRD is not ready: graceful restart in progress with 10.20.0.12',
    14,
  );
  unhealthy('Readiness probe failed: ', 15);
  if (!web) return;
  addEvent(
    sample,
    web,
    'FailedCreatePodSandBox',
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "ab95": plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running and has mounted /var/lib/calico/',
    { ago: ago - 3 },
  );
  addEvent(sample, web, 'FailedMount', tokens(web.spec?.nodeName ?? ''), { ago: ago - 2 });
  addEvent(
    sample,
    web,
    'Unhealthy',
    'Readiness probe failed: Get "http://10.244.1.5:8080/": dial tcp 10.244.1.5:8080: connect: connection refused',
    { ago: ago - 8 },
  );
}

function noisyEvents(sample: Sample, { name }: NodeSpec, ago: number): void {
  const pod = podOn(sample, name);
  const web = sample.lists.pods?.find(
    ({ metadata, spec }) => metadata.namespace === 'shop' && spec?.nodeName === name,
  );
  addEvent(sample, nodeOf(sample, name), 'CgroupV1', cgroups, { ago: 1800 });
  addEvent(sample, gone(pod), 'FailedPreStopHook', 'PreStopHook failed', { ago });
  addEvent(
    sample,
    gone(pod),
    'Unhealthy',
    'Liveness probe errored and resulted in unknown state: rpc error: code = Canceled desc = context canceled',
    { ago },
  );
  firstSeconds(sample, pod, web, ago);
}

/**
 * A healthy cluster that looks worse than it is: every release's harmless warnings and errors in the logs, an outage of long ago,
 * and events of the first seconds of each pod.
 */
export function noisyCluster(spec: ClusterSpec = {}): Sample {
  const sample = healthyCluster(spec);
  const nodes =
    typeof spec.nodes === 'number' || spec.nodes === undefined
      ? workers(spec.nodes ?? 3)
      : spec.nodes;
  const age = spec.age ?? 90_000;
  const kind = spec.install ?? 'manifest';
  for (const node of nodes) {
    makeNoisy(sample, {
      version: spec.version ?? 'v3.29.1',
      node,
      peers: nodes.filter(({ name }) => name !== node.name).map(({ ip }) => ip),
      backend: backendOf(kind),
      start: at(sample, -age + 3),
      age: age - 3,
      hasTypha: kind === 'operator',
    });
    // An hour later the events of the start are gone.
    noisyEvents(sample, node, Math.min(age, 3400));
  }
  return sample;
}
