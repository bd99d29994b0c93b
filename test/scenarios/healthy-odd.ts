import { runningPod, type NodeSpec } from '../support/cluster.ts';
import {
  addEvent,
  daemonSetOf,
  logOf,
  nodeOf,
  podOn,
  setLog,
  storeAddress,
  unready,
} from '../support/faults.ts';
import { healthy, setCounts } from '../support/healthy-scenario.ts';
import { ended, neighbourOn } from '../support/node-faults.ts';
import { noisyCluster } from '../support/noisy-cluster.ts';
import { withoutPod } from '../support/pod-faults.ts';
import { add, at, type Sample, type Scenario } from '../support/sample.ts';

/** A cordoned node, a Windows node, a node that is no machine, and a rebooted one. */
function oddNodes(): Sample {
  const sample = noisyCluster({ version: 'v3.28.1', nodes: 2 });
  (nodeOf(sample, 'worker-1').spec ??= {}).unschedulable = true;
  addEvent(
    sample,
    nodeOf(sample, 'worker-2'),
    'Rebooted',
    'Node worker-2 has been rebooted, boot id: 4f0c',
    { ago: 2900 },
  );
  for (const pod of [podOn(sample, 'worker-2'), neighbourOn(sample, 'worker-2', 'web')])
    ended(sample, pod, { exitCode: 255, reason: 'Unknown', restarts: 1, ago: 2900 });
  const windows = structuredClone(nodeOf(sample, 'worker-1'));
  windows.metadata = {
    ...windows.metadata,
    name: 'win-1',
    annotations: { 'projectcalico.org/IPv4Address': '10.20.0.41/24' },
    labels: { 'kubernetes.io/os': 'windows' },
  };
  Object.assign(windows.status?.nodeInfo ?? {}, { operatingSystem: 'windows' });
  const virtual = structuredClone(nodeOf(sample, 'worker-1'));
  virtual.metadata = {
    ...virtual.metadata,
    name: 'virtual-1',
    annotations: {},
    labels: { 'kubernetes.io/os': 'linux', type: 'virtual-kubelet' },
  };
  for (const [node, address] of [
    [windows, '10.20.0.41'],
    [virtual, '10.20.0.42'],
  ] as const)
    if (node.status) node.status.addresses = [{ type: 'InternalIP', address }];
  virtual.spec = { taints: [{ key: 'virtual-kubelet.io/provider', effect: 'NoSchedule' }] };
  add(sample, 'nodes', windows, virtual);
  return sample;
}

/** An out-of-memory kill, an eviction and a crashing pod of somebody's own: none of them says anything of Calico today. */
function yesterday(): Sample {
  const sample = noisyCluster({ version: 'v3.27.3', nodes: 2 });
  ended(sample, podOn(sample, 'worker-1'), {
    exitCode: 137,
    reason: 'OOMKilled',
    restarts: 1,
    ago: 71_000,
  });
  const evicted = structuredClone(podOn(sample, 'worker-1'));
  evicted.metadata = {
    ...evicted.metadata,
    name: 'calico-node-zb7wq',
    uid: 'pod-evicted',
    creationTimestamp: at(sample, -94_000),
  };
  evicted.status = {
    phase: 'Failed',
    reason: 'Evicted',
    message: 'The node was low on resource: ephemeral-storage.',
    startTime: at(sample, -94_000),
  };
  const own = neighbourOn(sample, 'worker-2', 'web');
  const status = own.status?.containerStatuses?.[0];
  if (status) {
    status.ready = false;
    status.restartCount = 212;
    status.state = { waiting: { reason: 'CrashLoopBackOff' } };
    status.lastState = {
      terminated: { exitCode: 1, reason: 'Error', finishedAt: at(sample, -90) },
    };
  }
  unready(own);
  addEvent(sample, own, 'BackOff', 'Back-off restarting failed container web', { count: 900 });
  const job = runningPod(sample, {
    name: 'backup-29481-qx2cd',
    namespace: 'shop',
    node: 'worker-2',
    hostIP: '10.20.0.12',
    age: 40_000,
    spec: { containers: [{ name: 'backup', image: 'registry.example/backup:v1' }] },
  });
  job.status = { phase: 'Succeeded' };
  add(sample, 'pods', evicted, job);
  addEvent(
    sample,
    nodeOf(sample, 'worker-2'),
    'OOMKilling',
    'Memory cgroup out of memory: Killed process 71311 (java) total-vm:8123456kB',
    { ago: 1500 },
  );
  return sample;
}

/** One machine that is the whole cluster: no peer, and none is missed. */
const single = (): Sample =>
  noisyCluster({ version: 'v3.30.3', nodes: [{ name: 'all.in.one.example', ip: '10.9.8.7' }] });

const far: readonly NodeSpec[] = ['rr', 'leaf-1', 'leaf-2'].map((name, index) => ({
  name: `${name}.dc.example`,
  ip: `172.25.${index}.10`,
  nic: 'bond0.120',
}));

/** No mesh: the leaves know the route reflector alone, and one of them its top-of-rack switch as well. */
function reflector(): Sample {
  const sample = noisyCluster({ version: 'v3.29.2', nodes: far });
  add(sample, 'bgpConfigurations', {
    kind: 'BGPConfiguration',
    metadata: { name: 'default' },
    spec: { nodeToNodeMeshEnabled: false, asNumber: 64_520 },
  });
  add(sample, 'bgpPeers', {
    kind: 'BGPPeer',
    metadata: { name: 'leaves' },
    spec: { nodeSelector: '!has(reflector)', peerSelector: 'has(reflector)' },
  });
  for (const { name } of far) {
    const pod = podOn(sample, name);
    const log = logOf(sample, pod).replaceAll(/^bird: Mesh_172_25_[12]_10.*\n/gm, '');
    setLog(sample, pod, 'calico-node', log.replaceAll('bird: Mesh_', 'bird: Node_'));
  }
  return sample;
}

/** The migration label keeps calico-node off a node that is still flannel's. */
function leftOut(): Sample {
  const sample = noisyCluster({ version: 'v3.26.4', nodes: 2 });
  const key = 'projectcalico.org/node-network-during-migration';
  const template = daemonSetOf(sample).spec?.template?.spec;
  if (template) template.nodeSelector = { 'kubernetes.io/os': 'linux', [key]: 'calico' };
  for (const { metadata } of sample.lists.nodes ?? [])
    (metadata.labels ??= {})[key] = metadata.name === 'worker-2' ? 'flannel' : 'calico';
  withoutPod(sample, 'worker-2');
  storeAddress(nodeOf(sample, 'worker-2'), null);
  setCounts(sample, { desiredNumberScheduled: 1, numberReady: 1, numberAvailable: 1 });
  return sample;
}

export const scenarios: readonly Scenario[] = [
  healthy('odd-nodes', 'a cordoned, a rebooted, a Windows and a virtual node', oddNodes),
  healthy('yesterday', 'what went wrong yesterday is over, or is no matter of Calico', yesterday, {
    layout: 'cluster-info',
  }),
  healthy('single-node', 'one node is the whole cluster', single),
  healthy('route-reflector', 'BGP without a mesh', reflector),
  healthy('left-out', 'a node is left to another network on purpose', leftOut),
];
