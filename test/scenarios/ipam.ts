import { cniFails, failStart, say, setEnv } from '../support/api-faults.ts';
import { healthyCluster, workers, type NodeSpec } from '../support/cluster.ts';
import { addEvent, nodeOf, podOn } from '../support/faults.ts';
import { addBlock, addClusterRange, addPool } from '../support/pools.ts';
import type { Expectation, Sample, Scenario } from '../support/sample.ts';

const full = (cidr: string): string =>
  `failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [${cidr}]`;

/** Gives a node's tunnel and its pod addresses out of a block. */
function useBlock(sample: Sample, node: string, tunnel: string, pod: string): void {
  const annotations = (nodeOf(sample, node).metadata.annotations ??= {});
  annotations['projectcalico.org/IPv4VXLANTunnelAddr'] = tunnel;
  for (const { spec, status } of sample.lists.pods ?? [])
    if (spec?.nodeName === node && spec.hostNetwork !== true && status) status.podIP = pod;
}

/** Two small blocks for four nodes, part of them leaked. A new node gets no tunnel address, and pods elsewhere none of their own. */
function fullPool(): Sample {
  const version = 'v3.28.2';
  const sample = healthyCluster({ nodes: 4, version, install: 'manifest' });
  addPool(sample, 'default-ipv4-ippool', { cidr: '10.111.3.0/28', blockSize: 29 });
  addBlock(sample, '10.111.3.0/29', 'worker-1', { size: 8, used: 8 });
  addBlock(sample, '10.111.3.8/29', 'worker-2', { size: 8, used: 8 });
  useBlock(sample, 'worker-1', '10.111.3.0', '10.111.3.1');
  useBlock(sample, 'worker-2', '10.111.3.8', '10.111.3.9');
  useBlock(sample, 'worker-3', '10.111.3.2', '10.111.3.10');
  failStart(sample, 'worker-4', [
    say(sample, { version, ago: 42 }, 'Using node name: worker-4'),
    say(
      sample,
      {
        version,
        ago: 41,
        level: 'FATAL',
        component: 'tunnel-ip-allocator',
        file: 'allocateip.go',
      },
      'Unable to autoassign an IPv4 address error=Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [10.111.3.0/28] type="vxlanTunnelAddress"',
    ),
    'Calico node failed to start',
  ]);
  addEvent(
    sample,
    podOn(sample, 'worker-4'),
    'BackOff',
    'Back-off restarting failed container calico-node',
  );
  for (const name of ['report-5d9c7-x2', 'report-5d9c7-k8'])
    cniFails(sample, 'worker-3', full('10.111.3.0/28'), { name });
  return sample;
}

/** Nobody waits yet, and nobody complains; the blocks tell that the next pod will. */
function fullSoon(): Sample {
  const sample = healthyCluster({ nodes: 2, install: 'operator', version: 'v3.30.1' });
  addPool(sample, 'default-ipv4-ippool', { cidr: '10.244.1.0/30', blockSize: 31 });
  addBlock(sample, '10.244.1.0/31', 'worker-1', { size: 2, used: 2 });
  addBlock(sample, '10.244.1.2/31', 'worker-2', { size: 2, used: 2 });
  useBlock(sample, 'worker-1', '10.244.1.0', '10.244.1.1');
  useBlock(sample, 'worker-2', '10.244.1.2', '10.244.1.3');
  return sample;
}

/** Pods get addresses of the manifest's default, and kube-proxy knows another range. */
function wrongRange(): Sample {
  const sample = healthyCluster({ nodes: 3, version: 'v3.27.4' });
  addPool(sample, 'default-ipv4-ippool', { cidr: '192.168.0.0/16' });
  addClusterRange(sample, 'kubeadm', '10.60.0.0/16');
  addClusterRange(sample, 'kube-proxy', '10.60.0.0/16');
  sample.lists.pods
    ?.filter(({ spec }) => spec?.hostNetwork !== true)
    .forEach(({ status }, index) => {
      if (status) status.podIP = `192.168.${40 + index}.7`;
    });
  return sample;
}

/** The Installation still names the range of the first days. */
function refusedByOperator(): Sample {
  const sample = healthyCluster({ nodes: 3, version: 'v3.29.3', install: 'operator' });
  const network = sample.lists.installations?.[0]?.spec?.calicoNetwork;
  if (network) network.ipPools = [{ cidr: '192.168.0.0/16', encapsulation: 'VXLAN' }];
  addPool(sample, 'pods', { cidr: '10.244.0.0/16' });
  addClusterRange(sample, 'kubeadm', '10.244.0.0/16');
  for (const condition of sample.lists.tigeraStatuses?.[0]?.status?.conditions ?? [])
    if (condition.type === 'Degraded')
      Object.assign(condition, {
        status: 'True',
        reason: 'ResourceReadError',
        message:
          "Could not resolve CalicoNetwork IPPool and kubeadm configuration: IPPool 192.168.0.0/16 is not within the platform's configured pod network CIDR(s) [10.244.0.0/16]",
      });
  return sample;
}

