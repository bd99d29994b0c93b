import type { Remedy } from '../model/remedy.ts';

/** A node with an interface that is in the way. */
export interface StrayInterface {
  readonly node: string;
  readonly interface: string | null;
  readonly kind: string;
}

const removable: Readonly<Record<string, (name: string) => readonly string[]>> = {
  bridge: (name) => [`ip -d address show ${name}`, `bridge link show | grep -w ${name}`],
  vpn: (name) => [`ip -d address show ${name}`],
};

/**
 * The other way out of a wrong address: to take the interface away that carries it, where it is a bridge or a VPN that nobody
 * needs. calico-node looks again within a minute by itself (from v3.15.2 on). Empty where the interface is not known.
 */
export function removeInterface(nodes: readonly StrayInterface[]): readonly Remedy[] {
  const known = nodes.flatMap(({ node, interface: name, kind }) => {
    const look = removable[kind];
    return name !== null && look ? [{ node, name, look: look(name) }] : [];
  });
  if (known.length === 0) return [];
  return [
    {
      id: 'remove-interface',
      title: words.title(known.map(({ name }) => name)),
      action: 'manual',
      risk: 'interrupts-traffic',
      changes: [],
      consequences: [words.consequence],
      manual: known
        .slice(0, 3)
        .flatMap(({ node, name, look }) => [
          words.onNode(node),
          ...look,
          words.onlyIf,
          `sudo ip link delete ${name}`,
        ]),
    },
  ];
}

const words = {
  title: (names: readonly string[]): string =>
    `Remove ${[...new Set(names)].slice(0, 3).join(', ')}, if nobody needs it`,
  consequence:
    'What uses the interface loses its network. It lasts only until something makes such an interface again.',
  onNode: (node: string): string => `# on ${node}: who uses it?`,
  onlyIf:
    '# only if nothing does; better with the tool that made it (docker, nerdctl, podman, lxc …)',
};
