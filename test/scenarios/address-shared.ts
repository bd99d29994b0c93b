import { healthyCluster, workers } from '../support/cluster.ts';
import { addEvent, crashLoop, nodeOf, podOn, setLog, storeAddress } from '../support/faults.ts';
import { at, type Sample, type Scenario } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';
import { giveOut, misses } from '../support/wrong-address.ts';

// A provisioning script made the same bridge on all machines: nodes with one address leave each other out, and all pods are 1/1.
function everywhere(): Sample {
  const nodes = workers(3).map((node) => ({
    ...node,
    more: [{ name: 'lab0', index: 7, addresses: ['172.29.0.1/24'] }],
  }));
  const sample = healthyCluster({ version: 'v3.32.1', kubernetes: 'v1.34.2', nodes });
  for (const { name } of nodes) giveOut(sample, name, '172.29.0.1/24', 'lab0');
  for (const { name } of nodes) {
    const pod = podOn(sample, name);
    const log = sample.logs.find((item) => item.pod === pod.metadata.name);
    const text = log?.read.state === 'read' ? log.read.text : '';
    const lines = text.split('\n').filter((line) => !line.startsWith('bird: Mesh_'));
    setLog(sample, pod, 'calico-node', lines.join('\n'));
  }
  return sample;
}

// The second node with the same bridge is refused: v3.26 says so without an error line and takes its address away.
function refusedBridge(): Sample {
  const nodes = workers(3).map((node) =>
    node.name === 'worker-3'
      ? node
      : { ...node, more: [{ name: 'lab0', index: 7, addresses: ['172.29.0.1/24'] }] },
  );
  const sample = healthyCluster({ version: 'v3.26.5', nodes });
  giveOut(sample, 'worker-1', '172.29.0.1/24', 'lab0');
  const pod = podOn(sample, 'worker-2');
  storeAddress(nodeOf(sample, 'worker-2'), null);
  crashLoop(sample, pod, { lived: 1, exitCode: 1, reason: 'Error', restarts: 7 });
  const line = (level: string, message: string): string =>
    logLine(
      { start: at(sample, -41), version: 'v3.26.5' },
      0,
      level,
      'startup',
      'startup.go',
      message,
    );
  setLog(
    sample,
    pod,
    'calico-node',
    [
      line('INFO', 'Determined node name: worker-2'),
      line('INFO', 'Using autodetected IPv4 address on interface lab0: 172.29.0.1/24'),
      line('INFO', 'Node IPv4 changed, will check for conflicts'),
      line('WARNING', "Calico node 'worker-1' is already using the IPv4 address 172.29.0.1."),
      line('INFO', 'Clearing out-of-date IPv4 address from this node IP="172.29.0.1/24"'),
      line('WARNING', 'Terminating'),
      'Calico node failed to start',
      '',
    ].join('\n'),
  );
  return sample;
}

// etcd keeps the addresses to itself: the readiness message names one that no node has.
function etcdBridge(): Sample {
  const sample = healthyCluster({
    install: 'etcd',
    version: 'v3.18.2',
    kubernetes: 'v1.19.16',
    nodes: 4,
    noLogs: true,
  });
  for (const node of ['worker-1', 'worker-3', 'worker-4']) misses(sample, node, ['172.20.0.1']);
  misses(sample, 'worker-2', ['10.20.0.11', '10.20.0.13', '10.20.0.14']);
  return sample;
}

// Calico has a network of its own on purpose: eth1 on every machine, and the method says so.
function dataNetwork(): Sample {
  const nodes = workers(3).map((node, index) => ({
    ...node,
    nic: 'eth0',
    more: [{ name: 'eth1', index: 3, addresses: [`192.168.200.${11 + index}/24`] }],
  }));
  const sample = healthyCluster({ version: 'v3.27.4', nodes });
  nodes.forEach((node, index) => {
    giveOut(sample, node.name, `192.168.200.${11 + index}/24`, 'eth1');
    const env = podOn(sample, node.name).spec?.containers?.[0]?.env;
    env?.push({ name: 'IP_AUTODETECTION_METHOD', value: 'interface=eth1' });
  });
  nodes.forEach(({ name }) => {
    const pod = podOn(sample, name);
    const log = sample.logs.find((item) => item.pod === pod.metadata.name);
    const text = log?.read.state === 'read' ? log.read.text : '';
    setLog(sample, pod, 'calico-node', text.replaceAll('changed to start', 'changed to up'));
  });
  return sample;
}

// The first address of the network, and yet the machine's own; an old message is all that looks like a fault.
function firstAddress(): Sample {
  const nodes = [{ name: 'edge-1', ip: '10.44.7.1', nic: 'br0' }, ...workers(2)].map(
    (node, index) => ({ ...node, ip: `10.44.7.${index + 1}` }),
  );
  const sample = healthyCluster({ version: 'v3.29.7', nodes });
  addEvent(
    sample,
    podOn(sample, 'worker-1'),
    'Unhealthy',
    'Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.44.7.1',
    { ago: 89_900 },
  );
  return sample;
}

const lookAlikes = ['undetermined', 'bgp-port-179-blocked', 'bgp-peer-down'];

const fault = (
  name: string,
  title: string,
  build: () => Sample,
  nodes: readonly string[],
): Scenario => ({
  name: `wrong-ip-autodetected-${name}`,
  title,
  layout: 'objects',
  expect: {
    verdict: 'findings',
    first: 'wrong-ip-autodetected',
    nodes,
    renderer: 'manifest',
    never: lookAlikes,
  },
  build,
});

const healthy = (name: string, title: string, build: () => Sample): Scenario => ({
  name: `wrong-ip-autodetected-lookalike-${name}`,
  title,
  layout: 'objects',
  expect: {
    verdict: 'healthy',
    first: null,
    renderer: 'manifest',
    never: [
      ...lookAlikes,
      'wrong-ip-autodetected',
      'ip-address-conflict',
      'node-without-routes',
      'address-right-by-luck',
    ],
  },
  build,
});

export const scenarios: readonly Scenario[] = [
  fault('everywhere', 'The same bridge on all nodes, and every pod is ready.', everywhere, [
    'worker-1',
    'worker-2',
    'worker-3',
  ]),
  fault('refused', 'The same bridge on two nodes: one is refused.', refusedBridge, [
    'worker-1',
    'worker-2',
  ]),
  fault('etcd', 'With etcd only the messages name the strange address.', etcdBridge, ['worker-2']),
  healthy('data-network', 'Calico has a network of its own on purpose.', dataNetwork),
  healthy('first-address', 'A node has the first address of its network.', firstAddress),
];