/** Pools by zone, and a node of a zone that has none. */
function noPoolForZone(): Sample {
  const sample = healthyCluster({ nodes: 4, version: 'v3.26.3' });
  const zones = ['east', 'east', 'west', 'north'];
  workers(4).forEach(({ name }, index) => {
    const labels = (nodeOf(sample, name).metadata.labels ??= {});
    labels['topology.kubernetes.io/zone'] = zones[index] ?? '';
  });
  const zone = (name: string): string => `topology.kubernetes.io/zone == "${name}"`;
  addPool(sample, 'pods-east', { cidr: '10.244.0.0/18', nodeSelector: zone('east') });
  addPool(sample, 'pods-west', { cidr: '10.244.64.0/18', nodeSelector: zone('west') });
  sample.lists.pods = (sample.lists.pods ?? []).filter(
    ({ metadata, spec }) => spec?.nodeName !== 'worker-4' || metadata.namespace !== 'shop',
  );
  for (const name of ['cart-66f-1', 'cart-66f-2'])
    cniFails(
      sample,
      'worker-4',
      'failed to request IPv4 addresses: no configured Calico pools for node worker-4',
      { name },
    );
  return sample;
}

const tiny: readonly NodeSpec[] = ['alder', 'birch', 'cedar'].map((name, index) => ({
  name,
  ip: `172.20.5.${31 + index}`,
  nic: 'eno1',
}));

/** A new cluster whose first pool is a /27. */
function tooSmall(): Sample {
  const version = 'v3.31.3';
  const sample = healthyCluster({ nodes: tiny, version, age: 420 });
  setEnv(sample, { name: 'CALICO_IPV4POOL_CIDR', value: '10.99.0.0/27' });
  for (const { name } of tiny)
    failStart(sample, name, [
      say(sample, { version, ago: 41 }, 'Ensure default IPv4 pool is created. IPIP mode: Always'),
      say(
        sample,
        { version, ago: 41, level: 'ERROR' },
        "Failed to create default IPv4 IP pool: 10.99.0.0/27 error=error with field IPPool.Spec.CIDR = '10.99.0.0/27' (IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.)",
      ),
      say(sample, { version, ago: 41, level: 'WARNING', file: 'utils.go' }, 'Terminating'),
      'Calico node failed to start',
    ]);
  return sample;
}

const found = (first: string, nodes: readonly string[], never: readonly string[]): Expectation => ({
  verdict: 'findings',
  first,
  nodes,
  never: ['undetermined', ...never],
});

export const scenarios: readonly Scenario[] = [
  {
    name: 'ipam-exhausted',
    title: 'A pool of two blocks for four nodes: pods wait, and so does a new node.',
    layout: 'objects',
    expect: found(
      'ipam-exhausted',
      ['worker-3', 'worker-4'],
      ['ippool-none-for-node', 'cni-install-failed', 'bgp-peer-down'],
    ),
    build: fullPool,
  },
  {
    name: 'ipam-exhausted-soon',
    title: 'Every block is full, and nobody waits yet: a warning, no error.',
    layout: 'objects',
    expect: { verdict: 'healthy', first: null, renderer: 'operator' },
    build: fullSoon,
  },
  {
    name: 'ippool-outside-cluster-cidr',
    title: 'The pool is the default one, and the cluster was made for another range.',
    layout: 'objects',
    expect: { verdict: 'healthy', first: null, never: ['ipam-exhausted', 'ippool-none-for-node'] },
    build: wrongRange,
  },
  {
    name: 'ippool-outside-cluster-cidr-operator',
    title: 'The operator renders nothing more, for its Installation names a pool of long ago.',
    layout: 'objects',
    expect: found('ippool-outside-cluster-cidr', [], ['operator-degraded-config']),
    build: refusedByOperator,
  },
  {
    name: 'ippool-none-for-node',
    title: 'Pools are cut by zone, and a node of a new zone has none.',
    layout: 'objects',
    expect: found('ippool-none-for-node', ['worker-4'], ['ipam-exhausted', 'cni-install-failed']),
    build: noPoolForZone,
  },
  {
    name: 'ippool-smaller-than-block',
    title: 'calico-node ends on every node of a new cluster: its first pool holds no block.',
    layout: 'cluster-info',
    expect: found(
      'ippool-smaller-than-block',
      ['alder', 'birch', 'cedar'],
      ['slow-startup-liveness-kill', 'ippool-none-for-node'],
    ),
    build: tooSmall,
  },
];
