import { isAtLeast, isBelow } from '../version.ts';

const oldest = [
  'docker.*',
  'cbr.*',
  'dummy.*',
  'virbr.*',
  'lxcbr.*',
  'veth.*',
  'lo',
  'cali.*',
  'tunl.*',
  'flannel.*',
  'kube-ipvs.*',
];
const withCni = [...oldest, 'cni.*'];
const anchored = withCni.map((pattern) => `^${pattern}`);
const withTunnels = [
  ...anchored,
  '^vxlan\\.calico.*',
  '^vxlan-v6\\.calico.*',
  '^wireguard\\.cali.*',
  '^wg-v6\\.cali.*',
];
const withLocalDns = [...withTunnels, '^nodelocaldns.*'];
const newest = [
  '^docker.*',
  '^cbr.*',
  '^dummy.*',
  '^podman.*',
  '^virbr.*',
  '^lxcbr.*',
  '^veth.*',
  '^lo',
  '^br-.*',
  ...withLocalDns.slice(7),
];

/**
 * The patterns of interface names that `first-found` and `skip-interface=` leave out on Linux, in Calico's order.
 * Source: autodetection_linux.go of each release. Up to v3.14 and from v3.15 to v3.23.3 and v3.24.2 the patterns are not
 * anchored (`lo` leaves out `vlo0` too); v3.23.4 and v3.24.3 anchor them, and so no longer leave out Calico's own tunnel devices.
 */
export function defaultExclusions(calicoVersion: string): readonly string[] {
  if (isBelow(calicoVersion, '3.15.0')) return oldest;
  if (isAtLeast(calicoVersion, '3.25.0')) return newest;
  if (isAtLeast(calicoVersion, '3.24.6')) return withLocalDns;
  const isMinor24 = isAtLeast(calicoVersion, '3.24.0');
  if (isAtLeast(calicoVersion, isMinor24 ? '3.24.4' : '3.23.5')) return withTunnels;
  return isAtLeast(calicoVersion, isMinor24 ? '3.24.3' : '3.23.4') ? anchored : withCni;
}
