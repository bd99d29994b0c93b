/** What an interface is, as far as its name tells. */
export type InterfaceKind = 'calico' | 'bridge' | 'vpn' | 'card' | 'unknown';

// Names are habits, not rules: they only serve to call an address by what it most likely belongs to.
const kinds: readonly (readonly [InterfaceKind, RegExp])[] = [
  [
    'calico',
    /^(?:vxlan(?:-v6)?\.calico|wireguard\.cali|wg-v6\.cali|bpf(?:in|out)\.cali|cali|tunl\d)/,
  ],
  [
    'bridge',
    /^(?:docker|nerdctl|podman|lxd|lxc|incus|virbr|vnet|vmnet|vboxnet|cni|cbr|br|kube-bridge|weave|cilium|flannel|ovs|ovn|crio|buildkit|veth)/i,
  ],
  [
    'vpn',
    /^(?:wg|tailscale|ts\d|zt|tun|tap|ppp|ipsec|vti|xfrm|nebula|utun|netmaker|nm-|wt\d|nordlynx|proton|cscotun|gpd|vpn|tinc|ham\d|openvpn|gre|sit|l2tp)/i,
  ],
  ['card', /^(?:en|eth|em\d|bond|team|ib|p\d+p|vlan|wl|ww|usb|lan|net\d|hsn)/],
];

/** Tells by its name what an interface is: Calico's own, a container bridge, a VPN, a network card. */
export const interfaceKind = (name: string | null): InterfaceKind =>
  kinds.find(([, pattern]) => name !== null && pattern.test(name))?.[0] ?? 'unknown';
