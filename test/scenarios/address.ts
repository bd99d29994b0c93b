import { healthyCluster, workers, type NodeSpec } from '../support/cluster.ts';
import { appendLog, nodeOf, podOn } from '../support/faults.ts';
import { add, at, type Sample, type Scenario } from '../support/sample.ts';
import { logLine } from '../support/start-log.ts';
import { giveOut, misses } from '../support/wrong-address.ts';

const never = ['undetermined', 'bgp-port-179-blocked', 'bgp-peer-down'];

const fleet = (count: number, prefix: string, network: string): NodeSpec[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `${prefix}-${index + 1}`,
    ip: `${network}.${21 + index}`,
    nic: 'ens192',
  }));

const withInterface = (
  nodes: readonly NodeSpec[],
  name: string,
  more: NodeSpec['more'] = [],
): NodeSpec[] => nodes.map((node) => (node.name === name ? { ...node, more } : node));

// The bridge of a build tool, made after the network card: first-found walks the kernel's list from its end.
function containerBridge(): Sample {
  const nodes = withInterface(fleet(3, 'shop', '10.62.8'), 'shop-3', [
    { name: 'forge0', index: 318, addresses: ['10.10.0.1/16'] },
  ]);
  const sample = healthyCluster({ install: 'operator', version: 'v3.29.3', nodes });
  giveOut(sample, 'shop-3', '10.10.0.1/16', 'forge0');
  misses(sample, 'shop-3', ['10.62.8.21', '10.62.8.22']);
  return sample;
}

// After a reboot a docker network was there first; up to v3.24 its bridge is not left out.
function dockerNetwork(): Sample {
  const nodes = withInterface(workers(3), 'worker-2', [
    { name: 'br-9f04c1d7a2b3', index: 11, addresses: ['172.23.0.1/16'] },
  ]);
  const sample = healthyCluster({ version: 'v3.20.6', kubernetes: 'v1.22.17', nodes });
  giveOut(sample, 'worker-2', '172.23.0.1/16', 'br-9f04c1d7a2b3');
  misses(sample, 'worker-2', ['10.20.0.11', '10.20.0.13'], 'caliconode');
  misses(sample, 'worker-1', ['172.23.0.1'], 'caliconode');
  misses(sample, 'worker-3', ['172.23.0.1'], 'caliconode');
  return sample;
}

// kube-vip put the control plane's address on the card of the node that leads.
function floatingAddress(): Sample {
  const nodes = fleet(3, 'cp', '192.168.40');
  const sample = healthyCluster({ version: 'v3.27.4', nodes });
  giveOut(sample, 'cp-2', '192.168.40.100/32', 'ens192');
  misses(sample, 'cp-2', ['192.168.40.21', '192.168.40.23']);
  add(sample, 'configMaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kubeadm-config', namespace: 'kube-system' },
    data: {
      ClusterConfiguration:
        'apiVersion: kubeadm.k8s.io/v1beta4\ncontrolPlaneEndpoint: 192.168.40.100:6443\nkind: ClusterConfiguration\n',
    },
  });
  return sample;
}

// Without BGP nothing is missed: every pod is ready, and the pods behind the VPN address are not reached.
function vpnAddress(): Sample {
  const nodes = withInterface(workers(3), 'worker-1', [
    { name: 'wg-office', index: 9, addresses: ['10.99.0.7/24'] },
  ]);
  const sample = healthyCluster({ install: 'vxlan', version: 'v3.28.1', nodes });
  giveOut(sample, 'worker-1', '10.99.0.7/24', 'wg-office');
  return sample;
}

// v3.23.4 takes the tunnel device that it made before the reboot.
function ownDevice(): Sample {
  const nodes = withInterface(workers(3), 'worker-3', [
    { name: 'vxlan.calico', index: 5, addresses: ['10.244.71.0/32'] },
  ]);
  const sample = healthyCluster({ install: 'vxlan', version: 'v3.23.4', nodes });
  giveOut(sample, 'worker-3', '10.244.71.0/32', 'vxlan.calico');
  const annotations = nodeOf(sample, 'worker-3').metadata.annotations ?? {};
  annotations['projectcalico.org/IPv4VXLANTunnelAddr'] = '10.244.71.0';
  appendLog(sample, podOn(sample, 'worker-3'), [
    logLine(
      { start: at(sample, -40), version: 'v3.23.4' },
      0,
      'WARNING',
      'felix',
      'vxlan_mgr.go',
      'Failed to configure VXLAN tunnel device, retrying... error=Unable to find parent interface with address 10.244.71.0',
    ),
  ]);
  return sample;
}

// Somebody started virtual machines on a node: within a minute calico-node took the address of their bridge.
function flip(): Sample {
  const nodes = withInterface(workers(3), 'worker-3', [
    { name: 'vmbr7', index: 44, addresses: ['192.168.77.1/24'] },
  ]);
  const sample = healthyCluster({ install: 'operator', version: 'v3.30.2', nodes });
  giveOut(sample, 'worker-3', '192.168.77.1/24');
  const line = (seconds: number, message: string): string =>
    logLine(
      { start: at(sample, -900), version: 'v3.30.2' },
      seconds,
      'INFO',
      'monitor-addresses',
      'autodetection_methods.go',
      message,
    );
  appendLog(sample, podOn(sample, 'worker-3'), [
    line(0, 'Using autodetected IPv4 address on interface vmbr7: 192.168.77.1/24'),
    line(0, 'Node IPv4 changed, will check for conflicts'),
    line(1, 'Updated node IP addresses'),
    line(60, 'Using autodetected IPv4 address on interface vmbr7: 192.168.77.1/24'),
  ]);
  return sample;
}

const scenario = (
  name: string,
  title: string,
  build: () => Sample,
  nodes: readonly string[],
  rest: Partial<Scenario> & { readonly renderer?: string } = {},
): Scenario => {
  const { renderer = 'manifest', ...more } = rest;
  const first = 'wrong-ip-autodetected';
  const expect = { verdict: 'findings' as const, first, nodes, renderer, never };
  return { name: `${first}${name}`, title, layout: 'objects', expect, build, ...more };
};

export const scenarios: readonly Scenario[] = [
  scenario(
    '',
    'A build tool made a bridge, and calico-node took it.',
    containerBridge,
    ['shop-3'],
    {
      renderer: 'operator',
      layout: 'cluster-info',
      demo: true,
    },
  ),
  scenario(
    '-docker-network',
    'A docker network on one node: the others wait for the address of its bridge.',
    dockerNetwork,
    ['worker-2'],
    { layout: 'cluster-info', demo: true },
  ),
  scenario(
    '-floating-address',
    'The floating address of the control plane was on a node when calico-node started.',
    floatingAddress,
    ['cp-2'],
  ),
  scenario('-vpn', 'A node gives out its VPN address; nobody uses BGP.', vpnAddress, ['worker-1']),
  scenario('-own-device', 'v3.23.4 took its own tunnel device.', ownDevice, ['worker-3']),
  scenario('-flip', 'The address changed while calico-node ran.', flip, ['worker-3'], {
    renderer: 'operator',
  }),
];
