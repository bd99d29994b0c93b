import type { Remedy } from '../model/remedy.ts';
import { nodeRunbook } from './node-runbook.ts';

/** A node and the address that it should have and does not. */
export interface LostAddress {
  readonly node: string;
  readonly address: string;
}

/** Gives a machine the address back that the whole cluster knows it by. No setting of Calico does that. */
export const restoreAddress = (lost: readonly LostAddress[]): Remedy =>
  nodeRunbook({
    id: 'restore-address',
    title: words.title(lost),
    risk: 'interrupts-traffic',
    consequences: [words.consequence],
    work: lost.map(({ node, address }) => ({
      node,
      look: [
        `ip -br address | grep -wF ${address} || echo missing`,
        'journalctl --since -7d -u NetworkManager -u systemd-networkd | grep -iE "dhcp|lease|address|removed" | tail -30',
      ],
      commands: [
        ...words.restart,
        'sudo networkctl reload || sudo nmcli connection reload',
        ...words.changed,
      ],
    })),
  });

const words = {
  title: (lost: readonly LostAddress[]): string =>
    lost.length === 1
      ? `Give ${lost[0]?.address} back to ${lost[0]?.node}`
      : 'Give the nodes their addresses back',
  consequence: 'BIRD tries again by itself as soon as the address is there; no pod is restarted.',
  restart: [
    '# put the address back where it is set: the DHCP reservation, the netplan, ifcfg or NetworkManager file',
  ],
  changed: [
    '# if the machine has another address for good: set it as --node-ip of its kubelet and restart the kubelet',
  ],
};
