import { describe, expect, it } from 'vitest';
import { wrongAddresses } from '../../internal/calico/wrong-addresses.ts';
import { healthyCluster, workers, type ClusterSpec } from '../support/cluster.ts';
import { nodeOf, podOn, storeAddress } from '../support/faults.ts';
import { add, snapshotFrom, type Sample } from '../support/sample.ts';
import { giveOut } from '../support/wrong-address.ts';

const cluster = (change: (sample: Sample) => void, spec: ClusterSpec = {}): Sample => {
  const sample = healthyCluster({ nodes: 4, ...spec });
  change(sample);
  return sample;
};

const bare = (change: (sample: Sample) => void, spec: ClusterSpec = {}): Sample =>
  cluster(change, { ...spec, noLogs: true });

const wrongIn = (sample: Sample) =>
  wrongAddresses(snapshotFrom(sample), 4).map(({ claim, kind }) => [claim.view.name, kind]);

function annotate(sample: Sample, node: string, name: string, value: string): void {
  (nodeOf(sample, node).metadata.annotations ??= {})[`projectcalico.org/${name}`] = value;
}

function setMethod(sample: Sample, value: string): void {
  for (const { name } of workers(4))
    podOn(sample, name).spec?.containers?.[0]?.env?.push({
      name: 'IP_AUTODETECTION_METHOD',
      value,
    });
}

const addPool = (sample: Sample, cidr: string): void =>
  add(sample, 'ipPools', { kind: 'IPPool', metadata: { name: 'pods' }, spec: { cidr } });

describe('what an address belongs to', () => {
  it.each<[string, string, (sample: Sample) => void]>([
    ['bridge', 'nerdctl', (s) => giveOut(s, 'worker-2', '10.4.0.1/24', 'nerdctl0')],
    ['bridge', 'lxd', (s) => giveOut(s, 'worker-2', '10.201.7.1/24', 'lxdbr0')],
    ['bridge', 'docker network', (s) => giveOut(s, 'worker-2', '172.19.0.1/16', 'br-0123456789ab')],
    ['bridge', 'a name nobody knows', (s) => giveOut(s, 'worker-2', '10.88.0.1/16', 'quux7')],
    ['bridge', 'no name at all', (s) => (giveOut(s, 'worker-2', '10.88.0.1/16'), (s.logs = []))],
    ['vpn', 'wireguard', (s) => giveOut(s, 'worker-2', '10.8.0.3/24', 'wg0')],
    ['vpn', 'zerotier', (s) => giveOut(s, 'worker-2', '10.147.17.9/24', 'ztabcdef12')],
    ['vpn', 'tailscale', (s) => giveOut(s, 'worker-2', '100.101.4.9/32', 'tailscale0')],
    ['vpn', 'openvpn', (s) => giveOut(s, 'worker-2', '10.9.0.6/24', 'tun1')],
    [
      'vpn',
      'a mesh without the name',
      (s) => (giveOut(s, 'worker-2', '100.101.4.9/32'), (s.logs = [])),
    ],
    [
      'own-device',
      'wireguard.cali',
      (s) => giveOut(s, 'worker-2', '10.9.3.4/32', 'wireguard.cali'),
    ],
    [
      'own-device',
      'the tunnel annotation',
      (s) => {
        giveOut(s, 'worker-2', '10.244.9.0/32');
        annotate(s, 'worker-2', 'IPv4IPIPTunnelAddr', '10.244.9.0');
      },
    ],
    [
      'own-device',
      'an address of a pool',
      (s) => (giveOut(s, 'worker-2', '10.244.9.7/32'), addPool(s, '10.244.0.0/16')),
    ],
    ['virtual', '/32 on the card', (s) => giveOut(s, 'worker-2', '10.20.0.250/32', 'ens3')],
    ['virtual', '/32 on another card', (s) => giveOut(s, 'worker-2', '10.33.0.250/32', 'eth4')],
    [
      'virtual',
      'a load balancer',
      (s) => {
        giveOut(s, 'worker-2', '10.20.0.250/24', 'ens3');
        add(s, 'services', {
          kind: 'Service',
          metadata: { name: 'web', namespace: 'shop' },
          status: { loadBalancer: { ingress: [{ ip: '10.20.0.250' }] } },
        });
      },
    ],
    ['other-interface', 'another card', (s) => giveOut(s, 'worker-2', '10.33.0.5/24', 'eth4')],
  ])('%s: %s', (kind, _name, change) => {
    const sample = cluster(change);
    expect(wrongIn(sample)).toEqual([['worker-2', kind]]);
  });

  it('tells a floating address by the objects of the control plane', () => {
    const sample = bare((s) => storeAddress(nodeOf(s, 'worker-1'), '10.20.0.200/24'));
    add(sample, 'pods', {
      kind: 'Pod',
      metadata: { name: 'kube-vip-worker-1', namespace: 'kube-system' },
      spec: {
        containers: [{ name: 'kube-vip', env: [{ name: 'address', value: '10.20.0.200' }] }],
      },
    });
    expect(wrongIn(sample)).toEqual([['worker-1', 'virtual']]);
  });

  it('knows the releases in which kubernetes-internal-ip stores the network', () => {
    const network = (version: string): Sample =>
      bare(
        (s) => {
          storeAddress(nodeOf(s, 'worker-1'), '10.20.0.0/24');
          setMethod(s, 'kubernetes-internal-ip');
        },
        { version },
      );
    expect(wrongIn(network('v3.22.1'))).toEqual([['worker-1', 'network-address']]);
    expect(wrongIn(network('v3.23.1'))).toEqual([['worker-1', 'network-address']]);
    expect(wrongIn(network('v3.24.1'))).not.toContainEqual(['worker-1', 'network-address']);
  });

  it('sees an address that is on no interface any more', () => {
    const sample = cluster((s) => storeAddress(nodeOf(s, 'worker-3'), '10.20.0.77/24'));
    expect(wrongIn(sample)).toEqual([['worker-3', 'gone']]);
  });
});
