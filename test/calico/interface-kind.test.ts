import { expect, it } from 'vitest';
import { interfaceKind } from '../../internal/calico/interface-kind.ts';

it.each([
  ['calico', ['vxlan.calico', 'vxlan-v6.calico', 'wireguard.cali', 'tunl0', 'cali0a1b2c3d4e5']],
  [
    'bridge',
    [
      'docker0',
      'br-1a2b3c',
      'br0',
      'nerdctl0',
      'lxdbr0',
      'virbr1',
      'podman3',
      'cni0',
      'cilium_host',
    ],
  ],
  ['vpn', ['wg0', 'tailscale0', 'zt7nnig26', 'tun0', 'ppp0', 'ipsec0']],
  ['card', ['eth0', 'ens192', 'enp1s0f0', 'eno1', 'bond0', 'team0', 'ib0', 'p2p1']],
  ['unknown', ['storage', 'quux7', 'mgmt']],
] as const)('%s', (kind, names) => {
  for (const name of names) expect([name, interfaceKind(name)]).toEqual([name, kind]);
});

it('knows nothing of an interface without a name', () => {
  expect(interfaceKind(null)).toBe('unknown');
});
